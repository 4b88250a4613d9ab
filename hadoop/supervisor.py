"""Talks to the supervisord of one stack, the PyPI package `supervisor`, over its Unix socket."""

import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast
from xmlrpc.client import Fault, ServerProxy

import psutil
import tenacity
from supervisor.xmlrpc import SupervisorTransport

from warehouse.errors import SettingsError, StackDownError
from warehouse.settings import REPOSITORY, Settings

_CONFIGURATION = REPOSITORY / "hadoop" / "supervisord.conf"
_MAX_SOCKET_PATH_LENGTH = 100
"""Linux takes 107 bytes; supervisor adds a suffix while it makes the socket."""
_FAULT_ALREADY_STARTED = 60
_FAULT_NOT_RUNNING = 70
_START_SECONDS = 20
_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class ProcessState:
    """State of one supervised process.

    Attributes:
        name: Service name.
        state: supervisord's word: RUNNING, STARTING, BACKOFF, FATAL, EXITED, STOPPED, STOPPING.
        pid: 0 when there is no process.
        description: supervisord's, e.g. the uptime.
    """

    name: str
    state: str
    pid: int
    description: str

    @property
    def alive(self) -> bool:
        """Whether a process is there or about to be."""
        return self.state in ("RUNNING", "STARTING")


class Supervisor:
    """The supervisord of one stack, which may not be running."""

    def __init__(self, settings: Settings) -> None:
        """Prepare only; nothing is contacted.

        Raises:
            SettingsError: The state directory's path is too long for a Unix socket.
        """
        self._directory = settings.home / "supervisor"
        self._socket = self._directory / "control.sock"
        if len(bytes(self._socket)) > _MAX_SOCKET_PATH_LENGTH:
            raise SettingsError(
                f"STACKHOUSE_HOME {settings.home} is too long for a Unix socket", "choose a shorter one"
            )

    @property
    def _rpc(self) -> Any:
        # A new one for every call: the transport cannot be used again after a failed one.
        transport = SupervisorTransport(None, None, f"unix://{self._socket}")
        return ServerProxy("http://localhost", transport=cast(Any, transport)).supervisor

    def is_running(self) -> bool:
        """Whether supervisord answers."""
        try:
            return bool(self._rpc.getState()["statename"] == "RUNNING")
        except (OSError, Fault):
            return False

    def start(self, environment: dict[str, str]) -> None:
        """Start supervisord, without any service, unless it runs.

        Raises:
            StackDownError: It did not answer in time.
        """
        if self.is_running():
            return
        self._directory.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(_CONFIGURATION)]
        answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        answers = self.is_running() if answer.returncode else self._answers_in_time()
        if not answers:
            said = (answer.stderr or answer.stdout).strip().splitlines()
            raise StackDownError(f"supervisord did not start: {said[-1] if said else 'it does not answer'}")

    @tenacity.retry(
        retry=tenacity.retry_if_result(lambda answers: not answers),
        wait=tenacity.wait_fixed(_POLL_SECONDS),
        stop=tenacity.stop_after_delay(_START_SECONDS),
        retry_error_callback=lambda _: False,
    )
    def _answers_in_time(self) -> bool:
        return self.is_running()

    def shutdown(self) -> None:
        """End supervisord, whose services must be stopped, and wait until it is gone."""
        pid = int(self._rpc.getPID())
        self._rpc.shutdown()
        try:
            psutil.Process(pid).wait(timeout=_START_SECONDS)
        except psutil.NoSuchProcess:
            return

    def start_service(self, name: str) -> None:
        """Start one service and come back at once."""
        try:
            self._rpc.startProcess(name, False)
        except Fault as fault:
            if fault.faultCode != _FAULT_ALREADY_STARTED:
                raise StackDownError(f"supervisord could not start {name}: {fault.faultString}") from fault

    def stop_service(self, name: str) -> None:
        """Stop one service and wait for its end; it is killed when it takes longer than its `stopwaitsecs`."""
        self._stop(name, wait=True)

    def kill_service(self, name: str) -> None:
        """End a running service without its own shutdown, and wait until it is gone."""
        pid = self.processes()[name].pid
        # Asked to stop first: supervisord starts again what ends unasked.
        self._stop(name, wait=False)
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            process.kill()
            process.wait(timeout=_START_SECONDS)

    def _stop(self, name: str, wait: bool) -> None:
        try:
            self._rpc.stopProcess(name, wait)
        except Fault as fault:
            if fault.faultCode != _FAULT_NOT_RUNNING:
                raise StackDownError(f"supervisord could not stop {name}: {fault.faultString}") from fault

    def processes(self) -> dict[str, ProcessState]:
        """State of every service by name; empty when supervisord does not run."""
        if not self.is_running():
            return {}
        found = self._rpc.getAllProcessInfo()
        return {
            info["name"]: ProcessState(info["name"], info["statename"], info["pid"], info["description"])
            for info in found
        }
