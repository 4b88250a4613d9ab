"""`status`: what runs, where, and how much room there is."""

from dataclasses import asdict

from rich.table import Table

from cli.output import print_json, standard_output
from stack.status import StackStatus


def print_status(report: StackStatus, as_json: bool) -> None:
    """Print it as a table or as JSON."""
    if as_json:
        print_json({"healthy": report.healthy, **asdict(report)})
        return
    table = Table(title=report.home, title_justify="left", box=None)
    for name, justify in (
        ("service", "left"),
        ("state", "left"),
        ("pid", "right"),
        ("memory", "right"),
        ("ports", "left"),
    ):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for service in report.services:
        state = f"[{'green' if service.healthy else 'red'}]{service.words}[/]"
        memory = f"{service.memory_mb:,} MiB" if service.pid else ""
        ports = " ".join(str(port) for port in service.ports)
        table.add_row(service.name, state, str(service.pid or ""), memory, ports)
    for engine in report.engines:
        table.add_row("spark", "[green]idle[/]", str(engine.pid), f"{engine.memory_mb:,} MiB", "")
    console = standard_output()
    console.print(table)
    for line in _capacity_lines(report):
        console.print(line)


def _capacity_lines(report: StackStatus) -> list[str]:
    engines = sum(engine.memory_mb for engine in report.engines)
    memory = engines + sum(service.memory_mb for service in report.services)
    lines = [f"memory of all services: {memory:,} MiB"] if memory else []
    if report.hdfs:
        hdfs = report.hdfs
        note = f", safe mode: {hdfs.safe_mode}" if hdfs.safe_mode else ""
        free, total = hdfs.remaining / 2**30, hdfs.capacity / 2**30
        lines.append(f"HDFS: {hdfs.live_nodes} DataNode, {free:,.1f} of {total:,.1f} GiB free{note}")
    if report.yarn:
        yarn = report.yarn
        lines.append(
            f"YARN: {yarn.nodes} NodeManager, {yarn.used_mb:,} of {yarn.memory_mb:,} MiB in use, "
            f"{yarn.applications} applications running"
        )
    return lines
