"""Files of rejected records that somebody mends and loads again."""

import csv
import io
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cli.views.query import PRINTERS
from hive.rows import Rows
from pipeline.export import _array, write_export
from tests.contract.contract_examples import contract_of
from warehouse.batch import Batch, BatchFile

CONTRACT = contract_of({"properties": [{"name": "n", "logicalType": "integer", "physicalType": "INT"}]})


@pytest.mark.parametrize(
    ("values", "expected", "kind"),
    [
        (["2024-01-02T09:30:00.000001", None], [datetime(2024, 1, 2, 9, 30, 0, 1), None], pa.timestamp("us")),
        (["2024-01-02T09:30:00Z"], [datetime(2024, 1, 2, 9, 30, tzinfo=UTC)], pa.timestamp("us", "UTC")),
        (["2024-01-02"], [date(2024, 1, 2)], pa.date32()),
        (["2024-13-02"], ["2024-13-02"], pa.string()),
        (["2024-01-02", "soon"], ["2024-01-02", "soon"], pa.string()),
        ([3, None, True], ["3", None, "true"], pa.string()),
        ([None], [None], pa.string()),
    ],
)
def test_column_is_what_it_was_where_every_value_can_be(values, expected, kind):
    array = _array(values)
    assert (array.to_pylist(), array.type) == (expected, kind)


def rejected(tmp_path, *records):
    file = BatchFile("a.parquet", 1, "0" * 64, len(records), "parquet", ("n",), ())
    batch = Batch("x", (file,), 1, datetime(2024, 1, 1, tzinfo=UTC), "ann")
    rows = [(batch.id, "a.parquet", line + 1, record) for line, record in enumerate(records)]
    return write_export(CONTRACT, [batch], rows, tmp_path / "out")


def test_numbers_keep_their_digits_and_whole_ones_have_no_fraction(tmp_path):
    (path,) = rejected(tmp_path, b'{"n": 3.0}', b'{"n": 1234567890123456.78}', b'{"n": 1e-7}', b'{"n": 100}')
    assert pq.read_table(path)["n"].to_pylist() == ["3", "1234567890123456.78", "0.0000001", "100"]


def test_export_that_was_killed_is_in_nobodys_way(tmp_path):
    (tmp_path / ".out.incomplete").mkdir()
    (tmp_path / ".out.incomplete" / "half").write_text("x")
    (path,) = rejected(tmp_path, b'{"n": 3}')
    assert [found.name for found in path.parent.iterdir()] == ["rejected-1.parquet"]


def test_carriage_return_alone_does_not_end_a_line_of_csv(capsys):
    PRINTERS["csv"](Rows(("n", "t"), ("INT_TYPE", "STRING_TYPE"), ((1, "a\rb"), (2, 'c"d'))))
    found = list(csv.reader(io.StringIO(capsys.readouterr().out, newline="")))
    assert found == [["n", "t"], ["1", "a\rb"], ["2", 'c"d']]


def test_name_of_a_column_is_no_markup(capsys):
    PRINTERS["table"](Rows(("amount [eur]", "[/]"), ("INT_TYPE", "INT_TYPE"), ((1, 2),)))
    assert capsys.readouterr().out.split() == ["amount", "[eur]", "[/]", "1", "2"]
