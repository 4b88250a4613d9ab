"""What is compared of two releases, and the SQL that does it, run by DuckDB."""

from collections.abc import Sequence
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hive.ddl import TableColumn
from hive.release_compare import Comparison, changed_parts, compare_columns, count_changes, read_counts, select_changes
from hive.rows import Rows
from warehouse.release.manifest import Partition, ReleasedTable

QUARTER = TableColumn("quarter_start", "DATE", "")
KINDS = {"place": "STRING", "big": "BIGINT", "price": "DECIMAL(9,2)"}
Q1, Q2, Q3 = "2024-01-01", "2024-04-01", "2024-07-01"


def columns(**kinds):
    return [*(TableColumn(name, kind, "") for name, kind in kinds.items()), QUARTER]


def comparison(table="totals", parts=(Q1, Q2), **kinds):
    found = columns(**(kinds or KINDS))
    return Comparison("shop", table, (3, 12), QUARTER, parts, compare_columns(table, found, found).both)


def released(**paths):
    return ReleasedTable("d", {name: Partition(path, 1) for name, path in paths.items()})


def test_partitions_with_the_same_path_are_not_read():
    before = released(a="/1/a", b="/1/b", c="/1/c")
    after = released(a="/1/a", b="/2/b", d="/2/d")
    assert changed_parts(before, after) == ("b", "c", "d")


def test_readers_columns_of_clean_have_no_origin_and_only_shared_ones_are_compared():
    old = columns(id="INT", amount="DECIMAL(9,2)", gone="STRING", day="STRING", source_batch="STRING")
    new = columns(id="INT", amount="DECIMAL(12,2)", day="DATE", note="STRING", source_line="BIGINT")
    found = compare_columns("clean", old, new)
    assert [(column.name, column.expression) for column in found.both] == [
        ("id", "`id`"), ("amount", "`amount`"), ("day", "CAST(`day` AS STRING)"),
    ]  # fmt: skip
    assert (found.added, found.removed) == (("note",), ("gone",))
    assert found.retyped == (("amount", "DECIMAL(9,2)", "DECIMAL(12,2)"), ("day", "STRING", "DATE"))


def test_quarantine_is_compared_by_place_and_rules():
    table = columns(source_file="STRING", source_line="BIGINT", rules="ARRAY<STRING>", offending_values="ARRAY<STRING>",
                    record="BINARY")  # fmt: skip
    found = compare_columns("quarantine", table, table)
    assert [column.expression for column in found.both] == ["`source_file`", "`source_line`", "CONCAT_WS(',', `rules`)"]


def test_only_numbers_of_marts_are_summed_and_whole_ones_without_overflow():
    kinds = {**KINDS, "ratio": "DOUBLE", "open": "BOOLEAN"}
    assert comparison(**kinds).summed == ("big", "price", "ratio")
    assert comparison("clean", **kinds).summed == ()
    assert "CAST(`big` AS DECIMAL(38,0)) AS `before_total_1`" in count_changes(comparison(**kinds))


def test_only_the_partitions_that_differ_are_read():
    sql = count_changes(comparison(parts=(Q1, Q3)))
    pruned = "WHERE `quarter_start` IN (DATE '2024-01-01', DATE '2024-07-01')"
    assert sql.count(pruned) == sql.count("`shop_releases`") == 2
    assert select_changes(comparison(parts=(Q1, Q3)), 20).count(pruned) == 2


Row = tuple[str | None, int | None, Decimal | None, str]


def asked(sql: str, before: Sequence[Row], after: Sequence[Row]) -> Rows:
    """Answer of DuckDB, which reads this SQL but for backticks."""
    with duckdb.connect() as database:
        database.execute("CREATE SCHEMA shop_releases")
        for number, rows in ((3, before), (12, after)):
            table = f"shop_releases.totals__r{number:06d}"
            database.execute(
                f"CREATE TABLE {table} (place VARCHAR, big BIGINT, price DECIMAL(9,2), quarter_start DATE)"
            )
            if rows:
                database.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?)", list(rows))
        return Rows((), (), tuple(database.execute(sql.replace("`", '"')).fetchall()))


rows = st.lists(
    st.tuples(
        st.sampled_from(["a", "", None]),
        st.sampled_from([1, None, 2**63 - 1]),
        st.sampled_from([Decimal("0.01"), None]),
        st.sampled_from([Q1, Q2, Q3]),
    ),
    max_size=12,
)


def missing(some: Sequence[Row], others: Sequence[Row]) -> int:
    left = list(others)
    found = 0
    for row in some:
        if row in left:
            left.remove(row)
        else:
            found += 1
    return found


def total(rows: Sequence[Row], place: int):
    values = [row[place] for row in rows if row[place] is not None]
    return sum(values) if values else None


@settings(deadline=None, max_examples=60)
@given(rows, rows)
def test_counts_and_sums_are_those_of_multisets(before, after):
    asked_for = comparison()
    found = read_counts(asked_for, asked(count_changes(asked_for), before, after))
    expected = {}
    for part in (Q1, Q2):
        old, new = ([row for row in side if row[3] == part] for side in (before, after))
        if old or new:
            sums = {name: (total(old, place), total(new, place)) for place, name in ((1, "big"), (2, "price"))}
            expected[part] = (len(old), len(new), missing(old, new), missing(new, old), sums)
    assert {
        change.part: (change.rows_before, change.rows_after, change.only_before, change.only_after, change.sums)
        for change in found
    } == expected


def test_changed_rows_come_with_how_often_they_are_in_each():
    old = [("a", 1, None, Q1), ("b", 1, None, Q1), ("b", 1, None, Q1), ("same", 1, None, Q1), ("c", 1, None, Q3)]
    new = [("a", 2, None, Q1), ("b", 1, None, Q1), ("same", 1, None, Q1), ("d", None, None, Q2)]
    sql = select_changes(comparison(), 20)
    assert asked(sql, old, new).rows == (
        (Q1, "a", 1, None, 1, 0),
        (Q1, "a", 2, None, 0, 1),
        (Q1, "b", 1, None, 2, 1),
        (Q2, "d", None, None, 0, 1),
    )
    assert len(asked(select_changes(comparison(), 2), old, new).rows) == 2


@pytest.mark.parametrize("part", ["2024-01-01' OR '1'='1", "\\"])
def test_part_is_a_literal(part):
    assert part not in count_changes(comparison(parts=(part,))).replace("\\\\", "").replace("\\'", "")
