"""Reads one dataset of the warehouse into pandas; the rows it shows stay the same for as long as the client lives.

with connect("flights") as flights:
    delays = flights.read_mart("delays_by_quarter")
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import Literal, TypeVar

import pandas as pd
import pyarrow as pa

from consumers.frames import Decimals, frame_of, refuse_other, table_of
from consumers.parameters import Parameter, fill
from consumers.release_files import read_files, refuse_unknown
from consumers.training import Feature, TrainingSet, columns_needed, join, release_at
from hadoop.webhdfs import WebHdfs
from hive import ddl
from hive.connection import HiveServer
from hive.connection import connect as open_session
from hive.release_query import find_names, splice, view_queries
from hive.rows import Rows
from warehouse.contract.model import ORIGIN_COLUMNS, validate_identifier
from warehouse.errors import ClosedError, QueryError, ReleaseGoneError, SettingsError, UsageError
from warehouse.quarter import Quarter
from warehouse.release import ledger
from warehouse.release.history import read_history
from warehouse.release.manifest import CLEAN, QUARANTINE, Release, load_kept
from warehouse.settings import Endpoints, load_settings
from warehouse.storage import Storage

Source = Literal["auto", "hive", "files"]
"""Where rows come from: HiveServer2, the Parquet files of the release, or what is faster for them."""

_PARTITIONS_A_STATEMENT, _ROWS_A_PARTITION = 20, 900
"""How many partitions' files are read in the time of one statement (200 ms), and how many rows HiveServer2 hands out in
that of one partition (10 ms). Measured 2026-11-26, 2 cores: a mart of 3 partitions takes 25 ms by files, 227 by Hive.
"""

_Answer = TypeVar("_Answer")


def connect(dataset: str, *, release: int | None = None, endpoints: Endpoints | None = None) -> "Client":
    """Open a dataset for reading. A `with` block closes the client at its end; without one, call `close`.

    Args:
        dataset: Name in its contract.
        release: Number; `None`: the one that readers see now. It stays the same while the client lives.
        endpoints: Where the warehouse is; `None`: as `./stackhouse` finds it, by environment and `.env`.

    Raises:
        UsageError: The dataset has no release; `ReleaseGoneError`: not this one, or not any more.
        SettingsError: Nothing says where the warehouse is.
        StackDownError: HDFS does not answer there.
    """
    found = endpoints or _endpoints()
    storage = WebHdfs(found)
    number = release
    if number is None:
        number = read_history(storage, validate_identifier(dataset)).live
    if number is None:
        raise UsageError(f"{dataset} has no release at {storage.url}", f"run ./stackhouse run {dataset}")
    return Client(found, storage, *load_kept(storage, dataset, [number]))


def _endpoints() -> Endpoints:
    try:
        return load_settings().endpoints
    except SettingsError as problem:
        raise SettingsError(
            str(problem), "outside a checkout give endpoints=Endpoints.of('HOST:PORT', ...)"
        ) from problem


class Client:
    """One release of a dataset. For one thread: its statements share a session.

    Attributes:
        release: Manifest: number, contract, rows by quarter.
    """

    def __init__(self, endpoints: Endpoints, storage: Storage, release: Release) -> None:
        """As `connect` does; nothing is asked of HiveServer2 yet."""
        self.release = release
        self._endpoints = endpoints
        self._storage = storage
        self._views: dict[str, str] = {}
        self._server: HiveServer | None = None
        self._session = ExitStack()
        self._closed = False

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_problem: object) -> None:
        self.close()

    def close(self) -> None:
        """End the session; what is asked afterwards raises `ClosedError`."""
        self._closed = True
        self._end_session()

    def read_sql(
        self, sql: str, parameters: Mapping[str, Parameter] | None = None, decimals: Decimals = "decimal"
    ) -> pd.DataFrame:
        """Rows of a query by HiveServer2; views of the dataset in it, `flights.clean`, show this client's release.

        Args:
            sql: One SELECT. With parameters, `%(name)s` stands for a value and `%%` for a percent sign.
            parameters: Values, NumPy's too; a list of them for IN.
            decimals: What DECIMAL becomes.

        Raises:
            UsageError: It is no SELECT, the release has no such view, a parameter is missing, or two columns of the
                answer have one name.
            QueryError: HiveServer2 refuses or fails it.
            StackDownError: HiveServer2 is gone; the next call opens a new session.
        """
        refuse_other("decimals", decimals, Decimals)
        text = fill(sql, parameters) if parameters else sql
        text = text.strip().rstrip(";")
        names = [name for name in find_names(text) if name.dataset == self.release.dataset]
        rows = self._ask(lambda server: server.fetch(splice(text, names, self._view_queries(server))))
        return frame_of(table_of(rows), decimals)

    def read_mart(
        self,
        mart: str,
        quarters: Sequence[str] | None = None,
        columns: Sequence[str] | None = None,
        decimals: Decimals = "decimal",
        source: Source = "auto",
    ) -> pd.DataFrame:
        """Rows of a mart, in no order; arguments and errors as in `read_clean`."""
        marts = sorted(self.release.tables.keys() - {CLEAN, QUARANTINE})
        if mart not in marts:
            raise UsageError(
                f"release {self.release.number} of {self.release.dataset} has no mart {mart!r}; "
                f"it has: {', '.join(marts) or 'none'}"
            )
        return self._read(mart, quarters, columns, decimals, source)

    def read_clean(
        self,
        quarters: Sequence[str] | None = None,
        columns: Sequence[str] | None = None,
        decimals: Decimals = "decimal",
        source: Source = "auto",
    ) -> pd.DataFrame:
        """Clean rows, in no order.

        Args:
            quarters: Like `2001Q2`; `None`: all.
            columns: Names; `None`: as the view has them. `source_file` and its like can be named, too.
            decimals: What DECIMAL becomes.
            source: Where from; the frame is the same. HiveServer2 is asked also when there is no row.

        Raises:
            UsageError: There is no such column, a quarter is not written as one, or `decimals` or `source` is no such
                choice.
            ReleaseGoneError: gc removed the release meanwhile.
            StackDownError: HDFS or HiveServer2 is gone; the next call tries again.
        """
        return self._read(CLEAN, quarters, columns, decimals, source)

    def training_set(
        self,
        entities: pd.DataFrame,
        as_of: datetime,
        features: Sequence[Feature],
        at: str = "at",
        decimals: Decimals = "decimal",
    ) -> TrainingSet:
        """Features of entities as they were known at a given time; the same call gives the same rows at any later time.

        Args:
            entities: What is predicted: columns of the clean rows that say whose, and `at`, the time of each, in the
                wall clock of the dataset's event time. Only rows that happened before it count.
            as_of: With a time zone: that of the dataset's clock when its contract names none. Only what readers saw
                then counts: the release that was live, and in it only rows that had happened.
            features: What is computed.
            at: Name of the column with the times.
            decimals: What DECIMAL becomes.

        Raises:
            UsageError: A column is missing, a time is later than `as_of`, or `as_of` is in the future.
            ReleaseGoneError: The release of that time is not kept any more; `./stackhouse pin` would have kept it.
        """
        self._refuse_closed()
        refuse_other("decimals", decimals, Decimals)
        events = ledger.events(self._storage, self.release.dataset)
        number = release_at(self.release.dataset, events, as_of)
        (release,) = load_kept(self._storage, self.release.dataset, [number])
        columns = columns_needed(release, entities, features, at)
        partitions = release.tables[CLEAN].partitions
        if not partitions:
            raise UsageError(f"release {number} of {release.dataset} has no clean rows")
        rows = read_files(self._storage, release, CLEAN, list(partitions), columns)
        return join(release, rows, entities, as_of, features, at, decimals)

    def _read(
        self,
        table: str,
        quarters: Sequence[str] | None,
        columns: Sequence[str] | None,
        decimals: Decimals,
        source: Source,
    ) -> pd.DataFrame:
        self._refuse_closed()
        _refuse_no_list("columns", columns)
        _refuse_no_list("quarters", quarters)
        # Before rows are read, which may take minutes.
        refuse_other("decimals", decimals, Decimals)
        refuse_other("source", source, Source)
        partitions = self.release.tables[table].partitions
        wanted = partitions.keys() if quarters is None else _partition_values(quarters)
        chosen = [value for value in partitions if value in wanted]
        return frame_of(self._read_from(source, table, chosen, columns), decimals)

    def _read_from(
        self, source: Source, table: str, quarters: Sequence[str], columns: Sequence[str] | None
    ) -> pa.Table:
        partitions = self.release.tables[table].partitions
        rows = sum(partitions[value].rows for value in quarters)
        scattered = len(quarters) > _PARTITIONS_A_STATEMENT + rows / _ROWS_A_PARTITION
        if not quarters or source == "hive" or (source == "auto" and scattered):
            return table_of(self._ask(lambda server: self._select(server, table, quarters, columns)))
        try:
            return read_files(self._storage, self.release, table, quarters, columns)
        except ReleaseGoneError:
            # The ledger knows more: which releases can be read.
            load_kept(self._storage, self.release.dataset, [self.release.number])
            raise

    def _select(self, server: HiveServer, table: str, quarters: Sequence[str], columns: Sequence[str] | None) -> Rows:
        with_origin = table == CLEAN and not set(columns or ()).isdisjoint(ORIGIN_COLUMNS)
        query = self._view_queries(server)[ddl.CLEAN_WITH_ORIGIN if with_origin else table]
        if columns is not None:
            refuse_unknown(table, columns, server.fetch(ddl.select_quarters(query, None, [])).columns)
        return server.fetch(ddl.select_quarters(query, columns, quarters))

    def _view_queries(self, server: HiveServer) -> dict[str, str]:
        self._views = self._views or view_queries(server, self.release)
        return self._views

    def _ask(self, question: Callable[[HiveServer], _Answer]) -> _Answer:
        self._refuse_closed()
        try:
            if self._server is None:
                self._server = self._session.enter_context(open_session(self._endpoints))
            return question(self._server)
        except QueryError:
            # When the tables are gone, that is what is wrong.
            load_kept(self._storage, self.release.dataset, [self.release.number])
            raise
        except BaseException:
            # An answer may still be on its way, and would be taken for that to "end the session": it is only cut off.
            self._server = None
            self._session.__exit__(*sys.exc_info())
            raise

    def _end_session(self) -> None:
        self._server = None
        self._session.close()

    def _refuse_closed(self) -> None:
        if self._closed:
            raise ClosedError(f"this client of {self.release.dataset} is closed", "connect again")


def _refuse_no_list(what: str, names: Sequence[str] | None) -> None:
    if isinstance(names, str):
        raise UsageError(f"{what} is a string", f"give a list, [{names!r}]")


def _partition_values(quarters: Sequence[str]) -> set[str]:
    return {str(Quarter.parse(quarter).start) for quarter in quarters}
