"""What the driver of this machine is started with."""

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from hadoop.artifacts import artifact_directory
from hadoop.environment import HADOOP_CONF
from spark.launch import CONFIGURATION, spark_jars
from stack.spark_driver import place_driver, run_logs
from warehouse.identity import Identity
from warehouse.job import JobSizing
from warehouse.profile import Profile
from warehouse.settings import load_settings


@pytest.fixture
def settings(tmp_path):
    settings = replace(load_settings(), profile=Profile.LOCAL, jars=tmp_path / "jars", home=tmp_path / "state")
    artifact_directory(settings).mkdir(parents=True)
    return settings


def submitted(settings):
    """Options and settings that spark-submit gets."""
    words = shlex.split(place_driver(settings).environment["PYSPARK_SUBMIT_ARGS"])
    pairs = list(zip(words[:-1:2], words[1:-1:2], strict=True))
    return dict(pairs) | dict(value.split("=", 1) for option, value in pairs if option == "--conf")


def test_directory_of_settings_is_not_on_the_class_path_before_the_jars(settings):
    assert submitted(settings)["--properties-file"] == str(CONFIGURATION / "spark-defaults.conf")
    assert "SPARK_CONF_DIR" not in place_driver(settings).environment


def test_executor_uses_what_the_driver_wrote_and_writes_nothing(settings):
    (first,) = spark_jars().glob("slf4j-api-*.jar")
    class_path = f"-cp {first}:{spark_jars()}/*:__spark_conf__:{HADOOP_CONF}"
    assert submitted(settings)["spark.driver.defaultJavaOptions"] == ""
    run_logs(settings).mkdir(parents=True)
    (run_logs(settings) / "r1.log").touch()
    first = submitted(settings)
    assert first["spark.executor.defaultJavaOptions"].strip() == class_path
    place = first["spark.driver.defaultJavaOptions"].split()[0].removeprefix("-XX:ArchiveClassesAtExit=")
    assert place.startswith(str(artifact_directory(settings) / "archives" / "spark-"))
    Path(place).write_bytes(bytes.fromhex("a8ab0bf0"))
    second = submitted(settings)
    assert second["spark.driver.defaultJavaOptions"].startswith("-XX:SharedArchiveFile=")
    assert second["spark.executor.defaultJavaOptions"] == f"{class_path} {second['spark.driver.defaultJavaOptions']}"


def test_turned_off_neither_has_an_archive(settings):
    options = submitted(replace(settings, class_archives=False))
    assert options["spark.driver.defaultJavaOptions"] == ""
    assert "Archive" not in options["spark.executor.defaultJavaOptions"]


def test_engine_of_other_memory_or_code_is_another(settings, tmp_path, monkeypatch):
    engine = place_driver(settings).engine
    assert engine.directory == settings.home / "engines"
    assert engine == place_driver(settings).engine
    assert place_driver(replace(settings, memory_mb=9000)).engine.identity != engine.identity
    checkout = tmp_path / "checkout"
    for name in ("spark", "warehouse", "hadoop/conf"):
        (checkout / name).mkdir(parents=True)
    (checkout / "constraints.txt").touch()
    monkeypatch.setattr("stack.spark_driver.REPOSITORY", checkout)
    identities = set()
    for code in ("a = 1", "a = 22"):
        (checkout / "spark" / "job.py").write_text(code)
        identities.add(place_driver(settings).engine.identity)
    assert len(identities) == 2


def test_archive_of_classes_makes_no_other_engine(settings):
    engine = place_driver(settings).engine
    run_logs(settings).mkdir(parents=True)
    (run_logs(settings) / "r1.log").touch()
    assert place_driver(settings).engine == engine


def test_engine_waits_as_long_as_the_settings_say(settings):
    assert place_driver(replace(settings, engine_idle=7)).engine.idle_seconds == 7


def test_process_elsewhere_is_no_engine(settings, monkeypatch):
    monkeypatch.setattr("stack.spark_driver.size_job", lambda _settings: JobSizing(1, 1024, 1, 1024))
    monkeypatch.setattr("stack.spark_driver.bring_spark", lambda _settings: "hdfs:///spark.zip")
    assert place_driver(replace(settings, profile=Profile.EXTERNAL)).engine is None


@pytest.fixture
def elsewhere(settings, monkeypatch):
    """A cluster elsewhere with Kerberos, and the place where Java finds a ticket."""
    monkeypatch.setattr("stack.spark_driver.size_job", lambda _settings: JobSizing(1, 1024, 1, 1024))
    monkeypatch.setattr("stack.spark_driver.bring_spark", lambda _settings: "hdfs:///spark.zip")
    monkeypatch.delenv("KRB5CCNAME", raising=False)
    monkeypatch.setattr("secure.kerberos.ticket_file", lambda identity: identity.tickets)
    identity = replace(Identity.of_stack(settings.home, "ann", "ann"), elsewhere=True)
    return replace(settings, profile=Profile.EXTERNAL, elsewhere=identity, driver_host="edge.example")


def test_cluster_elsewhere_is_asked_by_the_keytab_or_by_the_ticket(elsewhere):
    identity = elsewhere.elsewhere
    driver = place_driver(elsewhere)
    found = submitted(elsewhere)
    assert found["spark.kerberos.principal"] == "ann@STACKHOUSE.LOCAL"
    assert found["spark.kerberos.keytab"] == str(identity.keytab)
    assert found["spark.driver.defaultJavaOptions"] == f"-Djava.security.krb5.conf={identity.kerberos}"
    assert found["spark.driver.host"] == "edge.example"
    assert driver.environment["KRB5CCNAME"] == f"FILE:{identity.tickets}"
    found = submitted(replace(elsewhere, elsewhere=replace(identity, keytab=None, kerberos=None)))
    assert not {"spark.kerberos.keytab", "spark.driver.defaultJavaOptions"} & found.keys()
    assert "KRB5CCNAME" not in place_driver(replace(elsewhere, elsewhere=None)).environment
