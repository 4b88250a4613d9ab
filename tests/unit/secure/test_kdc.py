"""The KDC and Kerberos' client against each other, over a directory of keytabs."""

import socket
import time
from dataclasses import replace

import pytest

from secure import kerberos
from secure.kerberos import Context, ask_kdc, ticket_end
from secure.keytabs import keytab_of, new_key, write_secret
from secure.state import make_keytabs, write_kerberos
from tests.kdc import running_kdc
from warehouse.errors import SetupError, TicketError
from warehouse.identity import Identity


@pytest.fixture(scope="module")
def home(tmp_path_factory, jars):
    """A state directory with a KDC that answers."""
    home = tmp_path_factory.mktemp("state")
    (home / "secure" / "keytabs").mkdir(parents=True)
    make_keytabs(home / "secure" / "keytabs", "ann")
    with running_kdc(jars / "kdc", home / "secure" / "keytabs", home / "secure"):
        yield home


@pytest.fixture
def ann(home, tmp_path, monkeypatch):
    """Without tickets."""
    # The library leaves its own value behind, which is of this home.
    monkeypatch.setenv("KRB5_CONFIG", "/none")
    return replace(Identity.of_stack(home, "ann", "owner"), tickets=tmp_path / "tickets")


def test_key_gives_a_ticket_for_hours_and_it_is_kept(ann):
    end = ticket_end(ann)
    assert 9 * 3600 < end - time.time() <= 10 * 3600
    assert ticket_end(ann) == pytest.approx(end, abs=1)
    assert ann.tickets.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("spnego", [True, False])
def test_service_gets_a_token(ann, spnego):
    assert len(Context(ann, "HTTP", spnego=spnego).step()) > 300


def test_service_that_is_not_there_gets_none(ann):
    with pytest.raises(TicketError, match=r"Kerberos refuses ann: .*nosuch/localhost.*not found"):
        Context(ann, "nosuch").step()


def test_name_with_another_key_gets_no_ticket(ann, tmp_path):
    write_secret(tmp_path / "forged.keytab", keytab_of(new_key("ann")))
    forged = replace(ann, keytab=tmp_path / "forged.keytab")
    for ask in (ticket_end, ask_kdc):
        with pytest.raises(TicketError, match="Kerberos refuses ann"):
            ask(forged)


def test_principal_comes_and_goes_with_its_keytab(home, ann):
    keytab = home / "secure" / "keytabs" / "bob.keytab"
    bob = replace(ann, user="bob", keytab=keytab)
    write_secret(keytab, keytab_of(new_key("bob")))
    ask_kdc(bob)
    kept = ann.tickets.with_name("copy.keytab")
    keytab.rename(kept)
    with pytest.raises(TicketError, match=r"Kerberos refuses bob: .*not found"):
        ask_kdc(replace(bob, keytab=kept))


def test_kept_ticket_does_not_hide_a_dead_kdc(home, ann, tmp_path):
    ticket_end(ann)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    write_kerberos(tmp_path, port)
    elsewhere = replace(ann, kerberos=tmp_path / "krb5.conf")
    assert ticket_end(elsewhere) > time.time()
    with pytest.raises(TicketError, match="Cannot contact any KDC"):
        ask_kdc(elsewhere)


def test_missing_library_says_what_to_install(ann, monkeypatch):
    monkeypatch.setattr(kerberos, "_LIBRARY", "libgssapi_none.so.2")
    kerberos._library.cache_clear()
    try:
        with pytest.raises(SetupError, match=r"cannot be loaded; install libgssapi-krb5-2 \(Debian, Ubuntu\)"):
            Context(ann, "HTTP")
    finally:
        monkeypatch.undo()
        kerberos._library.cache_clear()
