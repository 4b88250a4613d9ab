"""The XML that the daemons read: well formed, one owner for every value, nothing that only one machine has."""

import re
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hadoop.environment import daemon_environment, stack_environment
from hadoop.services import KDC, SERVICES, services_of
from warehouse.errors import SettingsError
from warehouse.settings import REPOSITORY, load_settings

FILES = sorted([*REPOSITORY.glob("hadoop/conf/*.xml"), *REPOSITORY.glob("hive/conf/*.xml")])
POMS = [
    REPOSITORY / name
    for name in ("pom.xml", "consumers/jdbc/pom.xml", "hadoop/pom.xml", "hive/pom.xml", "hive/tez/pom.xml")
]
VARIABLE = re.compile(r"\$\{env\.(\w+)(:-)?")


SUPERVISED = re.compile(r"%\(ENV_(\w+)\)s")


@pytest.fixture
def secured_settings(tmp_path):
    (tmp_path / "secure").mkdir()
    (tmp_path / "secure" / "realm").touch()
    return replace(load_settings(), home=tmp_path)


def programs(text):
    return re.findall(r"^\[program:(\w+)\]$", text, re.M)


def properties(path: Path) -> list[tuple[str, str]]:
    root = ElementTree.parse(path).getroot()  # noqa: S314 - our own file
    assert root.tag == "configuration"
    return [(item.findtext("name", ""), item.findtext("value", "")) for item in root.iter("property")]


def named_variables(*, without_default: bool = False) -> set[str]:
    found = [match for path in FILES for _, value in properties(path) for match in VARIABLE.findall(value)]
    return {name for name, default in found if not (default and without_default)}


def test_there_are_files():
    assert {path.name for path in FILES} >= {"core-site.xml", "hdfs-site.xml", "yarn-site.xml", "hive-site.xml"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_file_gives_each_property_once_and_with_a_value(path):
    found = properties(path)
    assert found
    assert all(name and value for name, value in found)
    assert [name for name, count in Counter(name for name, _ in found).items() if count > 1] == []


def test_no_property_stands_in_two_files():
    found = Counter(name for path in FILES for name, _ in properties(path))
    assert [name for name, count in found.items() if count > 1] == []


def test_no_file_holds_a_port_or_a_path_of_its_own():
    ports = {value for key, value in _env_file().items() if key.endswith("_PORT")}
    for path in FILES:
        for name, value in properties(path):
            assert not set(re.findall(r"\d+", value)) & ports, f"{path.name}: {name}"
            assert not re.search(r"(^|[=:])/(home|root|var|opt|usr)/", value), f"{path.name}: {name}"


def test_one_container_may_be_as_large_as_a_node():
    yarn = dict(properties(REPOSITORY / "hadoop/conf/yarn-site.xml"))
    assert yarn["yarn.scheduler.maximum-allocation-mb"] == yarn["yarn.nodemanager.resource.memory-mb"]
    assert yarn["yarn.scheduler.maximum-allocation-vcores"] == yarn["yarn.nodemanager.resource.cpu-vcores"]


def test_every_variable_is_given_and_reaches_containers(secured_settings):
    environment = stack_environment(load_settings())
    # What has a default is of a secured stack.
    assert named_variables(without_default=True) <= set(environment)
    secured = stack_environment(secured_settings)
    whitelist = dict(properties(REPOSITORY / "hadoop/conf/yarn-site.xml"))["yarn.nodemanager.env-whitelist"].split(",")
    # A secret, which has a default and which only the metastore gets.
    named = named_variables() - {"STACKHOUSE_METASTORE_DB_PASSWORD"}
    assert named <= set(secured)
    assert named - named_variables(without_default=True) == set(secured) - set(environment) - {"STACKHOUSE_REALM"}
    assert named == {name for name in whitelist if name.startswith("STACKHOUSE_")}
    assert "JDK_JAVA_OPTIONS" in whitelist


def test_dot_in_the_owners_name_stands_for_itself(secured_settings):
    environment = stack_environment(replace(secured_settings, user="ann.b"))
    rules = dict(properties(REPOSITORY / "hadoop/conf/core-site.xml"))["hadoop.security.auth_to_local"]
    (pattern,) = re.findall(r"RULE:\[1:\$1@\$0\]\((.*)\)s/", rules)
    for name, value in environment.items():
        pattern = pattern.replace(f"${{env.{name}:-nobody}}", value)
    assert re.fullmatch(pattern, "ann.b@STACKHOUSE.LOCAL")
    assert not re.fullmatch(pattern, "annxb@STACKHOUSE.LOCAL")


def test_every_port_has_one_number_and_one_service():
    ports = asdict(load_settings().ports)
    assert len(set(ports.values())) == len(ports)
    owned = Counter(name for service in (KDC, *SERVICES) for name in service.ports)
    # The gateway is a container beside them, and with containers alone the NodeManager has the shuffle.
    assert owned + Counter(["gateway", "shuffle"]) == Counter(list(ports))


def test_supervisor_runs_exactly_the_services(secured_settings):
    text = (REPOSITORY / "hadoop" / "supervisord.conf").read_text()
    assert programs(text) == [service.name for service in SERVICES]
    environment = daemon_environment(replace(load_settings(), class_archives=False))
    assert set(SUPERVISED.findall(text)) - {"..."} <= set(environment)
    assert environment["STACKHOUSE_KDC_PROGRAM"] == ""
    environment = daemon_environment(replace(secured_settings, class_archives=False))
    included = Path(environment["STACKHOUSE_KDC_PROGRAM"]).read_text()
    assert programs(included) + programs(text) == [service.name for service in services_of(secured_settings)]
    assert set(SUPERVISED.findall(included)) <= set(environment)


def test_versions_stand_in_the_root_pom_only():
    for path in POMS[1:]:
        for item in ElementTree.parse(path).getroot().iter("{http://maven.apache.org/POM/4.0.0}version"):  # noqa: S314
            assert item.text == "1" or item.text.startswith("${"), path


def test_longest_ticket_that_can_be_set_is_the_longest_that_the_kdc_gives():
    kdc = (REPOSITORY / "secure/kdc/stackhouse/kdc/Kdc.java").read_text()
    minutes = 60 * int(re.search(r"MAXIMUM_TICKET_LIFETIME, (\d+) \* HOUR", kdc)[1])
    assert load_settings({"STACKHOUSE_TICKET_MINUTES": str(minutes)}).ticket_minutes == minutes
    with pytest.raises(SettingsError):
        load_settings({"STACKHOUSE_TICKET_MINUTES": str(minutes + 1)})


def _env_file() -> dict[str, str]:
    lines = (REPOSITORY / ".env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
