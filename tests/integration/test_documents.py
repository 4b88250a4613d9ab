"""The documents, typed as they stand, on a stack with the flights. What needs a secured one: tests/secure."""

import os
import re
import shlex
import subprocess
import sys

import pytest

from hadoop.java import find_java_home
from hive.connection import connect
from stack.users import list_users, remove_user
from tests import documents
from tests.faults.commands import Command
from tests.faults.workers import with_one_release
from tests.integration.conftest import must
from warehouse.settings import REPOSITORY

STAND_INS = {
    "crontab": """case "$1" in
  -l) [ -e "$HOME/crontab" ] || { echo "no crontab for ann" >&2; exit 1; }; cat "$HOME/crontab" ;;
  -) cat >"$HOME/crontab" ;;
esac
""",
    "systemctl": "exit 1\n",
}
"""A machine with cron and without systemd; nothing that belongs to the one of the tests is touched."""


@pytest.fixture(scope="module")
def settled(flights, stackhouse):
    """Flights that no check holds, whatever other tests loaded."""
    return must(stackhouse("run", "flights", "--accept", "--reason", "It is known what other tests loaded."))


@pytest.fixture
def shell(settled, settings, flight_files, tmp_path):
    """Types a line in the checkout, on the stack of the tests with its flights."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in STAND_INS.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}")
        (programs / name).chmod(0o755)
    path = [programs, REPOSITORY / "consumers" / "shell", find_java_home() / "bin", os.environ["PATH"]]
    environment = {**os.environ, "PATH": ":".join(map(str, path)), "STACKHOUSE_JOBS": str(tmp_path / "jobs")}

    def type_line(line, **more):
        done = subprocess.run(
            ["bash", "-c", on_this_stack(line, settings, flight_files)],
            cwd=REPOSITORY,
            env={**environment, **more},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        return done.stdout

    return type_line


def on_this_stack(text, settings, flight_files):
    """The documents name the ports, the account and the state directory of the user's stack, and all the flights."""
    ports = settings.ports
    there = {
        "10000": str(ports.hiveserver2),
        "localhost:9870": f"localhost:{ports.namenode_http}",
        '"you"': f'"{settings.user}"',
        "hive://you:": f"hive://{settings.user}:",
        ".stackhouse/users/you": f"{settings.home}/users/{settings.user}",
        "data/flights/*": f"{flight_files}/*",
        'Path("data/flights")': f'Path("{flight_files}")',
    }
    for shown, used in there.items():
        text = text.replace(shown, used)
    return text


@pytest.mark.local
@pytest.mark.parametrize("document", ["docs/consumers.md"])
def test_python_examples_of_a_document_run_one_after_the_other(flights, flight_files, settings, document, tmp_path):
    script = tmp_path / "examples.py"
    examples = "\n".join(documents.fenced(document, "python"))
    script.write_text(on_this_stack(examples, settings, flight_files))
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:__main__", str(script)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    assert "mean_delay_30d" in done.stdout


def test_lines_for_a_shell_end_well(shell):
    lines = [line for text in documents.fenced("docs/consumers.md", "sh") for line in text.splitlines()]
    assert len(lines) == 5
    assert "2001Q2" in [shell(line) for line in lines][-1]


def test_lines_for_a_stack_with_flights_end_well(shell, stackhouse):
    printed = {line: shell(line) for line in documents.FLIGHTS}
    must(stackhouse("unpin", "flights", "1"))
    for line in documents.FLIGHTS:
        if "query" in line:
            assert "2001Q2" in printed[line]


def test_ways_to_connect_of_the_readme_work(shell, settings):
    """The commands, the statement of Python and the address in its table."""
    table = (REPOSITORY / "README.md").read_text().partition("| from | how |")[2].partition("\n\n")[0]
    spans = re.findall(r"`([^`]+)`", table)
    commands = [span for span in spans if span.startswith("./stackhouse ")]
    assert ["1" in shell(commands[0]), "delays_by_quarter" in shell(commands[1])] == [True, True]
    (python,) = [span for span in spans if span.startswith("pyhive.")]
    reading = "password = open('.stackhouse/users/you.password').read().strip()"
    one = f"import pyhive.hive; {reading}; c = {python}.cursor(); c.execute('SELECT 1'); print(c.fetchall())"
    assert shell(shlex.join([sys.executable, "-c", one])) == "[(1,)]\n"
    (address,) = [span.replace("=you", f"={settings.user}") for span in spans if span.startswith("http://")]
    assert '"pathSuffix":"releases"' in shell(f"curl --silent --fail '{address}'")


def test_lines_for_a_dataset_with_two_releases_end_well(settings, flight_files, tmp_path):
    world = with_one_release(settings, tmp_path)
    world.load()
    world.publish()
    environment = {**world.environment, "STACKHOUSE_DATASETS": str(world.home)}
    for line in documents.TWO_RELEASES:
        # What may be left out is typed too, but for the files, which are anybody's.
        text = line.replace("[FILE...]", "").translate(str.maketrans("", "", "[]")).replace("flights", world.dataset)
        words = shlex.split(text.replace("SELECT ...", f"SELECT * FROM {world.dataset}.totals"))
        ended = Command(world.home, words[1:], environment=environment).end()
        assert ended.code == 0, (line, ended.err)
    assert world.problems([world.show(1)], settled=True) == []
    _assert_statements_are_answered(settings, flight_files, world)


def _assert_statements_are_answered(settings, flight_files, world):
    """Those of docs/releases.md, after a rollback to release 1."""
    asked = documents.statements("docs/releases.md")
    names = {"sales.": f"{world.dataset}.", "sales_rel": f"{world.dataset}_rel", "'sales'": f"'{world.dataset}'"}
    with connect(settings.endpoints) as server:
        for text, shown in asked:
            wanted = text.replace("000042", "000001")
            for name, own in names.items():
                wanted = wanted.replace(name, own)
            (first, *_) = server.fetch(wanted.strip()).rows or [()]
            assert not shown or [str(value) for value in first] == shown.replace("42", "1").split(), text
    assert [bool(shown) for _, shown in asked] == [True, False, False, False]
    (program,) = documents.fenced("docs/releases.md", "python")
    text = on_this_stack(program, settings, flight_files).replace("sales", world.dataset) + "assert cursor.fetchall()\n"
    subprocess.run([sys.executable, "-c", text], check=True, cwd=REPOSITORY)


def test_lines_for_ones_own_data_lead_to_a_mart(shell, tmp_path):
    (tmp_path / "sales.csv").write_text(
        "id,sold_at,amount\n" + "".join(f"{n},2001-0{1 + n % 6}-01 10:00:00,{n}.50\n" for n in range(1, 61))
    )
    printed = [shell(line, HOME=str(tmp_path), STACKHOUSE_DATASETS=str(tmp_path)) for line in documents.OWN_DATA]
    assert "2001Q2" in printed[-1]


def test_lines_for_java_and_python_by_jdbc_print_a_quarter(shell, settings, tmp_path):
    lines = [*documents.JDBC, f".venv/bin/python -m consumers.jdbc.read_jdbc '{documents.JDBC_URL}' 2001Q2"]
    if not (find_java_home() / "bin" / "javac").exists():
        # Java runs a program from its source with the compiler of a JDK only.
        lines = [line for line in lines if ".java " not in line]
    password = {"STACKHOUSE_HIVE_PASSWORD_FILE": str(settings.logins.password_file(settings.user))}
    printed = {line: shell(line.replace("DIR", str(tmp_path / "jars")), **password) for line in lines}
    assert [line for line, text in printed.items() if "2001Q2" not in text] == [
        line for line in lines if line.startswith("mvn")
    ]


@pytest.mark.local
def test_lines_about_users_let_one_in_and_out(shell, settings, tmp_path):
    password, printed = tmp_path / "warehouse.password", {}
    password.touch(mode=0o600)
    for line in documents.USERS:
        printed[line] = shell(line, HOME=str(tmp_path))
        if line.endswith("add ann"):
            password.write_text(printed[line].split()[-1])
    _, _, listed, asked, _ = printed.values()
    assert {"ann reader", "bob steward"} <= {" ".join(line.split()) for line in listed.splitlines()}
    assert "| ann " in asked
    remove_user(settings, "bob")
    assert not {"ann", "bob"} & list_users(settings).keys()


@pytest.mark.local
def test_password_in_a_file_that_is_named_is_found(shell, settings, tmp_path):
    file = tmp_path / "warehouse.password"
    file.touch(mode=0o600)
    file.write_text(settings.logins.password_file(settings.user).read_text())
    # Not the owner's state directory, which has the password too.
    elsewhere = {"HOME": str(tmp_path), "STACKHOUSE_HOME": str(tmp_path / "state")}
    query = './stackhouse query "SELECT current_user()" --format csv'
    assert settings.user in shell(f"{documents.NAMED_FILE}\n{query}", **elsewhere)
    file.write_text("guessed")
    assert shell(f"{documents.NAMED_FILE}\n! {query}", **elsewhere) == ""


def test_lines_for_timers_end_well_and_leave_no_timer(shell, tmp_path):
    printed = {line: shell(line, HOME=str(tmp_path)) for line in documents.TIMERS}
    assert "04:30" in printed["./stackhouse schedule show"]
    assert (tmp_path / "crontab").read_text().strip() == ""
