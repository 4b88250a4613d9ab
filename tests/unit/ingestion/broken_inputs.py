"""What ten thousand broken inputs have in common: seeds, damaged bytes, a contract, and what a refusal looks like.

Every input follows from its seed, which is in the test's id; a failure also tells which input of the seed it was.
"""

from contextlib import contextmanager
from pathlib import Path

import pytest

from warehouse.contract.model import Column, Contract, InputFormat

CONTRACT_SEEDS, CONTRACTS = 35, 50
FILE_SEEDS, FILES = 50, 145
NAME_SEEDS, NAMES = 10, 100
assert CONTRACT_SEEDS * CONTRACTS + FILE_SEEDS * FILES + NAME_SEEDS * NAMES == 10_000


def seeded(seeds):
    return pytest.mark.parametrize("seed", range(seeds))


@contextmanager
def told_with(seed, number, what):
    try:
        yield
    except Exception as problem:
        raise AssertionError(f"seed {seed}, input {number}: {what!r:.300}") from problem


def check_one_line(message):
    assert not set(message) & set("\r\n\0\x1b"), message


def check_message(message, path):
    assert message.startswith(str(path)), message
    assert message.isprintable(), message
    assert len(message) < 2000, message


def mutated_bytes(content, rng):
    """Content with a few bytes flipped, lost, doubled, moved or made up."""
    data = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        place, size = rng.randrange(len(data) + 1), rng.choice([1, 1, 2, 8, 100])
        match rng.randrange(6):
            case 0 if place < len(data):
                data[place] ^= 1 << rng.randrange(8)
            case 1:
                del data[place : place + size]
            case 2:
                data[place:place] = data[place : place + size]
            case 3:
                data[place:place] = rng.randbytes(rng.choice([1, 4, 20]))
            case 4:
                data[place:place] = rng.choice(
                    [b"\t", b"\0", b"\x1b", b"\n", b"\r", b'"', b"'", b"\xef\xbb\xbf", b"\xff"]
                )
            case 5:
                del data[place:]
    return bytes(data)


COLUMNS = (
    Column("day", "day", "DATE", "Day.", required=True),
    Column("amount", "amount", "DECIMAL(9,2)", "Sum.", required=True),
    Column("note", "note", "STRING", "Note."),
)
FORMS = [
    *(
        InputFormat(),
        InputFormat(header=False),
        InputFormat(delimiter=";", quote="'"),
        InputFormat(ignore_unknown=True),
    ),
    *(InputFormat(escape="\\"), InputFormat(comment="#"), InputFormat(skip_lines=2), InputFormat(encoding="cp1252")),
    *(InputFormat(quoted_newlines=True), InputFormat(quoted_newlines=True, escape="\\"), InputFormat(kind="jsonl")),
    *(InputFormat(kind="lines", pattern="(?<day>.*)"), InputFormat(kind="lines", comment="#", skip_lines=1)),
    *(InputFormat(kind="parquet"), InputFormat(header=False, comment="#", skip_lines=1)),
]


def a_contract(form=FORMS[0], dataset="sales"):
    return Contract(dataset, "Sales.", COLUMNS, "day", form, (), 0.0, (), Path("dataset.yaml"))
