"""What a user is told whom HiveServer2 does not let in; the server is a port that answers as Thrift's SASL does."""

import struct
from dataclasses import replace
from pathlib import Path

import pytest

from secure import sasl
from tests.unit.hive.test_connection import listener, open_and_close, settings_for
from warehouse.errors import LoginError, StackDownError, TicketError
from warehouse.identity import Identity
from warehouse.profile import Profile

BAD = 3


class Tickets:
    """A context that has a ticket for every service."""

    def __init__(self, *_, **__):
        pass

    def step(self, _token=b""):
        return b"ticket"


def refusing(message):
    def answer(client):
        client.recv(4096)
        client.sendall(struct.pack(">BI", BAD, len(message)) + message.encode())
        # Until the client has read it.
        client.recv(4096)

    return answer


def told(monkeypatch, message, error, **changes):
    monkeypatch.setattr(sasl, "Context", Tickets)
    with listener(refusing(message)) as port:
        settings = replace(settings_for(port), **changes)
        monkeypatch.setattr("tests.unit.hive.test_connection.settings_for", lambda _: settings)
        with pytest.raises(error) as caught:
            open_and_close(port)
    return str(caught.value).replace(f"127.0.0.1:{port}", "hs2:10000")


@pytest.fixture
def by_ticket(tmp_path):
    identity = replace(Identity.of_stack(Path("/state"), "ann", "ann"), elsewhere=True)
    return {"profile": Profile.EXTERNAL, "elsewhere": identity}


@pytest.fixture
def by_password(tmp_path):
    (tmp_path / "password").write_text("of LDAP")
    return {"profile": Profile.EXTERNAL, "user": "ann", "given_password": tmp_path / "password"}


def test_wrong_password(monkeypatch, by_password):
    assert told(monkeypatch, "Error validating the login", LoginError, **by_password) == (
        "HiveServer2 at hs2:10000 refuses user ann: user or password is wrong; "
        "set STACKHOUSE_HIVE_PASSWORD_FILE to the file with the password"
    )


def test_password_where_tickets_are_wanted(monkeypatch, by_password):
    assert told(monkeypatch, "Unsupported mechanism type PLAIN", TicketError, **by_password) == (
        "HiveServer2 at hs2:10000 takes no password, only a Kerberos ticket; "
        "set STACKHOUSE_KERBEROS=true, and leave STACKHOUSE_HIVE_PASSWORD_FILE empty: docs/deploy.md"
    )


def test_ticket_where_passwords_are_wanted(monkeypatch, by_ticket):
    assert told(monkeypatch, "Unsupported mechanism type GSSAPI", LoginError, **by_ticket) == (
        "HiveServer2 at hs2:10000 takes no Kerberos ticket; "
        "set STACKHOUSE_HIVE_PASSWORD_FILE to the file with your password: docs/deploy.md"
    )


def test_ticket_that_is_refused(monkeypatch, by_ticket):
    assert told(monkeypatch, "GSS initiate failed", TicketError, **by_ticket).startswith(
        "HiveServer2 at hs2:10000 refuses the Kerberos ticket of ann@STACKHOUSE.LOCAL; its log says why; "
    )


def test_anything_else_is_no_refusal(monkeypatch, by_password):
    assert told(monkeypatch, "out of memory", StackDownError, **by_password).startswith(
        "HiveServer2 does not answer at"
    )
