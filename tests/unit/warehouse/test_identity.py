"""Which state is that of a secured stack, what a client needs to know of it, and settings of a cluster elsewhere."""

from dataclasses import replace
from pathlib import Path

import pytest

from warehouse.errors import SettingsError
from warehouse.identity import ServicePrincipals, is_secured, with_host
from warehouse.profile import Profile
from warehouse.settings import load_settings
from warehouse.settings.security import system_authorities

GUESSED = "swordfish"
KERBEROS = {
    "STACKHOUSE_PROFILE": "external",
    "STACKHOUSE_KERBEROS": "true",
    "STACKHOUSE_NAMENODE_HOST": "NN1.example",
    "STACKHOUSE_RESOURCEMANAGER_HOST": "rm1.example",
}


def test_state_says_whether_the_stack_is_secured(tmp_path):
    settings = replace(load_settings(), home=tmp_path, user="ann", secure=True)
    assert settings.identity is None
    assert settings.endpoints.identity is None
    (tmp_path / "secure").mkdir()
    (tmp_path / "secure" / "realm").touch()
    assert settings.identity.user == "ann"
    assert settings.endpoints.identity == settings.identity
    # The same directory says nothing of a stack that runs elsewhere.
    assert replace(settings, profile=Profile.EXTERNAL).identity is None
    assert settings.identity.keytab == tmp_path / "secure" / "keytabs" / "owner.keytab"


def test_state_of_another_account_is_taken_for_a_plain_one(tmp_path, monkeypatch):
    def closed(_):
        raise PermissionError

    monkeypatch.setattr(Path, "is_file", closed)
    assert not is_secured(tmp_path)


@pytest.mark.parametrize(("text", "wanted"), [("true", True), ("false", False), ("", None)])
def test_setting_is_true_false_or_nothing(text, wanted):
    assert load_settings({"STACKHOUSE_SECURE": text}).secure is wanted


def test_other_words_are_refused():
    with pytest.raises(SettingsError, match="STACKHOUSE_SECURE is 'on', expected true, false or nothing"):
        load_settings({"STACKHOUSE_SECURE": "on"})


@pytest.mark.parametrize(
    ("principal", "host", "found"),
    [
        ("hive/_HOST@EXAMPLE.COM", "HS2.Example", "hive/hs2.example@EXAMPLE.COM"),
        ("hive/_HOST", "hs2.example", "hive/hs2.example"),
        # Hadoop replaces it only where it is all of that part.
        ("hive/_HOST.example@EXAMPLE.COM", "hs2", "hive/_HOST.example@EXAMPLE.COM"),
        ("hive/balancer@EXAMPLE.COM", "hs2", "hive/balancer@EXAMPLE.COM"),
        ("hive@EXAMPLE.COM", "hs2", "hive@EXAMPLE.COM"),
    ],
)
def test_host_of_the_endpoint_is_put_where_hadoop_puts_it(principal, host, found):
    assert with_host(principal, host) == found


def test_web_servers_are_called_by_their_url_unless_named_otherwise():
    services = ServicePrincipals("hive/_HOST", "hive/_HOST", "HTTP/_HOST", {"lb:9871": "HTTP/nn1@EXAMPLE.COM"})
    assert services.of_url("https://LB:9871/webhdfs/v1/?op=GETHOMEDIRECTORY") == "HTTP/nn1@EXAMPLE.COM"
    assert services.of_url("https://lb:9865/webhdfs/v1/") == "HTTP/lb"
    assert services.of_url("https://DN7.example:9865/webhdfs/v1/") == "HTTP/dn7.example"


def test_tickets_of_kinit_are_used_where_no_keytab_is_named(tmp_path):
    settings = load_settings({**KERBEROS, "STACKHOUSE_HOME": str(tmp_path)})
    identity = settings.identity
    assert (identity.user, identity.principal, identity.keytab) == (settings.user, "", None)
    assert (identity.kerberos, identity.certificate, identity.java_options) == (None, None, "")
    assert identity.services.of_url("http://nn1.example:9870/") == "HTTP/nn1.example"
    assert settings.endpoints.identity == identity
    assert settings.endpoints.password == ""


def test_keytab_principal_and_names_of_services_are_settings(tmp_path):
    values = {
        "STACKHOUSE_PRINCIPAL": "etl/edge.example@EXAMPLE.COM",
        "STACKHOUSE_KEYTAB": str(tmp_path / "etl.keytab"),
        "STACKHOUSE_WEB_CERTIFICATE": str(tmp_path / "ca.pem"),
        "STACKHOUSE_HIVE_CERTIFICATE": "system",
        "STACKHOUSE_WEBHDFS_PRINCIPAL": "HTTP/nn2.example@CLUSTER.EXAMPLE",
        "STACKHOUSE_HIVESERVER2_PRINCIPAL": "hive/_HOST@CLUSTER.EXAMPLE",
        "KRB5_CONFIG": "/a/krb5.conf:/b/krb5.conf",
    }
    settings = load_settings({**KERBEROS, **values})
    identity = settings.identity
    assert (settings.user, identity.user) == ("etl", "etl")
    assert identity.principal == "etl/edge.example@EXAMPLE.COM"
    assert identity.keytab == tmp_path / "etl.keytab"
    assert identity.certificate == tmp_path / "ca.pem"
    assert settings.endpoints.certificate == system_authorities()
    assert identity.services.of_url("https://nn1.example:9870/") == "HTTP/nn2.example@CLUSTER.EXAMPLE"
    assert identity.services.of_url("https://rm1.example:8088/") == "HTTP/rm1.example"
    assert identity.services.hiveserver2 == "hive/_HOST@CLUSTER.EXAMPLE"
    assert identity.java_options == "-Djava.security.krb5.conf=/a/krb5.conf"
    assert load_settings({**KERBEROS, **values, "STACKHOUSE_USER": "batch"}).identity.user == "batch"


def test_password_that_is_given_is_used_beside_tickets(tmp_path):
    (tmp_path / "password").write_text(f"{GUESSED}\n")
    given = {"STACKHOUSE_HIVE_PASSWORD_FILE": str(tmp_path / "password")}
    endpoints = load_settings({**KERBEROS, **given}).endpoints
    assert endpoints.password == GUESSED
    assert endpoints.identity is not None


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"STACKHOUSE_KEYTAB": "x"}, "STACKHOUSE_KEYTAB is set and STACKHOUSE_PRINCIPAL is not; say whose key it is"),
        ({"STACKHOUSE_PRINCIPAL": "a b@X"}, "STACKHOUSE_PRINCIPAL is 'a b@X', expected a principal like ann@EXAMPLE"),
        ({"STACKHOUSE_USER": "../ann"}, "STACKHOUSE_USER is '../ann', expected a name in HDFS like ann"),
        ({"STACKHOUSE_HIVESERVER2_PRINCIPAL": "hive"}, "STACKHOUSE_HIVESERVER2_PRINCIPAL is 'hive', expected a princi"),
        (
            {"STACKHOUSE_KERBEROS": "", "STACKHOUSE_WEB_CERTIFICATE": "system"},
            "STACKHOUSE_WEB_CERTIFICATE is set and STACKHOUSE_KERBEROS is not; set that to true",
        ),
        (
            {"STACKHOUSE_PROFILE": "local"},
            "STACKHOUSE_KERBEROS is true, which is for the profile external; with local see ./stackhouse up --secure",
        ),
    ],
)
def test_settings_that_do_not_go_together_are_refused(values, told):
    with pytest.raises(SettingsError) as caught:
        load_settings({**KERBEROS, **values})
    assert str(caught.value).startswith(told)


def test_given_certificate_has_a_key(tmp_path):
    assert load_settings({}).tls is None
    both = {"STACKHOUSE_TLS_CERTIFICATE": str(tmp_path / "a.pem"), "STACKHOUSE_TLS_KEY": str(tmp_path / "a.key")}
    tls = load_settings(both).tls
    assert (tls.certificate, tls.key) == (tmp_path / "a.pem", tmp_path / "a.key")
    for name, value in both.items():
        with pytest.raises(SettingsError, match=f"{name} is set alone; certificate and key belong together"):
            load_settings({name: value})
