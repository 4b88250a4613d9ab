"""What `up` says of a cluster elsewhere that will not do: everything at once, each with what to do."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.progress import StepBoard
from secure.kerberos import Ticket
from stack import external
from stack.status import read_status
from tests.unit.hadoop.daemons import Daemons, settings_for, yarn_node, yarn_queue
from warehouse.errors import SetupError, StackDownError, StorageError, TicketError, UsageError
from warehouse.identity import Identity
from warehouse.profile import Profile


@pytest.fixture
def daemons():
    daemons = Daemons()
    daemons.info["Free"] = 10 * 2**30
    yield daemons
    daemons.close()


@pytest.fixture
def settings(daemons):
    return settings_for(daemons.port)


def said(settings, name):
    return external._outcome(external.CHECKS[name], settings)


def test_good_cluster_lacks_nothing(settings):
    assert (said(settings, "hdfs"), said(settings, "yarn")) == ("", "")


def test_hdfs_that_is_too_old_too_full_or_in_safe_mode_is_named(daemons, settings):
    daemons.info["SoftwareVersion"] = "2.10.2"
    assert said(settings, "hdfs") == "Hadoop 2.10.2, expected 3.x"
    daemons.info |= {"SoftwareVersion": "3.3.6", "Free": 2**30}
    assert said(settings, "hdfs") == "1.0 GiB free, but 2 GiB are needed"
    daemons.info["Safemode"] = "Safe mode is ON. The reported blocks 0 needs 1."
    assert said(settings, "hdfs") == "Safe mode is ON"


def test_yarn_without_room_or_without_the_queue_is_named(daemons, settings):
    daemons.nodes["RUNNING"] = [yarn_node(), yarn_node(2048)]
    assert said(settings, "yarn") == "a node has 2048 MiB for containers, but 2176 are needed"
    daemons.nodes["RUNNING"] = [yarn_node()]
    daemons.queues = daemons.queues[1:]
    assert said(settings, "yarn") == "YARN has no queue 'spark': STACKHOUSE_QUEUE names one of: hive"


def test_queue_that_takes_nothing_or_has_no_room_for_an_executor_is_named(daemons, settings):
    daemons.queues = [yarn_queue("spark", 60, state="STOPPED")]
    assert "queue spark is STOPPED and takes no application" in said(settings, "yarn")
    daemons.nodes["RUNNING"] = [yarn_node(8192)] * 3
    daemons.queues = [yarn_queue("spark", 10)]
    assert "each of 3 nodes would have 512 MiB, but 896 are needed" in said(settings, "yarn")
    daemons.queues = [yarn_queue("spark", 60) | {"maximumAllocation": {"memory": 512, "vCores": 4}}]
    assert "would have 512 MiB, but 896 are needed" in said(settings, "yarn")
    daemons.queues = [yarn_queue("spark", 60) | {"maximumAllocation": {"memory": 8192, "vCores": 4}}]
    assert said(settings, "yarn") == ""


def test_queues_of_another_scheduler_are_not_judged(daemons, settings):
    daemons.scheduler, daemons.queues = "fairScheduler", []
    assert said(settings, "yarn") == ""


class Refusing:
    """Storage that refuses everything for one reason."""

    def __init__(self, problem):
        self.problem = problem

    def create(self, *_):
        raise self.problem


@pytest.mark.parametrize(
    ("problem", "advice"),
    [
        (StorageError("HDFS user ann has no permission for /user/ann/_check"), True),
        (StackDownError("the DataNode at worker-1:9864 does not answer"), False),
    ],
)
def test_directory_that_may_not_be_written_comes_with_the_administrators_commands(
    settings, monkeypatch, problem, advice
):
    monkeypatch.setattr(external, "WebHdfs", lambda _: Refusing(problem))
    answer = said(settings, "permissions")
    assert answer.startswith(str(problem))
    assert answer.endswith("hdfs dfs -mkdir -p /user/ann, hdfs dfs -chown ann /user/ann") == advice


@pytest.fixture
def host(monkeypatch, tmp_path):
    """A host as the driver needs it; a test takes one thing away."""
    (tmp_path / "yarn-site.xml").write_text("<configuration/>")
    monkeypatch.setenv("HADOOP_CONF_DIR", str(tmp_path))
    monkeypatch.setattr(external.socket, "getfqdn", lambda: "edge.example")
    monkeypatch.setattr(external.socket, "gethostbyname", lambda _: "192.0.2.7")
    return tmp_path


def test_host_that_the_driver_can_run_on_lacks_nothing(settings, host):
    assert said(settings, "driver") == ""


def test_configuration_that_is_not_there_is_named(settings, host, monkeypatch):
    (host / "yarn-site.xml").unlink()
    assert said(settings, "driver").startswith(f"{host} has no yarn-site.xml")
    monkeypatch.delenv("HADOOP_CONF_DIR")
    assert said(settings, "driver").startswith("HADOOP_CONF_DIR is not set")


def test_host_that_executors_cannot_call_back_is_named(settings, host, monkeypatch):
    monkeypatch.setattr(external.socket, "gethostbyname", lambda _: "127.0.1.1")
    assert said(settings, "driver").startswith("this host is called edge.example, which is 127.0.1.1")

    def fail(_):
        raise OSError

    monkeypatch.setattr(external.socket, "gethostbyname", fail)
    assert "which has no address" in said(settings, "driver")


def test_host_may_be_named_by_a_setting(settings, host, monkeypatch):
    monkeypatch.setattr(external.socket, "gethostbyname", lambda _: "127.0.1.1")
    assert said(replace(settings, driver_host="edge-vlan2.example"), "driver") == ""


@pytest.fixture
def ann(settings, monkeypatch):
    """Settings with which the cluster is asked by Kerberos."""
    # The library leaves its own value behind.
    monkeypatch.setenv("KRB5_CONFIG", "/none")
    identity = replace(Identity.of_stack(Path("/state"), "ann", "ann"), principal="", keytab=None, elsewhere=True)
    return replace(settings, profile=Profile.EXTERNAL, user="ann", elsewhere=identity)


SITE = (
    "<configuration><property><name>hadoop.security.authentication</name><value>{}</value></property></configuration>"
)


def test_configuration_that_sends_no_ticket_or_would_send_one_is_named(settings, ann, host):
    site = host / "core-site.xml"
    told = f"{site} does not say hadoop.security.authentication=kerberos, so Spark would send no ticket"
    assert said(ann, "driver") == told
    site.write_text(SITE.format("simple"))
    assert said(ann, "driver") == told
    assert said(settings, "driver") == ""
    site.write_text(SITE.format("kerberos"))
    assert said(ann, "driver") == ""
    told = f"{site} says that this cluster asks for Kerberos tickets: set STACKHOUSE_KERBEROS=true"
    assert said(settings, "driver") == told
    site.write_text("<configuration>")
    assert said(ann, "driver").startswith(f"{site} is not XML: ")


def test_who_has_no_ticket_is_told_that_alone_and_nothing_is_asked(ann, monkeypatch):
    def refuse(_):
        raise TicketError("there is no Kerberos ticket")

    monkeypatch.setattr(external, "current_ticket", refuse)
    monkeypatch.setattr(external, "CHECKS", {"yarn": lambda _: pytest.fail("it cannot be asked")})
    with pytest.raises(TicketError, match=r"^there is no Kerberos ticket$"):
        external.check_cluster(ann, StepBoard())


def test_status_says_that_the_ticket_is_missing_and_asks_no_kdc(ann, monkeypatch, tmp_path):
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path / 'none'}")
    states = {service.name: service.problem for service in read_status(ann).services}
    assert "kdc" not in states
    assert states["namenode"].startswith("there is no Kerberos ticket of this account (")


def test_ticket_of_somebody_else_is_refused(ann, monkeypatch):
    ticket = Ticket("bob@EXAMPLE.COM", datetime.now(UTC))
    monkeypatch.setattr(external, "current_ticket", lambda _: ticket)
    with pytest.raises(UsageError) as caught:
        external.check_cluster(ann, StepBoard())
    assert str(caught.value) == (
        "the Kerberos ticket is of bob@EXAMPLE.COM, and this account is ann; "
        "set STACKHOUSE_PRINCIPAL=bob@EXAMPLE.COM, and STACKHOUSE_USER where HDFS calls that otherwise"
    )


def test_java_of_another_version_is_named(settings, host, monkeypatch, tmp_path):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert said(settings, "driver").startswith(f"JAVA_HOME is {tmp_path}")


def test_everything_that_is_missing_is_said_at_once_and_nothing_is_brought(settings, monkeypatch):
    def refuse(_):
        raise StackDownError("HiveServer2 does not answer")

    monkeypatch.setattr(external, "CHECKS", {"yarn": lambda _: "no room", "hdfs": lambda _: "", "hiveserver2": refuse})
    monkeypatch.setattr(external, "bring_spark", lambda _: pytest.fail("it will not do"))
    with pytest.raises(SetupError) as problem:
        external.check_cluster(settings, StepBoard())
    assert str(problem.value) == (
        "this cluster does not meet the requirements. yarn: no room. hiveserver2: HiveServer2 does not answer"
    )
