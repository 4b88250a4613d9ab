"""Releases whose rows can still be read, whether readers see them or not."""

from pathlib import Path

from hive.connection import connect
from hive.release_query import find_names, splice, view_queries
from hive.rows import Rows
from ingestion.webhdfs import WebHdfs
from warehouse.contract_file import contract_path
from warehouse.errors import UsageError
from warehouse.release import load_kept
from warehouse.settings import Settings


def query_release(settings: Settings, sql: str, number: int) -> Rows:
    """Rows of a query over the views of one dataset as they would be with this release.

    Raises:
        UsageError: It is no query, names views of no dataset or of several, or the release cannot be read.
        QueryError: HiveServer2 refuses or fails it.
    """
    names = find_names(sql)
    dataset = _only_dataset({name.dataset for name in names}, settings.datasets)
    (release,) = load_kept(WebHdfs(settings.endpoints), dataset, (number,))
    with connect(settings.endpoints) as server:
        views = view_queries(server, release)
        return server.fetch(splice(sql, [name for name in names if name.dataset == dataset], views))


def _only_dataset(databases: set[str], root: Path) -> str:
    datasets = sorted(name for name in databases if contract_path(name, root).is_file())
    if not datasets:
        raise UsageError("the statement reads no dataset: name its views in full, e.g. FROM flights.clean")
    if len(datasets) > 1:
        raise UsageError(f"a release is of one dataset, the statement reads {' and '.join(datasets)}")
    return datasets[0]
