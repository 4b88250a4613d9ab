"""The `compose` profile: the daemons in containers, by the command line of docker compose."""

import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import tenacity

from warehouse.errors import ServiceFailedError, SetupError
from warehouse.settings import REPOSITORY, Settings

EDGE = "edge"
"""Service with the command line, where the driver of Spark runs."""

EDGE_PYTHON = "/opt/stackhouse/.venv/bin/python"
"""As cli/Dockerfile makes it."""

_TAIL_LINES = 40
_RECOVERY_SECONDS = 60


@dataclass(frozen=True)
class Container:
    """One container.

    Attributes:
        name: Its own.
        service: Service as in docker-compose.yml.
        state: running, exited, ...
        health: healthy, unhealthy, starting; empty without a check.
        done: Ended with exit code 0.
    """

    name: str
    service: str
    state: str
    health: str
    done: bool


def compose_command(*arguments: str) -> list[str]:
    """A command of docker compose on this repository's file."""
    return ["docker", "compose", "--project-directory", str(REPOSITORY), *arguments]


def compose_environment(settings: Settings) -> dict[str, str]:
    """The environment for docker compose: what docker-compose.yml takes its values from, beside `.env`."""
    ports = {f"STACKHOUSE_{name.upper()}_PORT": str(port) for name, port in asdict(settings.ports).items()}
    # The offset is in the ports already.
    return {**os.environ, **ports, "STACKHOUSE_PORT_OFFSET": "0"}


def start_containers(settings: Settings, on_line: Callable[[str], None]) -> None:
    """Build the images, start the containers and wait until all of them answer.

    Raises:
        SetupError: There is no docker compose, or no engine.
        ServiceFailedError: A container did not start; says which and why.
    """
    lines = list[str]()

    def keep(line: str) -> None:
        lines.append(line)
        on_line(line)

    up = ["--progress", "plain", "up", "--detach", "--build", "--wait", "--quiet-pull", *_scale(settings)]
    # What was unhealthy because another container was gone holds docker compose up, and recovers when that is back.
    started = not _follow(settings, up, keep) or (_recovers(settings) and not _follow(settings, up, keep))
    if not started:
        raise ServiceFailedError(f"docker compose could not start the stack: {_reason(settings, lines)}")
    _bring_password(settings)


def _bring_password(settings: Settings) -> None:
    """Keep the owner's password for HiveServer2, which its container made, for the commands of this account."""
    file = f"/var/lib/stackhouse/users/{settings.user}.password"
    answer = subprocess.run(
        compose_command("exec", "-T", "hiveserver2", "cat", file),
        env=compose_environment(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise ServiceFailedError(f"hiveserver2 has no {file}", "docker compose logs hiveserver2 says why")
    settings.logins.keep_own_password(settings.user, answer.stdout.strip())


@tenacity.retry(
    retry=tenacity.retry_if_result(lambda recovered: not recovered),
    wait=tenacity.wait_fixed(2),
    stop=tenacity.stop_after_delay(_RECOVERY_SECONDS),
    retry_error_callback=lambda _: False,
)
def _recovers(settings: Settings) -> bool:
    """Whether containers that run become healthy within a minute."""
    return not any(container.health == "unhealthy" for container in containers(settings))


def _scale(settings: Settings) -> list[str]:
    """As many nodes as are set, or as there are: one that was taken away would take its blocks along."""
    there = Counter(container.service for container in containers(settings))
    wanted = {"datanode": settings.datanodes, "nodemanager": settings.nodemanagers}
    return [f"--scale={service}={max(number, there[service])}" for service, number in wanted.items()]


def stop_containers(settings: Settings, on_line: Callable[[str], None]) -> bool:
    """Stop and remove the containers; their volumes stay. False when there were none."""
    if not containers(settings):
        return False
    if _follow(settings, ["--progress", "plain", "down", "--timeout", "40"], on_line):
        raise ServiceFailedError("docker compose could not stop the stack", "see docker compose ps")
    return True


def containers(settings: Settings) -> list[Container]:
    """All containers of the stack, also those that ended.

    Raises:
        SetupError: There is no docker compose, or no engine, or it refuses the file.
    """
    check_engine()
    answer = subprocess.run(
        compose_command("ps", "--all", "--format", "json"),
        env=compose_environment(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise SetupError(
            f"docker compose ps failed: {(answer.stderr.strip().splitlines() or ['it printed nothing'])[-1]}"
        )
    # One object a line; before version 2.21 all of them in one list.
    parts = [json.loads(line) for line in answer.stdout.splitlines() if line.startswith(("{", "["))]
    found = [item for part in parts for item in (part if isinstance(part, list) else [part])]
    return [
        Container(item["Name"], item["Service"], item["State"], item["Health"], item["ExitCode"] == 0) for item in found
    ]


def check_engine() -> None:
    """Say what is missing.

    Raises:
        SetupError: There is no docker compose, or no engine.
    """
    if not shutil.which("docker"):
        raise SetupError("there is no docker on PATH", "install Docker Engine with its compose plugin")
    for command, missing, remedy in (
        (["docker", "compose", "version"], "docker has no compose plugin", "install docker-compose-plugin"),
        (["docker", "info"], "the Docker engine does not answer", "start it, or check whether this account may use it"),
    ):
        if subprocess.run(command, capture_output=True, check=False).returncode:
            raise SetupError(missing, remedy)


def _follow(settings: Settings, arguments: Sequence[str], on_line: Callable[[str], None]) -> int:
    with subprocess.Popen(
        compose_command(*arguments),
        env=compose_environment(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            if line.strip():
                on_line(line.strip())
    return process.returncode


def _reason(settings: Settings, lines: Sequence[str]) -> str:
    for container in containers(settings):
        if container.health == "unhealthy":
            return f"{container.name} is unhealthy: docker compose logs {container.service}"
    errors = [line for line in lines[-_TAIL_LINES:] if "rror" in line or "failed" in line]
    return (errors or lines or ["it printed nothing"])[-1]
