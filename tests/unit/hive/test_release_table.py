"""Names of physical tables."""

import pytest

from hive.release_table import ReleaseTable


def test_name_and_its_parts():
    table = ReleaseTable("shop", "sales", 42)
    assert (table.table, table.sql) == ("sales__r000042", "`shop_releases`.`sales__r000042`")
    assert ReleaseTable.parse("shop", table.table) == table
    assert ReleaseTable.parse("shop", "a__r000001__r1000000") == ReleaseTable("shop", "a__r000001", 1_000_000)


@pytest.mark.parametrize("name", ["sales", "sales__r42", "sales__r00004x", "__r000042", "1a__r000042"])
def test_other_tables_are_none(name):
    assert ReleaseTable.parse("shop", name) is None
