"""What the documents tell people to type."""

import re
from itertools import groupby

from warehouse.settings import REPOSITORY

DOCUMENTS = (
    "README.md",
    "docs/consumers.md",
    "docs/jdbc.md",
    "docs/schedule.md",
    "docs/security.md",
    "docs/users.md",
)

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INDENT = "    "
_COMMENT = re.compile(r"\s{2,}\S.*$")


def fenced(document: str, language: str) -> list[str]:
    """Texts of the fenced blocks in a language."""
    return [text for kind, text in _FENCED.findall(_read(document)) if kind == language]


def scripts(document: str) -> list[str]:
    """Texts of the indented blocks that are whole programs."""
    return [text for text in _indented(document) if text.startswith("#!")]


def lines(document: str) -> list[str]:
    """Each line of the other indented blocks, without the comment that two blanks part from it."""
    others = [text for text in _indented(document) if not text.startswith("#!")]
    return [_COMMENT.sub("", line) for text in others for line in text.splitlines()]


def statements(document: str) -> list[tuple[str, str]]:
    """Statements of SQL in the indented blocks, each with the answer that is shown beside it, or nothing."""
    asked = [text for text in _indented(document) if text.startswith(("SELECT", "SHOW"))]
    return [(text, "") if "\n" in text.strip() else (_COMMENT.sub("", text), _beside(text)) for text in asked]


def _beside(line: str) -> str:
    found = _COMMENT.search(line)
    return found.group().strip() if found else ""


def _read(document: str) -> str:
    return (REPOSITORY / document).read_text(encoding="utf-8")


def _indented(document: str) -> list[str]:
    text = _FENCED.sub("", _read(document))
    groups = groupby(text.splitlines(), key=lambda line: line.startswith(_INDENT))
    return ["\n".join(line.removeprefix(_INDENT) for line in group) + "\n" for indented, group in groups if indented]


FLIGHTS = (
    "./stackhouse up",
    "./stackhouse status",
    "./stackhouse doctor",
    "./stackhouse load flights data/flights/*.csv.gz",
    "./stackhouse run flights",
    './stackhouse query "SELECT * FROM flights.delays_by_quarter"',
    "./stackhouse quarantine flights",
    "./stackhouse contract check flights",
    "./stackhouse list",
    "./stackhouse history flights",
    "./stackhouse pin flights 1 --reason TEXT",
)
"""Typed as they stand where the flights are published."""

TWO_RELEASES = (
    "./stackhouse reprocess flights [FILE...]",
    "./stackhouse diff flights 1 2",
    './stackhouse query --release 1 "SELECT ..."',
    "./stackhouse rollback flights [--to 1]",
    "./stackhouse gc flights",
)
"""Typed for a small dataset with two releases."""

OWN_DATA = (
    "./stackhouse new sales ~/sales.csv",
    "./stackhouse contract check sales",
    "./stackhouse load sales ~/sales.csv",
    "./stackhouse run sales",
    './stackhouse query "SELECT * FROM sales.sales_by_quarter"',
)
"""Typed with another home directory and another one for contracts."""

JDBC = (
    "mvn -f consumers/jdbc process-resources -Dstackhouse.jars=DIR",
    "java -cp 'DIR/jdbc/*' consumers/jdbc/QuarterlyDelays.java jdbc:hive2://localhost:10000/default 2001Q2",
    "mvn -f consumers/jdbc compile -Dstackhouse.jars=DIR",
    "java -cp 'DIR/classes:DIR/jdbc/*' QuarterlyDelays jdbc:hive2://localhost:10000/default 2001Q2",
    ".venv/bin/python -m consumers.jdbc.read_jdbc jdbc:hive2://localhost:10000/default 2001Q2",
)
"""Typed with a new directory as DIR."""

JDBC_URL = "jdbc:hive2://localhost:10000/flights;socketTimeout=60000?hive.fetch.task.conversion.threshold=1000000000"
"""Given to the example in Python."""

TIMERS = (
    "./stackhouse schedule install flights --every quarter",
    "./stackhouse schedule show",
    "./stackhouse schedule run flights",
    "./stackhouse schedule remove flights",
    "run-quarter.sh flights",
    "run-quarter.sh flights due",
)
"""Typed with a stand-in for crontab; `run-quarter.sh` from its directory."""

USERS = (
    "./stackhouse user add ann",
    "./stackhouse user add bob --role steward",
    "./stackhouse user list",
    './stackhouse beeline -n ann -w ~/warehouse.password -e "SELECT current_user()"',
    "./stackhouse user remove ann",
)
"""Typed one after the other, with the password that the first one prints in that file."""

NAMED_FILE = "export STACKHOUSE_HIVE_PASSWORD_FILE=~/warehouse.password"
"""Typed where no other password is to be found."""

CERTIFICATE = "export STACKHOUSE_HIVE_CERTIFICATE=~/warehouse.pem"
"""Typed where no other certificate is to be found, on a secured stack."""

BY_HAND = (
    "export KRB5_CONFIG=$PWD/.stackhouse/secure/krb5.conf",
    "export KRB5_CLIENT_KTNAME=FILE:$PWD/.stackhouse/secure/keytabs/owner.keytab",
    "curl --negotiate -u : --cacert .stackhouse/secure/tls/ca.pem "
    '"https://localhost:9870/webhdfs/v1/stackhouse?op=LISTSTATUS"',
)
"""Typed in one shell, on a secured stack."""

ELSEWHERE = {
    "./stackhouse demo": "the first thing that anybody types; its parts: tests/integration/test_flights.py",
    "./stackhouse test": "is what runs here",
    "./stackhouse down": "ends what all tests use; tests/integration/test_lifecycle.py",
    "./stackhouse up --secure": "secures a stack: tests/secure/conftest.py",
    "./stackhouse rotate": "of a stopped stack: tests/secure/test_takeover.py",
    "./stackhouse sbom --out /tmp/sbom": "tests/unit/cli/test_sbom.py, in a directory of its own",
    "./stackhouse sbom check --database /tmp/osv": "tests/unit/cli/test_sbom.py, in an invented database",
    "./stackhouse logs hiveserver2 -f": "never ends",
    "./stackhouse generate trips --rows 1000000 --seed 1 --out /tmp/trips": "tests/unit/generator, fewer rows",
    "docker compose up -d --build --wait": "tests/cluster",
    "./stackhouse demo --profile compose": "tests/cluster",
    "rm -rf .stackhouse .venv": "removes what runs here",
    "STACKHOUSE_HOME=~/second STACKHOUSE_PORT_OFFSET=500 ./stackhouse up": "the suite's own stack is a second one",
    "apt-get install python3-venv openjdk-17-jre-headless maven": "needs root",
    "pip install '.[client]'": "asks a registry; test_document_promises.py sees what packages bring",
    "pip install '.[client,ml]'": "asks a registry; test_document_promises.py sees what packages bring",
    "python -m consumers.examples.forecast_delays --out forecast --publish": "tests/integration/test_forecast.py",
    "export STACKHOUSE_TLS_CERTIFICATE=~/stack.pem": "tests/unit/secure/test_given_certificate.py",
    "export STACKHOUSE_TLS_KEY=~/stack.key": "its key",
    "journalctl --user -u stackhouse-flights": "needs a user's systemd",
    "jdbc:hive2://hs2.example:10000/default;principal=hive/hs2.example@EXAMPLE.COM;ssl=true": "a cluster elsewhere; "
    "one like it: tests/secure/test_external.py",
    "loginctl enable-linger": "needs a user's systemd",
    "less .stackhouse/logs/schedule.flights.log": "a pager",
    "run-quarter.sh flights 2026Q3": "a quarter to come; tests/unit/schedule/test_run_quarter.py",
    "STACKHOUSE_ON_FAILURE=/home/you/bin/stackhouse-mail": "a line of a crontab; tests/unit/schedule",
    "30 4 * * * /home/you/stackhouse/consumers/shell/run-quarter.sh flights due": "a line of a crontab",
}
"""Typed by no test of documents, and why."""
