"""The text of a drafted contract, with the evidence as comments."""

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from drafting.column_draft import ColumnDraft, Guess
from drafting.guess import MAX_EXAMPLE_LENGTH
from drafting.measures import FirstMart, MartColumn
from drafting.reading.extent import Extent
from drafting.reading.renames import HeldColumn
from warehouse.contract.column import OTHER_NAMES
from warehouse.contract.datetimes.number_formats import EPOCH_FORMATS
from warehouse.contract.datetimes.options import OTHER_FORMATS
from warehouse.contract.model import InputFormat
from warehouse.wording import are, counted

_LOGICAL = {"STRING": "string", "BIGINT": "integer", "DOUBLE": "number", "BOOLEAN": "boolean",
            "DATE": "date", "TIMESTAMP": "timestamp"}  # fmt: skip
REJECT_THRESHOLD = 0.01
"""Share of rejected rows that a draft accepts, whatever its sample has: a guess must not wave rows through."""

_MAX_SUPERSEDED_PERCENT = 50


@dataclass(frozen=True)
class Facts:
    """What the draft is of.

    Attributes:
        dataset: Name.
        source: Name of the sample file, or of what holds the files.
        extent: What was looked at.
        broken: Records that are not rows.
        event_time: Name of that column; empty: there is none yet.
        values: All values of text columns that have few, by column name.
    """

    dataset: str
    source: str
    extent: Extent
    broken: int
    event_time: str
    values: dict[str, list[str]]


def contract_text(facts: Facts, guess: Guess, mart: FirstMart) -> str:
    """The contract as YAML.

    Args:
        facts: Facts about the files.
        guess: Proposals for the columns.
        mart: The first mart.
    """
    lines = [*_head(facts, guess), *_dataset(facts, guess, mart.name), *_mart(facts, mart)]
    return "\n".join(lines) + "\n"


def rejected_share(facts: Facts, guess: Guess) -> float:
    """Share of the sample's records that are rejected, at most: a row may break two rules."""
    misfits = sum(column.values - column.fitting for column in guess.columns)
    missing = sum(column.nulls for column in guess.columns if column.required)
    return min(1.0, (facts.broken + misfits + missing) / (facts.extent.rows + facts.broken))


def logical_type(hive_type: str) -> str:
    """The ODCS `logicalType` of a Hive type."""
    return "number" if hive_type.startswith("DECIMAL") else _LOGICAL[hive_type]


def _head(facts: Facts, guess: Guess) -> Iterator[str]:
    yield f"# Drafted by ./stackhouse new from {facts.extent.words(printable(facts.source))}."
    yield "# The comments are about these rows."
    if any(column.type == "BIGINT" for column in guess.columns):
        yield "# Whole numbers are BIGINT, as readers see them: a product of narrower ones may not fit their type."
    yield f"# Read it, correct it, then: ./stackhouse contract check {facts.dataset}"
    yield "apiVersion: v3.2.0"
    yield "kind: DataContract"
    yield f"id: {scalar(f'stackhouse.{facts.dataset}')}"
    yield f"name: {scalar(facts.dataset)}"
    yield "version: 1.0.0"
    yield "status: draft"
    yield "description:"
    yield f"  purpose: {scalar(f'Rows of files like {printable(facts.source)}.')}"
    yield "schema:"


def _dataset(facts: Facts, guess: Guess, mart: str) -> Iterator[str]:
    yield f"  - name: {scalar(facts.dataset)}"
    yield "    physicalType: file"
    yield f"    description: {scalar(f'Rows of files like {printable(facts.source)}.')}"
    yield from (f"    # {note}" for note in guess.key_notes)
    yield "    properties:"
    for column in guess.columns:
        yield from _column(column, facts)
    yield "    customProperties:"
    yield from _event_time(facts.event_time)
    yield "      - property: inputFormat"
    yield "        value:"
    yield from (f"          {key}: {value}" for key, value in _format(guess.form))
    share = rejected_share(facts, guess)
    yield f"      # {_rejects(share, facts)}"
    yield from _property("rejectThreshold", str(REJECT_THRESHOLD))
    yield from _superseded(facts, guess)
    if any(column.zoned or not set(EPOCH_FORMATS).isdisjoint(column.formats) for column in guess.columns):
        yield "      # Instants are published as wall clocks of this zone, e.g. America/New_York."
        yield from _property("timeZone", "UTC")
    yield from _property("marts", f"[{scalar(mart)}]")


def _superseded(facts: Facts, guess: Guess) -> Iterator[str]:
    if guess.version:
        yield from _property("versionColumn", scalar(guess.version))
    percent = min(_MAX_SUPERSEDED_PERCENT, -(-200 * guess.resent // facts.extent.rows))
    if guess.resent:
        resent = f"{guess.resent / facts.extent.rows:.2%}"
        share = f"{resent} of the sample was sent again; twice that, in whole percents, is accepted"
        yield f"      # {share}, at most {_MAX_SUPERSEDED_PERCENT} %. Above it a run is held."
    else:
        yield "      # No key repeats in the sample, so a run whose new rows supersede any is held."
    yield from _property("supersededThreshold", str(percent / 100) if percent else "0")


def _event_time(name: str) -> Iterator[str]:
    if name:
        yield from _property("eventTime", scalar(name))
        return
    yield "      # Missing: the column whose quarter is the partition, a DATE or TIMESTAMP that is required."
    yield "      # - property: eventTime"
    yield "      #   value: COLUMN"


def _rejects(share: float, facts: Facts) -> str:
    if not share:
        return "The sample has no record that is rejected."
    unreadable = f", {counted(facts.broken, 'record')} as unreadable" if facts.broken else ""
    return f"At most {share:.4%} of the sample is rejected{unreadable}; above this threshold a run is held."


def _property(name: str, value: str) -> Iterator[str]:
    yield f"      - property: {name}"
    yield f"        value: {value}"


def _column(column: ColumnDraft, facts: Facts) -> Iterator[str]:
    yield from (f"      # {line}" for line in _evidence(column, facts))
    yield f"      - name: {scalar(column.name)}"
    if column.source_name is not None and column.source_name != column.name:
        yield f"        physicalName: {scalar(column.source_name)}"
    yield f"        logicalType: {logical_type(column.type)}"
    yield f"        physicalType: {column.type}"
    if column.required:
        yield "        required: true"
    if column.key:
        yield "        primaryKey: true"
    yield f"        description: {scalar(_description(column))}"
    if column.transform is not None:
        yield f"        transformLogic: {scalar(column.transform)}"
    if column.formats:
        yield "        logicalTypeOptions:"
        yield f"          format: {scalar(column.formats[0])}"
        if column.zoned:
            yield "          timezone: true"
    lists = {OTHER_NAMES: column.held.names[1:] if column.held else (), OTHER_FORMATS: column.formats[1:]}
    written = [(name, f"[{', '.join(map(scalar, texts))}]") for name, texts in lists.items() if texts]
    if properties := [*written, *column.properties]:
        yield "        customProperties:"
    for name, value in properties:
        yield f"          - property: {name}"
        yield f"            value: {value}"


def evidence(column: ColumnDraft) -> str:
    """What speaks for a column's type, in a few words."""
    fit = f"{column.share:.2%} fit" if column.fitting < column.values else "all fit"
    parts = [f"{fit}, {column.distinct:,} different" if column.values else "no value"]
    if column.nulls:
        rows = column.nulls + column.values
        tokens = ", ".join(printable(token) for token in column.tokens)
        parts.append(f"{column.nulls / rows:.2%} NULL{f' ({tokens})' if tokens else ''}")
    if column.least is not None and not column.is_personal:
        parts.append(f"{_short(column.least)} to {_short(column.most or '')}")
    if column.held and column.held.files < len(column.held.places):
        parts.append(f"in {column.held.files:,} of {len(column.held.places):,} files")
    return ", ".join(parts)


def renamed(held: HeldColumn) -> str:
    """Why several names are taken for one column."""
    names = " and ".join(printable(name) for name in held.names)
    return f"{names} {held.doubt}: taken for one column (otherPhysicalNames)."


def _evidence(column: ColumnDraft, facts: Facts) -> Iterator[str]:
    yield evidence(column) + "."
    if column.fitting < column.values:
        yield f"{are(column.values - column.fitting, 'value')} not {column.type}: such a row is quarantined."
    if column.required:
        yield "No NULL in the sample: required." if not column.nulls else "Required, as every row needs an event time."
    if column.key:
        yield "In the primary key."
    if column.held and column.held.doubt:
        yield renamed(column.held)
    yield from (*column.notes, *column.doubts)
    if column.examples:
        yield f"Examples: {', '.join(_short(text) for text in column.examples)}"
    if values := facts.values.get(column.name):
        yield f"Only these: {', '.join(map(_short, values))}. An enum would refuse all others."


def _short(text: str) -> str:
    return printable(text if len(text) <= MAX_EXAMPLE_LENGTH else text[:MAX_EXAMPLE_LENGTH] + "…")


def _description(column: ColumnDraft) -> str:
    if column.transform is not None and column.source_name is None:
        return f"Computed from other columns of the file: {' '.join(printable(column.transform).split())}."
    if column.source_name is None:
        return f"Column {column.name} of the file, which does not name it."
    return f"Column {' '.join(printable(column.source_name).split())} of the file."


def _format(form: InputFormat) -> Iterator[tuple[str, str]]:
    yield "kind", form.kind
    if form.kind == "csv":
        yield "delimiter", scalar(form.delimiter)
        yield "quote", scalar(form.quote)
        if form.escape is not None:
            yield "escape", scalar(form.escape)
        yield "header", str(form.header).lower()
        if form.skip_lines:
            yield "skipLines", str(form.skip_lines)
        if form.comment is not None:
            yield "comment", scalar(form.comment)
        if form.quoted_newlines:
            yield "quotedNewlines", "true"
    if form.pattern is not None:
        # Double quotes would double its backslashes.
        yield "pattern", "'" + form.pattern.replace("'", "''") + "'"
    if form.encoding != "utf-8":
        yield "encoding", scalar(form.encoding)
    if form.null_tokens:
        yield "nullTokens", f"[{', '.join(map(scalar, form.null_tokens))}]"
    if form.trim:
        yield "trim", "true"
    if form.kind != "parquet" and form.decimal_separator != ".":
        yield "decimalSeparator", scalar(form.decimal_separator)
    if form.thousands_separator is not None:
        yield "thousandsSeparator", scalar(form.thousands_separator)


def _mart(facts: Facts, mart: FirstMart) -> Iterator[str]:
    yield ""
    yield f"  - name: {scalar(mart.name)}"
    yield "    physicalType: table"
    yield f"    description: {scalar(f'Figures of {facts.dataset}, one row per {mart.grain}.')}"
    yield f"    dataGranularityDescription: {scalar(f'One row per {mart.grain}.')}"
    yield "    properties:"
    quarter = MartColumn("quarter", "STRING", f"Quarter of {facts.event_time or 'the event time'}, e.g. 2001Q2.", "")
    for column in (quarter, *mart.columns):
        yield f"      - name: {scalar(column.name)}"
        yield f"        logicalType: {logical_type(column.type)}"
        yield f"        physicalType: {column.type}"
        yield f"        description: {scalar(column.description)}"


def scalar(text: str) -> str:
    """The text as a quoted scalar, on one line."""
    dumped: str = yaml.safe_dump(text, default_style='"', allow_unicode=True, width=float("inf"))
    return dumped.rstrip("\n")


def printable(text: str) -> str:
    """The text on one line, what cannot be printed as Python would escape it."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape", "replace").decode()
        for character in text
    )
