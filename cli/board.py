"""Shows how services start and stop: a live table on a terminal, one line a service elsewhere."""

import sys
import time
from types import TracebackType

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

_NAME_WIDTH = 17


class ServiceBoard:
    """Context manager that draws what it is told; see `cli.stack.StartObserver`."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._rows: dict[str, tuple[float, str, float | None]] = {}
        self._live = Live(console=self._console, get_renderable=self._draw, refresh_per_second=8, transient=False)
        self._interactive = self._console.is_terminal

    def __enter__(self) -> "ServiceBoard":
        if self._interactive:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._interactive:
            self._live.stop()

    def working(self, name: str, what: str) -> None:
        """Note what is done about a service."""
        began, _, ended = self._rows.get(name, (time.monotonic(), "", None))
        self._rows[name] = (began, what, ended)

    def ready(self, name: str) -> None:
        """Note that a service is done."""
        began, what, _ = self._rows.get(name, (time.monotonic(), "", None))
        self._rows[name] = (began, what, time.monotonic())
        if not self._interactive:
            print(f"{name:{_NAME_WIDTH}} {time.monotonic() - began:5.1f} s", file=sys.stderr)

    def _draw(self) -> Group:
        table = Table.grid(padding=(0, 2))
        table.add_column(width=_NAME_WIDTH)
        for name, (began, what, ended) in self._rows.items():
            seconds = f"{(ended or time.monotonic()) - began:.1f} s"
            mark = Text("✔", style="green") if ended else Spinner("dots")
            note = "" if ended else what[: max(20, self._console.width - 40)]
            table.add_row(Text(name), mark, Text(seconds, style="dim"), Text(note, style="dim"))
        return Group(table)
