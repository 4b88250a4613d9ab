"""Writes rejected records to files that are loaded again once somebody has mended them."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from hive.rows import Value
from warehouse.batch import Batch, BatchFile
from warehouse.contract import Contract, InputFormat

Layout = tuple[str, tuple[str, ...]]
"""Kind and columns of files: one export file for each."""

_SUFFIX = {"csv": ".csv", "jsonl": ".jsonl", "parquet": ".parquet"}


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
        found = [json.loads(record) for record in records]
        # As text: a value that does not fit the type of its column could not be written otherwise.
        table = {
            column: [None if row[column] is None else _as_text(row[column]) for row in found] for column in columns
        }
        pq.write_table(pa.table(table, pa.schema([(column, pa.string()) for column in columns])), directory / name)
    else:
        (directory / name).write_bytes(b"\n".join([*_head(form, columns), *records, b""]))
    return name


def _as_text(value: object) -> str:
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
