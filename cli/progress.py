"""Shows how work goes on: a live table on a terminal, one line a step elsewhere; always on standard error."""

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

_NAME_WIDTH = 17


class StepBoard:
    """Context manager that draws the steps it hears of: a `warehouse.observer.Observer`."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._width = console.width
        self._rows: dict[str, tuple[float, str, float | None]] = {}
        self._live = Live(console=console, get_renderable=self._draw, refresh_per_second=8)
        self._interactive = console.is_terminal

    def __enter__(self) -> "StepBoard":
        if self._interactive:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._interactive:
            self._live.stop()

    def working(self, name: str, what: str) -> None:
        """Note what is done about a step."""
        began, _, ended = self._rows.get(name, (time.monotonic(), "", None))
        self._rows[name] = (began, what, ended)

    def ready(self, name: str) -> None:
        """Note that a step is done."""
        began, what, _ = self._rows.get(name, (time.monotonic(), "", None))
        self._rows[name] = (began, what, time.monotonic())
        if not self._interactive:
            print(f"{name:{_NAME_WIDTH}} {time.monotonic() - began:5.1f} s", file=sys.stderr)

    def _draw(self) -> Table:
        table = Table.grid(padding=(0, 2))
        table.add_column(width=_NAME_WIDTH)
        for name, (began, what, ended) in self._rows.items():
            seconds = f"{(ended or time.monotonic()) - began:.1f} s"
            mark = Text("✔", style="green") if ended else Spinner("dots")
            note = "" if ended else what[: max(20, self._width - 40)]
            table.add_row(Text(name), mark, Text(seconds, style="dim"), Text(note, style="dim"))
        return table
