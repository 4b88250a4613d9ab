"""Numbers in sentences."""


def counted(number: int, noun: str) -> str:
    """`1 row`, `2,000 rows`, `3 directories`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun.removesuffix('y')}{'ies' if noun.endswith('y') else 's'}"


def are(number: int, noun: str) -> str:
    """`1 row is`, `2,000 rows are`."""
    return f"{counted(number, noun)} {'is' if number == 1 else 'are'}"
