"""Where everything lies in HDFS. Paths are absolute and without a scheme."""

import re
from dataclasses import dataclass

from warehouse.contract.model import validate_identifier
from warehouse.errors import UsageError
from warehouse.quarter import PARTITION_COLUMN

MANIFEST_NAME = "_manifest.json"
"""Batch manifest inside a raw batch directory; Spark and Hive ignore names that begin with `_`."""

_ID = re.compile(r"[A-Za-z0-9]{1,40}")


def partition_name(quarter_start: str) -> str:
    """Name of a quarter's directory, `quarter_start=2001-04-01`.

    Args:
        quarter_start: Partition value, the quarter's first day.
    """
    return f"{PARTITION_COLUMN}={quarter_start}"


def ledger_table(root: str, name: str) -> str:
    """Files of one table of the ledger, of all datasets of the warehouse at a root.

    Args:
        root: `Storage.root`.
        name: `runs`, `batches`, `releases` or `checks`.
    """
    return f"{root}/ledger/{validate_identifier(name)}"


def _id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise UsageError(f"{text!r} is not an id")
    return text


def run_of(path: str) -> str:
    """Id of the run that wrote a directory of clean rows or of a mart.

    Raises:
        UsageError: None did.
    """
    parts = [part.removeprefix("run=") for part in path.split("/") if part.startswith("run=")]
    return _id(parts[0] if parts else path)


@dataclass(frozen=True)
class DatasetPaths:
    """HDFS paths of one dataset.

    Attributes:
        dataset: Name in the contract.
        root: Root of its warehouse, `Storage.root`.
    """

    dataset: str
    root: str

    def __post_init__(self) -> None:
        """Refuse a name that could leave the root."""
        validate_identifier(self.dataset)

    @property
    def raw(self) -> str:
        """Batches as received."""
        return f"{self.root}/raw/{self.dataset}"

    def raw_batch(self, batch: str) -> str:
        """Files of one batch and its manifest; never changed."""
        return f"{self.raw}/batch={_id(batch)}"

    def raw_incoming(self, batch: str) -> str:
        """Where a batch is written before it is complete; `_` hides it from readers."""
        return f"{self.raw}/_incoming={_id(batch)}"

    def staged(self, batch: str, fingerprint: str) -> str:
        """Typed rows of one batch under one contract; partitions below.

        The contract's fingerprint is part of the path because staged rows depend on both: a changed
        contract stages to a new place and never overwrites what a release refers to.
        """
        return f"{self.staged_batches}/batch={_id(batch)}/contract={_id(fingerprint)}"

    def quarantine(self, batch: str, fingerprint: str) -> str:
        """Rejected rows of one batch under one contract."""
        return f"{self.quarantine_batches}/batch={_id(batch)}/contract={_id(fingerprint)}"

    def staging(self, run: str) -> str:
        """Staged and rejected rows of a run that is not committed yet."""
        return f"{self.staged_batches}/_run={_id(run)}"

    def events(self, run: str) -> str:
        """Spark's event log of a run that asked for one, until it is committed."""
        return f"{self.staging(run)}/events"

    def clean(self, run: str) -> str:
        """Clean rows written by a run; partitions below."""
        return f"{self.clean_runs}/run={_id(run)}"

    @property
    def clean_runs(self) -> str:
        """Clean rows of every run."""
        return f"{self.root}/clean/{self.dataset}"

    @property
    def staged_batches(self) -> str:
        """Typed rows of every batch, and what runs have not committed."""
        return f"{self.root}/staged/{self.dataset}"

    @property
    def quarantine_batches(self) -> str:
        """Rejected rows of every batch."""
        return f"{self.root}/quarantine/{self.dataset}"

    @property
    def marts(self) -> str:
        """Every mart's runs, in a directory of its name."""
        return f"{self.root}/marts/{self.dataset}"

    def mart(self, mart: str, run: str) -> str:
        """Rows of a mart written by a run; partitions below."""
        return f"{self.marts}/{validate_identifier(mart)}/run={_id(run)}"

    @property
    def releases(self) -> str:
        """Release manifests, `000042.json`, and what their audits read, `000042.facts.json`."""
        return f"{self.root}/releases/{self.dataset}"

    def release(self, number: int) -> str:
        """Manifest of one release."""
        return f"{self.releases}/{number:06d}.json"

    def facts(self, number: int) -> str:
        """What the audit of one release read."""
        return f"{self.releases}/{number:06d}.facts.json"

    @property
    def release_tables(self) -> str:
        """Location of the Hive tables of all releases: always empty, each partition names its own directory."""
        return f"{self.releases}/tables"

    def bundle(self, kind: str) -> str:
        """Copy of all small files of a kind: `warehouse.bundle`. It may be deleted at any time."""
        return f"{self.root}/bundles/{self.dataset}/{validate_identifier(kind)}.json"

    @property
    def lock(self) -> str:
        """Exists while a writer works on the dataset."""
        return f"{self.root}/locks/{self.dataset}"
