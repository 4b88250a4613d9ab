"""The views of a release: every type reads as it was written, and a session survives what fails."""

import json
from datetime import date

import pytest

from hive.connection import HiveServer
from hive.publish import (
    live_release,
    point_views,
)
from hive.rows import Rows, Value
from tests.integration.publishing.two_releases import (
    BATCH,
    CONTRACT,
    DATASET,
    DESCRIPTION,
    FIRST,
    LAST,
    RECORD,
    by_order,
    published,
)
from warehouse.contract.model import Column
from warehouse.errors import QueryError
from warehouse.release.manifest import Release


def test_every_type_reads_as_it_was_written(live_one: HiveServer) -> None:
    found = live_one.fetch(f"SELECT * FROM {DATASET}.clean")
    assert found.columns == (*(column.name for column in CONTRACT.columns), "quarter_start")
    assert by_order(found) == sorted(published(1), key=repr)


def test_clean_with_origin_says_where_each_row_came_from(live_one: HiveServer) -> None:
    found = live_one.fetch(
        f"SELECT place, source_batch, source_file, source_line FROM {DATASET}.clean_with_origin "
        "WHERE quarter_start = DATE '2001-04-01'"
    )
    assert by_order(found) == sorted(
        [("Köln", BATCH, "file.csv", 2), ("a'b\"c\\d", BATCH, "file.csv", 3), ("", BATCH, "file.csv", 4)], key=repr
    )


def test_quarantine_gives_original_bytes_reasons_and_readable_text(live_one: HiveServer) -> None:
    found = live_one.fetch(f"SELECT * FROM {DATASET}.quarantine")
    origin = ("source_batch", "source_file", "source_line")
    assert found.columns == (*origin, "rules", "offending_values", "record", "record_text")
    ((*place, rules, values, record, text),) = found.rows
    assert place == [BATCH, "file.csv", 7]
    assert json.loads(str(rules)) == ["big:type", "row:far"]
    assert json.loads(str(values)) == ["café", None]
    assert record == RECORD
    assert text == "\ufffd\x00;café\r"


def shown_type(column: Column) -> str:
    return "bigint" if column.type in ("TINYINT", "SMALLINT", "INT") else column.type.lower()


def test_views_describe_themselves_as_the_contract_does(live_one: HiveServer) -> None:
    described = live_one.fetch(f"DESCRIBE {DATASET}.clean").rows
    # DESCRIBE escapes a backslash and a quotation mark.
    shown = DESCRIPTION.replace("\\", "\\\\").replace('"', '\\"')
    expected = [
        (column.name, shown_type(column), shown if column.name == "place" else column.description)
        for column in CONTRACT.columns
    ]
    assert list(described[:-1]) == expected
    assert described[-1][:2] == ("quarter_start", "date")
    assert all(comment for view in ("clean_with_origin", "quarantine", "totals")
               for *_, comment in live_one.fetch(f"DESCRIBE {DATASET}.{view}").rows)  # fmt: skip


def test_quarter_filter_through_a_view_reads_one_partition_without_a_job(live_one: HiveServer) -> None:
    query = f"SELECT * FROM {DATASET}.totals WHERE quarter_start = DATE '2001-04-01'"
    (dependency,) = live_one.fetch(f"EXPLAIN DEPENDENCY {query}").rows[0]
    partitions = [item["partitionName"] for item in json.loads(str(dependency))["input_partitions"]]
    assert [name.rpartition("@")[2] for name in partitions] == ["quarter_start=2001-04-01"]
    plan = "\n".join(str(line) for (line,) in live_one.fetch(f"EXPLAIN {query}").rows)
    assert "Fetch Operator" in plan
    assert "Vertex" not in plan
    assert live_one.fetch(query).rows == ((3, date(2001, 4, 1)),)


def test_quarter_filter_prunes_beside_a_filter_on_a_column_that_the_view_casts(live_one: HiveServer) -> None:
    query = f"SELECT place FROM {DATASET}.clean WHERE quarter_start = DATE '2001-04-01' AND small > 100"
    (dependency,) = live_one.fetch(f"EXPLAIN DEPENDENCY {query}").rows[0]
    partitions = [item["partitionName"] for item in json.loads(str(dependency))["input_partitions"]]
    assert [name.rpartition("@")[2] for name in partitions] == ["quarter_start=2001-04-01"]
    plan = "\n".join(str(line) for (line,) in live_one.fetch(f"EXPLAIN {query}").rows)
    assert "Fetch Operator" in plan
    assert "Vertex" not in plan
    assert live_one.fetch(query).rows == ((LAST[1],),)


PRODUCTS = "tiny * tiny, small * small, whole * whole, tiny + tiny, -small, ABS(whole)"


@pytest.mark.parametrize("view", ["clean", "clean_with_origin"])
def test_arithmetic_of_narrow_columns_at_their_limits_does_not_wrap(live_one: HiveServer, view: str) -> None:
    limits = [row[6:9] for row in (FIRST, LAST)]
    expected = [(tiny**2, small**2, whole**2, 2 * tiny, -small, abs(whole)) for tiny, small, whole in limits]
    found = live_one.fetch(
        f"SELECT {PRODUCTS} FROM {DATASET}.{view} WHERE quarter_start = DATE '2001-04-01' AND whole IS NOT NULL"
    )
    assert by_order(found) == sorted(expected, key=repr)


def point_view_of_an_earlier_version(server: HiveServer, number: int) -> None:
    """As it was made before views cast anything."""
    names = ", ".join(f"`{column.name}`" for column in CONTRACT.columns)
    server.execute(
        f"CREATE OR REPLACE VIEW `{DATASET}`.`clean` ({names}, `quarter_start`) "
        f"TBLPROPERTIES ('stackhouse.release'='{number}') "
        f"AS SELECT {names}, `quarter_start` FROM `{DATASET}_releases`.`clean__r{number:06d}`"
    )


def types_shown(server: HiveServer) -> dict[Value, Value]:
    return {name: kind for name, kind, _ in server.fetch(f"DESCRIBE {DATASET}.clean").rows}


@pytest.mark.parametrize("number", [1, 2])
def test_view_of_an_earlier_version_is_widened_by_the_next_publication_or_rollback(
    live_one: HiveServer, releases: dict[int, Release], number: int
) -> None:
    point_view_of_an_earlier_version(live_one, 1)
    live_one.execute(f"CREATE OR REPLACE VIEW {DATASET}.mine AS SELECT small * small AS square FROM {DATASET}.clean")
    assert live_release(live_one, DATASET) == 1
    assert types_shown(live_one)["small"] == "smallint"
    square = f"SELECT MAX(square) FROM {DATASET}.mine"
    assert live_one.fetch(square).rows != ((2**30,),)
    point_views(live_one, releases[number])
    assert live_release(live_one, DATASET) == number
    assert [types_shown(live_one)[name] for name in ("tiny", "small", "whole", "big")] == ["bigint"] * 4
    # A user's view over it as well, whatever DESCRIBE says of that one.
    assert live_one.fetch(square).rows == ((2**30,),)
    live_one.execute(f"DROP VIEW {DATASET}.mine")


def test_statement_without_a_result_gives_no_rows_and_percent_signs_are_text(server: HiveServer) -> None:
    assert server.fetch("USE default") == Rows((), (), ())
    assert server.fetch("SELECT 1 AS `one`, '%s' AS `text`") == Rows(("one", "text"), ("INT", "STRING"), ((1, "%s"),))


def test_parameters_arrive_as_they_are(server: HiveServer) -> None:
    texts = ["it's", 'a "b"', "back\\slash", "C:\\new\\table", "line\nbreak\ttab\r", "; DROP TABLE x; --",
             "naïve 😀 漢字", "${system:user.name}", "%s %(a)s %", "", "\\'", "\\u0041"]  # fmt: skip
    parameters = {f"p{index}": text for index, text in enumerate(texts)}
    names = ", ".join(f"%({name})s AS {name}" for name in parameters)
    assert server.fetch(f"SELECT {names}", parameters).rows == (tuple(texts),)


def test_session_is_usable_after_a_failed_statement(server: HiveServer) -> None:
    with pytest.raises(QueryError, match=r"^line 1:14 Table not found 'no_such_table'$"):
        server.fetch("SELECT * FROM no_such_table")
    with pytest.raises(QueryError, match=r"^ASSERT_TRUE\(\): assertion failed\.$"):
        server.fetch("SELECT assert_true(false)")
    assert server.fetch("SELECT 1").rows == ((1,),)


def test_date_that_python_does_not_have_is_named(server: HiveServer) -> None:
    with pytest.raises(QueryError, match="column early: '0000-12-30' is not a date that Python can hold"):
        server.fetch("SELECT CAST('0000-12-30' AS DATE) AS early")
