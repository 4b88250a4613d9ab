"""Releases whose rows can still be read, whether readers see them or not."""

from pathlib import Path

from hadoop.webhdfs import WebHdfs
from hive.connection import connect
from hive.release_query import find_names, splice, view_queries
from hive.rows import Rows
from warehouse.contract.file import contract_path
from warehouse.contract.model import is_identifier
from warehouse.errors import UsageError
from warehouse.release.manifest import load_kept, release_numbers
from warehouse.settings import Settings
from warehouse.storage import Storage


def query_release(settings: Settings, sql: str, number: int) -> Rows:
    """Rows of a query over the views of one dataset as they would be with this release.

    Args:
        settings: Settings of the stack.
        sql: A SELECT over views of one dataset.
        number: Number of the release.

    Raises:
        UsageError: It is not a query, names views of no dataset or of several, or the release cannot be read.
        QueryError: HiveServer2 refuses or fails it.
    """
    names = find_names(sql)
    storage = WebHdfs(settings.endpoints)
    dataset = _only_dataset({name.dataset for name in names}, settings.datasets, storage)
    (release,) = load_kept(storage, dataset, (number,))
    with connect(settings.endpoints) as server:
        views = view_queries(server, release)
        return server.fetch(splice(sql, [name for name in names if name.dataset == dataset], views))


def _only_dataset(databases: set[str], root: Path, storage: Storage) -> str:
    # HDFS knows datasets whose contract is elsewhere.
    datasets = sorted(name for name in databases if contract_path(name, root).is_file() or _has_releases(storage, name))
    if not datasets:
        raise UsageError("the statement reads no dataset", "name its views in full, e.g. FROM flights.clean")
    if len(datasets) > 1:
        raise UsageError(f"a release is of one dataset, the statement reads {' and '.join(datasets)}")
    return datasets[0]


def _has_releases(storage: Storage, database: str) -> bool:
    return is_identifier(database) and bool(release_numbers(storage, database))
