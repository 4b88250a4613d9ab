"""The metastore's database of the `local` profile: Derby, made once, inside the metastore process."""

import shutil
from collections.abc import Callable
from pathlib import Path

from warehouse.errors import SetupError

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
