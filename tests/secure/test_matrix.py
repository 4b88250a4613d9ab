"""Every endpoint of a secured stack, asked by six callers who know all addresses and have the certificate.

| caller | what he has |
|---|---|
| nobody | nothing |
| forger | the owner's name, which he writes wherever a plain stack would believe it |
| foreigner | a ticket of another KDC for the same realm, in the owner's name |
| late | tickets in the owner's name with the right keys, which ended an hour ago |
| reader | a ticket of this realm, as another principal |
| owner | his ticket |
"""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace

import pytest
from thrift.Thrift import TException

from hadoop.artifacts import artifact_directory
from hadoop.environment import stack_environment
from hive.connection import connect
from hive.health import ask_metastore
from secure.access import access
from secure.kerberos import ask_kdc
from secure.keytabs import keytab_of, new_key, write_secret
from secure.state import make_keytabs
from tests.kdc import running_kdc
from warehouse.errors import StackhouseError, TicketError
from warehouse.identity import Identity
from warehouse.settings import REPOSITORY

HOUR_AGO, HOUR = -3600, 3600
YES, NO = "yes", "no"
GUESSED = "swordfish"

PLAIN = {"STACKHOUSE_AUTHENTICATION": "simple", "STACKHOUSE_PROTECTION": "authentication"}
"""Of a client that knows no Kerberos."""

EVERY_TICKET = {"web: applications", "web: containers", "RPC: applications", "HiveServer2, ticket"}
"""They show no data. What a statement may ask is a matter of authorization: tests/integration/test_logins.py."""

NOBODY = {"web: data for another", "web: DataNode without token", "RPC: administration of HDFS"}
"""Of HDFS's superuser or of no one, so not even for the owner."""


@dataclass(frozen=True)
class Caller:
    """Who asks: with what identity, and which name he writes."""

    identity: Identity | None
    name: str


def pages(settings):
    hosts, ports, owner = settings.hosts, settings.ports, settings.user
    namenode = f"https://{hosts.namenode}:{ports.namenode_http}"
    datanode = f"https://localhost:{ports.datanode_http}"
    yarn = f"https://{hosts.resourcemanager}:{ports.resourcemanager_http}"
    node = f"https://localhost:{ports.nodemanager_http}"
    return {
        "data": f"{namenode}/webhdfs/v1/stackhouse/raw?op=LISTSTATUS",
        "data by name": f"{namenode}/webhdfs/v1/stackhouse/raw?op=LISTSTATUS&user.name={owner}",
        "data for another": f"{namenode}/webhdfs/v1/stackhouse/raw?op=LISTSTATUS&doas=hdfs",
        "NameNode metrics": f"{namenode}/jmx?qry=java.lang:type=Runtime",
        "NameNode configuration": f"{namenode}/conf",
        "NameNode logs": f"{namenode}/logs/",
        "DataNode without token": f"{datanode}/webhdfs/v1/stackhouse/raw?op=OPEN&namenoderpcaddress=stackhouse",
        "DataNode metrics": f"{datanode}/jmx",
        "applications": f"{yarn}/ws/v1/cluster/apps?user.name={owner}",
        "ResourceManager configuration": f"{yarn}/conf",
        "containers": f"{node}/ws/v1/node/containers",
        "NodeManager logs": f"{node}/logs/",
    }


def forge_tickets(settings, end, target):
    """Tickets of the owner for every service, which end at a time; who has all keys can make them."""
    keytabs = [settings.home / "secure" / "keytabs" / f"{name}.keytab" for name in SERVICES]
    arguments = [artifact_directory(settings) / "kdc", settings.user, str(end), target, *keytabs]
    subprocess.run([sys.executable, "-m", "tests.secure.forge_ticket", *arguments], cwd=REPOSITORY, check=True)
    return replace(settings.identity, tickets=target, keytab=target.with_name("none"))


def reader_of(owner, keytab, place):
    principal = owner.principal.replace(owner.user, "reader", 1)
    return replace(owner, user="reader", principal=principal, keytab=keytab, tickets=place / "reader")


SERVICES = ("krbtgt", "http", "namenode", "resourcemanager", "hive")


@pytest.fixture(scope="module")
def callers(secured, tmp_path_factory):
    place = tmp_path_factory.mktemp("clients")
    owner = secured.identity
    # A principal is its keytab in the directory of the KDC.
    reader = secured.home / "secure" / "keytabs" / "reader.keytab"
    write_secret(reader, keytab_of(new_key("reader")))
    (place / "foreign").mkdir()
    make_keytabs(place / "foreign", owner.user)
    with running_kdc(artifact_directory(secured) / "kdc", place / "foreign", place):
        foreign = replace(owner, keytab=place / "foreign" / "owner.keytab", kerberos=place / "krb5.conf")
        yield {
            "nobody": Caller(None, "nobody"),
            "forger": Caller(None, owner.user),
            "foreigner": Caller(replace(foreign, tickets=place / "foreigner"), owner.user),
            "late": Caller(forge_tickets(secured, HOUR_AGO, place / "late"), owner.user),
            "reader": Caller(reader_of(owner, reader, place), "reader"),
            "owner": Caller(replace(owner, tickets=place / "owner"), owner.user),
        }
    reader.unlink()


def by_web(settings, caller):
    return {f"web: {name}": _page(settings, caller.identity, url) for name, url in pages(settings).items()}


def _page(settings, identity, url):
    session = access(identity).session()
    session.verify = str(settings.identity.certificate)
    try:
        answer = session.get(url, timeout=60)
    except TicketError:
        return NO
    assert "\tat org." not in answer.text, f"a stack trace of {url}"
    assert answer.status_code in {200, 401, 403}, (url, answer.status_code, answer.text)
    return YES if answer.ok else NO


def by_rpc(settings, callers):
    """By caller; Hadoop's clients try for a while before they give up, so all ask at once."""
    tickets = {}
    for who, caller in callers.items():
        with suppress(TicketError):
            tickets[who] = access(caller.identity).java_client() or {**PLAIN, "HADOOP_USER_NAME": caller.name}
    with ThreadPoolExecutor(len(tickets)) as pool:
        asked = {who: pool.submit(_rpc, settings, callers[who], ticket) for who, ticket in tickets.items()}
        return {who: answer.result() for who, answer in asked.items()}


def _rpc(settings, caller, ticket):
    environment = {**stack_environment(settings), "PYTHONPATH": str(REPOSITORY), **ticket}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.secure.rpc_client"),
            environment["STACKHOUSE_HADOOP_CLASS_PATH"],
            *access(caller.identity).java_options.split(),
        ],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {name: YES if answer == YES else NO for name, answer in json.loads(done.stdout.splitlines()[-1]).items()}


def by_thrift(settings, caller):
    endpoints = replace(settings.endpoints, user=caller.name, identity=caller.identity)
    guessing = replace(endpoints, password=GUESSED)
    return {
        "metastore": _answers(lambda: _metastore(settings, caller)),
        "HiveServer2, ticket": _answers(lambda: _session(endpoints)) if caller.identity else NO,
        "HiveServer2, guessed password": _answers(lambda: _by_password(settings, guessing)),
        "HiveServer2, plain": _answers(lambda: _session(replace(guessing, identity=None, certificate=None))),
    }


def _answers(question):
    try:
        question()
    except (StackhouseError, TException, OSError, EOFError):
        return NO
    return YES


def _metastore(settings, caller):
    ask_metastore(settings.hosts.metastore, settings.ports.metastore, access(caller.identity).metastore)


def _session(endpoints):
    with connect(endpoints) as server:
        assert server.fetch("SELECT 1").rows == ((1,),)


def _by_password(settings, endpoints):
    socket_by_tls = access(None, endpoints.certificate).socket(endpoints.hive_host, endpoints.hive_port)
    try:
        access(None).hiveserver2(socket_by_tls, endpoints).open()
    finally:
        socket_by_tls.close()


def expected(who, name):
    if who == "owner":
        return NO if name in NOBODY or name in {"HiveServer2, guessed password", "HiveServer2, plain"} else YES
    return YES if who == "reader" and name in EVERY_TICKET else NO


@pytest.fixture(scope="module")
def matrix(secured, callers):
    """By endpoint and caller what was found."""
    found, answers = {}, by_rpc(secured, callers)
    for who, caller in callers.items():
        for name, answer in {**by_web(secured, caller), **answers.get(who, {}), **by_thrift(secured, caller)}.items():
            found.setdefault(name, {})[who] = answer
    # Of who cannot even get a ticket, Hadoop's clients are not started.
    return {name: {who: row.get(who, NO) for who in callers} for name, row in found.items()}


def test_every_cell_of_the_matrix_is_as_promised(matrix, callers, capsys):
    with capsys.disabled():
        print("\n| endpoint |", " | ".join(callers), "|\n|---|" + "---|" * len(callers))
        for name, row in matrix.items():
            print(f"| {name} |", " | ".join(row.values()), "|")
    assert len(matrix) >= 20
    wrong = [
        (name, who, row[who]) for name, row in matrix.items() for who in callers if row[who] != expected(who, name)
    ]
    assert wrong == []


def test_forged_tickets_are_good_until_they_end(secured, tmp_path):
    """Else the row of who is late would be one of who is a forger."""
    (name, url), *_ = pages(secured).items()
    assert _page(secured, forge_tickets(secured, HOUR, tmp_path / "good"), url) == YES, name
    assert _page(secured, forge_tickets(secured, HOUR_AGO, tmp_path / "late"), url) == NO, name


def test_name_of_the_owner_with_another_key_gets_no_ticket(secured, tmp_path):
    write_secret(tmp_path / "forged.keytab", keytab_of(new_key(secured.user)))
    forged = replace(secured.identity, keytab=tmp_path / "forged.keytab", tickets=tmp_path / "tickets")
    with pytest.raises(TicketError):
        ask_kdc(forged)
