"""What `doctor` says of tickets and TLS."""

from dataclasses import replace

import pytest

from hadoop.java import find_java_home
from secure import certificate
from secure.checks import check_certificate, check_kdc
from secure.state import make_secure_state
from warehouse.errors import NotCheckedError, SetupError
from warehouse.settings import load_settings

TEN_DAYS = ("-validity", "10")
OF_LAST_WEEK = ("-startdate", "-7d", "-validity", "1")


@pytest.fixture
def settings(tmp_path):
    return replace(load_settings(), home=tmp_path, user="ann", ports=replace(load_settings().ports, kdc=1))


def secured(settings):
    make_secure_state(settings, find_java_home())
    return settings


@pytest.mark.parametrize("check", [check_kdc, check_certificate])
def test_plain_stack_has_nothing_to_be_checked(settings, check):
    with pytest.raises(NotCheckedError, match="the stack is a plain one"):
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
    assert found.problem.startswith("KDC gives no ticket: Kerberos refuses ann: ")
    assert "./stackhouse logs kdc" in found.remedy
