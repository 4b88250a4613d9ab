from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hive import ddl
from hive.release_table import ReleaseTable
from warehouse.contract.model import Column, Contract, InputFormat, Mart
from warehouse.errors import ContractError

CONTRACT = Contract(
    dataset="shop",
    description="Sales; it's one row per sale.",
    columns=(
        Column("sold_at", "Sold At", "TIMESTAMP", "Wall clock of the till.", required=True),
        Column("price", "price", "DECIMAL(12,4)", 'Price in "euro".'),
    ),
    event_time="sold_at",
    input_format=InputFormat(),
    row_rules=(),
    reject_threshold=0.0,
    marts=(Mart("sales", "Sales by quarter.", (Column("total", "total", "DECIMAL(20,4)", "Sum of prices."),)),),
    path=Path("dataset.yaml"),
)
CLEAN, QUARANTINE, SALES = ddl.tables(CONTRACT)
LOCATION = "/stackhouse/releases/shop/tables"
RUN = "run1"


def test_clean_table_has_the_contracts_columns_then_where_each_row_came_from():
    assert ddl.create_table(ReleaseTable("shop", CLEAN.name, 42), CLEAN, LOCATION, RUN) == (
        "CREATE EXTERNAL TABLE IF NOT EXISTS `shop_releases`.`clean__r000042` (\n"
        "  `sold_at` TIMESTAMP COMMENT 'Wall clock of the till.',\n"
        "  `price` DECIMAL(12,4) COMMENT 'Price in \"euro\".',\n"
        "  `source_batch` STRING COMMENT 'Batch id the row came with.',\n"
        "  `source_file` STRING COMMENT 'Name of the file the row came in.',\n"
        "  `source_line` BIGINT COMMENT 'Line of its first byte, 1 is the first; of Parquet the row.'\n"
        ")\n"
        "COMMENT 'Sales; it\\'s one row per sale.'\n"
        "PARTITIONED BY (`quarter_start` DATE COMMENT 'First day of the quarter; partition key.')\n"
        "STORED AS PARQUET\n"
        "LOCATION '/stackhouse/releases/shop/tables'\n"
        "TBLPROPERTIES ('external.table.purge'='false', 'stackhouse.run'='run1')"
    )


def test_quarantine_table_is_partitioned_by_batch():
    assert ddl.create_table(ReleaseTable("shop", QUARANTINE.name, 1), QUARANTINE, LOCATION, RUN) == (
        "CREATE EXTERNAL TABLE IF NOT EXISTS `shop_releases`.`quarantine__r000001` (\n"
        "  `source_file` STRING COMMENT 'Name of the file the row came in.',\n"
        "  `source_line` BIGINT COMMENT 'Line of its first byte, 1 is the first; of Parquet the row.',\n"
        "  `rules` ARRAY<STRING> COMMENT 'Ids of the broken rules.',\n"
        "  `offending_values` ARRAY<STRING> "
        "COMMENT 'Text that breaks each of the rules, in their order; NULL: the record itself does.',\n"
        "  `record` BINARY COMMENT 'The rejected record, its bytes as received.'\n"
        ")\n"
        "COMMENT 'Rejected rows of shop.'\n"
        "PARTITIONED BY (`source_batch` STRING COMMENT 'Batch id the row came with.')\n"
        "STORED AS PARQUET\n"
        "LOCATION '/stackhouse/releases/shop/tables'\n"
        "TBLPROPERTIES ('external.table.purge'='false', 'stackhouse.run'='run1')"
    )


def test_partitions_are_added_in_one_statement():
    locations = {"2001-01-01": "/a/quarter_start=2001-01-01", "2001-04-01": "/b/quarter_start=2001-04-01"}
    assert ddl.add_partitions(ReleaseTable("shop", SALES.name, 7), SALES, locations) == (
        "ALTER TABLE `shop_releases`.`sales__r000007` ADD IF NOT EXISTS\n"
        "PARTITION (`quarter_start`=DATE '2001-01-01') LOCATION '/a/quarter_start=2001-01-01'\n"
        "PARTITION (`quarter_start`=DATE '2001-04-01') LOCATION '/b/quarter_start=2001-04-01'"
    )


def test_quarantine_partition_is_a_text():
    assert ddl.add_partitions(ReleaseTable("shop", QUARANTINE.name, 7), QUARANTINE, {"00aa": "/q"}).endswith(
        "PARTITION (`source_batch`='00aa') LOCATION '/q'"
    )


def test_view_names_every_column_with_its_comment_and_the_release():
    (view,) = ddl.views("sales", (*SALES.columns, SALES.partition))
    assert ddl.replace_view(view, ReleaseTable("shop", "sales", 7), "Sales.") == (
        "CREATE OR REPLACE VIEW `shop`.`sales` (\n"
        "  `total` COMMENT 'Sum of prices.',\n"
        "  `quarter_start` COMMENT 'First day of the quarter; partition key.'\n"
        ")\n"
        "COMMENT 'Sales.'\n"
        "TBLPROPERTIES ('stackhouse.release'='7')\n"
        "AS SELECT `total`, `quarter_start` FROM `shop_releases`.`sales__r000007`"
    )


@pytest.mark.parametrize("kind", ["TINYINT", "SMALLINT", "INT"])
def test_views_show_whole_numbers_as_bigint_whose_arithmetic_does_not_wrap(kind):
    columns = (ddl.TableColumn("pieces", kind, "Number."), SALES.partition)
    (view,) = ddl.views("sales", columns)
    table = "FROM `shop_releases`.`sales__r000007`"
    assert ddl.replace_view(view, ReleaseTable("shop", "sales", 7), "").endswith(
        f"AS SELECT CAST(`pieces` AS BIGINT), `quarter_start` {table}"
    )
    assert ddl.select_view(view, ReleaseTable("shop", "sales", 7)) == (
        f"SELECT CAST(`pieces` AS BIGINT) AS `pieces`, `quarter_start` AS `quarter_start` {table}"
    )


@pytest.mark.parametrize(
    "kind", ["BIGINT", "DECIMAL(5,0)", "DOUBLE", "FLOAT", "BOOLEAN", "STRING", "DATE", "TIMESTAMP", "ARRAY<INT>"]
)
def test_views_show_other_types_as_they_are(kind):
    view = ddl.View("sales", (ddl.TableColumn("value", kind, ""),))
    sales = ReleaseTable("shop", "sales", 7)
    for statement in (ddl.replace_view(view, sales, ""), ddl.select_view(view, sales)):
        assert "CAST" not in statement


def test_release_tables_have_the_types_of_the_contract():
    table = ddl.Table("sales", "", (ddl.TableColumn("pieces", "SMALLINT", "Number."),), SALES.partition)
    assert "`pieces` SMALLINT COMMENT 'Number.'" in ddl.create_table(
        ReleaseTable("shop", table.name, 7), table, LOCATION, RUN
    )


def test_clean_has_a_view_with_and_one_without_origin():
    found = {
        view.name: [column.name for column in view.columns]
        for view in ddl.views("clean", (*CLEAN.columns, CLEAN.partition))
    }
    assert found == {
        "clean": ["sold_at", "price", "quarter_start"],
        "clean_with_origin": ["sold_at", "price", "source_batch", "source_file", "source_line", "quarter_start"],
    }


def test_quarantine_view_shows_the_bytes_as_text_too():
    (view,) = ddl.views("quarantine", (*QUARANTINE.columns, QUARANTINE.partition))
    assert ddl.replace_view(view, ReleaseTable("shop", "quarantine", 7), "").endswith(
        "AS SELECT `source_batch`, `source_file`, `source_line`, `rules`, `offending_values`, `record`, "
        "CAST(`record` AS STRING) FROM `shop_releases`.`quarantine__r000007`"
    )


@pytest.mark.parametrize("name", ["a b", "a`b", "a;b", "A", "", "ä", "1a", "a'--", "a" * 64])
def test_names_that_could_break_out_are_refused(name):
    with pytest.raises(ContractError):
        ReleaseTable("shop", name, 1)
    with pytest.raises(ContractError):
        ReleaseTable(name, "clean", 1)
    with pytest.raises(ContractError):
        ddl.replace_view(ddl.View("v", (ddl.TableColumn(name, "INT", ""),)), ReleaseTable("shop", "clean", 1), "")


@given(st.text())
def test_literal_is_one_token_that_means_the_text(text):
    """Reads it back by the rules of Hive's lexer: a backslash takes the next character along."""
    written = ddl.literal(text)
    assert (written[0], written[-1]) == ("'", "'")
    names = {"n": "\n", "r": "\r", "t": "\t"}
    read, characters = [], iter(written[1:-1])
    for character in characters:
        assert character != "'"
        if character == "\\":
            escaped = next(characters)
            assert escaped in "\\'nrt"
            character = names.get(escaped, escaped)  # noqa: PLW2901
        read.append(character)
    assert "".join(read) == text
