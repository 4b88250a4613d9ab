"""What `up` says of a cluster elsewhere that will not do: everything at once, each with what to do."""

import pytest

from cli import external
from cli.board import StepBoard
from tests.unit.doctor_daemons import Daemons, settings_for, yarn_node
from warehouse.errors import SetupError, StackDownError


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
    assert said(settings, "hdfs") == "1.0 GiB free, 2 GiB are needed"
    daemons.info["Safemode"] = "Safe mode is ON. The reported blocks 0 needs 1."
    assert said(settings, "hdfs") == "Safe mode is ON"


def test_yarn_without_room_or_without_the_queue_is_named(daemons, settings):
    daemons.nodes["RUNNING"] = [yarn_node(), yarn_node(2048)]
    assert said(settings, "yarn") == "a node has 2048 MiB for containers, 2176 are needed"
    daemons.nodes["RUNNING"] = [yarn_node()]
    daemons.queues = daemons.queues[1:]
    assert said(settings, "yarn") == "there is no queue 'spark', STACKHOUSE_QUEUE names one of: hive"


def test_queues_of_another_scheduler_are_not_judged(daemons, settings):
    daemons.scheduler, daemons.queues = "fairScheduler", []
    assert said(settings, "yarn") == ""


def test_directory_that_may_not_be_written_comes_with_the_administrators_commands(settings):
    # The daemons of this test take no file.
    answer = said(settings, "permissions")
    assert answer.endswith("hdfs dfs -mkdir -p /stackhouse, hdfs dfs -chown ann /stackhouse")


def test_everything_that_is_missing_is_said_at_once_and_nothing_is_brought(settings, monkeypatch):
    def refuse(_):
        raise StackDownError("HiveServer2 does not answer")

    monkeypatch.setattr(external, "CHECKS", {"yarn": lambda _: "no room", "hdfs": lambda _: "", "hiveserver2": refuse})
    monkeypatch.setattr(external, "bring_spark", lambda _: pytest.fail("it will not do"))
    with pytest.raises(SetupError) as problem:
        external.check_cluster(settings, StepBoard())
    assert str(problem.value) == ("this cluster will not do. yarn: no room. hiveserver2: HiveServer2 does not answer")
