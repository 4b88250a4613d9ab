"""docker-compose.yml and the Dockerfiles: one owner for each value, and what sections 4 and 5 of CIS Docker ask for."""

import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml

from hadoop.sizing import compute_sizing
from tests.contract.test_configuration import named_variables
from warehouse.settings import REPOSITORY, Ports, load_settings

COMPOSE = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
DOCKERFILES = [REPOSITORY / folder / "Dockerfile" for folder in ("hadoop", "hive", "cli")]
ONE_SHOT = {"secret", "schema-begun", "schema", "layout"}
DAEMONS_MB, CORES = 2048, 2
VALUES = dict(line.split("=", 1) for line in (REPOSITORY / ".env").read_text().splitlines() if re.match(r"\w+=", line))


def instructions(path):
    """Instructions of a Dockerfile, continuation lines joined."""
    text = re.sub(r"\\\n\s*", " ", path.read_text())
    return [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]


def resolved(text):
    return re.sub(r"\$\{(\w+)\}", lambda match: VALUES[match[1]], str(text))


def test_every_variable_of_the_configuration_reaches_every_daemon():
    # These a container finds itself: hadoop/daemon.sh, hive/daemon.sh, the image.
    own = {"STACKHOUSE_NODE_HOST", "STACKHOUSE_HOME", "STACKHOUSE_METASTORE_DB_PASSWORD"}
    for name in set(SERVICES) - {"secret", "metastore-db", "schema-begun"}:
        assert named_variables(without_default=True) - own <= set(SERVICES[name]["environment"]), name


def test_offset_is_added_once_although_the_image_of_the_edge_has_its_own_settings():
    for name in ("layout", "edge"):
        environment = {key: resolved(value) for key, value in SERVICES[name]["environment"].items()}
        assert load_settings({**environment, "STACKHOUSE_HIVESERVER2_PORT": "10500"}).ports.hiveserver2 == 10500
        assert "STACKHOUSE_PORT_OFFSET" in environment
        assert "STACKHOUSE_ROOT" in environment


def test_every_value_of_the_file_stands_in_env():
    named = set(re.findall(r"\$\{(\w+)\}", (REPOSITORY / "docker-compose.yml").read_text()))
    assert named <= set(VALUES)


def test_ports_are_those_of_the_settings():
    ports = load_settings({}).ports
    for name in set(Ports.__dataclass_fields__) - {"gateway", "kdc"}:
        given = SERVICES["namenode"]["environment"][f"STACKHOUSE_{name.upper()}_PORT"]
        assert resolved(given) == str(getattr(ports, name))


def test_sizes_are_those_that_are_computed():
    node_mb = int(VALUES["STACKHOUSE_NODE_MB"])
    sizing = compute_sizing(node_mb + DAEMONS_MB, CORES)
    environment = SERVICES["nodemanager"]["environment"]
    assert (sizing.yarn_mb, sizing.tez_am_mb, sizing.tez_task_mb) == (
        node_mb,
        environment["STACKHOUSE_TEZ_AM_MB"],
        environment["STACKHOUSE_TEZ_TASK_MB"],
    )
    assert int(VALUES["STACKHOUSE_NODE_LIMIT_MB"]) == node_mb + 768


def test_jars_are_fetched_by_the_same_lines_in_every_image():
    stages = {re.sub(r"#.*\n", "", path.read_text()).partition("\nFROM")[0].strip() for path in DOCKERFILES}
    assert len(stages) == 1


def test_everything_that_is_copied_into_an_image_is_sent_to_the_engine():
    sent = {line[1:] for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {
        source.partition("/")[0]
        for path in DOCKERFILES
        for instruction, operands in instructions(path)
        if instruction == "COPY" and "--from" not in operands
        for source in operands.split()[:-1]
    }
    assert copied <= sent


def test_module_that_fetches_the_jars_has_all_that_it_imports(tmp_path):
    for instruction, operands in instructions(DOCKERFILES[0]):
        if instruction == "COPY" and "--from" not in operands:
            *sources, target = operands.split()
            (tmp_path / target).mkdir(parents=True, exist_ok=True)
            for source in (REPOSITORY / path for path in sources):
                if source.is_dir():
                    shutil.copytree(source, tmp_path / target, dirs_exist_ok=True)
                elif source.suffix == ".py":
                    shutil.copy(source, tmp_path / target)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([sys.executable, "-c", "import hadoop.artifacts"], cwd=tmp_path, env=environment, check=True)


def test_number_of_the_account_is_the_same_everywhere():
    numbers = {re.search(r"--uid (\d+)", path.read_text())[1] for path in DOCKERFILES}
    secret = (REPOSITORY / "hive" / "make-secret.sh").read_text()
    assert numbers == set(re.findall(r"chown (\d+):\1 ", secret))


def test_every_image_of_ours_is_built_by_one_service():
    # Compose labels an image with the service: each that builds makes another one, and the last of them wins.
    built = [service["image"] for service in SERVICES.values() if "build" in service]
    used = {service["image"] for service in SERVICES.values() if service["image"].startswith("stackhouse-")}
    assert sorted(built) == sorted(used)
    assert {SERVICES[name]["pull_policy"] for name in SERVICES if SERVICES[name]["image"] in used} == {"never"}


def test_no_service_has_a_fixed_name():
    assert [name for name, service in SERVICES.items() if "container_name" in service] == []


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.parent.name)
class TestCisSection4:
    def test_4_1_runs_as_an_account_of_its_own(self, path):
        assert [value for name, value in instructions(path) if name == "USER"] == ["$USER"]
        assert VALUES["STACKHOUSE_CONTAINER_USER"] != "root"

    def test_4_2_stands_on_the_official_base_image(self, path):
        bases = {value.split()[0] for name, value in instructions(path) if name == "FROM"}
        assert bases == {"debian:bookworm-slim"}

    def test_4_3_and_4_7_installs_what_is_named_after_an_update_and_no_more(self, path):
        for name, value in instructions(path):
            if name == "RUN" and "apt-get" in value:
                assert re.match(r"apt-get update +&& apt-get install -y --no-install-recommends ", value)
                assert "rm -rf /var/lib/apt/lists/*" in value

    def test_4_9_copies_and_adds_nothing_from_elsewhere(self, path):
        assert "ADD" not in [name for name, _ in instructions(path)]

    def test_4_10_and_4_11_holds_no_secret_and_runs_no_downloaded_script(self, path):
        assert not re.search(r"(?i)password|secret|token|curl [^\n]*\|", path.read_text())

    def test_is_for_every_architecture(self, path):
        assert not re.search(r"amd64|x86_64|arm64|aarch64", path.read_text())


@pytest.mark.parametrize("name", SERVICES)
class TestCisSection5:
    def test_5_3_and_5_4_has_no_capability_but_what_it_says(self, name):
        service = SERVICES[name]
        assert service["cap_drop"] == ["ALL"]
        assert "privileged" not in service
        # PostgreSQL's image starts as root and becomes postgres; "secret" gives files to their owners.
        assert set(service.get("cap_add", ())) <= {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}
        assert bool(service.get("cap_add")) == (name in {"metastore-db", "secret"})

    def test_5_5_and_5_31_sees_nothing_of_the_host_but_the_repository_and_cannot_change_it(self, name):
        for volume in SERVICES[name].get("volumes", ()):
            if volume.startswith("."):
                assert volume.startswith("./"), volume
                assert volume.endswith(":ro"), volume
            else:
                assert "docker.sock" not in volume
                assert not volume.startswith("/") or ":" not in volume, volume

    def test_5_7_and_5_13_listens_on_this_machine_only_and_on_no_privileged_port(self, name):
        for port in SERVICES[name].get("ports", ()):
            address, outside, inside = resolved(port).split(":")
            assert address == "127.0.0.1"
            assert min(int(outside), int(inside)) > 1024

    def test_5_10_and_5_28_has_limits(self, name):
        assert SERVICES[name]["mem_limit"]
        assert SERVICES[name]["pids_limit"] <= 2000

    def test_5_12_cannot_change_its_image(self, name):
        assert SERVICES[name]["read_only"] is True

    def test_5_15_to_5_21_shares_nothing_with_the_host(self, name):
        for shared in ("pid", "ipc", "uts", "userns_mode", "devices", "cgroup_parent", "cgroup"):
            assert shared not in SERVICES[name]
        assert SERVICES[name].get("network_mode", "none") == "none"

    def test_5_25_gains_no_privileges(self, name):
        assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]

    def test_5_26_proves_that_it_works(self, name):
        if name not in ONE_SHOT:
            # The shared lines of the file would else ask the NameNode.
            own = {"metastore-db": "pg_isready", "edge": "http://localhost:8000/healthy"}.get(name, name)
            assert own in SERVICES[name]["healthcheck"]["test"]
