"""Drafts the contract and the first mart of a dataset from some of its files, and writes them."""

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from drafting.column_draft import ColumnDraft, Guess
from drafting.contract_text import REJECT_THRESHOLD, Facts, contract_text, rejected_share, renamed
from drafting.datetimes.split_columns import join_columns
from drafting.extended_json import unwrap, with_transforms
from drafting.guess import few_values
from drafting.mart_text import mart_name, mart_sql
from drafting.measures import FirstMart, first_mart
from drafting.padding import guess_trimmed
from drafting.primary_key import choose_key
from drafting.reading.extent import Extent
from drafting.reading.log_formats import unsure_of
from drafting.reading.sample import Sample, read_sample
from drafting.roles import choose_event_time
from warehouse.contract.file import check_dataset_name, contract_path, parse_contract
from warehouse.errors import ContractError, StackhouseError, UsageError
from warehouse.settings import REPOSITORY
from warehouse.wording import are, counted

_LOADABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NOT_LOADABLE = re.compile(r"[^A-Za-z0-9._-]+")
_SHOWN = 5


@dataclass(frozen=True)
class Draft:
    """What was drafted.

    Attributes:
        dataset: Name.
        given: Files and directories that the user named.
        extent: What was looked at.
        skipped: Names of files without rows.
        mart: Name of the first mart.
        event_time: Name of that column; empty: the user has to name it before anything else.
        rejected: Share of the sample's records that the draft rejects, at most; 0 to 1.
        paths: Files written, the contract first.
        columns: Proposals with their evidence.
        unsure: What may be wrong, a sentence each.
        lacking: Names of required columns that some files do not have: `load` refuses those files.
    """

    dataset: str
    given: tuple[Path, ...]
    extent: Extent
    skipped: tuple[str, ...]
    mart: str
    event_time: str
    rejected: float
    paths: tuple[Path, ...]
    columns: tuple[ColumnDraft, ...]
    unsure: tuple[str, ...]
    lacking: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Rows that were looked at."""
        return self.extent.rows

    @property
    def whole(self) -> bool:
        """They are all rows of all files."""
        return self.extent.is_all

    @property
    def renamed(self) -> Path | None:
        """The one given file with a name that `load` takes, `None` where it has one."""
        path = self.given[0]
        if len(self.given) > 1 or path.is_dir() or _LOADABLE.fullmatch(path.name):
            return None
        name = _NOT_LOADABLE.sub("_", path.name).lstrip("._-")
        return path.with_name(name if not path.suffix or "." in name else f"data.{name}")


def draft(name: str, files: Path | Sequence[Path], root: Path = REPOSITORY) -> Draft:
    """Write `data/<name>/dataset.yaml` and `sql/<name>/` with a first mart, by which the files load and run.

    Without a column that surely holds the event time, the contract says so and is not valid before the user names one.

    Args:
        name: Name of the new dataset.
        files: CSV, JSON lines, logs or Parquet, or directories of them; they are only read.
        root: Directory that has or gets `data` and `sql`.

    Raises:
        ContractError: The name cannot be used.
        InputFileError: A file cannot be read, the files are not written alike, or none has rows.
        UsageError: The dataset exists.
    """
    path = contract_path(name, root)
    check_dataset_name(name, path)
    for directory in (path.parent, root / "sql" / name):
        if os.path.lexists(directory):
            raise UsageError(f"{directory} exists", "choose another name, or remove it first")
    given = (files,) if isinstance(files, Path) else tuple(files)
    try:
        return _drafted(name, given, root, read_sample(given))
    except duckdb.Error as problem:
        raise StackhouseError(f"{named(given)} could not be examined: {' '.join(str(problem).split())}") from problem


def named(given: Sequence[Path]) -> str:
    """What the user named, in a few words."""
    return str(given[0]) if len(given) == 1 else f"{given[0]} to {given[-1]}"


def _drafted(name: str, given: tuple[Path, ...], root: Path, sample: Sample) -> Draft:
    sample, wrapped = unwrap(sample)
    sample, guess = guess_trimmed(sample)
    guess = with_transforms(guess, wrapped)
    guess, event_time = choose_event_time(join_columns(guess, sample), sample)
    guess = choose_key(guess, sample, event_time)
    values = {column.name: few_values(sample, place, column) for place, column in enumerate(guess.columns)}
    mart = first_mart(mart_name(name), sample, guess.columns, values)
    # A directory may be given as "." or with a slash at its end.
    source = named([Path(path.resolve().name or path) for path in given])
    facts = Facts(name, source, Extent.of(sample), sample.broken, event_time, values)
    path = contract_path(name, root)
    contents = {
        path: contract_text(facts, guess, mart),
        root / "sql" / name / f"{mart.name}.sql": mart_sql(name, mart),
    }
    _check(name, path, contents[path] if event_time else _with_some_event_time(facts, guess, mart))
    _write(contents, root)
    return Draft(
        name, given, facts.extent, sample.empty, mart.name, event_time, rejected_share(facts, guess), tuple(contents),
        guess.columns,
        (*_unsure_of_files(sample), *_unsure_of_columns(guess), *guess.unsure,
         *(f"{column.name}: {doubt}" for column in guess.columns for doubt in column.doubts),
         *_unsure_of_misfits(facts, guess), *_unsure_of_people(guess)),
        tuple(column.name for column in guess.columns if _missing(column)),
    )  # fmt: skip


def _with_some_event_time(facts: Facts, guess: Guess, mart: FirstMart) -> str:
    """The contract as it may be once the user has named the event time."""
    first = replace(guess.columns[0], type="DATE", formats=(), zoned=False, required=True)
    return contract_text(
        replace(facts, event_time=first.name), replace(guess, columns=(first, *guess.columns[1:])), mart
    )


def _check(name: str, path: Path, text: str) -> None:
    try:
        parse_contract(name, path, text)
    except ContractError as problem:
        raise StackhouseError(
            f"internal error, nothing was written: the drafted contract is invalid: {problem}"
        ) from problem


def _write(contents: dict[Path, str], root: Path) -> None:
    """All files or none: beside their place first; the contract, which makes the dataset, comes last."""
    new = {path.parent: path.parent.with_name(f".{path.parent.name}.{os.getpid()}") for path in contents}
    done = list[Path]()
    try:
        for path, text in contents.items():
            new[path.parent].mkdir(parents=True, exist_ok=True)
            (new[path.parent] / path.name).write_text(text, encoding="utf-8")
        for directory, beside in reversed(new.items()):
            beside.rename(directory)
            done.append(directory)
    except OSError as problem:
        for directory in done:
            shutil.rmtree(directory, ignore_errors=True)
        raise UsageError(f"{root}: the draft cannot be written: {problem}") from problem
    finally:
        for beside in new.values():
            shutil.rmtree(beside, ignore_errors=True)


def _unsure_of_files(sample: Sample) -> list[str]:
    form, found, extent = sample.form, list[str](), Extent.of(sample)
    file = sample.files[0]
    if not _LOADABLE.fullmatch(file.name):
        found.append(f"load takes no file called {file.name!r}: rename it to letters, digits, '.', '-' and '_'.")
    if extent.sampled < extent.count:
        found.append(f"Only {extent.sampled:,} of {extent.count:,} files were looked at; others may be different.")
    if not sample.whole:
        ends = "first and last" if sample.has_last else "first"
        found.append(
            f"Only {counted(sample.rows, 'row')}, the {ends} of each file, were looked at; others may be different."
        )
    if form.pattern is not None:
        found += unsure_of(form.pattern)
    if form.kind == "csv" and not sample.types:
        found += _unsure_of_text(sample)
    if form.encoding != "utf-8":
        found.append(f"The file is not UTF-8; {form.encoding} is a guess, so look at its letters with accents.")
    if sample.broken:
        why = "no match for the pattern" if form.pattern else "too many fields or too few"
        found.append(f"{are(sample.broken, 'record')} quarantined: {why}, or not readable.")
    return found


def _unsure_of_columns(guess: Guess) -> list[str]:
    """What may be wrong because files differ."""
    found = []
    for column in guess.columns:
        held = column.held
        if held and held.doubt:
            found.append(f"{column.name}: {renamed(held)} If they are not one, write a column for each.")
        if missing := _missing(column):
            found.append(f"{column.name} is required, and load refuses files without it: {missing:,} of those read.")
    return found


def _missing(column: ColumnDraft) -> int:
    """Files that lack a column which is required."""
    held = column.held
    return len(held.places) - held.files if held and column.required else 0


def _unsure_of_text(sample: Sample) -> list[str]:
    form, found = sample.form, list[str]()
    if not sample.named_from:
        found.append("The first line holds values, so the file has no header and its columns have no names.")
    titles = sample.named_from - 1 if sample.named_from else form.skip_lines
    if titles > 0:
        lines = "line is taken for a title" if titles == 1 else f"{titles} lines are taken for titles"
        found.append(f"The first {lines} (skipLines).")
    if sample.named_from and not form.header:
        found.append(
            "A column has no name in the header, so the header is skipped (skipLines) and columns go by their order: "
            "files with another order are misread."
        )
    if form.comment is not None:
        found.append(f"Lines that begin with {form.comment} are left out as comments.")
    if form.quote not in "\"'":
        found.append("Quotes inside fields are text, as no field is quoted: the quote is a character that no line has.")
    return found


def _unsure_of_misfits(facts: Facts, guess: Guess) -> list[str]:
    found = [
        f"{column.name}: {are(column.values - column.fitting, 'value')} not {column.type}: such a row is quarantined."
        for column in guess.columns
        if column.fitting < column.values
    ]
    share = rejected_share(facts, guess)
    if share > REJECT_THRESHOLD:
        found.append(
            f"Up to {share:.2%} of the sample is quarantined, more than rejectThreshold: a run of this file is held. "
            "Correct the contract, or raise rejectThreshold."
        )
    return found


def _unsure_of_people(guess: Guess) -> list[str]:
    personal = [column.name for column in guess.columns if column.is_personal]
    return [f"Personal data? tags: [pii] says so: {_listed(personal)}."] if personal else []


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
