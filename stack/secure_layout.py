"""The directories in HDFS of a secured stack: whose each is, and who may read it."""

from dataclasses import replace
from pathlib import Path

from hadoop.jars.lock import TEZ_ARCHIVE
from hadoop.webhdfs import WebHdfs
from secure.state import superuser
from stack.hdfs_layout import TEZ_DIRECTORY, bring
from warehouse.paths import ledger_table
from warehouse.release.ledger import TABLES
from warehouse.settings import Settings

_SUPERUSER, _HIVE = "hdfs", "hive"
_EVERYBODY, _READERS = "supergroup", "warehouse"
"""Groups. HiveServer2 and the owner are in the second (hadoop/conf/core-site.xml)."""
_WAREHOUSE = "/warehouse"


def prepare_secure_layout(settings: Settings, tez: Path) -> None:
    """Make what is missing, and give what a plain stack had to whom it belongs in a secured one; safe to repeat.

    Args:
        settings: Settings of the stack.
        tez: The archive of Tez on this machine.
    """
    administrator = superuser(settings)
    storage = WebHdfs(replace(settings.endpoints, user=administrator.user, identity=administrator))
    archive = f"{TEZ_DIRECTORY}/{TEZ_ARCHIVE}"
    brought = storage.exists(archive) and storage.size(archive) == tez.stat().st_size
    if brought and storage.exists(_WAREHOUSE) and storage.owner(_WAREHOUSE) == _HIVE:
        return
    for path, owner, group, permission in _directories(settings):
        storage.make_directory(path, permission)
        storage.give(path, owner, group)
    if not brought:
        bring(storage, tez, archive)
    # Last, as it says that all is done; databases have directories here, their tables have them below the root.
    storage.give(_WAREHOUSE, _HIVE, _READERS, whole=True)


def _directories(settings: Settings) -> list[tuple[str, str, str, str]]:
    """Path, owner, group and permission."""
    mine, root = settings.user, settings.root
    tables = [(ledger_table(root, name), mine, _READERS, "750") for name in TABLES]
    return [
        ("/", _SUPERUSER, _EVERYBODY, "755"),
        # All may write, none may remove what belongs to another.
        ("/tmp", _SUPERUSER, _EVERYBODY, "1777"),  # noqa: S108 - a path in HDFS, not on this machine
        ("/tmp/hive", _HIVE, _EVERYBODY, "1777"),  # noqa: S108 - a directory of HDFS
        ("/user", _SUPERUSER, _EVERYBODY, "755"),
        ("/user/hive", _HIVE, _READERS, "700"),
        (f"/user/{mine}", mine, _READERS, "700"),
        ("/apps", _SUPERUSER, _EVERYBODY, "755"),
        (TEZ_DIRECTORY, _SUPERUSER, _EVERYBODY, "755"),
        (_WAREHOUSE, mine, _READERS, "750"),
        (f"{_WAREHOUSE}/managed", _HIVE, _READERS, "750"),
        (f"{_WAREHOUSE}/external", _HIVE, _READERS, "750"),
        (root, mine, _READERS, "750"),
        # Bytes as received are not for Hive, and so for nobody who reads through it.
        (f"{root}/raw", mine, _READERS, "700"),
        (f"{root}/ledger", mine, _READERS, "750"),
        # The metastore would make them, as `hive`, who may not.
        *tables,
    ]
