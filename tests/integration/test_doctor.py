"""`doctor` on a real stack: healthy, in safe mode, with a session that hangs, and with what crashes leave."""

import json
import secrets
import signal
import subprocess
from contextlib import contextmanager
from dataclasses import asdict, replace

import pytest

from doctor.checks import CHECKS
from doctor.examine import examine
from doctor.services import check_schema, check_tez
from hadoop.environment import metastore_database, stack_environment
from hadoop.java import run_java
from hadoop.processes import containers
from hive.metastore import SCHEMA_TOOL
from tests.integration.conftest import must, run_command, write_small_dataset
from warehouse.lock.owner import LockOwner
from warehouse.paths import DatasetPaths
from warehouse.profile import Profile

pytestmark = pytest.mark.local

WARNINGS = {"memory", "disk", "proxies", "exposure", "leftovers"}
ADMIN = "org.apache.hadoop.hdfs.tools.DFSAdmin"


def states(answer):
    return {check["name"]: check["state"] for check in answer.json["checks"]}


def findings(answer, name):
    return [found for check in answer.json["checks"] if check["name"] == name for found in check["findings"]]


def test_healthy_stack_has_no_error(settings, stackhouse):
    answer = must(stackhouse("doctor", "--json"))
    assert answer.json["healthy"]
    found = states(answer)
    assert list(found) == [check.name for check in CHECKS]
    # A metastore that answers has compared its schema itself; the rest of the machine is not ours to judge.
    left_out = {"metastore schema"} if settings.identity else {"metastore schema", "ticket", "kdc", "certificate"}
    assert {name for name, state in found.items() if state == "not checked"} == left_out
    assert {name for name, state in found.items() if state == "warning"} <= WARNINGS
    assert "0 errors" in must(stackhouse("doctor")).out


@contextmanager
def safe_mode(settings):
    environment = stack_environment(settings)
    log = settings.home / "logs" / "dfsadmin.log"

    def admin(word):
        class_path = environment["STACKHOUSE_HADOOP_CLASS_PATH"]
        assert run_java(environment, class_path, ADMIN, ["-safemode", word], log), log.read_text()

    admin("enter")
    try:
        yield
    finally:
        admin("leave")


def test_safe_mode_is_named_and_what_needs_writing_is_not_tried(settings, stackhouse):
    with safe_mode(settings):
        answer = stackhouse("doctor", "--json")
    assert answer.code == 4
    (finding,) = findings(answer, "safe mode")
    assert "turned on manually" in finding["problem"]
    assert "hdfs dfsadmin -safemode leave" in finding["remedy"]
    found = states(answer)
    assert {name for name, state in found.items() if state == "error"} == {"safe mode"}
    assert found["hiveserver2"] == found["tez session"] == "not checked"


def test_tez_session_whose_application_master_hangs_is_named(settings):
    assert check_tez(settings) == []
    masters = [process for process in containers(settings) if "DAGAppMaster" in " ".join(process.cmdline())]
    assert masters
    for process in masters:
        process.send_signal(signal.SIGSTOP)
    try:
        (finding,) = check_tez(settings, seconds=3)
    finally:
        for process in masters:
            process.send_signal(signal.SIGCONT)
    assert "no query that needs Tez within 3 s" in finding.problem
    assert check_tez(settings) == []


@pytest.fixture
def dataset(settings, storage, tmp_path):
    """A dataset on which two commands died: its name and the directory of its contract."""
    name = f"zz_doctor_{secrets.token_hex(4)}"
    write_small_dataset(tmp_path, name)
    yield name, tmp_path
    for part in ("raw", "staged", "locks"):
        storage.delete(f"/stackhouse/{part}/{name}")


def test_leftovers_and_a_stale_lock_are_named(stackhouse, storage, dataset):
    name, root = dataset
    paths = DatasetPaths(name, storage.root)
    ended = subprocess.Popen(["true"])
    ended.wait()
    owner = replace(LockOwner.this_process("ann", "run", {}, "dead"), pid=ended.pid)
    storage.publish(paths.lock, json.dumps(asdict(owner)).encode())
    left = [paths.raw_incoming("token0"), paths.staging("dead")]
    for path in left:
        storage.create(f"{path}/part-0", b"12345")
    answer = must(run_command("doctor", "--json", datasets=root))
    (lock,) = [found for found in findings(answer, "locks") if name in found["problem"]]
    assert f"process {ended.pid}" in lock["problem"]
    assert lock["severity"] == "warning"
    (finding,) = [found for found in findings(answer, "leftovers") if found["problem"].startswith(f"{name}:")]
    assert all(path in finding["problem"] for path in left)
    must(run_command("gc", name, "--yes", datasets=root))
    answer = must(run_command("doctor", "--json", datasets=root))
    assert not [found for check in ("locks", "leftovers") for found in findings(answer, check) if name in str(found)]


def test_schema_of_an_older_hive_is_named(settings, tmp_path):
    """Needs no stack but its jars: the real schema tool on a database with the tables of Hive 3.1."""
    home = tmp_path / "home"
    old = replace(settings, home=home, ports=replace(settings.ports, metastore=1))
    environment = stack_environment(old) | metastore_database(home / "metastore" / "derby")
    arguments = ["-dbType", "derby", "-initSchemaTo", "3.1.0"]
    (home / "metastore").mkdir(parents=True)
    assert run_java(environment, environment["STACKHOUSE_HIVE_CLASS_PATH"], SCHEMA_TOOL, arguments, home / "init.log")
    (finding,) = check_schema(old)
    assert "the metastore's schema is of Hive 3.1.0, this Hive needs 4.0.0" in finding.problem


def test_service_that_is_down_is_named_once(settings):
    """As a machine elsewhere sees it: nothing answers, and each check ends."""
    elsewhere = replace(
        settings, profile=Profile.EXTERNAL, ports=replace(settings.ports, namenode_http=1, hiveserver2=1)
    )
    outcomes = list(examine(elsewhere))
    errors = [outcome.name for outcome in outcomes if outcome.state == "error"]
    assert errors == ["namenode", "hiveserver2"]
