"""A warehouse and its datasets as objects: what the command line, schedules and notebooks work with."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from hadoop.webhdfs import WebHdfs
from hive.connection import connect
from hive.rows import Rows
from ingestion.loader import MAX_JOBS, LoadResult
from pipeline.dataset import contract_of
from pipeline.gc import Collection, collect, plan_collection
from pipeline.load import load_batch
from pipeline.pin import pin_release, unpin_release
from pipeline.rollback import Rollback, roll_back
from pipeline.run import RunReport, RunRequest, run_pipeline
from schedule.catch_up import catch_up
from stack.lifecycle import start_stack, stop_stack
from stack.status import read_status
from warehouse.contract.model import Contract
from warehouse.errors import StackDownError
from warehouse.observer import Observer, Silence
from warehouse.quarter import Quarter
from warehouse.release.history import History, read_history
from warehouse.release.retention import Policy
from warehouse.settings import Settings, load_settings


def _ignore(_phase: str, _size: int) -> None:
    pass


def _say_nothing(_text: str) -> None:
    pass


class Warehouse:
    """One stack and the datasets in it.

    Attributes:
        settings: Where the stack is and how it is sized.
    """

    def __init__(self, settings: Settings | None = None, observer: Observer | None = None) -> None:
        """Name the stack; nothing is asked of it yet.

        Args:
            settings: Settings of the stack; `None`: from the environment and `.env`, as `./stackhouse` reads them.
            observer: Told of every step; `None`: none is.

        Raises:
            SettingsError: A setting is missing or cannot be used.
        """
        self.settings = settings or load_settings()
        self._observer = observer or Silence()

    def start(self) -> None:
        """Start what is not running, as `./stackhouse up` does; errors as of `stack.lifecycle.start_stack`."""
        start_stack(self.settings, self._observer)

    def stop(self) -> bool:
        """Stop everything, as `./stackhouse down` does; False when nothing was running."""
        return stop_stack(self.settings, self._observer)

    def check(self) -> None:
        """See whether every service does its work, as `./stackhouse status` does.

        Raises:
            StackDownError: One does not; names all of them.
        """
        failing = [service for service in read_status(self.settings).services if not service.healthy]
        if failing:
            named = ", ".join(f"{service.name} ({service.words})" for service in failing)
            raise StackDownError(f"not every service is up: {named}", "run ./stackhouse up")

    def dataset(self, name: str) -> "Dataset":
        """A dataset by the name in its contract; whether there is one is seen when it is used."""
        return Dataset(self.settings, name, self._observer)

    def query(self, sql: str, release: int | None = None) -> Rows:
        """Rows of one statement by HiveServer2.

        Args:
            sql: HiveQL.
            release: Number of the release that the views of the one dataset in it show; `None`: the live one.

        Raises:
            UsageError: With a release: it is not one SELECT over one dataset, or the release cannot be read.
            QueryError: HiveServer2 refuses or fails it.
            StackDownError: HiveServer2 does not answer.
        """
        if release is not None:
            # Not at the top: the parser of SQL takes an eighth of a second, and most commands parse none.
            from pipeline.query import query_release

            return query_release(self.settings, sql, release)
        with connect(self.settings.endpoints) as server:
            return server.fetch(sql)


class Dataset:
    """One dataset: its files go in, its releases come out.

    A method that writes holds the lock of the dataset while it works. With `wait` it waits for another writer; without,
    it raises `LockedError`. All of them raise `StackDownError` when a service does not answer.

    Attributes:
        name: Name in the contract.
        settings: Settings of the stack.
    """

    def __init__(self, settings: Settings, name: str, observer: Observer) -> None:
        """As `Warehouse.dataset` does."""
        self.settings = settings
        self.name = name
        self._observer = observer

    @property
    def contract(self) -> Contract:
        """The contract as it is now; raises `ContractError` if it is missing or invalid."""
        return contract_of(self.settings, self.name)

    def load(
        self,
        files: Sequence[Path | str],
        *,
        wait: bool = False,
        strict: bool = False,
        jobs: int = MAX_JOBS,
        progress: Callable[[str, int], None] = _ignore,
    ) -> LoadResult:
        """Load files as one batch; the same files again change nothing.

        Args:
            files: Files and directories.
            wait: Wait for another writer.
            strict: Refuse an empty file among others; without, it is left out and named in the result.
            jobs: Files that are checked or sent at once.
            progress: Called with `check`, `send` or `resume` (HDFS has them from a load that was killed) and a number
                of bytes, below zero for bytes taken back; from other threads, one at a time.

        Raises:
            InputFileError: A file cannot be loaded; nothing was.
            LoadError: HDFS did not receive what was sent.
        """
        paths = [Path(file) for file in files]
        return load_batch(self.settings, self.name, paths, wait, progress, strict=strict, jobs=jobs)

    def run(
        self,
        quarters: Sequence[Quarter | str] = (),
        *,
        accept: str | None = None,
        wait: bool = False,
        task_times: bool = False,
    ) -> RunReport:
        """Stage, clean, aggregate, audit and publish what was loaded since the last release.

        Args:
            quarters: Quarters to build even if nothing in them changed, like `2001Q2`.
            accept: Why the release may be published although its checks refuse it; `None`: it may not.
            wait: Wait for another writer.
            task_times: Report where Spark's tasks spent their time.

        Raises:
            HeldError: A check failed; readers keep the old release.
            JobError: The Spark job failed; readers keep the old release.
            UsageError: Nothing is loaded, or a quarter has no rows.
        """
        wanted = [quarter if isinstance(quarter, Quarter) else Quarter.parse(quarter) for quarter in quarters]
        request = RunRequest(wanted, accept, wait=wait, task_times=task_times)
        return run_pipeline(self.settings, self.name, request, self._observer)

    def run_due(self, *, wait: bool = False, tell: Callable[[str], None] = _say_nothing) -> list[RunReport]:
        """Run the quarters that are due, oldest first, as `./stackhouse schedule run` does.

        Args:
            wait: Wait for another writer.
            tell: Called with what is run next, or with why nothing is due.

        Returns:
            Reports of the runs; none when nothing was due.

        Raises:
            StackhouseError: A run failed or is held, see `run`; later quarters were not run.
        """
        reports = list[RunReport]()

        def run(step: tuple[Quarter, ...]) -> None:
            reports.append(self.run(step, wait=wait))

        catch_up(WebHdfs(self.settings.endpoints), self.contract, datetime.now(UTC), run, tell)
        return reports

    def reprocess(self, *, accept: str | None = None, wait: bool = False, task_times: bool = False) -> RunReport:
        """Read all loaded rows again by a changed contract, and publish them; arguments and errors as in `run`."""
        request = RunRequest(accept=accept, reprocess=True, wait=wait, task_times=task_times)
        return run_pipeline(self.settings, self.name, request, self._observer)

    def history(self) -> History:
        """What happened to the releases; its `live` is the number that readers see."""
        return read_history(WebHdfs(self.settings.endpoints), self.name)

    def rollback(self, to: int | None = None, *, reason: str = "", wait: bool = False) -> Rollback:
        """Show an earlier release to readers.

        Args:
            to: Number of the release; `None`: the one before.
            reason: Why, for the ledger.
            wait: Wait for another writer.

        Raises:
            UsageError: There is no such release to go back to.
        """
        return roll_back(self.settings, self.name, to, reason, wait)

    def pin(self, release: int, *, reason: str, wait: bool = False) -> None:
        """Keep a release from gc.

        Args:
            release: Number of the release.
            reason: Who needs it and why.
            wait: Wait for another writer.

        Raises:
            UsageError: There is no such release, or no reason.
        """
        pin_release(self.settings, self.name, release, reason, wait)

    def unpin(self, release: int, *, wait: bool = False) -> None:
        """Leave a pinned release to gc again; raises `UsageError` if it is not pinned."""
        unpin_release(self.settings, self.name, release, wait)

    def gc(self, policy: Policy, *, remove: bool = False, wait: bool = False) -> Collection:
        """Find old releases and unused directories, and remove them if asked to.

        Args:
            policy: How much is kept.
            remove: Remove them; else they are only named.
            wait: Wait for another writer.

        Raises:
            StackhouseError: A view shows another release than the ledger says; nothing was removed.
        """
        if remove:
            return collect(self.settings, self.name, policy, wait)
        return plan_collection(self.settings, self.name, policy)
