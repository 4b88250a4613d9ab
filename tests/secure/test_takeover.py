"""A plain stack with rows becomes a secured one, and its owner works as before."""

import json
import os
import shutil
import signal
from dataclasses import replace

import pytest
import requests

from hadoop.java import find_java_home
from hadoop.processes import daemons
from hadoop.supervisor import Supervisor
from hive.connection import connect
from secure.certificate import make_certificate
from secure.kerberos import ask_kdc
from stack.readiness import PROBES
from tests.secure.conftest import COUNT, ROWS, command, must, some_flights
from tests.waiting import until
from warehouse.errors import CertificateError, TicketError


def test_rows_of_the_plain_stack_are_there(secured, plain_rows):
    assert must(command("query", COUNT, "--format", "csv")) == plain_rows


def test_owner_loads_runs_and_asks_as_before(secured, tmp_path):
    must(command("load", "flights", str(some_flights("2001-02", tmp_path / "more.csv"))))
    must(command("run", "flights"))
    answer = must(
        command("beeline", "--silent=true", "--outputformat=csv2", "-e", "SELECT count(*) FROM flights.clean")
    )
    with connect(secured.endpoints) as server:
        ((counted,),) = server.fetch("SELECT count(*) FROM flights.clean").rows
    assert answer.split() == ["_c0", str(counted)]
    assert ROWS < counted <= 2 * ROWS


def test_reader_asks_with_a_password_and_sees_what_the_role_may(secured, tmp_path):
    file = tmp_path / "ann.password"
    file.touch(mode=0o600)
    file.write_text(json.loads(must(command("user", "add", "ann", "--json")))["password"])
    as_ann = ("beeline", "--silent=true", "--outputformat=csv2", "-n", "ann", "-w", str(file), "-e")
    assert must(command(*as_ann, "SELECT current_user(), count(*) FROM flights.clean")).split()[1].startswith("ann,")
    refused = command(*as_ann, "SELECT * FROM flights.quarantine")
    assert refused.returncode == 1
    assert "Permission denied: Principal [name=ann" in refused.stderr
    own = {"user": "ann", "identity": None, "password": file.read_text()}
    ann = replace(secured.endpoints, **own, certificate=secured.identity.certificate)
    with connect(ann) as server:
        assert server.fetch("SELECT current_user()").rows == (("ann",),)
    make_certificate(tmp_path / "tls", find_java_home())
    foreign = replace(ann, certificate=tmp_path / "tls" / "ca.pem")
    with pytest.raises(CertificateError, match="does not prove who it is: self-signed certificate"), connect(foreign):
        pass
    file.write_text("guessed")
    refused = command(*as_ann, "SELECT 1")
    assert refused.returncode == 1
    assert "user or password is wrong" in refused.stderr
    must(command("user", "remove", "ann"))


def test_status_and_doctor_are_content(secured):
    assert "kdc" in must(command("status"))
    must(command("doctor"))


def test_secured_state_stays_secured(secured):
    refused = command("up", STACKHOUSE_SECURE="false")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "holds a secured stack, which stays secured; leave STACKHOUSE_SECURE empty" in refused.stderr


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


def test_ports_of_the_stack_answer_no_plain_http(secured):
    for port in (secured.ports.namenode_http, secured.ports.resourcemanager_http, secured.ports.datanode_http):
        with pytest.raises(requests.RequestException):
            requests.get(f"http://localhost:{port}/jmx", timeout=10)


def test_killed_kdc_comes_back_and_gives_tickets(secured):
    before = Supervisor(secured).processes()["kdc"].pid
    os.kill(before, signal.SIGKILL)
    until(lambda: Supervisor(secured).processes()["kdc"].pid not in (0, before), 60)
    until(lambda: not PROBES["kdc"](secured), 60)
    shutil.rmtree(secured.identity.tickets.parent)
    assert must(command("query", "SELECT 1 AS one", "--format", "csv")).split() == ["one", "1"]


def test_rotated_secrets_are_others_and_those_of_before_are_worth_nothing(secured, tmp_path):
    refused = command("rotate")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "the stack is running; ./stackhouse down, then ./stackhouse rotate" in refused.stderr
    stolen = replace(secured.identity, keytab=tmp_path / "owner.keytab", tickets=tmp_path / "tickets")
    shutil.copy(secured.identity.keytab, stolen.keytab)
    ask_kdc(stolen)
    must(command("down"))
    must(command("rotate"))
    must(command("up"))
    with pytest.raises(TicketError):
        ask_kdc(stolen)
    assert "flights" in must(command("query", "SHOW DATABASES", "--format", "csv")).split()
