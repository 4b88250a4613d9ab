"""What beeline is given to read: the form that its `!run` takes apart right."""

import pytest

from cli.beeline_script import beeline_script
from warehouse.errors import UsageError


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", ""),
        (" \n;;\n", ""),
        ("SELECT 1", "SELECT 1;\n"),
        ("SELECT 1;SELECT 2;\n", "SELECT 1;\nSELECT 2;\n"),
        ("-- only a comment", ""),
        ("-- a; b\nSELECT 1;", "SELECT 1;\n"),
        ("SELECT 1 -- a; b\n, 2", "SELECT 1  \n, 2;\n"),
        ("SELECT /* a; 'b */ 1", "SELECT   1;\n"),
        ("SELECT /* a\n* **/ 1", "SELECT \n 1;\n"),
        ("# beeline's own; comment\nSELECT 1\n  # another\n+ 2", "SELECT 1\n \n+ 2;\n"),
        ("SELECT /*+ MAPJOIN(a) */ 1", "SELECT /*+ MAPJOIN(a) */ 1;\n"),
        ("SELECT 'a;b -- c /* d */', \"e;'f\"", "SELECT 'a;b -- c /* d */', \"e;'f\";\n"),
        (r"SELECT 'it\'s; -- ', 1 -- x", "SELECT 'it\\'s; -- ', 1;\n"),
        # Beeline takes a quote behind a backslash for escaped, even when the backslash is.
        (r"SELECT 'a\\', 'b;'; SELECT 2", "SELECT 'a\\u005c', 'b;';\nSELECT 2;\n"),
        (r"SELECT 'a\\\\', '\\d'", "SELECT 'a\\\\\\u005c', '\\\\d';\n"),
        ("SELECT 'a;\n b\r\\\nc'", "SELECT 'a;\\n b\\r\\nc';\n"),
        ("SELECT `a b`, 1 - 2 / 3", "SELECT `a b`, 1 - 2 / 3;\n"),
        ("SELECT 1\n\n!= 2", "SELECT 1\n\n!= 2;\n"),
        ("-- x\n!set silent true\nSELECT 1; !tables", "!set silent true\nSELECT 1;\n!tables\n"),
        # Half a string is for Hive to refuse.
        ("SELECT 'a", "SELECT 'a;\n"),
        ("SELECT 'Zürich \udcff'", "SELECT 'Zürich \udcff';\n"),
    ],
)
def test_script_keeps_statements_without_comments(written, read):
    assert beeline_script(written) == read


@pytest.mark.parametrize("name", ["`a;b`", "`a--b`", "`it's`", "`a\nb`"])
def test_name_that_beeline_cannot_read_is_refused(name):
    with pytest.raises(UsageError, match=r"(?s)cannot read the name .*; ask with \./stackhouse query"):
        beeline_script(f"SELECT {name} FROM t")


def test_long_script_is_read_in_one_pass():
    statement = f"SELECT {', '.join(map(str, range(100_000)))}"
    assert beeline_script(f"{statement};{statement}") == f"{statement};\n" * 2
