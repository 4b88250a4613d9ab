"""The files of generated data: a new directory, whole or not there."""

import csv
import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import accumulate
from pathlib import Path
from typing import Any, BinaryIO

from generator.columns import HEADER
from generator.incidents import BATCHES, Kind
from warehouse.errors import UsageError

_LABEL_COLUMNS = ("batch", "file", "line", "label", "outcome", "outcome_after_batch_1", "rules")


class Output:
    """Files that grow; each begins with the header when it gets its first lines."""

    def __init__(self, directory: Path, closing: ExitStack) -> None:
        self._directory = directory
        self._closing = closing
        self._files: dict[str, BinaryIO] = {}
        self._lines: dict[str, int] = {}
        labels = closing.enter_context((directory / "labels.csv").open("w", encoding="utf-8", newline=""))
        self._labels = csv.writer(labels, lineterminator="\n")
        self._labels.writerow(_LABEL_COLUMNS)

    def append(self, file: str, rows: list[bytes]) -> list[int]:
        """Write rows to `<batch>/<file>`; a row may have line ends before it.

        Returns:
            Number of each row's line; the header is line 1.
        """
        if file not in self._files:
            self._open(file)
        self._files[file].write(b"\n".join(rows) + b"\n")
        ends = accumulate((row.count(b"\n") + 1 for row in rows), initial=self._lines[file])
        numbers = list(ends)[1:]
        self._lines[file] = numbers[-1]
        return numbers

    def label(self, file: str, line: int, kind: Kind, number: int) -> None:
        """Note what becomes of a row that is not an ordinary clean one.

        Args:
            file: `<batch>/<file>`.
            line: Line of the row; the header is line 1.
            kind: What happened to its trip.
            number: Number of the version, from 0.
        """
        batch, _, name = file.partition("/")
        outcomes = kind.outcome(number, len(BATCHES)), kind.outcome(number, 1)
        rules = " ".join(sorted(kind.versions[number].rules))
        self._labels.writerow((batch, name, line, kind.label(number), *outcomes, rules))

    def write_truth(self, document: dict[str, Any]) -> None:
        """Write `truth.json`."""
        text = json.dumps(document, indent=1)
        (self._directory / "truth.json").write_text(text + "\n", encoding="utf-8")

    def _open(self, file: str) -> None:
        path = self._directory / file
        path.parent.mkdir(exist_ok=True)
        self._files[file] = self._closing.enter_context(path.open("wb"))
        self._files[file].write(HEADER.encode() + b"\n")
        self._lines[file] = 1


@contextmanager
def new_output(out: Path) -> Iterator[Output]:
    """Files in `<out>.incomplete`, which becomes `out` when all went well.

    Raises:
        UsageError: `out` exists and is not an empty directory, or cannot be written.
    """
    out = out.absolute()
    try:
        if out.is_file() or (out.is_dir() and any(out.iterdir())):
            raise UsageError(f"{out} exists already", "give a new directory")
        incomplete = out.with_name(f"{out.name}.incomplete")
        # Left by a run that was killed.
        shutil.rmtree(incomplete, ignore_errors=True)
        incomplete.mkdir(parents=True)
        try:
            with ExitStack() as closing:
                yield Output(incomplete, closing)
            incomplete.rename(out)
        except BaseException:
            # It may have filled the disk.
            shutil.rmtree(incomplete, ignore_errors=True)
            raise
    except OSError as problem:
        raise UsageError(f"{out} cannot be written: {problem.strerror or problem}") from problem
