"""What every command did under every fault, for people: one row a fault, one cell a command."""

from collections import defaultdict
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table


@dataclass
class Matrix:
    """Cells of the matrix, filled by the tests.

    Attributes:
        cells: By command and fault, and each case of it: the problems found, empty where all was well.
    """

    cells: dict[tuple[str, str], list[list[str]]] = field(default_factory=lambda: defaultdict(list))

    def note(self, command: str, fault: str, problems: list[str]) -> None:
        """Add what a case found; several cases may share a cell."""
        self.cells[command, fault].append(problems)

    def print(self) -> None:
        """Draw a table for each way to fail: `load`, or `load, twice` and its like."""
        for way in dict.fromkeys(command.partition(", ")[2] for command, _ in self.cells):
            cells = [(command, fault) for command, fault in self.cells if command.partition(", ")[2] == way]
            commands = list(dict.fromkeys(command for command, _ in cells))
            table = Table(
                "fault", *commands, title="What a command leaves after a fault, and what the next makes of it"
            )
            for fault in dict.fromkeys(fault for _, fault in cells):
                table.add_row(fault, *(self._cell(command, fault) for command in commands))
            Console(width=160).print(table)

    def _cell(self, command: str, fault: str) -> str:
        if (command, fault) not in self.cells:
            return ""
        cases = self.cells[command, fault]
        wrong = sum(bool(problems) for problems in cases)
        if wrong:
            return f"[red]{wrong} of {len(cases)} wrong[/]"
        return "[green]ok[/]" if len(cases) == 1 else f"[green]{len(cases)} ok[/]"
