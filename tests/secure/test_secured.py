"""A plain stack with rows becomes a secured one: the owner works as before, and everybody else gets nothing.

On a stack of its own, with a state and ports of its own. The matrix asks as a client would who knows all addresses and
has the certificate: without a ticket, with the owner's name and another key, with a ticket of another KDC for the same
realm, as another principal of the realm, and as the owner.
"""

import gzip
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest
import requests

from hadoop.artifacts import artifact_directory
from hadoop.environment import HADOOP_CONF
from hadoop.java import find_java_home
from hadoop.processes import daemons
from hive.connection import connect
from secure.access import access
from secure.keytabs import keytab_of, new_key, write_secret
from secure.principals import REALM
from secure.state import make_keytabs, write_kerberos
from warehouse.errors import StackhouseError, TicketError
from warehouse.settings import REPOSITORY, load_settings

ENVIRONMENT = {"STACKHOUSE_HOME": ".stackhouse/secured", "STACKHOUSE_PORT_OFFSET": "12500"}
ROWS = 3000
COUNT = "SELECT sum(flights) FROM flights.delays_by_quarter"


def command(*arguments, **variables):
    """Run a command of `./stackhouse` on this stack."""
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=REPOSITORY,
        env={**os.environ, **ENVIRONMENT, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def must(done):
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def settings():
    return load_settings({**os.environ, **ENVIRONMENT})


@pytest.fixture(scope="module")
def plain_rows(settings, tmp_path_factory):
    """Rows that a plain stack published before it was secured."""
    command("down")
    shutil.rmtree(settings.home, ignore_errors=True)
    source = REPOSITORY / "data" / "flights" / "flights_2001-01.csv.gz"
    some = tmp_path_factory.mktemp("files") / "some.csv"
    with gzip.open(source, "rt") as lines:
        some.write_text("".join(line for line, _ in zip(lines, range(ROWS + 1), strict=False)))
    must(command("up"))
    must(command("load", "flights", str(some)))
    must(command("run", "flights"))
    return must(command("query", COUNT, "--format", "csv"))


@pytest.fixture(scope="module")
def secured(settings, plain_rows):
    """The stack, secured."""
    refused = command("up", "--secure")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "a plain stack is running; ./stackhouse down, then ./stackhouse up --secure" in refused.stderr
    must(command("down"))
    must(command("up", "--secure"))
    yield settings
    must(command("down"))


def test_rows_of_the_plain_stack_are_there(secured, plain_rows):
    assert must(command("query", COUNT, "--format", "csv")) == plain_rows


def test_owner_loads_runs_and_asks_as_before(secured, tmp_path):
    source = REPOSITORY / "data" / "flights" / "flights_2001-02.csv.gz"
    more = tmp_path / "more.csv"
    with gzip.open(source, "rt") as lines:
        more.write_text("".join(line for line, _ in zip(lines, range(ROWS + 1), strict=False)))
    must(command("load", "flights", str(more)))
    must(command("run", "flights"))
    answer = must(
        command("beeline", "--silent=true", "--outputformat=csv2", "-e", "SELECT count(*) FROM flights.clean")
    )
    with connect(secured.endpoints) as server:
        ((counted,),) = server.fetch("SELECT count(*) FROM flights.clean").rows
    assert answer.split() == ["_c0", str(counted)]
    assert ROWS < counted <= 2 * ROWS


def test_status_and_doctor_are_content(secured):
    assert "kdc" in must(command("status"))
    must(command("doctor"))


def test_secured_state_stays_secured(secured):
    refused = command("up", STACKHOUSE_SECURE="false")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "is the state of a secured stack, which stays secured; leave STACKHOUSE_SECURE empty" in refused.stderr


def test_secrets_are_for_their_owner_alone_and_in_no_log_argument_or_environment(secured):
    base = secured.home / "secure"
    password = (base / "tls" / "password").read_text()
    secrets = {password, (base / "http-secret").read_text()}
    for path in base.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        if path.suffix == ".keytab" or any(secret.encode() in content for secret in secrets):
            assert path.stat().st_mode & 0o077 == 0, path
    for process in daemons(secured):
        shown = " ".join(process.cmdline()) + repr(process.environ())
        assert not any(secret in shown for secret in secrets), process.cmdline()[:2]
    for log in (secured.home / "logs").rglob("*"):
        text = log.read_text(errors="replace") if log.is_file() else ""
        assert not any(secret in text for secret in secrets), log
        assert "delegation=" not in text, log


def endpoints(settings):
    hosts, ports, owner = settings.hosts, settings.ports, settings.user
    namenode = f"https://{hosts.namenode}:{ports.namenode_http}"
    datanode = f"https://localhost:{ports.datanode_http}"
    yarn = f"https://{hosts.resourcemanager}:{ports.resourcemanager_http}"
    node = f"https://localhost:{ports.nodemanager_http}"
    return {
        "data": f"{namenode}/webhdfs/v1/stackhouse/raw?op=LISTSTATUS",
        "data by name": f"{namenode}/webhdfs/v1/stackhouse/raw?op=LISTSTATUS&user.name={owner}",
        "data for another": f"{namenode}/webhdfs/v1/stackhouse/raw?op=LISTSTATUS&doas=hdfs",
        "namenode jmx": f"{namenode}/jmx?qry=java.lang:type=Runtime",
        "namenode conf": f"{namenode}/conf",
        "namenode logs": f"{namenode}/logs/",
        "namenode image": f"{namenode}/imagetransfer?getimage=1&txid=latest",
        "datanode without token": f"{datanode}/webhdfs/v1/stackhouse/raw?op=OPEN&namenoderpcaddress=stackhouse",
        "datanode jmx": f"{datanode}/jmx",
        "applications": f"{yarn}/ws/v1/cluster/apps",
        "resourcemanager conf": f"{yarn}/conf",
        "containers": f"{node}/ws/v1/node/containers",
        "nodemanager logs": f"{node}/logs/",
    }


OPEN_TO_TICKETS = {"applications", "containers"}
"""They show no data; which of the others' applications, is a matter of YARN's ACLs."""
OF_NOBODY = {"data for another", "datanode without token"}


@contextmanager
def kdc(settings, keytabs, home):
    """Another KDC over a directory of keytabs; `krb5.conf` of it is in a directory."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    write_kerberos(home, port)
    jars = artifact_directory(settings) / "kdc"
    arguments = ["stackhouse.kdc.Kdc", REALM, str(port), str(keytabs)]
    java = [find_java_home() / "bin" / "java", "-cp", f"{jars}/*:{HADOOP_CONF}", *arguments]
    with subprocess.Popen(java, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT) as process:
        while process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
            except OSError:
                time.sleep(0.05)
            else:
                break
        yield
        process.terminate()


@pytest.fixture(scope="module")
def identities(secured, tmp_path_factory):
    """Who asks: by name, with what he has."""
    place = tmp_path_factory.mktemp("clients")
    owner = secured.identity
    forged = place / "forged.keytab"
    write_secret(forged, keytab_of(new_key(owner.user)))
    # A principal is its keytab in the directory of the KDC.
    reader = secured.home / "secure" / "keytabs" / "reader.keytab"
    write_secret(reader, keytab_of(new_key("reader")))
    (place / "foreign").mkdir()
    make_keytabs(place / "foreign", owner.user)
    with kdc(secured, place / "foreign", place):
        foreign = replace(owner, keytab=place / "foreign" / "owner.keytab", kerberos=place / "krb5.conf")
        yield {
            "nobody": None,
            "forger": replace(owner, keytab=forged, tickets=place / "forger"),
            "foreigner": replace(foreign, tickets=place / "foreigner"),
            "reader": replace(owner, user="reader", keytab=reader, tickets=place / "reader"),
            "owner": replace(owner, tickets=place / "owner"),
        }
    reader.unlink()


def ask(settings, identity, url):
    """HTTP status, or `no ticket`."""
    session = access(identity).session()
    session.verify = str(settings.identity.certificate)
    try:
        answer = session.get(url, timeout=60)
    except TicketError:
        return "no ticket"
    assert "\tat org." not in answer.text, f"a stack trace of {url}"
    return answer.status_code


@pytest.mark.parametrize("who", ["nobody", "forger", "foreigner", "reader", "owner"])
def test_who_gets_what(secured, identities, who):
    found = {name: ask(secured, identities[who], url) for name, url in endpoints(secured).items()}
    for name, answer in found.items():
        if who == "owner" and name not in OF_NOBODY:
            expected = {200}
        elif who in ("reader", "owner"):
            expected = {200} if name in OPEN_TO_TICKETS else {401, 403}
        elif who == "forger":
            expected = {"no ticket"}
        else:
            expected = {401, 403}
        assert answer in expected, (who, found)


@pytest.mark.parametrize("who", ["nobody", "forger", "foreigner", "reader", "owner"])
def test_who_opens_a_session_of_hive(secured, identities, who):
    try:
        with connect(replace(secured.endpoints, identity=identities[who])) as server:
            answer = server.fetch("SELECT 1").rows
    except StackhouseError:
        answer = None
    # What a reader may ask is a matter of authorization.
    assert bool(answer) == (who in ("reader", "owner"))


def test_ports_of_the_stack_answer_no_plain_http(secured):
    for port in (secured.ports.namenode_http, secured.ports.resourcemanager_http, secured.ports.datanode_http):
        with pytest.raises(requests.RequestException):
            requests.get(f"http://localhost:{port}/jmx", timeout=10)
