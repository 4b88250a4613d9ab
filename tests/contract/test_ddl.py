"""DDL = contract = Parquet footer, for every dataset of the repository."""

import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlfluff

from hive import ddl
from hive.audit import sql as audit_sql
from hive.audit.facts import asked_of
from hive.release_table import ReleaseTable
from spark.schema import row_schema, spark_type
from warehouse.contract.file import load_contract
from warehouse.settings import REPOSITORY

DATASETS = sorted(path.parent.name for path in REPOSITORY.glob("data/*/dataset.yaml"))
TABLE = re.compile(r"CREATE EXTERNAL TABLE IF NOT EXISTS \S+ \((.*?)\n\)\n", re.DOTALL)
LOCATION = "/stackhouse/releases/sales/tables"
RUN = "20261124T142605Zf00dab"
COLUMN = re.compile(r"^  `(\w+)` (\S+) COMMENT '((?:[^'\\]|\\.)*)'", re.MULTILINE)


def statements(contract):
    yield from ddl.create_databases(contract.dataset)
    for table in ddl.tables(contract):
        yield ddl.create_table(ReleaseTable(contract.dataset, table.name, 1), table, LOCATION, RUN)
        value = "2001-04-01" if table.partition.type == "DATE" else "00000000000000aa"
        yield ddl.add_partitions(ReleaseTable(contract.dataset, table.name, 1), table, {value: "/a/b=c"})
        for view in ddl.views(table.name, (*table.columns, table.partition)):
            yield ddl.replace_view(view, ReleaseTable(contract.dataset, table.name, 1), table.comment)
            yield ddl.drop_view(contract.dataset, view.name)
        yield audit_sql.partition_facts(contract.dataset, table, 1, asked_of(contract, table))
        yield ddl.drop_table(ReleaseTable(contract.dataset, table.name, 1))
    yield audit_sql.doubled_keys(contract.dataset, 1, contract.key or (contract.event_time,))


def ddl_columns(contract, table):
    statement = TABLE.search(ddl.create_table(ReleaseTable(contract.dataset, table.name, 1), table, LOCATION, RUN))[1]
    return [(name, kind, re.sub(r"\\(.)", r"\1", comment)) for name, kind, comment in COLUMN.findall(statement)]


def footer_columns(schema):
    """Names and Hive types of a Parquet footer."""
    return [(field.name, hive_type(field.type)) for field in schema]


def hive_type(kind):
    if pa.types.is_timestamp(kind):
        # With a time zone (isAdjustedToUTC) Hive would shift it by the zone of its JVM.
        assert kind.tz is None
        return "TIMESTAMP"
    if pa.types.is_decimal(kind):
        return f"DECIMAL({kind.precision},{kind.scale})"
    if pa.types.is_list(kind):
        return f"ARRAY<{hive_type(kind.value_type)}>"
    names = {
        pa.string(): "STRING", pa.binary(): "BINARY", pa.bool_(): "BOOLEAN", pa.date32(): "DATE",
        pa.int8(): "TINYINT", pa.int16(): "SMALLINT", pa.int32(): "INT", pa.int64(): "BIGINT", pa.float64(): "DOUBLE",
    }  # fmt: skip
    return names[kind]


@pytest.mark.parametrize("dataset", DATASETS)
def test_sqlfluff_parses_the_statements(dataset):
    for statement in statements(load_contract(dataset)):
        # No dialect of sqlfluff knows ADD PARTITION with locations; tests/integration gives it to Hive.
        if statement.startswith("ALTER TABLE"):
            continue
        # Its hive dialect has no column comments in a view; the same statement in Spark has them.
        sqlfluff.parse(statement, dialect="sparksql" if "REPLACE VIEW" in statement else "hive")


@pytest.mark.parametrize("dataset", DATASETS)
def test_ddl_has_the_contracts_columns_types_and_descriptions(dataset):
    contract = load_contract(dataset)
    clean, _, *marts = ddl.tables(contract)
    expected = [(column.name, column.type, column.description) for column in contract.columns]
    assert ddl_columns(contract, clean)[: len(expected)] == expected
    assert [table.name for table in marts] == [mart.name for mart in contract.marts]
    for table, mart in zip(marts, contract.marts, strict=True):
        assert ddl_columns(contract, table) == [(item.name, item.type, item.description) for item in mart.columns]


@pytest.mark.parametrize("dataset", DATASETS)
def test_files_that_spark_writes_have_the_columns_of_the_ddl(dataset, spark, tmp_path):
    contract = load_contract(dataset)
    clean, _, *marts = ddl.tables(contract)
    schemas = {"clean": row_schema(contract)}
    for mart in contract.marts:
        schemas[mart.name] = ", ".join(f"{c.name} {spark_type(c.type).simpleString()}" for c in mart.columns)
    for table in (clean, *marts):
        target = tmp_path / table.name
        spark.createDataFrame([], schemas[table.name]).coalesce(1).write.parquet(str(target))
        (file,) = target.glob("*.parquet")
        expected = [(name, kind) for name, kind, _ in ddl_columns(contract, table)]
        assert footer_columns(pq.read_schema(file)) == expected
