"""What `doctor` says of tickets and TLS."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hadoop.java import find_java_home
from secure import certificate
from secure.checks import check_certificate, check_kdc, check_ticket
from secure.state import make_secure_state
from tests.unit.secure.tickets import write_tickets
from tests.unit.secure.tls_files import make_authority, sign
from warehouse.errors import NotCheckedError, SetupError, UsageError
from warehouse.identity import Identity, OwnCertificate
from warehouse.profile import Profile
from warehouse.settings import load_settings

TEN_DAYS = ("-validity", "10")
OF_LAST_WEEK = ("-startdate", "-7d", "-validity", "1")


@pytest.fixture
def settings(tmp_path):
    return replace(load_settings(), home=tmp_path, user="ann", ports=replace(load_settings().ports, kdc=1))


def secured(settings):
    make_secure_state(settings, find_java_home())
    return settings


@pytest.mark.parametrize("check", [check_kdc, check_certificate, check_ticket])
def test_plain_stack_has_nothing_to_be_checked(settings, check):
    with pytest.raises(NotCheckedError, match="no service asks for a ticket"):
        check(settings)


def test_new_certificate_is_good(settings):
    assert check_certificate(secured(settings)) == []


def test_certificate_that_ends_soon_is_warned_of(settings, monkeypatch):
    monkeypatch.setattr(certificate, "_VALIDITY", TEN_DAYS)
    (found,) = check_certificate(secured(settings))
    assert found.severity == "warning"
    assert "the certificate of TLS ends on 20" in found.problem
    assert found.remedy == "to make another: ./stackhouse down, ./stackhouse rotate, ./stackhouse up"


def test_certificate_that_ended_is_named_by_up_and_doctor(settings, monkeypatch):
    monkeypatch.setattr(certificate, "_VALIDITY", OF_LAST_WEEK)
    with pytest.raises(SetupError, match=r"tls/ca.pem ended on 20\d\d-\d\d-\d\d; to make another: ./stackhouse down, "):
        secured(settings)
    # As it is when it ends while the stack runs.
    (settings.home / "secure" / "realm").touch()
    (found,) = check_certificate(settings)
    assert found.severity == "error"
    assert "ended on 20" in found.problem


def test_kdc_that_is_not_there_is_named(settings):
    (found,) = check_kdc(secured(settings))
    assert found.name == "kdc"
    assert found.problem.startswith("KDC gives no ticket: Kerberos refuses ann@STACKHOUSE.LOCAL: ")
    assert "./stackhouse logs kdc" in found.remedy


@pytest.fixture
def elsewhere(settings, tmp_path, monkeypatch):
    """Who has typed kinit, on a cluster elsewhere."""
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path / 'krb5cc'}")
    identity = replace(Identity.of_stack(tmp_path, "ann", "ann"), principal="", keytab=None, kerberos=None)
    return replace(settings, profile=Profile.EXTERNAL, elsewhere=replace(identity, elsewhere=True))


def test_who_one_is_and_until_when_is_told(elsewhere, tmp_path):
    write_tickets(tmp_path / "krb5cc", "ann@EXAMPLE.COM", 7200)
    (found,) = check_ticket(elsewhere)
    assert found.severity == "note"
    end = re.fullmatch(r"ann is ann@EXAMPLE.COM by kinit, until (.{16}) UTC", found.problem)[1]
    left = datetime.strptime(end, "%Y-%m-%d %H:%M").replace(tzinfo=UTC) - datetime.now(UTC)
    assert timedelta(minutes=118) < left <= timedelta(minutes=120)


def test_ticket_that_ends_soon_is_warned_of_and_one_of_somebody_else_refused(elsewhere, tmp_path):
    write_tickets(tmp_path / "krb5cc", "ann/admin@EXAMPLE.COM", 600)
    (found,) = check_ticket(elsewhere)
    assert (found.severity, found.remedy) == (
        "warning",
        "kinit ann/admin@EXAMPLE.COM again, before a run that is longer",
    )
    write_tickets(tmp_path / "krb5cc", "bob@EXAMPLE.COM", 7200)
    with pytest.raises(UsageError, match=r"the Kerberos ticket is of bob@EXAMPLE.COM, and this account is ann; set"):
        check_ticket(elsewhere)


def test_certificate_that_was_given_is_replaced_by_another_that_is_given(settings, tmp_path):
    make_authority(tmp_path)
    given = replace(settings, tls=OwnCertificate(*sign(tmp_path, "short", "localhost", days=10)))
    (found,) = check_certificate(secured(given))
    assert found.severity == "warning"
    assert found.remedy.startswith(
        "put a newer one into the files of STACKHOUSE_TLS_CERTIFICATE and STACKHOUSE_TLS_KEY"
    )
    # The other names of services are those that clients use.
    with pytest.raises(SetupError, match=r"does not name machine\.example"):
        secured(replace(given, hosts=replace(given.hosts, hiveserver2="machine.example")))
