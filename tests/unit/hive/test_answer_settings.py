"""What is said of a HiveServer2 that would answer wrongly, or that computes and never ends."""

from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest

from doctor import services
from doctor.services import check_busy_threads
from hive import service_checks
from hive.answer_settings import NAMES, missing_settings, shipped
from hive.service_checks import check_answers
from stack import external
from tests.unit.hadoop.test_hdfs_checks import only
from warehouse.profile import Profile
from warehouse.settings import load_settings

REGEX = "hive.cbo.rule.exclusion.regex"


def server_that_has(values):
    """A session that knows `SET name` and the version."""

    def fetch(sql):
        if sql == "SELECT version()":
            return SimpleNamespace(rows=(("4.0.1 r1",),))
        name = sql.removeprefix("SET ")
        return SimpleNamespace(rows=((f"{name}={values[name]}" if name in values else f"{name} is undefined",),))

    return SimpleNamespace(fetch=fetch)


@pytest.fixture
def has(monkeypatch):
    """Has HiveServer2 have these settings."""

    def answer_with(values):
        @contextmanager
        def connect(_):
            yield server_that_has(values)

        monkeypatch.setattr(service_checks, "connect", connect)
        monkeypatch.setattr(external, "connect", connect)

    return answer_with


@pytest.mark.parametrize("name", NAMES)
def test_setting_that_is_missing_or_other_is_named_with_its_value(name):
    values = dict(shipped())
    assert missing_settings(server_that_has(values)) == []
    wanted = values.pop(name)
    assert missing_settings(server_that_has(values)) == [f"{name}={wanted}"]
    assert missing_settings(server_that_has({**values, name: "other"})) == [f"{name}={wanted}"]


@pytest.mark.parametrize(
    ("profile", "remedy"),
    [
        (Profile.LOCAL, "./stackhouse down and ./stackhouse up"),
        (Profile.COMPOSE, "hiveserver2"),
        (Profile.EXTERNAL, "docs/answers.md"),
    ],
)
def test_doctor_names_what_is_missing_and_the_way_to_it(has, profile, remedy):
    settings = replace(load_settings({}), profile=profile)
    has(shipped())
    assert check_answers(settings) == []
    has({**shipped(), REGEX: ""})
    finding = only(check_answers(settings))
    assert f"{REGEX}={shipped()[REGEX]}, so it answers ordinary queries wrongly" in finding.problem
    assert remedy in finding.remedy


def test_cluster_elsewhere_without_them_will_not_do(has):
    settings = load_settings({"STACKHOUSE_PROFILE": "external"})
    has(shipped())
    assert external.CHECKS["hiveserver2"](settings) == ""
    has({**shipped(), REGEX: ""})
    problem = external.CHECKS["hiveserver2"](settings)
    assert problem.startswith("without ")
    assert f"{REGEX}={shipped()[REGEX]}" in problem


@pytest.fixture
def threads(monkeypatch):
    """A HiveServer2 whose threads have these names and have computed so many seconds from one look to the next."""

    def with_threads(found):
        looks = iter([0, 1])

        def seen():
            look = next(looks)
            return [SimpleNamespace(id=id_, user_time=look * seconds) for id_, (_, seconds) in found.items()]

        process = SimpleNamespace(pid=7, threads=seen)
        supervisor = SimpleNamespace(processes=lambda: {"hiveserver2": process})
        monkeypatch.setattr(services, "Supervisor", lambda _: supervisor)
        monkeypatch.setattr(services.psutil, "Process", lambda _: process)
        monkeypatch.setattr(services, "_thread_name", lambda _, id_: found[id_][0])

    return with_threads


def test_thread_that_serves_a_client_and_never_rests_is_named(threads):
    threads({11: ("HiveServer2-Han", 1.0), 12: ("HiveServer2-Han", 0.0), 13: ("C2 CompilerThre", 1.0)})
    finding = only(check_busy_threads(load_settings({}), 0.01))
    assert "1 of HiveServer2's client threads" in finding.problem
    assert "(11)" in finding.problem
    assert "stackhouse.compile.seconds" in finding.remedy
    assert finding.severity == "warning"


def test_threads_that_rest_are_nothing_to_speak_of(threads):
    threads({11: ("HiveServer2-Han", 0.001), 13: ("C2 CompilerThre", 1.0)})
    assert check_busy_threads(load_settings({}), 0.01) == []
