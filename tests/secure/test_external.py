"""The secured stack of this machine taken for a cluster of others, by Kerberos and TLS: the profile external.

The client has a state of its own, copies of what an administrator hands out (krb5.conf, certificate, Hadoop's XML), and
a keytab or the tickets that kinit would have got. No service is called 127.0.0.1 in Kerberos, so with that host a
setting has to say what it is called, as behind a load balancer.
"""

import json
import shutil

import pytest

from hadoop.environment import stack_environment
from hadoop.java import find_java_home
from secure.certificate import make_certificate
from secure.kerberos import current_ticket
from secure.keytabs import keytab_of, new_key, write_secret
from spark.engine.idle import end_engines
from stack.spark_driver import engine_directory
from tests.client_configuration import hand_out
from tests.integration.conftest import SMALL_HEADER, write_small_dataset
from tests.secure.conftest import command, must
from tests.unit.secure.tickets import write_tickets
from warehouse.identity import REALM

DATASET = "elsewhere"
ROWS = {
    "keytab": ("1,2001-01-15 10:00:00,10.00,a", "2,2001-05-01 00:00:00,20.00,b", "3,2001-05-02 00:00:00,x,c"),
    "kinit": ("4,2001-05-03 10:00:00,5.00,d",),
}
TOTALS = {"keytab": ["1,10.00", "1,20.00"], "kinit": ["1,10.00", "2,25.00"]}
QUERY = f"SELECT sales, total FROM {DATASET}.totals ORDER BY quarter_start"


@pytest.fixture(scope="module")
def place(secured, tmp_path_factory):
    """Directory of the client with all that it was handed out."""
    place = tmp_path_factory.mktemp("elsewhere")
    write_small_dataset(place, DATASET)
    for name, rows in ROWS.items():
        (place / f"{name}.csv").write_bytes(SMALL_HEADER + "\n".join(rows).encode())
    for file in ("krb5.conf", "tls/ca.pem", "keytabs/owner.keytab"):
        shutil.copy(secured.home / "secure" / file, place)
    hand_out(place / "conf", stack_environment(secured))
    current_ticket(secured.identity)
    shutil.copy(secured.identity.tickets, place / "krb5cc")
    return place


@pytest.fixture(scope="module")
def base(secured, place):
    """Settings of the client, without those that say who it is."""
    return {
        "STACKHOUSE_PROFILE": "external",
        "STACKHOUSE_HOME": str(place / "state"),
        "STACKHOUSE_DATASETS": str(place),
        "STACKHOUSE_KERBEROS": "true",
        "STACKHOUSE_WEB_CERTIFICATE": str(place / "ca.pem"),
        "STACKHOUSE_HIVE_CERTIFICATE": str(place / "ca.pem"),
        "STACKHOUSE_METASTORE_HOST": "127.0.0.1",
        "STACKHOUSE_METASTORE_PRINCIPAL": f"hive/localhost@{REALM}",
        "STACKHOUSE_DRIVER_HOST": "localhost",
        "HADOOP_CONF_DIR": str(place / "conf"),
        "KRB5_CONFIG": str(place / "krb5.conf"),
        # Of no other test.
        "KRB5CCNAME": f"FILE:{place / 'none'}",
        "STACKHOUSE_PRINCIPAL": "",
        "STACKHOUSE_KEYTAB": "",
    }


@pytest.fixture(scope="module")
def ways(secured, place, base):
    """Settings by how the client proves who it is."""
    key = {"STACKHOUSE_PRINCIPAL": f"{secured.user}@{REALM}", "STACKHOUSE_KEYTAB": str(place / "owner.keytab")}
    return {"keytab": {**base, **key}, "kinit": {**base, "KRB5CCNAME": f"FILE:{place / 'krb5cc'}"}}


@pytest.fixture(scope="module")
def runs(ways, secured, place):
    """What the client loaded and ran, by keytab and then by ticket: the answers that it got after each."""
    # The owner's own run left one, which nobody elsewhere could ask for its memory.
    end_engines(engine_directory(secured))
    assert "by Kerberos, as " in must(command("up", **ways["keytab"]))
    answers = {}
    for name, way in ways.items():
        must(command("load", DATASET, str(place / f"{name}.csv"), **way))
        must(command("run", DATASET, **way))
        answers[name] = must(command("query", QUERY, "--format", "csv", **way))
    return answers


@pytest.mark.parametrize("way", ["keytab", "kinit"])
def test_files_are_loaded_run_and_asked_for(runs, way):
    assert runs[way].splitlines() == ["sales,total", *TOTALS[way]]


@pytest.mark.parametrize("way", ["keytab", "kinit"])
def test_beeline_gets_a_ticket(runs, ways, way):
    shown = must(command("beeline", "--silent=true", "--outputformat=csv2", "-e", QUERY, **ways[way]))
    assert shown.split()[1:] == TOTALS["kinit"]


def test_history_and_quarantine_are_shown(runs, ways):
    shown = json.loads(must(command("history", DATASET, "--json", **ways["kinit"])))
    assert [(release["release"], release["state"]) for release in shown] == [(1, "previous"), (2, "live")]
    assert "3,2001-05-02 00:00:00,x,c" in must(command("quarantine", DATASET, "--format", "csv", **ways["keytab"]))


@pytest.mark.parametrize("way", ["keytab", "kinit"])
def test_doctor_is_content_and_says_who_one_is(runs, ways, secured, way):
    by = f"by the keytab {ways[way]['STACKHOUSE_KEYTAB']}" if way == "keytab" else "by kinit"
    done = command("doctor", "--json", **ways[way])
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert done.returncode == 0, checks
    (told,) = checks["ticket"]["findings"]
    assert told["severity"] == "note"
    user = secured.user
    assert told["problem"].startswith(f"{user} is {user}@{REALM} {by}, until 20")
    for name in ("namenode", "webhdfs", "resourcemanager", "metastore", "hiveserver2", "hive versions", "tez session"):
        assert checks[name]["state"] == "ok", checks[name]


def test_status_names_the_services_of_the_cluster_alone(runs, ways):
    shown = must(command("status", **ways["kinit"]))
    assert "hiveserver2" in shown
    assert "kdc" not in shown


def test_services_behind_another_name_are_called_as_the_settings_say(runs, ways):
    balanced = {
        **ways["kinit"],
        "STACKHOUSE_HIVESERVER2_HOST": "127.0.0.1",
        "STACKHOUSE_NAMENODE_HOST": "127.0.0.1",
        "STACKHOUSE_RESOURCEMANAGER_HOST": "127.0.0.1",
    }
    refused(command("query", QUERY, **balanced), 4, "the KDC does not know the service hive/127.0.0.1")
    named = {
        "STACKHOUSE_HIVESERVER2_PRINCIPAL": "hive/localhost",
        "STACKHOUSE_WEBHDFS_PRINCIPAL": f"HTTP/localhost@{REALM}",
        "STACKHOUSE_RESOURCEMANAGER_PRINCIPAL": "HTTP/localhost",
    }
    assert must(command("query", QUERY, "--format", "csv", **balanced, **named)).splitlines()[1:] == TOTALS["kinit"]
    must(command("up", **balanced, **named))


def test_hiveserver2_with_passwords_needs_no_ticket(runs, base, secured):
    file = {"STACKHOUSE_HIVE_PASSWORD_FILE": str(secured.logins.password_file(secured.user))}
    assert must(command("query", QUERY, "--format", "csv", **base, **file)).splitlines()[1:] == TOTALS["kinit"]
    shown = must(command("beeline", "--silent=true", "--outputformat=csv2", "-e", QUERY, **base, **file))
    assert shown.split()[1:] == TOTALS["kinit"]
    # HDFS takes tickets only.
    refused(command("history", DATASET, **base, **file), 4, "there is no Kerberos ticket of this account")


def refused(done, code, *words):
    # `up` also tells what it did.
    lines = [line for line in done.stderr.splitlines() if line.startswith("stackhouse: ")]
    assert (done.returncode, len(lines)) == (code, 1), done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    for word in words:
        assert word in lines[0], lines[0]


COMMANDS = (
    ("up",),
    ("load", DATASET, "{place}/kinit.csv"),
    ("run", DATASET),
    ("query", QUERY),
    ("beeline", "-e", QUERY),
)


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda words: words[0])
def test_no_ticket_and_an_ended_one_are_one_line_and_nothing_is_started(runs, base, place, tmp_path, arguments):
    words = [word.format(place=place) for word in arguments]
    own = {**base, "STACKHOUSE_HOME": str(tmp_path / "state")}
    refused(command(*words, **own), 4, "there is no Kerberos ticket of this account", "run kinit")
    write_tickets(tmp_path / "ended", f"ann@{REALM}", -60)
    own["KRB5CCNAME"] = f"FILE:{tmp_path / 'ended'}"
    refused(command(*words, **own), 4, "the Kerberos ticket of this account has ended; run kinit")
    assert not (tmp_path / "state" / "logs" / "runs").exists()


def test_key_or_name_that_will_not_do_is_one_line(runs, base, secured, place, tmp_path):
    def by(principal, keytab):
        return {**base, "STACKHOUSE_PRINCIPAL": f"{principal}@{REALM}", "STACKHOUSE_KEYTAB": str(keytab)}

    owner, eve = secured.user, tmp_path / "eve.keytab"
    refused(command("up", **by(owner, tmp_path / "none")), 1, "cannot be read: No such file or directory")
    refused(command("up", **by("ann", place / "owner.keytab")), 1, f"no key of ann@{REALM}, only of {owner}@{REALM}")
    write_secret(eve, keytab_of(new_key("eve")))
    refused(command("run", DATASET, **by("eve", eve)), 4, f"the KDC does not know eve@{REALM}")
    forged = tmp_path / "forged.keytab"
    write_secret(forged, keytab_of(new_key(owner)))
    own = {"STACKHOUSE_HOME": str(tmp_path / "state")}
    refused(command("run", DATASET, **{**by(owner, forged), **own}), 4, "the KDC has another key of")


def test_ticket_of_somebody_else_is_one_line(runs, base, tmp_path):
    write_tickets(tmp_path / "bob", f"bob@{REALM}", 3600)
    refused(command("up", **{**base, "KRB5CCNAME": f"FILE:{tmp_path / 'bob'}"}), 2, f"ticket is of bob@{REALM}, and")


def test_certificate_that_is_not_trusted_is_one_line(runs, ways, tmp_path):
    make_certificate(tmp_path / "tls", find_java_home())
    other = str(tmp_path / "tls" / "ca.pem")
    told = "does not prove who it is: self-signed certificate; set STACKHOUSE_{}_CERTIFICATE to a file"
    refused(command("query", QUERY, **{**ways["kinit"], "STACKHOUSE_HIVE_CERTIFICATE": other}), 4, told.format("HIVE"))
    for setting in (other, "system"):
        way = {**ways["kinit"], "STACKHOUSE_WEB_CERTIFICATE": setting}
        refused(command("run", DATASET, **way), 4, told.format("WEB"))
    done = command("up", **{**ways["kinit"], "STACKHOUSE_WEB_CERTIFICATE": other})
    refused(done, 1, "does not meet the requirements", told.format("WEB"))


def test_cluster_that_others_run_is_not_stopped(runs, ways):
    refused(command("down", **ways["kinit"]), 2, "stackhouse neither starts nor stops the cluster")
