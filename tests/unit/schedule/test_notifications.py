"""Programs that consumers/shell/run-quarter.sh tells how a job ended, and those that docs/schedule.md shows."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from tests.documents import scripts
from tests.unit.schedule.checkout import SCRIPT

HOOK = """#!/bin/sh
cd "$(dirname "$0")"
printf '%s\\n' "$@" >hook.arguments
env | grep ^STACKHOUSE_JOB | sort >hook.environment
echo "told"
exit {code}
"""


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
