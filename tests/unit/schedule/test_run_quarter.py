"""consumers/shell/run-quarter.sh, with a stand-in for ./stackhouse."""

import fcntl
import json
import os
import re
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.documents import scripts
from warehouse.settings import REPOSITORY

SCRIPT = Path("consumers/shell/run-quarter.sh")

STAND_IN = """#!/bin/sh
cd "$(dirname "$0")"
echo "$*" >>calls
env >environment
echo "on stdout"
echo "stackhouse: why" >&2
{then}
code=$(head -n 1 codes)
sed -i 1d codes
exit "${{code:-0}}"
"""

HOOK = """#!/bin/sh
cd "$(dirname "$0")"
printf '%s\\n' "$@" >hook.arguments
env | grep ^STACKHOUSE_JOB | sort >hook.environment
echo "told"
exit {code}
"""


class Checkout:
    """A directory with the script and a stand-in that ends with the given codes, one after the other."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / SCRIPT.parent).mkdir(parents=True)
        shutil.copy(REPOSITORY / SCRIPT, root / SCRIPT)
        self.ends_with(0)

    def ends_with(self, *codes: int, then: str = "") -> None:
        self.program("stackhouse", STAND_IN.format(then=then))
        (self.root / "codes").write_text("".join(f"{code}\n" for code in codes))

    def program(self, name: str, text: str) -> str:
        path = self.root / name
        path.write_text(text)
        path.chmod(0o755)
        return str(path)

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        # As cron calls it: from elsewhere, with next to nothing in the environment.
        return subprocess.run(
            [self.root / SCRIPT, *arguments],
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "STACKHOUSE_JOB_WAITS": "0 0 0", **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def calls(self) -> list[str]:
        path = self.root / "calls"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def logs(self) -> list[Path]:
        return sorted((self.root / ".stackhouse/jobs/logs").glob("*"))

    def lines(self, name: str) -> list[str]:
        path = self.root / name
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "called"),
    [
        (("flights",), "run flights"),
        (("flights", "2001Q2"), "run flights --quarter 2001Q2"),
        (("flights", "due"), "schedule run flights"),
    ],
)
def test_success_is_silent_and_logged(checkout, arguments, called):
    done = checkout.run(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert checkout.calls == [called]
    (log,) = checkout.logs
    assert {"on stdout", "stackhouse: why"} <= set(log.read_text().splitlines())
    assert log.name.startswith("flights.20")


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(1, "failed"), (2, "refused"), (3, "held"), (130, "interrupted"), (137, "interrupted"), (42, "failed")],
)
def test_what_is_not_transient_is_tried_once_and_told_in_one_line(checkout, code, outcome):
    checkout.ends_with(code)
    done = checkout.run("flights")
    assert done.returncode == code
    assert checkout.calls == ["run flights"]
    (log,) = checkout.logs
    assert done.stderr == f"run-quarter: flights: {outcome}, exit code {code}: stackhouse: why; log: {log}\n"


def test_stack_that_comes_up_meanwhile_is_a_success(checkout):
    checkout.ends_with(4, 4, 0)
    done = checkout.run("flights", "2001Q2")
    assert (done.returncode, done.stderr) == (0, "")
    assert checkout.calls == ["run flights --quarter 2001Q2"] * 3


def test_stack_that_stays_down_is_tried_as_often_as_there_are_waits(checkout):
    checkout.ends_with(*[4] * 9)
    done = checkout.run("flights")
    assert done.returncode == 4
    assert len(checkout.calls) == 4
    assert done.stderr.count("\n") == 1
    assert "down" in done.stderr


def test_what_fails_after_the_stack_came_up_is_not_tried_again(checkout):
    checkout.ends_with(4, 3, 0)
    assert checkout.run("flights").returncode == 3
    assert len(checkout.calls) == 2


def test_waits_are_those_given_and_grow_by_default(checkout):
    waited = checkout.root / "waited"
    checkout.program("sleep", f'#!/bin/sh\necho "$1" >>{waited}\n')
    path = f"{checkout.root}:/usr/bin:/bin"
    checkout.ends_with(*[4] * 9)
    checkout.run("flights", PATH=path, STACKHOUSE_JOB_WAITS="7 8")
    assert waited.read_text().split() == ["7", "8"]
    waited.unlink()
    subprocess.run([checkout.root / SCRIPT, "flights"], env={"PATH": path}, check=False, capture_output=True)
    assert waited.read_text().split() == ["60", "300", "900"]


def test_no_waits_are_one_attempt(checkout):
    checkout.ends_with(4, 0)
    assert checkout.run("flights", STACKHOUSE_JOB_WAITS="").returncode == 4


def test_two_jobs_of_one_dataset_never_overlap(checkout):
    # The stand-in is at work meanwhile: it starts the second job itself.
    inner = f'[ "$1 $2" != "run flights" ] || {checkout.root / SCRIPT} flights due 2>said; echo $? >said.code'
    checkout.ends_with(0, then=inner)
    assert checkout.run("flights").returncode == 0
    assert checkout.calls == ["run flights"]
    assert checkout.lines("said.code") == ["75"]
    assert checkout.lines("said") == ["run-quarter: a job of flights is still at work: nothing was started"]
    assert len(checkout.logs) == 1


def test_lock_is_one_that_others_see_and_is_of_the_dataset(checkout):
    jobs = checkout.root / ".stackhouse/jobs"
    jobs.mkdir(parents=True)
    with (jobs / "flights.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert checkout.run("flights").returncode == 75
        assert checkout.run("flights_eu").returncode == 0
    assert checkout.run("flights").returncode == 0


def test_command_holds_the_lock_when_the_script_is_killed(checkout):
    checkout.ends_with(0, then=f"kill -9 $PPID; {checkout.root / SCRIPT} flights; echo $? >code; exit")
    assert checkout.run("flights").returncode == -9
    # The stand-in lives on; its end is waited for by the lock itself.
    with (checkout.root / ".stackhouse/jobs/flights.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
    assert checkout.lines("code") == ["75"]


def test_as_many_logs_are_kept_as_asked_for_and_none_of_others(checkout):
    logs = checkout.root / ".stackhouse/jobs/logs"
    logs.mkdir(parents=True)
    for name in ("flights.20010101T000000Z.1.log", "flights.20020101T000000Z.1.log", "flights_eu.2001.1.log"):
        (logs / name).touch()
    checkout.run("flights", STACKHOUSE_JOB_LOGS="2")
    names = [path.name for path in checkout.logs]
    assert len(names) == 3
    assert "flights.20010101T000000Z.1.log" not in names
    assert {"flights.20020101T000000Z.1.log", "flights_eu.2001.1.log"} < set(names)


def test_program_is_told_of_a_failure(checkout):
    checkout.ends_with(3)
    hook = checkout.program("hook", HOOK.format(code=0))
    done = checkout.run("flights", "2001Q2", STACKHOUSE_ON_FAILURE=hook, STACKHOUSE_ON_SUCCESS="false")
    (log,) = checkout.logs
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert checkout.lines("hook.arguments") == ["flights", "held", "3", str(log)]
    assert checkout.lines("hook.environment") == [
        "STACKHOUSE_JOB_CODE=3",
        "STACKHOUSE_JOB_DATASET=flights",
        f"STACKHOUSE_JOB_LOG={log}",
        "STACKHOUSE_JOB_OUTCOME=held",
        "STACKHOUSE_JOB_QUARTER=2001Q2",
        "STACKHOUSE_JOB_WAITS=0 0 0",
    ]
    assert log.read_text().endswith("told\n")


def test_program_is_told_of_a_success(checkout):
    hook = checkout.program("hook", HOOK.format(code=0))
    done = checkout.run("flights", STACKHOUSE_ON_SUCCESS=hook, STACKHOUSE_ON_FAILURE="false")
    assert (done.returncode, done.stderr) == (0, "")
    assert checkout.lines("hook.arguments")[:3] == ["flights", "done", "0"]


def test_program_that_fails_is_told_and_changes_no_exit_code(checkout):
    checkout.ends_with(1)
    hook = checkout.program("hook", HOOK.format(code=9))
    done = checkout.run("flights", STACKHOUSE_ON_FAILURE=hook)
    assert done.returncode == 1
    assert "hook could not be told: exit code 9" in done.stderr.splitlines()[1]


def test_program_that_hangs_does_not_keep_the_next_job_from_starting(checkout):
    hook = checkout.program("hook", f"#!/bin/sh\n{checkout.root / SCRIPT} flights\necho $? >{checkout.root}/code\n")
    checkout.ends_with(1, 0)
    checkout.run("flights", STACKHOUSE_ON_FAILURE=hook)
    assert checkout.lines("code") == ["0"]


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        ((), {}, "usage"),
        (("flights", "2001Q2", "more"), {}, "usage"),
        (("../etc",), {}, "not the name of a dataset"),
        (("--help",), {}, "not the name of a dataset"),
        (("flights", "2001Q5"), {}, "not a quarter"),
        (("flights", "--accept"), {}, "not a quarter"),
        (("flights",), {"STACKHOUSE_JOB_LOGS": "0"}, "STACKHOUSE_JOB_LOGS"),
        (("flights",), {"STACKHOUSE_JOB_WAITS": "60 soon"}, "'soon'"),
        (("flights",), {"STACKHOUSE_ON_FAILURE": "/no/such/program"}, "STACKHOUSE_ON_FAILURE"),
        (("flights",), {"STACKHOUSE_ON_SUCCESS": "/etc/passwd"}, "STACKHOUSE_ON_SUCCESS"),
    ],
)
def test_mistake_is_one_line_and_runs_nothing(checkout, arguments, environment, words):
    done = checkout.run(*arguments, **environment)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert checkout.calls == []


def test_directory_that_cannot_be_written_to_is_named(checkout):
    (checkout.root / "file").touch()
    done = checkout.run("flights", STACKHOUSE_JOBS="file")
    assert done.returncode == 1
    assert done.stderr == f"run-quarter: cannot write to {checkout.root}/file\n"


def test_works_without_any_environment_from_a_link(checkout, tmp_path):
    link = tmp_path / "link.sh"
    link.symlink_to(checkout.root / SCRIPT)
    done = subprocess.run([link, "flights"], cwd="/", env={}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert any(line.startswith("PATH=/") for line in checkout.lines("environment"))
    assert os.access(checkout.root / SCRIPT, os.X_OK)


def test_page_has_every_variable_and_every_outcome():
    script, page = ((REPOSITORY / path).read_text() for path in (SCRIPT, "docs/schedule.md"))
    names = set(re.findall(r"STACKHOUSE_[A-Z_]+[A-Z]", script))
    assert names == set(re.findall(r"STACKHOUSE_(?!CHECKOUT|DAG)[A-Z_]+[A-Z]", page))
    outcomes = set(re.findall(r'echo "?([a-z]+)"? ;;', script))
    assert len(outcomes) == 6
    assert all(f"`{outcome}`" in page for outcome in outcomes)


MAIL, WEBHOOK = scripts("docs/schedule.md")


def test_mail_of_the_document_has_the_end_of_the_log(checkout):
    checkout.ends_with(3)
    checkout.program("mail", '#!/bin/sh\ncd "$(dirname "$0")"\nprintf "%s\\n" "$@" >mail.arguments\ncat >mail.text\n')
    done = checkout.run(
        "flights", PATH=f"{checkout.root}:/usr/bin:/bin", STACKHOUSE_ON_FAILURE=checkout.program("tell", MAIL)
    )
    assert done.returncode == 3
    assert checkout.lines("mail.arguments") == ["-s", "stackhouse: flights held (3)", "you@example.org"]
    assert "stackhouse: why" in checkout.lines("mail.text")


class Webhook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.server.got = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.kind = self.headers["Content-Type"]
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


def test_webhook_of_the_document_is_posted(checkout):
    checkout.ends_with(1)
    with HTTPServer(("127.0.0.1", 0), Webhook) as server:
        serving = threading.Thread(target=server.handle_request)
        server.timeout = 30
        serving.start()
        config = checkout.root / ".config" / "stackhouse" / "webhook"
        config.parent.mkdir(parents=True)
        config.write_text(f'url = "http://127.0.0.1:{server.server_port}/hook"\n')
        hook = checkout.program("tell", WEBHOOK)
        done = checkout.run("flights", HOME=str(checkout.root), STACKHOUSE_ON_FAILURE=hook)
        serving.join()
    assert done.returncode == 1
    assert json.loads(server.got) == {"text": "stackhouse: flights failed (1)"}
    assert server.kind == "application/json"
