"""Beeline for programs: a header and the rows on standard output, whichever way the SQL comes."""

import csv
import io
import os
import subprocess

import pytest

from tests.integration.conftest import Answer
from warehouse.settings import REPOSITORY

CSV = ("--outputformat=csv2", "--silent=true")


@pytest.fixture
def beeline(settings, tmp_path):
    """Asks by a way, `-e`, `-f` or `stdin`."""

    def ask(way, sql, *options, **environment):
        (tmp_path / "q.sql").write_text(sql)
        arguments = {"-e": ["-e", sql], "-f": ["-f", tmp_path / "q.sql"], "stdin": []}[way]
        done = subprocess.run(
            [REPOSITORY / "stackhouse", "beeline", *CSV, *options, *arguments],
            input=sql.encode() if way == "stdin" else b"SELECT 'of standard input' AS wrong;\n",
            env={**os.environ, **environment},
            capture_output=True,
            check=False,
        )
        return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())

    return ask


WAYS = pytest.mark.parametrize("way", ["-e", "-f", "stdin"])

SCRIPT = r"""-- a; comment
/* a;
   'block */
SELECT 'a;b' AS one, "--c" AS two -- x; y

  , 'it\'s' AS three, 'd\\' AS `4`;
# a comment of beeline; too
SELECT /* ; */ 1 != 2 AS unequal; SELECT 1
!= 1 AS unequal,
'Zürich, "€"' AS place, CAST(NULL AS INT) AS nothing, 'x' AS last"""

ANSWER = """one,two,three,4
a;b,--c,it's,d\\
unequal
true
unequal,place,nothing,last
false,"Zürich, ""€""\",NULL,x
"""


@WAYS
def test_only_header_and_rows_come_out(beeline, way):
    answer = beeline(way, SCRIPT, LC_ALL="C")
    assert (answer.code, answer.out) == (0, ANSWER), answer.err


@WAYS
def test_first_statement_that_fails_ends_it(beeline, way):
    answer = beeline(way, "SELECT 1 AS a;\n-- b\nSELECT nowhere;\nSELECT 2 AS c;\n")
    assert answer.code == 1, answer
    assert answer.out == "a\n1\n"
    assert "nowhere" in answer.err


def test_long_statement_fits(beeline):
    """An argument of a process may have 128 KiB."""
    words = ", ".join(f"'{number:>60}'" for number in range(3000))
    answer = beeline("stdin", f"SELECT size(array({words})) AS words")
    assert (answer.code, answer.out) == (0, "words\n3000\n"), answer.err


def test_variables_and_first_script_are_beelines(beeline, tmp_path):
    (tmp_path / "first.sql").write_text("-- sets; b\nSET hivevar:b=2;\n")
    sql = "SELECT ${hivevar:a} + ${hivevar:b} AS total"
    answer = beeline("-e", sql, "-i", str(tmp_path / "first.sql"), "--hivevar", "a=1")
    assert (answer.code, answer.out) == (0, "total\n3\n"), answer.err


def test_url_of_the_user_wins(beeline, settings):
    url = f"jdbc:hive2://{settings.hosts.hiveserver2}:{settings.ports.hiveserver2}/ops"
    answer = beeline("-e", "SELECT current_database() AS d", "-u", url)
    assert (answer.code, answer.out) == (0, "d\nops\n"), answer.err


@pytest.mark.parametrize("locale", [{"LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}])
def test_query_answers_in_utf8_without_a_locale(settings, locale):
    done = subprocess.run(
        [REPOSITORY / "stackhouse", "query", "SELECT 'Zürich, €' AS `größe`", "--format", "csv"],
        env={**os.environ, **locale},
        capture_output=True,
        check=False,
    )
    assert list(csv.reader(io.StringIO(done.stdout.decode()))) == [["größe"], ["Zürich, €"]], done.stderr
