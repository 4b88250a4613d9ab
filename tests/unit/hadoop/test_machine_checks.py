"""Each fault of this machine that `doctor` names, caused in directories, files and the environment."""

import shutil
import zipfile
from collections import namedtuple
from dataclasses import replace
from types import SimpleNamespace

import psutil
import pytest

from hadoop import machine_checks
from hadoop.jars.class_path import class_path_conflicts
from hadoop.machine_checks import check_class_path, check_disk, check_java, check_memory, check_proxies, disk_limit
from tests.unit.hadoop.daemons import Daemons, closed_port, settings_for
from tests.unit.hadoop.test_hdfs_checks import only
from tests.unit.hadoop.test_java import bare, java  # noqa: F401 - a fixture
from warehouse.errors import NotCheckedError
from warehouse.profile import Profile
from warehouse.settings import load_settings

BINDING_1 = "org/slf4j/impl/StaticLoggerBinder.class"
BINDING_2 = "META-INF/services/org.slf4j.spi.SLF4JServiceProvider"
Disk = namedtuple("Disk", "total used free")


@pytest.fixture
def settings(tmp_path):
    return replace(load_settings({}), home=tmp_path / "state", jars=tmp_path / "jars")


def test_wrong_java_is_told_with_the_remedy(bare, monkeypatch, settings):  # noqa: F811
    monkeypatch.setenv("JAVA_HOME", str(java(bare / "eleven", "11.0.2")))
    finding = only(check_java(settings))
    assert "Java 11" in finding.problem
    assert finding.remedy == "install openjdk-17-jre-headless (or any Java 17) and set JAVA_HOME to it"
    monkeypatch.setenv("JAVA_HOME", str(java(bare / "seventeen", "17.0.2")))
    assert check_java(settings) == []


def jar(directory, name, *members):
    directory.mkdir(exist_ok=True)
    with zipfile.ZipFile(directory / name, "w") as content:
        for member in members or ("a.class",):
            content.writestr(member, b"")


def conflicts(directory):
    return class_path_conflicts({"Hive": directory}, {"Hive": "remove it"})


def test_jars_that_belong_together_are_no_conflict(tmp_path):
    for name in (
        "hadoop-common-3.4.3.jar",
        "hadoop-hdfs-3.4.3-tests.jar",
        "hadoop-yarn-server-web-proxy-3.4.3.jar",
        # These have versions of their own.
        "hadoop-shaded-guava-1.5.0.jar",
        "hadoop-shaded-protobuf_3_25-1.5.0.jar",
        "hadoop-shim-0.10.5.jar",
        "slf4j-api-1.7.36.jar",
    ):
        jar(tmp_path, name)
    jar(tmp_path, "slf4j-reload4j-1.7.36.jar", BINDING_1)
    assert conflicts(tmp_path) == []


@pytest.mark.parametrize(
    "odd", ["hadoop-common-3.3.6.jar", "hadoop-client-api-3.4.2.jar", "hadoop-aws-3.3.6-amzn-1.jar"]
)
def test_two_hadoop_versions_on_one_class_path_are_told_with_the_odd_jar(tmp_path, odd):
    for name in ("hadoop-common-3.4.3.jar", "hadoop-hdfs-3.4.3.jar", odd):
        jar(tmp_path, name)
    finding = only(conflicts(tmp_path))
    assert odd in finding.problem
    assert "3.4.3" in finding.problem
    assert str(tmp_path) in finding.problem


def test_versions_on_two_class_paths_are_no_conflict(tmp_path):
    jar(tmp_path / "hive", "hadoop-common-3.4.3.jar")
    jar(tmp_path / "spark", "hadoop-client-api-3.4.2.jar")
    directories = {name: tmp_path / name for name in ("hive", "spark")}
    assert class_path_conflicts(directories, dict.fromkeys(directories, "x")) == []


@pytest.mark.parametrize("second", [BINDING_1, BINDING_2])
def test_second_binding_of_slf4j_is_told_whatever_its_jar_is_named(tmp_path, second):
    jar(tmp_path, "log4j-slf4j-impl-2.18.0.jar", BINDING_1)
    jar(tmp_path, "fat.jar", second)
    assert "fat.jar, log4j-slf4j-impl-2.18.0.jar" in only(conflicts(tmp_path)).problem


def test_damaged_jar_is_told(tmp_path):
    (tmp_path / "broken.jar").write_bytes(b"<html>404</html>")
    assert "broken.jar is damaged" in only(conflicts(tmp_path)).problem


def test_class_paths_of_this_stack_are_checked(settings, monkeypatch):
    with pytest.raises(NotCheckedError, match="not there yet"):
        check_class_path(settings)
    jars = settings.jars / "now"
    monkeypatch.setattr(machine_checks, "artifact_directory", lambda _: jars)
    for owner in ("hadoop", "hive"):
        (jars / owner).mkdir(parents=True)
        for version in ("3.4.3", "3.3.6"):
            jar(jars / owner, f"hadoop-common-{version}.jar")
    findings = check_class_path(settings)
    assert [finding.problem.split()[3] for finding in findings] == ["Hadoop,", "Hive,"]
    assert "hive/pom.xml" in findings[1].remedy


def test_spark_of_this_checkout_has_one_class_path_without_conflict(settings):
    assert check_class_path(replace(settings, profile=Profile.EXTERNAL)) == []


@pytest.fixture
def machine(monkeypatch):
    """Memory of the machine in MiB: all, and what is available."""

    def set_memory(total, available):
        found = SimpleNamespace(total=total * 2**20, available=available * 2**20)
        monkeypatch.setattr(psutil, "virtual_memory", lambda: found)

    return set_memory


def test_low_memory_is_told(machine, settings):
    machine(16384, 12000)
    wanted = replace(settings, memory_mb=8192)
    assert check_memory(wanted) == []
    machine(16384, 6000)
    finding = only(check_memory(wanted))
    assert "may use 8,192 MiB" in finding.problem
    assert "leave it 6,000" in finding.problem
    assert ("STACKHOUSE_MEMORY_MB" in finding.remedy, finding.severity) == (True, "warning")


def test_more_memory_than_the_machine_has_is_an_error(machine, settings):
    machine(8192, 8000)
    assert only(check_memory(replace(settings, memory_mb=12288))).severity == "error"
    machine(4096, 4000)
    assert "4096 MiB" in only(check_memory(replace(settings, memory_mb=None))).problem


def test_memory_that_the_stack_itself_has_counts_as_its_own(machine, settings, monkeypatch):
    machine(16384, 6000)
    process = SimpleNamespace(memory_info=lambda: SimpleNamespace(rss=3000 * 2**20))
    monkeypatch.setattr(machine_checks, "daemons", lambda _: [process])
    assert check_memory(replace(settings, memory_mb=8192)) == []


GIB = 2**30


@pytest.mark.parametrize(
    ("disk", "severity", "told"),
    [
        (Disk(100 * GIB, 0, GIB // 2), "error", "needs 1 GiB to start"),
        (Disk(1000 * GIB, 0, 9 * GIB), "error", "at 99 % YARN stops running anything"),
        (Disk(1000 * GIB, 0, 25 * GIB), "warning", "97.5 % are used"),
        (Disk(100 * GIB, 0, 4 * GIB), "warning", "4.0 GiB free"),
    ],
)
def test_disk_that_is_nearly_full_is_told(settings, monkeypatch, disk, severity, told):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: disk)
    finding = only(check_disk(settings))
    assert (finding.severity, told in finding.problem) == (severity, True), finding.problem
    assert "STACKHOUSE_HOME" in finding.remedy


def test_disk_with_room_is_fine_and_its_limit_is_that_of_yarn(settings, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(100 * GIB, 0, 50 * GIB))
    assert check_disk(settings) == []
    assert disk_limit() == 99


@pytest.fixture
def no_proxies(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_proxy_that_catches_the_stacks_hosts_is_told_without_its_password(no_proxies, monkeypatch, variable):
    settings = settings_for(closed_port())
    monkeypatch.setenv(variable, "http://me:secret@proxy.example:3128")
    finding = only(check_proxies(settings))
    assert variable in finding.problem
    assert "127.0.0.1" in finding.problem
    assert "secret" not in finding.problem + finding.remedy
    assert finding.remedy == "export NO_PROXY=127.0.0.1"
    assert finding.severity == "warning"


def test_proxy_with_exceptions_for_all_hosts_is_fine(no_proxies, monkeypatch):
    settings = settings_for(closed_port())
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "example.org")
    assert only(check_proxies(settings)).remedy == "export no_proxy=example.org,127.0.0.1"
    monkeypatch.setenv("no_proxy", "example.org,127.0.0.1")
    assert check_proxies(settings) == []


@pytest.mark.parametrize("variable", ["NO_PROXY", "HTTPS_PROXY", "ftp_proxy"])
def test_variable_that_sends_nobody_to_a_proxy_is_fine(no_proxies, monkeypatch, variable):
    monkeypatch.setenv(variable, "http://proxy.example:3128")
    assert check_proxies(settings_for(closed_port())) == []


def test_proxy_that_catches_a_datanode_is_told(no_proxies, monkeypatch):
    daemons = Daemons()
    daemons.live = {"worker-1.example:9866": {"infoAddr": "192.0.2.7:9864"}}
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert "worker-1.example" in only(check_proxies(settings_for(daemons.port))).problem
    daemons.close()
