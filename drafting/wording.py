"""Numbers in sentences."""


def counted(number: int, noun: str) -> str:
    """`1 row`, `2,000 rows`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def are(number: int, noun: str) -> str:
    """`1 row is`, `2,000 rows are`."""
    return f"{counted(number, noun)} {'is' if number == 1 else 'are'}"
