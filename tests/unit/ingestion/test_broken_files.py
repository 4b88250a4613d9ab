"""Broken files: each is described, or refused in one line that names it."""

import bz2
import gzip
import io
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion import input_file
from ingestion.input_file import describe_file
from tests.unit.ingestion.broken_inputs import (
    FILE_SEEDS,
    FILES,
    FORMS,
    a_contract,
    check_message,
    mutated_bytes,
    seeded,
    told_with,
)
from tests.unit.ingestion.descriptions import no_progress
from warehouse.batch import BatchFile
from warehouse.errors import InputFileError
from warehouse.input.input_path import InputPath

TEXT = b'day,amount,note\n2001-01-01,1.50,"a ""b""\nc"\r\n2001-01-02,2,\n#x\n\n2001-01-03,,"d,\\"e"\n'
JSON = b'{"day": "2001-01-01", "amount": 1.5}\n{"day": "2001-01-02", "note": "\\n"}\n'
PARQUET = io.BytesIO()
pq.write_table(pa.table({"day": ["2001-01-01", None], "amount": [1.5, 2.0], "note": ["a", "b"]}), PARQUET)
TEXT_NAMES = ["a.csv", "a", "a.txt.gz", "a.csv.bz2", "a.jsonl", "a.jsonl.gz", "a.dat"]


def a_file(rng):
    """Name and content of a file that somebody might give, whole or damaged before or after it was packed."""
    if rng.random() < 0.1:
        return "a.parquet", mutated_bytes(PARQUET.getvalue(), rng)
    name = rng.choice(TEXT_NAMES)
    content = rng.choice([TEXT, TEXT, JSON, TEXT * 3, TEXT.decode().encode("utf-16"), b"\xef\xbb\xbf" + TEXT])
    content = rng.choice([content, rng.randbytes(rng.randrange(300)), b"", mutated_bytes(content, rng)])
    pack = {".gz": gzip.compress, ".bz2": bz2.compress}.get(Path(name).suffix, bytes)
    if rng.random() < 0.8:
        content = pack(content)
    return name, mutated_bytes(content, rng) if rng.random() < 0.3 else content


@seeded(FILE_SEEDS)
def test_any_file_is_described_or_refused_in_one_line_that_names_it(seed, tmp_path, monkeypatch):
    # Small limits, so that lines that are too long and headers that do not fit in a piece come up too.
    monkeypatch.setattr(input_file, "CHUNK_BYTES", random.Random(seed).choice([7, 64, 2**20]))
    monkeypatch.setattr(input_file, "MAX_LINE_BYTES", random.Random(seed).choice([100, 2**27]))
    rng = random.Random(seed)
    for number in range(FILES):
        (name, content), form = a_file(rng), rng.choice(FORMS)
        path = tmp_path / name
        path.write_bytes(content)
        with told_with(seed, number, (name, form, content)):
            try:
                found = describe_file(InputPath(path), a_contract(form), no_progress)
            except InputFileError as problem:
                check_message(str(problem), path)
            else:
                assert isinstance(found, BatchFile)
                assert (found.size, found.rows >= 0) == (len(content), True)
