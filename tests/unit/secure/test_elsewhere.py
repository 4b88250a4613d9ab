"""A client of a cluster that others run: by a keytab or by the tickets it has, and what it is told when it has none."""

import errno
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from secure.kerberos import Context, current_ticket, full_principal, ticket_file
from secure.keytabs import Key, keytab_of, new_key, write_secret
from secure.state import write_kerberos
from tests.unit.secure.tickets import refusing_kdc, write_tickets
from warehouse.errors import SetupError, TicketError

REALM = "STACKHOUSE.LOCAL"
CLOCK_SKEW = 37


@pytest.fixture
def client(ann):
    """As settings make one who has a keytab."""
    return replace(ann, elsewhere=True)


@pytest.fixture
def cache(client, tmp_path, monkeypatch):
    """One who has typed kinit: no keytab, and a place for tickets."""
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path / 'krb5cc'}")
    return replace(client, keytab=None, principal="", tickets=tmp_path / "home" / "tickets" / "ann")


def refusal(question, *arguments):
    with pytest.raises((TicketError, SetupError)) as caught:
        question(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_tickets_that_are_there_are_used_and_java_gets_their_file(client, cache, tmp_path, monkeypatch):
    current_ticket(client)
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{client.tickets}")
    assert current_ticket(cache) == current_ticket(client)
    assert len(Context(cache, f"HTTP/localhost@{REALM}", spnego=True).step()) > 300
    assert ticket_file(cache) == client.tickets
    assert not cache.tickets.exists()


def test_java_gets_a_copy_of_tickets_that_are_in_no_file(client, cache, tmp_path, monkeypatch):
    current_ticket(client)
    directory = tmp_path / "collection"
    directory.mkdir(mode=0o700)
    client.tickets.rename(directory / "tkt")
    (directory / "primary").write_text("tkt\n")
    monkeypatch.setenv("KRB5CCNAME", f"DIR:{directory}")
    copied = ticket_file(cache)
    assert copied == cache.tickets
    assert stat.S_IMODE(copied.stat().st_mode) == 0o600
    monkeypatch.setenv("KRB5CCNAME", str(copied))
    assert current_ticket(cache).principal == f"ann@{REALM}"
    assert len(Context(cache, f"HTTP/localhost@{REALM}").step()) > 300


def test_who_has_no_ticket_or_another_ones_is_told(cache, tmp_path):
    kinit = "or set STACKHOUSE_KEYTAB to a file with your key"
    told = refusal(current_ticket, cache)
    assert told.startswith("there is no Kerberos ticket of this account (No Kerberos credentials available")
    assert told.endswith(f"{tmp_path / 'krb5cc'})); run kinit, {kinit}")
    write_tickets(tmp_path / "krb5cc", f"bob@{REALM}", 3600)
    told = refusal(current_ticket, replace(cache, principal=f"ann@{REALM}"))
    assert told.startswith(f"there is no Kerberos ticket of ann@{REALM} (")
    assert told.endswith(f"; run kinit ann@{REALM}, {kinit}")


@pytest.mark.parametrize("question", [current_ticket, ticket_file, lambda one: Context(one, "HTTP/localhost").step()])
def test_ended_ticket_is_told(cache, tmp_path, question):
    write_tickets(tmp_path / "krb5cc", f"ann@{REALM}", -60)
    assert refusal(question, cache).startswith("the Kerberos ticket of this account has ended; run kinit, or set")


def test_keytab_that_will_not_do_is_told(client, tmp_path):
    file = tmp_path / "ann.keytab"
    mine = replace(client, keytab=file)
    assert refusal(current_ticket, mine) == f"the keytab {file} cannot be read: No such file or directory"
    file.write_bytes(b"a password")
    assert refusal(current_ticket, mine) == f"{file} is not a keytab of format 0x0502"
    write_secret(file, keytab_of(Key("bob", 1, bytes(32), "OTHER")))
    told = f"{file} has no key of ann@{REALM}, only of bob@OTHER; set STACKHOUSE_PRINCIPAL"
    assert refusal(current_ticket, mine) == told


def test_keytab_of_another_account_is_told(client, monkeypatch):
    def closed(_):
        raise PermissionError(errno.EACCES, "Permission denied")

    # Root reads every file.
    monkeypatch.setattr(Path, "read_bytes", closed)
    assert refusal(current_ticket, client) == f"the keytab {client.keytab} cannot be read: Permission denied"


def test_key_or_name_that_the_kdc_does_not_have_is_told(client, tmp_path):
    file = tmp_path / "some.keytab"
    write_secret(file, keytab_of(new_key("ann")))
    told = refusal(current_ticket, replace(client, keytab=file))
    assert told == f"the KDC has another key of ann@{REALM} than {file}; ask its administrator for a new keytab"
    write_secret(file, keytab_of(new_key("eve")))
    eve = replace(client, keytab=file, principal=f"eve@{REALM}", tickets=tmp_path / "eve")
    told = f"the KDC does not know eve@{REALM}; see whether STACKHOUSE_PRINCIPAL is right"
    assert refusal(current_ticket, eve) == told


def test_service_that_the_kdc_does_not_know_is_told(client):
    for spnego in (True, False):
        told = refusal(Context(client, f"hive/balancer@{REALM}", spnego=spnego).step)
        assert told.startswith(
            f"the KDC does not know the service hive/balancer@{REALM} (Server hive/balancer@{REALM} not"
        )
        assert "set the STACKHOUSE_..._PRINCIPAL of that service to what it is called: docs/deploy.md" in told


def test_clocks_that_differ_have_a_line_of_their_own(ann, tmp_path):
    with refusing_kdc(CLOCK_SKEW) as port:
        write_kerberos(tmp_path, port, 600)
        for one in (ann, replace(ann, elsewhere=True)):
            assert refusal(current_ticket, replace(one, kerberos=tmp_path / "krb5.conf")) == (
                "the clocks of this machine and of the KDC differ by more than Kerberos allows; let all machines set "
                "their clocks by NTP: timedatectl set-ntp true, or chronyd"
            )


def test_kdc_that_is_silent_or_not_named_is_told(client, tmp_path):
    write_kerberos(tmp_path, 1, 600)
    told = refusal(current_ticket, replace(client, kerberos=tmp_path / "krb5.conf"))
    assert told.startswith(f"no KDC for ann@{REALM} answers (Cannot contact any KDC for realm")
    (tmp_path / "krb5.conf").write_text("[libdefaults]\ndns_lookup_kdc = false\n")
    told = refusal(current_ticket, replace(client, kerberos=tmp_path / "krb5.conf"))
    assert told.startswith(f"krb5.conf names no KDC for the realm of ann@{REALM}; ")


@pytest.mark.parametrize(
    ("service", "full"),
    [
        ("hive/hs2.cluster.example", "hive/hs2.cluster.example@CLUSTER.EXAMPLE"),
        ("hive/elsewhere", f"hive/elsewhere@{REALM}"),
        ("hive/elsewhere@OTHER", "hive/elsewhere@OTHER"),
    ],
)
def test_realm_of_a_service_is_that_of_its_domain_or_the_clients(client, home, tmp_path, service, full):
    text = (home / "secure" / "krb5.conf").read_text()
    (tmp_path / "krb5.conf").write_text(f"{text}  .cluster.example = CLUSTER.EXAMPLE\n")
    assert full_principal(replace(client, kerberos=tmp_path / "krb5.conf"), service) == full
