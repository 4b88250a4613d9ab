"""Ends the wait for a cluster that can run nothing."""

from time import monotonic

from hadoop.machine_checks import disk_limit
from stack.readiness import PROBES
from warehouse.errors import StackDownError
from warehouse.settings import Settings

PATIENCE_SECONDS = 60.0
"""A NodeManager that died is back sooner; Spark itself would wait indefinitely."""


class YarnWatch:
    """Looks at YARN while a job waits for it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._since: float | None = None

    def look(self) -> None:
        """Look once.

        Raises:
            StackDownError: There was no node that can run anything for `PATIENCE_SECONDS`.
        """
        problem = PROBES["nodemanager"](self._settings)
        if not problem:
            self._since = None
        elif self._since is None:
            self._since = monotonic()
        elif monotonic() - self._since > PATIENCE_SECONDS:
            raise StackDownError(
                f"YARN could not run anything for {PATIENCE_SECONDS:.0f} s: {problem}; a node is unhealthy "
                f"once its disk is "
                f"{disk_limit():g} % full",
                "see ./stackhouse status and ./stackhouse logs nodemanager",
            )
