"""Who else reaches a stack: accounts that can log in, ports that listen on every address."""

import os
import pwd
import socket
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import psutil
import pytest

from hadoop.web import exposure
from hadoop.web.exposure import check_exposure, open_ports, other_accounts
from tests.waiting import until
from warehouse.profile import Profile
from warehouse.settings import load_settings

LISTENER = """
import socket, sys
servers = [socket.create_server((address, 0)) for address in ("0.0.0.0", "127.0.0.1")]
print(*(server.getsockname()[1] for server in servers), flush=True)
sys.stdin.read()
"""


def account(name, uid, shell):
    return SimpleNamespace(pw_name=name, pw_uid=uid, pw_shell=shell)


@pytest.fixture
def accounts(monkeypatch):
    """Accounts of the machine; a test adds to them."""
    known = [
        account("root", 0, "/bin/bash"),
        account("daemon", 1, "/bin/sh"),
        account("me", os.geteuid() or 1000, "/bin/bash"),
        account("nobody", 65534, "/usr/sbin/nologin"),
        account("backup", 1500, "/bin/false"),
    ]
    monkeypatch.setattr(pwd, "getpwall", lambda: known)
    monkeypatch.setattr(os, "geteuid", lambda: known[2].pw_uid)
    return known


@pytest.fixture
def settings(tmp_path):
    return replace(load_settings({}), home=tmp_path)


@pytest.fixture
def ports(settings):
    """Ports of a process of the stack: one on every address, one on loopback."""
    process = subprocess.Popen(
        [sys.executable, "-c", LISTENER],
        env={**os.environ, "STACKHOUSE_HOME": str(settings.home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield tuple(map(int, process.stdout.readline().split()))
    process.communicate("")


def test_an_account_counts_that_can_log_in_and_is_another(accounts):
    assert other_accounts() == []
    accounts.append(account("zoe", 1001, "/bin/zsh"))
    accounts.append(account("ann", 1002, "/bin/bash"))
    assert other_accounts() == ["ann", "zoe"]


def test_ports_on_every_address_are_found_and_those_of_others_are_not(settings, ports):
    with socket.create_server(("", 0)):
        assert open_ports(settings) == [ports[0]]


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.1.1", "::1", "::ffff:127.0.0.1"])
def test_loopback_has_several_addresses(address):
    assert exposure._is_loopback(address)
    assert not exposure._is_loopback("0.0.0.0")  # noqa: S104
    assert not exposure._is_loopback("::ffff:192.0.2.2")


def test_a_stack_that_nobody_else_reaches_says_nothing(accounts, settings):
    assert exposure.exposure(settings) == ""
    assert check_exposure(settings) == []


def test_one_line_says_who_reaches_the_stack(accounts, settings, ports):
    accounts += [account(name, 2000, "/bin/sh") for name in ("ann", "bob", "eve", "zoe")]
    assert exposure.exposure(settings) == (
        f"other accounts of this machine (ann, bob, eve and 1 more) and whoever reaches port {ports[0]} over a network "
        "can use HDFS and YARN under any name: ./stackhouse up --secure"
    )


def test_doctor_warns_of_both(accounts, settings, ports):
    accounts.append(account("eve", 2000, "/bin/sh"))
    people, listening = check_exposure(settings)
    assert {people.severity, listening.severity} == {"warning"}
    assert people.problem.startswith("eve can log in to this machine too")
    assert f"on all addresses at port {ports[0]}" in listening.problem


def test_ports_of_containers_are_published_on_loopback(accounts, settings, ports):
    containers = replace(settings, profile=Profile.COMPOSE)
    assert check_exposure(containers) == []
    assert exposure.exposure(containers) == ""


def test_a_process_that_ends_meanwhile_has_no_port(settings, monkeypatch):
    gone = subprocess.Popen(["true"])
    process = psutil.Process(gone.pid)
    gone.wait()
    until(lambda: not process.is_running(), 10)
    monkeypatch.setattr(exposure, "processes", lambda _: [process])
    assert open_ports(settings) == []
