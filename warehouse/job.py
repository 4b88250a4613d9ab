"""What the pipeline asks of its one Spark job and what the job reports, as lines of JSON between two processes."""

from dataclasses import dataclass, field
from typing import Literal

from warehouse.batch import BatchFile

FileRows = dict[str, dict[str, int]]
"""Rows by batch id and file name."""


def rows_of(counts: FileRows) -> int:
    """Rows of all files."""
    return sum(rows for files in counts.values() for rows in files.values())


@dataclass(frozen=True)
class StageTask:
    """Read one batch and write its typed and its rejected rows.

    Attributes:
        batch: Batch id.
        sequence: Later wins.
        raw: Directory of the batch's files.
        files: All files of the batch.
        staged: New directory for typed rows.
        quarantine: New directory for rejected rows.
    """

    batch: str
    sequence: int
    raw: str
    files: list[BatchFile]
    staged: str
    quarantine: str


@dataclass(frozen=True)
class StagedSource:
    """Typed rows of one batch, as an input of the clean step.

    Attributes:
        batch: Batch id.
        sequence: Later wins.
        path: Directory with quarter partitions.
        quarters: Rows by partition value, as `StagedCounts` gave them.
    """

    batch: str
    sequence: int
    path: str
    quarters: dict[str, int]


@dataclass(frozen=True)
class MartTask:
    """Build one mart.

    Attributes:
        name: Mart name.
        sql: SELECT over the view `clean`.
        check: SELECT over the view of the mart's name (and `clean`); a row it returns is a failure. `None`: there is no
            such check.
        quarters: Partition values to build.
        target: New directory.
    """

    name: str
    sql: str
    check: str | None
    quarters: list[str]
    target: str


@dataclass(frozen=True)
class JobPlan:
    """Everything one Spark job does for a run, with absolute HDFS paths; it decides nothing itself.

    Attributes:
        run: Run id.
        dataset: Name in the contract.
        contract: Text of the contract file: Spark may run where the file is not.
        contract_path: Where the file is, for messages.
        stage: Batches to stage; their quarters are found by doing it.
        sources: All batches that are staged already, each with all its quarters: a key may have older
            versions in any of them.
        released: Batches that the live release has: of their keys nothing new is to be learnt.
        rebuild: Clean from all staged rows; else from the live release's clean rows and the batches that it lacks.
        clean_quarters: Quarters to clean besides those of newly staged batches: all that any batch outside
            the live release has rows for.
        clean_target: New directory for clean rows.
        clean_existing: Directory of each quarter's clean rows in the live release, for marts and for cleaning.
        marts: Marts to build; the quarters that the run cleans are added to each.
        clean_check: SELECT over the view `clean` of the quarters that the run writes; a row it returns is a failure.
            `None`: there is no such check.
        target_file_bytes: Wanted size of a Parquet file, roughly.
        events: New directory for Spark's event log; `None`: there is none.
    """

    run: str
    dataset: str
    contract: str
    contract_path: str
    stage: list[StageTask]
    sources: list[StagedSource]
    released: list[str]
    rebuild: bool
    clean_quarters: list[str]
    clean_target: str
    clean_existing: dict[str, str]
    marts: list[MartTask]
    clean_check: str | None = None
    target_file_bytes: int = 256 * 1024 * 1024
    events: str | None = None


@dataclass(frozen=True)
class StagedCounts:
    """What staging made of one batch.

    Attributes:
        staged: Typed rows.
        quarantined: Rejected rows.
        quarters: Typed rows by quarter partition value.
        rules: Rejected rows by broken rule id; a row that breaks two counts twice.
        rejected: Rejected rows by file name.
    """

    staged: int
    quarantined: int
    quarters: dict[str, int]
    rules: dict[str, int]
    rejected: dict[str, int]


@dataclass(frozen=True)
class JobResult:
    """What the job wrote. Quarters without a row have no directory.

    Attributes:
        application: YARN application id.
        staged: Counts by batch id.
        clean: Rows by quarter partition value, batch and file, for all quarters it cleaned; empty: nothing is left
            in it.
        superseded: The same, for the same quarters, of rows that a newer version of their key replaced; without
            `JobPlan.rebuild` only of those that the live release does not have as superseded. Counted by itself, not as
            a difference, so that the conservation law proves something.
        marts: Rows by mart and quarter partition value, for all quarters it built.
        failed_checks: First rows that a failed check returned, as text, by mart or `clean`.
        superseded_examples: Some of the rows that new batches supersede, each with the one that won, as text; only
            where the contract has a limit for them.
    """

    application: str
    staged: dict[str, StagedCounts]
    clean: dict[str, FileRows]
    superseded: dict[str, FileRows]
    marts: dict[str, dict[str, int]]
    failed_checks: dict[str, list[str]] = field(default_factory=dict)
    superseded_examples: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class JobStarted:
    """The job has its session.

    Attributes:
        application: YARN application id.
    """

    application: str


@dataclass(frozen=True)
class JobStep:
    """A step is about to begin.

    Attributes:
        name: Which.
        detail: What it works on: a batch id, quarters or the name of a mart.
    """

    name: Literal["stage", "clean", "mart"]
    detail: str


@dataclass(frozen=True)
class JobFailed:
    """There will be no result.

    Attributes:
        error: Why, in one line.
    """

    error: str


JobProgress = JobStarted | JobStep


@dataclass(frozen=True)
class JobEvent:
    """One line of what the job reports.

    Attributes:
        event: Progress; at last the result or a failure.
    """

    event: JobProgress | JobResult | JobFailed


@dataclass(frozen=True)
class JobSizing:
    """Size of a Spark application.

    Attributes:
        executors: How many, one a node.
        executor_mb: MiB of heap of each, without overhead.
        cores: Cores of each.
        driver_mb: MiB of heap of the driver, which is not a container.
    """

    executors: int
    executor_mb: int
    cores: int
    driver_mb: int
