"""The metastore's database of the `local` profile: Derby, made once, inside the metastore process; its version."""

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
from thrift.Thrift import TException
from thrift.transport.TTransport import TBufferedTransport

from hive.health import Open, metastore_answer
from warehouse.errors import SetupError, StackDownError

SCHEMA_TOOL = "org.apache.hadoop.hive.metastore.tools.schematool.MetastoreSchemaTool"


METASTORE_TEMPLATE = "metastore-derby"
"""Name of the directory beside the jars with an empty database."""

RunSchemaTool = Callable[[Path, list[str]], bool]
"""Runs the schema tool on a database directory with arguments; whether it succeeded."""


def create_database(directory: Path, template: Path, run_schema_tool: RunSchemaTool, log: Path) -> None:
    """Make the database unless it is there.

    It is made beside its place and renamed, so a kill leaves either none or a whole one. The first one is kept empty:
    the schema tool takes 6 s on 2 cores, a copy next to nothing.

    Args:
        directory: Where Derby keeps it.
        template: Where an empty one is kept for all stacks; another account's may only be read.
        run_schema_tool: Runs the schema tool.
        log: What the tool printed, for the message.

    Raises:
        SetupError: The schema tool failed.
    """
    if directory.is_dir():
        return
    directory.parent.mkdir(parents=True, exist_ok=True)
    if not template.is_dir() and os.access(template.parent, os.W_OK):
        _make_database(template, run_schema_tool, log)
    if not template.is_dir() or not _copy(template, directory):
        _make_database(directory, run_schema_tool, log)


def _copy(template: Path, directory: Path) -> bool:
    """Whether it could be copied: another account's may not be readable."""
    fresh = _fresh(directory)
    try:
        shutil.copytree(template, fresh)
    except OSError:
        shutil.rmtree(fresh, ignore_errors=True)
        return False
    fresh.rename(directory)
    return True


def _make_database(directory: Path, run_schema_tool: RunSchemaTool, log: Path) -> None:
    fresh = _fresh(directory)
    if not run_schema_tool(fresh, ["-dbType", "derby", "-initSchema"]):
        raise SetupError(f"the metastore's schema could not be made; log: {log}")
    try:
        fresh.rename(directory)
    except OSError:
        # Another stack that uses the same jars was sooner.
        if not directory.is_dir():
            raise
        shutil.rmtree(fresh)


def _fresh(directory: Path) -> Path:
    """A place beside it that nobody else uses; what a kill left there is removed."""
    for left in directory.parent.glob(f"{directory.name}.*.incomplete"):
        maker = int(left.suffixes[-2][1:])
        if maker == os.getpid() or not psutil.pid_exists(maker):
            shutil.rmtree(left, ignore_errors=True)
    return directory.with_name(f"{directory.name}.{os.getpid()}.incomplete")


@dataclass(frozen=True)
class SchemaVersions:
    """Versions that the schema tool prints; an upgrade that changes no table changes neither.

    Attributes:
        wanted: Version of this Hive.
        found: Version of the database.
    """

    wanted: str
    found: str


def schema_versions(printed: str) -> SchemaVersions | None:
    """Read what the schema tool printed for `-info`; `None` when it could not open the database."""
    wanted = re.search(r"^Hive distribution version:\s*(\S+)", printed, re.MULTILINE)
    found = re.search(r"^Metastore schema version:\s*(\d\S*)", printed, re.MULTILINE)
    return SchemaVersions(wanted[1], found[1]) if wanted and found else None


def metastore_version(host: str, port: int, transport_of: Open = TBufferedTransport) -> str:
    """Version of the Hive that the metastore is: `getVersion` of fb303.thrift, which every metastore has.

    Args:
        host: Host of the metastore.
        port: Port of the metastore.
        transport_of: As `hive.health.Open`.

    Raises:
        StackDownError: It does not answer.
    """
    try:
        with metastore_answer(host, port, "getVersion", transport_of) as answer:
            return str(answer.readString())
    except (TException, OSError, EOFError) as problem:
        raise StackDownError(f"the metastore does not answer at {host}:{port}", "run ./stackhouse status") from problem
