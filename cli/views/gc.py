"""`gc`: shows what is no longer needed, or what of it was removed."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from rich.table import Table

from cli.output import print_json, standard_output
from pipeline.gc import Collection
from warehouse.release.retention import OldRelease, Policy
from warehouse.wording import counted


def print_collection(collected: Collection, as_json: bool) -> None:
    """Print what gc would remove and how to do it, or what it removed."""
    if as_json:
        print_json(_to_json(collected))
        return
    _print_tables(collected)
    print(_summary(collected))


def _to_json(collected: Collection) -> dict[str, Any]:
    return {
        "dataset": collected.dataset,
        "keep": collected.policy.keep,
        "grace_hours": _hours(collected.policy),
        "done": collected.done,
        "releases": [_release_to_json(old) for old in collected.releases],
        "directories": [{**asdict(directory), "bytes": size} for directory, size in collected.directories],
        "bytes": collected.size,
        "lock_files": collected.dead_lock_files,
    }


def _release_to_json(old: OldRelease) -> dict[str, Any]:
    # Named and written as in `history`.
    return {
        "release": old.number,
        "state": old.state,
        "since": f"{old.since:%Y-%m-%d %H:%M:%S}",
        "run": old.run,
        "tables": old.tables,
    }


def _print_tables(collected: Collection) -> None:
    if collected.releases:
        releases = Table("release", "state", "since (UTC)", "tables", box=None, pad_edge=False)
        for old in collected.releases:
            releases.add_row(str(old.number), old.state, f"{old.since:%Y-%m-%d %H:%M}", ", ".join(old.tables))
        standard_output().print(releases)
    if collected.directories:
        directories = Table("directory", box=None, pad_edge=False)
        directories.add_column("MiB", justify="right", no_wrap=True)
        directories.add_column("why")
        for directory, size in collected.directories:
            directories.add_row(directory.path, _mebibytes(size), directory.reason)
        standard_output().print(directories)


def _summary(collected: Collection) -> str:
    keep, hours = collected.policy.keep, f"{_hours(collected.policy):g}"
    if not (collected.releases or collected.directories or collected.dead_lock_files):
        return f"nothing to remove from {collected.dataset}, keeping {keep} releases and {hours} hours"
    what = ", ".join(
        (
            counted(len(collected.releases), "release"),
            f"{counted(len(collected.directories), 'directory')} ({_mebibytes(collected.size)} MiB)",
            f"{counted(len(collected.dead_lock_files), 'lock file')} of dead commands",
        )
    )
    if collected.done:
        return f"removed: {what}; HDFS keeps the directories in its trash, see docs/retention.md"
    return (
        f"would be removed: {what}; to do it: ./stackhouse gc {collected.dataset} --keep {keep} --grace {hours} --yes"
    )


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:,.1f}"


def _hours(policy: Policy) -> float:
    return policy.grace / timedelta(hours=1)
