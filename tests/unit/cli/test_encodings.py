"""Every locale gets an answer: programs get UTF-8, terminals what they can show."""

import json
import os
import subprocess
import sys

import pytest

from warehouse.settings import REPOSITORY

LOCALES = {
    "C": {"LC_ALL": "C"},
    "POSIX": {"LANG": "POSIX"},
    "C without UTF-8": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "ASCII": {"PYTHONIOENCODING": "ascii"},
    "Latin 1": {"PYTHONIOENCODING": "latin-1:strict"},
}
ROW = ("größe", "Zürich € ✓")
PRINT = f"""
import sys
from cli.output import open_output
from cli.views.query import PRINTERS
from hive.rows import Rows
ROW = {ROW!a}
open_output()
PRINTERS[sys.argv[1]](Rows((ROW[0],), ("STRING",), ((ROW[1],),)))
"""


def run(*arguments, locale, datasets=REPOSITORY, **streams):
    environment = {name: value for name, value in os.environ.items() if name not in ("LC_ALL", "LC_CTYPE", "LANG")}
    environment |= {**LOCALES[locale], "STACKHOUSE_DATASETS": str(datasets)}
    return subprocess.run([sys.executable, *arguments], cwd=REPOSITORY, env=environment, check=False, **streams)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_rows_are_utf8_for_programs(locale, form):
    done = run("-c", PRINT, form, locale=locale, capture_output=True)
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode()
    assert all(word in text for word in ROW)


@pytest.mark.parametrize(("locale", "shown"), [("ASCII", b"Z?rich ? ?"), ("Latin 1", "Zürich ? ?".encode("latin-1"))])
@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_terminal_shows_what_it_can(locale, shown, form):
    ours, theirs = os.openpty()
    done = run("-c", PRINT, form, locale=locale, stdout=theirs, stderr=subprocess.PIPE)
    os.close(theirs)
    assert done.returncode == 0, done.stderr
    assert shown in os.read(ours, 4096)
    os.close(ours)


@pytest.mark.parametrize("locale", LOCALES)
def test_arguments_files_and_errors_take_every_letter(locale, tmp_path):
    sample = tmp_path / "Größe ✓.csv"
    sample.write_text("id,sold_at,größe\n1,2001-04-01 10:00:00,€\n2,2001-05-01 10:00:00,✓\n")
    command = ("-m", "cli", "new")
    drafted = run(*command, "sizes", sample, "--json", locale=locale, datasets=tmp_path / "sets", capture_output=True)
    assert drafted.returncode == 0, drafted.stderr.decode()
    assert "Größe ✓.csv" in json.loads(drafted.stdout)["given"][0]
    refused = run(*command, "größe ✓", sample, locale=locale, capture_output=True)
    assert refused.returncode == 2
    assert "größe ✓" in refused.stderr.decode()
