"""Each fault of YARN that `doctor` names, caused in the answers of a ResourceManager."""

from dataclasses import replace

import pytest

from hadoop.rest import Room, queue_room
from hadoop.yarn_checks import check_nodemanagers, check_queues, check_resourcemanager
from tests.unit.hadoop.daemons import closed_port, settings_for, yarn_node, yarn_queue
from tests.unit.hadoop.test_hdfs_checks import only
from warehouse.errors import NotCheckedError
from warehouse.profile import Profile

DISK = (
    "1/1 local-dirs usable space is below configured utilization percentage/no more usable space "
    "[ /data/yarn : used space above threshold of 99.0% ] ; 1/1 log-dirs usable space is below"
)


def test_nothing_is_wrong_with_a_healthy_yarn(settings):
    for check in (check_resourcemanager, check_nodemanagers, check_queues):
        assert check(settings) == []
        assert check(replace(settings, profile=Profile.COMPOSE)) == []


def test_resourcemanager_that_does_not_answer_is_told_with_its_address():
    port = closed_port()
    finding = only(check_resourcemanager(settings_for(port)))
    assert finding.problem == f"ResourceManager does not answer at 127.0.0.1:{port}"


def test_no_nodemanager_is_an_error(daemons, settings):
    daemons.metrics["activeNodes"] = 0
    finding = only(check_nodemanagers(settings))
    assert ("no NodeManager has registered" in finding.problem, finding.severity) == (True, "error")


def test_nodemanager_that_is_unhealthy_because_of_its_disks_is_told_with_its_report(daemons, settings):
    daemons.metrics["activeNodes"] = 0
    daemons.nodes["UNHEALTHY"] = [{**yarn_node(), "state": "UNHEALTHY", "healthReport": DISK}]
    finding = only(check_nodemanagers(settings))
    assert "node1:8041 accepts no containers because of its disks: 1/1 local-dirs" in finding.problem
    assert "free space" in finding.remedy
    assert finding.severity == "error"
    daemons.metrics["activeNodes"] = 1
    assert only(check_nodemanagers(settings)).severity == "warning"


def test_nodemanager_that_is_unhealthy_for_another_reason_is_not_blamed_on_disks(daemons, settings):
    daemons.nodes["UNHEALTHY"] = [{**yarn_node(), "healthReport": "ERROR the site's script failed"}]
    assert "the site's script failed" in only(check_nodemanagers(settings)).problem


def test_queue_that_is_smaller_than_an_application_master_is_an_error(daemons, settings):
    # 10 % of 4096 MiB, and Spark's application master has 640.
    daemons.queues[0] = yarn_queue("spark", 10.0, masters=384)
    finding = only(check_queues(settings))
    assert "queue spark may have 409 MiB, one application master needs 640" in finding.problem
    assert ("maximum-capacity" in finding.remedy, finding.severity) == (True, "error")


def test_limit_for_application_masters_that_is_too_low_is_a_warning(daemons, settings):
    daemons.queues[0] = yarn_queue("spark", 60.0, masters=256)
    finding = only(check_queues(settings))
    assert "256 MiB for application masters and one needs 640" in finding.problem
    assert ("maximum-am-resource-percent" in finding.remedy, finding.severity) == (True, "warning")


def test_nodes_that_are_smaller_than_an_application_master_are_an_error(daemons, settings):
    # Together they would have room.
    daemons.nodes["RUNNING"] = [yarn_node(600) for _ in range(10)]
    finding = only(check_queues(settings))
    assert "no node has the 640 MiB" in finding.problem
    assert "the largest 600" in finding.problem


def test_queue_of_hive_is_checked_where_hive_is_ours(daemons, settings):
    daemons.queues[1] = yarn_queue("hive", 5.0)
    assert check_queues(settings) == []
    assert "queue hive may have 204 MiB" in only(check_queues(replace(settings, profile=Profile.COMPOSE))).problem


def test_queue_below_another_is_found(daemons, settings):
    daemons.queues = [{**yarn_queue("etl", 100.0), "queues": {"queue": daemons.queues}}]
    assert check_queues(settings) == []


def test_queue_is_found_by_its_path_and_a_parent_without_queues_is_none(daemons, settings):
    parent = {name: value for name, value in yarn_queue("dynamic", 100).items() if name != "AMResourceLimit"}
    daemons.queues.append(parent)
    assert check_queues(settings) == []
    assert check_queues(replace(settings, queue="root.spark")) == []
    assert queue_room(settings, "root.spark") == queue_room(settings, "spark") != Room()
    assert "no queue 'dynamic'" in only(check_queues(replace(settings, queue="dynamic"))).problem


def test_queue_that_is_missing_or_stopped_is_told(daemons, settings):
    finding = only(check_queues(replace(settings, queue="nights")))
    assert "no queue 'nights'" in finding.problem
    assert "hive, spark" in finding.remedy
    daemons.queues[0] = yarn_queue("spark", 60.0, state="STOPPED")
    assert "queue spark is STOPPED" in only(check_queues(settings)).problem


def test_other_schedulers_are_not_judged(daemons, settings):
    daemons.scheduler = "fairScheduler"
    with pytest.raises(NotCheckedError, match="fairScheduler"):
        check_queues(settings)
