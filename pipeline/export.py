"""Writes rejected records to files that are loaded again once they are fixed."""

import csv
import io
import json
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from hive.rows import Value
from warehouse.batch import Batch, BatchFile
from warehouse.contract.model import Contract, InputFormat

Layout = tuple[str, tuple[str, ...]]
"""Kind and columns of files: one export file for each."""

_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?"
_MOMENTS = (
    (re.compile(r"\d{4}-\d\d-\d\d"), pa.date32()),
    (re.compile(_TIME), pa.timestamp("us")),
    (re.compile(_TIME + r"(Z|[+-]\d\d:\d\d)"), pa.timestamp("us", "UTC")),
)
"""How Spark writes dates, wall clocks and instants into JSON."""

_SUFFIX = {"csv": ".csv", "jsonl": ".jsonl", "lines": ".log", "parquet": ".parquet"}


def write_export(
    contract: Contract, batches: Sequence[Batch], rows: Sequence[tuple[Value, ...]], directory: Path
) -> list[Path]:
    """Write records of files with the same columns to one file, in the order in which they were received.

    Args:
        contract: Says how text is written.
        batches: All loaded batches.
        rows: Batch id, file name, line and bytes of each record.
        directory: New; it is there complete or not at all.

    Returns:
        The files.
    """
    files = {(batch.id, file.name): (batch.sequence, file) for batch in batches for file in batch.files}
    records: dict[Layout, list[bytes]] = {}
    for batch, name, _, record in sorted(rows, key=lambda row: (files[row[0], row[1]][0], row[1], row[2])):  # type: ignore[index]
        file = files[str(batch), str(name)][1]
        records.setdefault(_layout(file), []).append(bytes(record))  # type: ignore[arg-type]
    fresh = directory.with_name(f".{directory.name}.incomplete")
    # Left by an export that was killed.
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    names = [_write(contract.input_format, layout, found, fresh) for layout, found in records.items()]
    fresh.rename(directory)
    return [directory / name for name in names]


def _layout(file: BatchFile) -> Layout:
    return file.kind, file.columns


def _write(form: InputFormat, layout: Layout, records: list[bytes], directory: Path) -> str:
    kind, columns = layout
    number = len(list(directory.iterdir())) + 1
    name = f"rejected-{number}{_SUFFIX[kind]}"
    if kind == "parquet":
        found = [json.loads(record, parse_float=Decimal) for record in records]
        table = {column: _array([row[column] for row in found]) for column in columns}
        pq.write_table(pa.table(table), directory / name)
    else:
        (directory / name).write_bytes(b"\n".join([*_head(form, columns), *records, b""]))
    return name


def _array(values: Sequence[object]) -> pa.Array:
    """Values of one column of Parquet, from JSON as `spark.reading.parquet_fields` writes it.

    Dates and times become what they were; the rest is text: a value that does not fit the type of its column could not
    be written otherwise.
    """
    texts = [None if value is None else _as_text(value) for value in values]
    there = [text for text in texts if text is not None]
    for shape, kind in _MOMENTS:
        if there and all(shape.fullmatch(text) for text in there):
            with suppress(ValueError):
                return pa.array([None if text is None else datetime.fromisoformat(text) for text in texts], kind)
    return pa.array(texts, pa.string())


def _as_text(value: object) -> str:
    if isinstance(value, Decimal):
        # Not 3.0 nor 1E-7: a column of whole numbers takes digits only.
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value if isinstance(value, str) else json.dumps(value)


def _head(form: InputFormat, columns: tuple[str, ...]) -> list[bytes]:
    """The lines before the first row."""
    titles = [f"rejected records, line {line + 1} of the title".encode() for line in range(form.skip_lines)]
    if not columns:
        return titles
    text = io.StringIO()
    writer = csv.writer(text, delimiter=form.delimiter, quotechar=form.quote, escapechar=form.escape, lineterminator="")
    writer.writerow(columns)
    return [*titles, text.getvalue().encode(form.encoding)]
