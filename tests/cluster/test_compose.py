"""The compose profile on a real engine: build, start, load, run, query, scale, lose nodes, stop, start again."""

import json
import os
import re
import secrets
import subprocess
import sys

import pytest
import requests

from cli.progress import StepBoard
from hadoop.rest import hdfs_health, yarn_nodes
from stack.compose import containers
from stack.lifecycle import start_stack
from tests.cluster.conftest import compose
from tests.integration.conftest import SMALL_HEADER, must, run_command, write_small_dataset
from tests.waiting import until
from warehouse.settings import REPOSITORY

TOTALS = "SELECT CAST(quarter_start AS STRING), sales, total FROM {}.totals ORDER BY quarter_start"
_COPIES_TO_COME = ("LowRedundancyBlocks", "PendingReconstructionBlocks")


def bean(settings, name):
    url = f"http://localhost:{settings.ports.namenode_http}/jmx?qry=Hadoop:service=NameNode,name={name}"
    return requests.get(url, timeout=10).json()["beans"][0]


def check_no_block_is_missing(settings):
    assert json.loads(bean(settings, "NameNodeInfo")["CorruptFiles"]) == []
    assert bean(settings, "FSNamesystem")["MissingBlocks"] == 0


@pytest.fixture(scope="module")
def dataset(cluster, tmp_path_factory):
    """A small dataset with one release."""
    home = tmp_path_factory.mktemp("smoke")
    name = f"smoke_{secrets.token_hex(4)}"
    write_small_dataset(home, name)
    rows = ("1,2001-01-15 10:00:00,10.00,a", "2,2001-05-01 00:00:00,20.00,b", "3,2001-05-02 00:00:00,x,c")
    batch(home, name, "first", *rows)
    must(run_command("run", name, datasets=home))
    return home, name


def batch(home, name, title, *rows):
    path = home / f"{title}.csv"
    path.write_bytes(SMALL_HEADER + "\n".join(rows).encode())
    must(run_command("load", name, path, datasets=home))


def totals(name):
    return must(run_command("query", TOTALS.format(name), "--format", "csv")).out.splitlines()[1:]


def test_file_has_no_warning(cluster):
    assert compose(cluster, "config", "--quiet").stderr == ""


def test_rows_loaded_from_here_come_back_by_sql(dataset):
    assert totals(dataset[1]) == ["2001-01-01,1,10.00", "2001-04-01,1,20.00"]


def test_up_leaves_what_runs_as_it_is(cluster, dataset):
    before = compose(cluster, "ps", "--quiet").stdout
    assert re.search("up: HiveServer2 at localhost", must(run_command("up")).out)
    assert sorted(compose(cluster, "ps", "--quiet").stdout.split()) == sorted(before.split())


def test_every_container_runs_as_nobody_special(cluster):
    for container in containers(cluster):
        if container.state == "running" and container.service != "metastore-db":
            done = subprocess.run(
                ["docker", "exec", container.name, "id", "-u"], capture_output=True, text=True, check=True
            )
            assert done.stdout.strip() == "10001", container.name


def test_password_of_the_database_is_in_files_of_mode_0600_and_nowhere_else(cluster):
    shown = compose(cluster, "exec", "--no-TTY", "metastore", "stat", "-c", "%a %u", "/secrets/password").stdout
    assert shown.split() == ["600", "10001"]
    password = compose(cluster, "exec", "--no-TTY", "metastore", "cat", "/secrets/password").stdout
    assert len(password) >= 32
    names = [container.name for container in containers(cluster)]
    described = subprocess.run(["docker", "inspect", *names], capture_output=True, text=True, check=True).stdout
    assert password not in described + compose(cluster, "logs").stdout
    arguments = compose(cluster, "top").stdout
    assert "HiveMetaStore" in arguments
    assert password not in arguments


def test_edge_has_the_command_line_too(cluster, dataset):
    inside = compose(cluster, "exec", "--no-TTY", "edge", "stackhouse", "query", "SELECT 41 + 1", "--format", "csv")
    assert inside.stdout.splitlines()[-1] == "42"
    checked = compose(cluster, "exec", "--no-TTY", "edge", "stackhouse", "up")
    assert "up: HiveServer2 at hiveserver2:" in checked.stdout


def test_more_nodes_take_copies_and_a_run_survives_the_loss_of_two(cluster, dataset):
    home, name = dataset
    more = ["--scale", "datanode=3", "--scale", "nodemanager=3"]
    compose(cluster, "up", "--detach", "--wait", "--no-recreate", *more)
    assert len(yarn_nodes(cluster)) == 3
    until(lambda: hdfs_health(cluster).live_nodes == 3, 60)
    # Replication follows; a block that is being copied is no longer counted as under-replicated.
    until(lambda: not any(bean(cluster, "FSNamesystem")[count] for count in _COPIES_TO_COME), 120)

    batch(home, name, "second", "1,2001-01-15 10:00:00,11.00,a", "4,2001-11-01 00:00:00,40.00,d")
    run = subprocess.Popen(
        [sys.executable, "-m", "cli", "run", name],
        cwd=REPOSITORY,
        env={**os.environ, "STACKHOUSE_DATASETS": str(home)},
        stderr=subprocess.PIPE,
        text=True,
    )
    until(lambda: running_application(cluster), 120)
    lost = [running_application(cluster), *names_of(cluster, "datanode")[:1]]
    subprocess.run(["docker", "kill", *lost], check=True, capture_output=True)
    _, err = run.communicate()
    assert run.returncode == 0, err
    assert totals(name) == ["2001-01-01,1,11.00", "2001-04-01,1,20.00", "2001-10-01,1,40.00"]
    check_no_block_is_missing(cluster)


def test_rows_are_there_again_after_restart_and_after_down_and_up(cluster, dataset, monkeypatch):
    for name in ("STACKHOUSE_DATANODES", "STACKHOUSE_NODEMANAGERS"):
        monkeypatch.setenv(name, "3")
    expected = totals(dataset[1])
    compose(cluster, "restart", "--timeout", "10")
    with StepBoard() as board:
        start_stack(cluster, board)
    assert totals(dataset[1]) == expected
    assert "down" in must(run_command("down")).out
    assert must(run_command("down")).out == "nothing was running\n"
    assert re.search("up: HiveServer2 at localhost", must(run_command("up")).out)
    assert totals(dataset[1]) == expected
    check_no_block_is_missing(cluster)


def names_of(settings, service):
    return [c.name for c in containers(settings) if c.service == service and c.state == "running"]


def running_application(settings):
    """Container with the application master of the Spark job that runs, empty when none does."""
    url = f"http://localhost:{settings.ports.resourcemanager_http}/ws/v1/cluster/apps?states=RUNNING&queue=spark"
    found = (requests.get(url, timeout=10).json()["apps"] or {}).get("app", [])
    return found[0]["amHostHttpAddress"].partition(":")[0] if found else ""
