"""Reads a Parquet file once: is it whole, what are its columns, how many rows."""

import os
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.batch import INSTANT, WALL_CLOCK
from warehouse.contract.file_columns import check_columns
from warehouse.contract.model import Contract
from warehouse.errors import ContractError, InputFileError, one_line
from warehouse.input.input_path import InputPath

_MAX_PRECISION = 38
# What the Parquet library of Spark 4.1 reads; tried.
_COMPRESSIONS = {"UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD", "LZ4"}
_UNREAD_ENCODING = "BYTE_STREAM_SPLIT"
_NANOS_A_MICRO = 1000
_MICROSECONDS_ADVICE = (
    "write it in microseconds, from pandas: "
    'frame.to_parquet(path, coerce_timestamps="us", allow_truncated_timestamps=True)'
)
_PLAIN_TYPES = (
    pa.types.is_integer,
    lambda kind: pa.types.is_floating(kind) and not pa.types.is_float16(kind),
    pa.types.is_boolean,
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_date,
    pa.types.is_null,
    lambda kind: pa.types.is_decimal(kind) and kind.precision <= _MAX_PRECISION,
    pa.types.is_timestamp,
)


@dataclass(frozen=True)
class ParquetFacts:
    """What a Parquet file holds.

    Attributes:
        names: Names of its columns, in order.
        rows: Number of its rows.
        nanoseconds: As in `BatchFile`.
    """

    names: tuple[str, ...]
    rows: int
    nanoseconds: tuple[tuple[str, str], ...]


def describe_parquet(path: InputPath, source: BinaryIO, contract: Contract) -> ParquetFacts:
    """Describe a file; every value is read once.

    Args:
        path: The file, for messages.
        source: The opened file.
        contract: What its columns must be.

    Raises:
        InputFileError: It is damaged, or its columns do not fit or are of a type that is not read, or a timestamp has a
            fraction of a microsecond.
    """
    try:
        with pq.ParquetFile(source) as file:
            names = tuple(file.schema_arrow.names)
            _check_types(path, file.schema_arrow)
            check_columns(contract, names)
            size = os.fstat(source.fileno()).st_size
            contract.expansion_limit.check(path, size, size, _declared_bytes(file.metadata))
            nanoseconds = _nanoseconds(file.schema_arrow)
            rows = held = 0
            for batch in file.iter_batches():
                rows += batch.num_rows
                # One value in a few bytes can stand for a million: that is no matter of the ratio.
                held += batch.nbytes
                contract.expansion_limit.check_bytes(path, size, held)
                _check_fractions(path, batch, [name for name, _ in nanoseconds])
            # After the values: asked about the columns of a damaged file Arrow ends the process.
            _check_storage(path, file.metadata)
    except ContractError as problem:
        raise InputFileError(f"{path}: its columns do not fit {contract.path}: {problem}") from problem
    except (pa.ArrowException, OSError, UnicodeDecodeError) as problem:
        reason = one_line(" ".join(str(problem).split()))
        raise InputFileError(f"{path} is not a readable Parquet file: {reason}") from problem
    return ParquetFacts(names, rows, nanoseconds)


def _declared_bytes(metadata: pq.FileMetaData) -> int:
    return sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))


def _nanoseconds(schema: pa.Schema) -> tuple[tuple[str, str], ...]:
    return tuple(
        (field.name, INSTANT if field.type.tz else WALL_CLOCK)
        for field in schema
        if pa.types.is_timestamp(field.type) and field.type.unit == "ns"
    )


def _check_fractions(path: InputPath, batch: pa.RecordBatch, names: list[str]) -> None:
    for name in names:
        counts = batch.column(name).view(pa.int64())
        whole = pc.multiply(pc.divide(counts, _NANOS_A_MICRO), _NANOS_A_MICRO)
        if pc.any(pc.not_equal(counts, whole)).as_py():
            column = one_line(f"column {name} has fractions of a microsecond")
            raise InputFileError(f"{path}: {column}, but a timestamp keeps microseconds only", _MICROSECONDS_ADVICE)


def _check_types(path: InputPath, schema: pa.Schema) -> None:
    for field in schema:
        # A category of pandas: in the file its values are plain.
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if not any(is_plain(kind) for is_plain in _PLAIN_TYPES):
            column = one_line(f"column {field.name} is of type {field.type}")
            raise InputFileError(f"{path}: {column}, which cannot be loaded", "write it as a plain column")


def _check_storage(path: InputPath, metadata: pq.FileMetaData) -> None:
    for group in range(metadata.num_row_groups):
        columns = metadata.row_group(group)
        for place in range(columns.num_columns):
            chunk = columns.column(place)
            how = _UNREAD_ENCODING if _UNREAD_ENCODING in chunk.encodings else chunk.compression
            if how not in _COMPRESSIONS:
                column = one_line(f"column {chunk.path_in_schema} is stored as {how}")
                raise InputFileError(f"{path}: {column}, which Spark cannot read", "write it with snappy or zstd")
