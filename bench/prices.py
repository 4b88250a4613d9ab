"""The dataset "prices": daily files of one row a symbol, each of which sends the rows of the day before again, revised.

    .venv/bin/python -m bench.prices OUT [--rows 6100000] [--files 500] [--quarters 9] [--seed 1]

The rows are one sequence that is cut into files, so any number of files holds the same rows in the same order, and the
newest version of a key is the last one. The same numbers give the same bytes on any machine.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from warehouse.quarter import Quarter
from warehouse.settings import REPOSITORY

Bytes = npt.NDArray[np.uint8]
Integers = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

DATASET = "prices"
MART = "prices_by_quarter"
HEADER = b"symbol,day,open,high,low,close,volume\n"

_CONTRACTS = REPOSITORY / "bench" / "datasets"
_LAST_QUARTER = Quarter(2024, 4)
_DAYS = 500
_LINE = b"S0000000,0000-00-00,000.00,000.00,000.00,000.00,00000000\n"
_SYMBOL, _DAY, _PRICES, _VOLUME = 1, 9, (20, 27, 34, 41), 48
"""Where in a line the digits of each field begin."""

_PIECE_ROWS = 200_000
_MIN_PRICE, _PRICE_SPAN = 20_000, 70_000
_MIN_VOLUME, _VOLUME_SPAN = 10_000_000, 90_000_000
_LATE_VERSION = 2


@dataclass(frozen=True)
class Prices:
    """What is generated.

    Attributes:
        rows: Over all files, rounded down to the same number of symbols every day.
        files: How many.
        quarters: Quarters that the days are spread over; the last is 2024Q4.
        seed: Not negative.
    """

    rows: int = 6_100_000
    files: int = 500
    quarters: int = 9
    seed: int = 1

    @property
    def symbols(self) -> int:
        """Rows of one day, each sent twice."""
        return max(1, self.rows // (2 * _DAYS))

    @property
    def total(self) -> int:
        """Rows that are written."""
        return 2 * _DAYS * self.symbols

    @property
    def first_quarter(self) -> Quarter:
        """That of the first day."""
        before = _LAST_QUARTER.year * 4 + _LAST_QUARTER.number - self.quarters
        return Quarter(before // 4, before % 4 + 1)

    def write(self, out: Path) -> list[Path]:
        """Write all files into a new directory; returns them in the order of their rows."""
        out.mkdir(parents=True)
        paths = [out / f"prices_{number:05d}.csv" for number in range(self.files)]
        for number, path in enumerate(paths):
            first, last = (self.total * each // self.files for each in (number, number + 1))
            with path.open("wb") as file:
                file.write(HEADER)
                for piece in self._pieces(first, last):
                    piece.tofile(file)
        return paths

    def write_late_row(self, path: Path, number: int = 0) -> Path:
        """Write a file with a newer version of one row, of the quarter in the middle.

        Args:
            path: New file.
            number: Which symbol: another number is another row.
        """
        day = np.array([_DAYS // 2], np.int64)
        line = self._lines(np.array([number % self.symbols], np.int64), day, _LATE_VERSION)
        path.write_bytes(HEADER + line.tobytes())
        return path

    @property
    def late_quarter(self) -> Quarter:
        """The quarter of the late row."""
        day = int(self._calendar()[_DAYS // 2])
        return Quarter.of(date.fromordinal(day))

    def _pieces(self, first: int, last: int) -> Iterator[Bytes]:
        for begin in range(first, last, _PIECE_ROWS):
            place = np.arange(begin, min(begin + _PIECE_ROWS, last), dtype=np.int64)
            block, within = place // (2 * self.symbols), place % (2 * self.symbols)
            again = within // self.symbols
            # The first file sends the day before the first again, which no file has sent.
            yield self._lines(within % self.symbols, block + 1 - again, again)

    def _lines(self, symbol: Integers, day: Integers, version: Integers | int) -> Bytes:
        lines = np.tile(np.frombuffer(_LINE, np.uint8), (len(symbol), 1))
        _write_digits(lines, _SYMBOL, 7, symbol)
        dates = self._calendar()[day]
        for text in np.unique(dates):
            lines[dates == text, _DAY : _DAY + 10] = np.frombuffer(
                date.fromordinal(text).isoformat().encode(), np.uint8
            )
        chance = _mixed(((day * self.symbols + symbol) * 4 + version + self.seed * 2**40).astype(np.uint64))
        for start, cents in zip(_PRICES, _prices(chance), strict=True):
            _write_digits(lines, start, 3, cents // 100)
            _write_digits(lines, start + 4, 2, cents % 100)
        _write_digits(lines, _VOLUME, 8, _MIN_VOLUME + _bits(chance, 40, 24) % _VOLUME_SPAN)
        return lines

    def _calendar(self) -> Integers:
        """Days as proleptic ordinals, evenly spread."""
        first, end = self.first_quarter.start.toordinal(), date(_LAST_QUARTER.year + 1, 1, 1).toordinal()
        return first + np.arange(_DAYS + 1, dtype=np.int64) * (end - first) // (_DAYS + 1)


def write_contract(directory: Path, dataset: str) -> None:
    """Add the contract and the mart under another name to a directory for `STACKHOUSE_DATASETS`."""
    contract = (_CONTRACTS / "data" / DATASET / "dataset.yaml").read_text()
    named = contract.replace(f".{DATASET}\n", f".{dataset}\n")
    # Of the contract and of its rows: a column of the mart has the same name, further in.
    for before in ("", "  - "):
        named = named.replace(f"\n{before}name: {DATASET}\n", f"\n{before}name: {dataset}\n")
    sql = (_CONTRACTS / "sql" / DATASET / f"{MART}.sql").read_text()
    for path, text in ((f"data/{dataset}/dataset.yaml", named), (f"sql/{dataset}/{MART}.sql", sql)):
        (directory / path).parent.mkdir(parents=True)
        (directory / path).write_text(text)


def _prices(chance: Words) -> tuple[Integers, Integers, Integers, Integers]:
    """Open, high, low and close in cents."""
    opened = _MIN_PRICE + _bits(chance, 0, 16) % _PRICE_SPAN
    closed = opened + _bits(chance, 16, 8) - 128
    high = np.maximum(opened, closed) + _bits(chance, 24, 8)
    low = np.minimum(opened, closed) - _bits(chance, 32, 8)
    return opened, high, low, closed


def _mixed(values: Words) -> Words:
    """Steele's SplitMix64: numpy's own generators may change between its versions."""
    values = (values + np.uint64(0x9E3779B97F4A7C15)) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _bits(values: Words, first: int, count: int) -> Integers:
    return ((values >> np.uint64(first)) & np.uint64(2**count - 1)).astype(np.int64)


def _write_digits(lines: Bytes, start: int, count: int, values: Integers) -> None:
    left = values.astype(np.uint32)
    for place in reversed(range(start, start + count)):
        left, digit = np.divmod(left, np.uint32(10))
        lines[:, place] += digit.astype(np.uint8)


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(prog="bench.prices", description=__doc__)
    parser.add_argument("out", type=Path)
    for name in ("rows", "files", "quarters", "seed"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Prices, name))
    arguments = parser.parse_args()
    prices = Prices(arguments.rows, arguments.files, arguments.quarters, arguments.seed)
    prices.write(arguments.out)
    print(f"{prices.total:,} rows in {prices.files:,} files")


if __name__ == "__main__":
    main()
