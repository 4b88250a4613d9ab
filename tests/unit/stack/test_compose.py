"""What is asked of docker compose, and where the driver of Spark goes; no engine is needed."""

import subprocess
import sys

import pytest
import tenacity

from spark.launch import Driver
from stack import compose
from stack import spark_driver as driver
from stack.compose import Container
from warehouse.errors import ServiceFailedError, SetupError
from warehouse.job import JobSizing
from warehouse.settings import load_settings


@pytest.fixture
def settings(tmp_path):
    home = str(tmp_path / "home")
    return load_settings({"STACKHOUSE_PROFILE": "compose", "STACKHOUSE_PORT_OFFSET": "500", "STACKHOUSE_HOME": home})


@pytest.fixture
def sized(monkeypatch):
    monkeypatch.setattr(driver, "size_job", lambda _: JobSizing(executors=3, executor_mb=1792, cores=2, driver_mb=1024))
    monkeypatch.setattr(driver, "bring_spark", lambda _: "hdfs:///apps/spark/spark.tar")


def there(service, number):
    return [Container(f"{service}-{n}", service, "running", "healthy", done=False) for n in range(number)]


def test_ports_reach_the_containers_with_their_offset_added_once(settings):
    environment = compose.compose_environment(settings)
    assert environment["STACKHOUSE_HIVESERVER2_PORT"] == "10500"
    assert load_settings(environment).ports == settings.ports


@pytest.mark.parametrize(("running", "started"), [(0, 3), (2, 3), (5, 5)])
def test_there_are_never_fewer_datanodes_than_before(settings, monkeypatch, running, started):
    monkeypatch.setattr(compose, "containers", lambda _: there("datanode", running))
    assert compose._scale(settings) == [f"--scale=datanode={started}", "--scale=nodemanager=3"]


def test_container_that_is_unhealthy_is_the_reason(settings, monkeypatch):
    sick = Container("s-metastore-1", "metastore", "running", "unhealthy", done=False)
    monkeypatch.setattr(compose, "containers", lambda _: [*there("datanode", 1), sick])
    lines = ["dependency failed to start"]
    assert compose._reason(settings, lines) == "s-metastore-1 is unhealthy: docker compose logs metastore"


@pytest.mark.parametrize(("ends", "asked"), [((1, 0), 2), ((0,), 1)])
def test_start_that_meets_a_container_on_its_way_back_is_tried_again(settings, monkeypatch, ends, asked):
    sick = Container("s-datanode-1", "datanode", "running", "unhealthy", done=False)
    seen, codes, started = iter([[], [sick], there("datanode", 1)]), iter(ends), []
    monkeypatch.setattr(compose, "containers", lambda _: next(seen))
    monkeypatch.setattr(compose, "_follow", lambda *_: started.append(1) or next(codes))
    monkeypatch.setattr(compose._recovers.retry, "wait", tenacity.wait_none())
    told = subprocess.CompletedProcess([], 0, "the password\n", "")
    monkeypatch.setattr(compose.subprocess, "run", lambda *_, **__: told)
    compose.start_containers(settings, print)
    assert len(started) == asked
    assert settings.endpoints.password == told.stdout.strip()


def test_start_without_a_password_to_log_in_with_is_none(settings, monkeypatch):
    monkeypatch.setattr(compose, "containers", lambda _: there("datanode", 1))
    monkeypatch.setattr(compose, "_follow", lambda *_: 0)
    monkeypatch.setattr(compose.subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 1, "", "gone"))
    with pytest.raises(ServiceFailedError, match=r"hiveserver2 has no /var/lib/stackhouse/users/stackhouse\.password"):
        compose.start_containers(settings, print)


@pytest.fixture
def answer_of_ps(monkeypatch):
    def give(code, out="", err=""):
        monkeypatch.setattr(compose, "check_engine", lambda: None)
        done = subprocess.CompletedProcess([], code, out, err)
        monkeypatch.setattr(compose.subprocess, "run", lambda *_, **__: done)

    return give


ONE = '{"Name": "s-edge-1", "Service": "edge", "State": "running", "Health": "healthy", "ExitCode": 0}'


@pytest.mark.parametrize("printed", [f"{ONE}\n{ONE}\n", f"[{ONE},{ONE}]\n"])
def test_containers_are_read_from_every_version_of_compose(settings, answer_of_ps, printed):
    answer_of_ps(0, printed)
    assert compose.containers(settings) == [Container("s-edge-1", "edge", "running", "healthy", done=True)] * 2


def test_file_that_compose_refuses_is_not_taken_for_no_containers(settings, answer_of_ps):
    answer_of_ps(15, err="some\nyaml: line 3: mapping values are not allowed")
    with pytest.raises(SetupError, match="docker compose ps failed: yaml: line 3"):
        compose.containers(settings)


def test_machine_without_docker_is_told_so(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(SetupError, match="there is no docker on PATH"):
        compose.check_engine()


def test_driver_of_the_containers_runs_in_their_network(settings, sized):
    placed = driver.place_driver(settings)
    words = " ".join(placed.command)
    assert "exec --no-TTY" in words
    assert "--conf spark.driver.host=edge --conf spark.driver.bindAddress=edge" in words
    assert "--conf spark.executor.instances=3" in words
    assert "--conf spark.yarn.archive=hdfs:///apps/spark/spark.tar" in words
    assert "spark.yarn.jars" not in words
    assert placed.command[-4:] == [compose.EDGE_PYTHON, "-m", "spark.job", "--events-fd", "3"][-4:]


def test_driver_for_a_cluster_elsewhere_runs_here_with_the_users_environment(sized, monkeypatch):
    monkeypatch.setenv("HADOOP_CONF_DIR", "/etc/hadoop/conf")
    settings = load_settings({"STACKHOUSE_PROFILE": "external", "STACKHOUSE_QUEUE": "etl"})
    placed = driver.place_driver(settings)
    assert placed.prefix == []
    assert placed.python == sys.executable
    assert placed.environment["HADOOP_CONF_DIR"] == "/etc/hadoop/conf"
    assert "--conf spark.yarn.queue=etl" in placed.environment["PYSPARK_SUBMIT_ARGS"]


def test_what_a_driver_prints_never_passes_for_an_event(tmp_path):

    shown = tmp_path / "script.py"
    shown.write_text("import os; print('printed'); os.write(3, b'event')")
    command = [part if part != "spark.job" else str(shown) for part in Driver([], sys.executable, {}).command]
    command.remove("-m")
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("event", "printed\n")
