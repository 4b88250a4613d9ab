"""The KDC and Kerberos' client against each other, over a directory of keytabs."""

import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from secure import gssapi
from secure.kerberos import Context, ask_kdc, current_ticket
from secure.keytabs import keytab_of, new_key, write_secret
from secure.state import write_kerberos
from warehouse.errors import SetupError, TicketError


def test_key_gives_a_ticket_for_hours_and_it_is_kept(ann):
    ticket = current_ticket(ann)
    assert ticket.principal == "ann@STACKHOUSE.LOCAL"
    assert timedelta(hours=9) < ticket.end - datetime.now(UTC) <= timedelta(hours=10)
    assert abs(current_ticket(ann).end - ticket.end) <= timedelta(seconds=1)
    assert ann.tickets.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("spnego", [True, False])
def test_service_gets_a_token(ann, spnego):
    assert len(Context(ann, "HTTP/localhost", spnego=spnego).step()) > 300


def test_service_that_is_not_there_gets_none(ann):
    with pytest.raises(TicketError, match=r"Kerberos refuses ann@STACKHOUSE.LOCAL: .*nosuch/localhost.*not found"):
        Context(ann, "nosuch/localhost").step()


def test_name_with_another_key_gets_no_ticket(ann, tmp_path):
    write_secret(tmp_path / "forged.keytab", keytab_of(new_key("ann")))
    forged = replace(ann, keytab=tmp_path / "forged.keytab")
    for ask in (current_ticket, ask_kdc):
        with pytest.raises(TicketError, match="Kerberos refuses ann"):
            ask(forged)


def test_principal_comes_and_goes_with_its_keytab(home, ann):
    keytab = home / "secure" / "keytabs" / "bob.keytab"
    bob = replace(ann, user="bob", principal="bob@STACKHOUSE.LOCAL", keytab=keytab)
    write_secret(keytab, keytab_of(new_key("bob")))
    ask_kdc(bob)
    kept = ann.tickets.with_name("copy.keytab")
    keytab.rename(kept)
    with pytest.raises(TicketError, match=r"Kerberos refuses bob@STACKHOUSE.LOCAL: .*not found"):
        ask_kdc(replace(bob, keytab=kept))


def test_kept_ticket_does_not_hide_a_dead_kdc(home, ann, tmp_path):
    current_ticket(ann)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    write_kerberos(tmp_path, port, 600)
    elsewhere = replace(ann, kerberos=tmp_path / "krb5.conf")
    assert current_ticket(elsewhere).end > datetime.now(UTC)
    with pytest.raises(TicketError, match="Cannot contact any KDC"):
        ask_kdc(elsewhere)


def test_missing_library_says_what_to_install(ann, monkeypatch):
    monkeypatch.setattr(gssapi, "_LIBRARY", "libgssapi_none.so.2")
    gssapi.library.cache_clear()
    try:
        with pytest.raises(SetupError, match=r"cannot be loaded; install libgssapi-krb5-2 \(Debian, Ubuntu\)"):
            Context(ann, "HTTP/localhost")
    finally:
        monkeypatch.undo()
        gssapi.library.cache_clear()
