"""A HiveServer2 by itself: its metastore and its Tez run in its own process, its files are local.

It is of the same jars and reads the shipped hive-site.xml, but a query costs no container, and anything may be set.
"""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from hadoop.environment import HIVE_CONF, metastore_database, stack_environment
from hive.connection import connect
from warehouse.errors import StackDownError
from warehouse.settings import Endpoints, Settings

_START_SECONDS = 300
_POLL_SECONDS = 0.5

IN_PROCESS = {
    "tez.local.mode": "true",
    "tez.local.mode.without.network": "true",
    "fs.file.impl": "stackhouse.tests.PlainLocalFileSystem",
    "hive.metastore.rawstore.impl": "org.apache.hadoop.hive.metastore.cache.CachedStore",
    # Nobody reads what became of a job, and none outlives its server.
    "tez.dag.recovery.enabled": "false",
    "tez.history.logging.service.class": "org.apache.tez.dag.history.logging.impl.DevNullHistoryLoggingService",
    # A task of a small query takes milliseconds, so nothing shall wait longer than that.
    "tez.task.get-task.sleep.interval-ms.max": "2",
    "tez.am.am-rm.heartbeat.interval-ms.max": "10",
    "tez.am.sleep.time.before.exit.millis": "1",
    "hive.tez.container.size": "256",
}
"""Of a session whose jobs run inside HiveServer2."""

_ANYBODY = {
    "hive.server2.authentication": "NONE",
    "hive.security.authorization.enabled": "false",
    "hive.security.authorization.manager": "",
    "hive.security.authenticator.manager": "",
}
"""Who asks makes no answer right or wrong; tests/integration/test_logins.py asks who may ask."""


def build_classes(directory: Path) -> Path:
    """Compile what stands before Hadoop's and Tez's classes to make them quick; the directory of the classes."""
    maven = shutil.which("mvn")
    assert maven, "Maven is needed to compile the classes of tests/answers/java"
    pom = Path(__file__).parent / "java" / "pom.xml"
    done = subprocess.run(
        [maven, "-B", "-q", "-f", str(pom), "process-resources", f"-Dstackhouse.jars={directory}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return directory / "quick-hive" / "classes"


@contextmanager
def local_hive(
    settings: Settings, directory: Path, classes: Path, unset: Mapping[str, str] | None = None
) -> Iterator[Endpoints]:
    """Start it, and stop it with the block. It is for one session at a time: jobs in one process share what they cache.

    Args:
        settings: Say where the jars are.
        directory: Of its own, for all that it writes.
        classes: What `build_classes` made.
        unset: Settings that differ from hive-site.xml.
    """
    port = _free_port()
    site = _write_site(directory / "conf", {**_own_world(directory, port), **(unset or {})})
    environment = {**stack_environment(settings), **metastore_database(directory / "derby"), "HIVE_CONF_DIR": str(site)}
    # The other ways to start a process take two.
    command = [environment["STACKHOUSE_JAVA"], "-XX:+UseSerialGC", "-Xmx2g", "-Djdk.lang.Process.launchMechanism=VFORK"]
    class_path = f"{classes}:{site}:{HIVE_CONF}:{environment['STACKHOUSE_HIVE_CLASS_PATH']}"
    command += ["-cp", class_path, f"-Dhadoop.log.dir={directory}"]
    command += ["org.apache.hive.service.server.HiveServer2"]
    with (directory / "hiveserver2.log").open("w") as record:
        process = subprocess.Popen(command, env=environment, cwd=directory, stdout=record, stderr=subprocess.STDOUT)
        try:
            endpoints = replace(settings.endpoints, hive_port=port)
            _wait(process, endpoints)
            yield endpoints
        finally:
            process.terminate()
            process.wait()


def _write_site(directory: Path, changes: Mapping[str, str]) -> Path:
    """The shipped hive-site.xml with some values changed; without those that are to be empty, which is not the same."""
    tree = ElementTree.parse(HIVE_CONF / "hive-site.xml")  # noqa: S314 - our own file
    root = tree.getroot()
    for found in root.findall("property"):
        if found.findtext("name") in changes:
            root.remove(found)
    for name, value in changes.items():
        if value:
            added = ElementTree.SubElement(root, "property")
            ElementTree.SubElement(added, "name").text = name
            ElementTree.SubElement(added, "value").text = value
    directory.mkdir()
    tree.write(directory / "hive-site.xml")
    for name in ("core", "hdfs", "mapred", "yarn"):
        # Thousands of values, parsed and copied several times a query, and every one is in the code too.
        (directory / f"{name}-default.xml").write_text("<configuration/>")
    return directory


def _own_world(directory: Path, port: int) -> dict[str, str]:
    """A file system, a metastore and ports that are nobody else's."""
    return {
        "fs.defaultFS": "file:///",
        "hive.metastore.uris": "",
        "metastore.thrift.uris": "",
        "datanucleus.schema.autoCreateAll": "true",
        "hive.metastore.schema.verification": "false",
        "hive.metastore.warehouse.dir": f"{directory}/managed",
        "hive.metastore.warehouse.external.dir": f"{directory}/external",
        "hive.exec.scratchdir": f"{directory}/scratch",
        "hive.exec.local.scratchdir": f"{directory}/local",
        "hive.downloaded.resources.dir": f"{directory}/resources",
        "hive.user.install.directory": f"{directory}/install",
        "hive.server2.logging.operation.enabled": "false",
        "hive.log4j.file": str(Path(__file__).parent / "log4j2.properties"),
        "hive.server2.thrift.port": str(port),
        "hive.server2.webui.port": "0",
        "hive.server2.tez.initialize.default.sessions": "false",
        "hive.conf.restricted.list": "",
        **_ANYBODY,
        **IN_PROCESS,
    }


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        number: int = found.getsockname()[1]
        return number


def _wait(process: subprocess.Popen[bytes], endpoints: Endpoints) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "HiveServer2 ended while it started"
        try:
            with connect(endpoints):
                return
        except StackDownError:
            time.sleep(_POLL_SECONDS)
    raise TimeoutError(f"HiveServer2 did not answer within {_START_SECONDS} s")
