"""The metastore's database of the `local` profile: Derby, made once, inside the metastore process; its version."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from thrift.Thrift import TException
from thrift.transport.TTransport import TBufferedTransport

from hive.health import Open, metastore_answer
from warehouse.errors import SetupError, StackDownError

SCHEMA_TOOL = "org.apache.hadoop.hive.metastore.tools.schematool.MetastoreSchemaTool"


def create_database(directory: Path, run_schema_tool: Callable[[Path, list[str]], bool], log: Path) -> None:
    """Make the database unless it is there.

    It is made beside its place and renamed, so a kill leaves either none or a whole one.

    Args:
        directory: Where Derby keeps it.
        run_schema_tool: Runs the schema tool on a database directory with arguments; whether it succeeded.
        log: What the tool printed, for the message.

    Raises:
        SetupError: The schema tool failed.
    """
    if directory.is_dir():
        return
    fresh = directory.with_name(f"{directory.name}.incomplete")
    shutil.rmtree(fresh, ignore_errors=True)
    directory.parent.mkdir(parents=True, exist_ok=True)
    if not run_schema_tool(fresh, ["-dbType", "derby", "-initSchema"]):
        raise SetupError(f"the metastore's schema could not be made; log: {log}")
    fresh.rename(directory)


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
