"""What the columns of a sample are: type, NULLs, key, event time, each with its evidence."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from drafting.column_draft import ColumnDraft, Guess
from drafting.datetimes.columns import Moments, measure_moments
from drafting.datetimes.epochs import epoch_format
from drafting.datetimes.month_names import measure_named
from drafting.marked_numbers import find_mark
from drafting.naming import identifiers, words
from drafting.number_columns import (
    CONVENTIONS,
    MOSTLY,
    Numbers,
    count_fitting,
    count_with_letters,
    find_sentinels,
    measure,
    number_type,
)
from drafting.reading.sample import Sample
from drafting.separators import choose_separators
from drafting.zero_fractions import without_zero_fractions
from warehouse.contract.column import NULL_TOKENS as OWN_TOKENS
from warehouse.contract.number_text import LIKE_NUMBER
from warehouse.wording import counted

_ALWAYS_NULL = {"\\N"}
"""What MySQL, PostgreSQL and Hive write for NULL, also in a column of text."""

NULL_TOKENS = ("", "NA", "N/A", "n/a", "#N/A", "NULL", "null", "None", "nan", "NaN", "-", "?", "\\N")
"""Texts that mean NULL where a column's other values are of a narrower type than STRING."""

TIME_WORDS = {
    *("time", "date", "datetime", "timestamp", "ts", "day", "at", "when", "created", "pickup", "epoch", "unix"),
    *("datum", "zeit", "zeitstempel", "fecha", "hora", "heure", "jour", "dato"),
}
"""Words in the name of a column of dates or times."""

_DATE_WORDS = {"date", "day", "datetime", "timestamp", "datum", "fecha", "jour", "dato"}
"""Last words in the name of a column whose numbers may be days."""

_PADDED_WORDS = {
    *("zip", "zipcode", "postcode", "postal", "plz", "fips", "phone", "telephone", "mobile"),
    *("isbn", "ean", "gtin", "upc", "barcode"),
}
"""Words in the name of a column whose digits are not a number: one with a zero in front is another."""

_BOOLEAN = "(?i)(true|false|t|f|yes|no)"
_BOOLEAN_WORD = "(?i)(true|false)"
_FEW_VALUES = 10
MAX_EXAMPLE_LENGTH = 40
"""Characters of a value that a draft shows."""

_EXAMPLES = 3

_OTHER_SEPARATORS = (
    "Numbers with other separators than those of other columns, kept as text: a contract has one of each."
)


@dataclass(frozen=True)
class _Looks:
    """Counts over a column: values beside null tokens, different ones, and what they look like."""

    values: int
    distinct: int
    like_number: int
    boolean: int
    boolean_words: int
    tokens: dict[str, int]

    @property
    def is_boolean(self) -> bool:
        """Whether they are true and false: NO alone is Norway, and F alone a sex or a unit."""
        if self.boolean_words:
            return self.boolean >= MOSTLY * self.values
        return self.boolean == self.values and self.distinct > 1


def guess_columns(sample: Sample) -> Guess:
    """Propose the columns of a sample."""
    names = identifiers(sample.names)
    looks = [_look(sample, f"c{place}") for place in range(len(names))]
    suspects = {n: look.values for n, look in enumerate(looks) if 0 < MOSTLY * look.values <= look.like_number}
    convention, unsure = choose_separators(sample, suspects, list(NULL_TOKENS))
    drafted = [_draft(sample, place, name, looks[place], convention) for place, name in enumerate(names)]
    tokens = sorted(
        token
        for token in {token for column in drafted for token in column.tokens}
        if token in _ALWAYS_NULL or any(token in column.tokens for column in drafted if column.type != "STRING")
    )
    columns = tuple(_with_nulls(sample, f"c{place}", column, tokens) for place, column in enumerate(drafted))
    form = replace(
        sample.form,
        # Parquet takes no tokens; in a dataset of CSV files a .parquet is Parquet even so.
        kind="csv" if tokens and sample.form.kind == "parquet" else sample.form.kind,
        null_tokens=tuple(tokens),
        decimal_separator=convention[0],
        thousands_separator=convention[1],
    )
    return Guess(columns, form, (*unsure, *_unsure_of_tokens(columns, tokens)))


def _look(sample: Sample, column: str) -> _Looks:
    # Columns are named by place; whatever comes from the file is a parameter.
    sql = f"""
        SELECT count(*), count(DISTINCT {column}), count_if(regexp_full_match({column}, ?)),
            count_if(regexp_full_match({column}, ?)), count_if(regexp_full_match({column}, ?))
        FROM sample WHERE {column} IS NOT NULL AND NOT list_contains(?, {column})"""
    row = sample.ask(sql, [LIKE_NUMBER, _BOOLEAN, _BOOLEAN_WORD, list(NULL_TOKENS)])[0]
    tokens = sample.ask(
        f"SELECT {column}, count(*) FROM sample WHERE list_contains(?, {column}) GROUP BY 1 ORDER BY 1",
        [list(NULL_TOKENS)],
    )
    values, distinct, like_number, boolean, boolean_words = (count or 0 for count in row)
    return _Looks(values, distinct, like_number, boolean, boolean_words, dict(tokens))


def _draft(sample: Sample, place: int, name: str, look: _Looks, convention: tuple[str, str | None]) -> ColumnDraft:
    """A column by its own values; its NULLs are counted when the null tokens of all columns are known."""
    column, tokens = f"c{place}", list(NULL_TOKENS)
    source = sample.names[place] or None
    text = ColumnDraft(
        name, source, "STRING", 0, look.values, look.values, look.distinct, tokens=look.tokens,
        held=sample.columns[place],
    )  # fmt: skip
    if not look.values:
        return replace(text, notes=("No values in the sample, so the type is unknown.",))
    if look.is_boolean:
        return replace(text, type="BOOLEAN", fitting=look.boolean)
    dated = bool(words(name) & TIME_WORDS) or name.endswith(("time", "date"))
    excel = _is_called_a_date(name)
    moments = measure_named(
        sample, column, tokens, look.values, lambda text: measure_moments(sample, text, tokens, dated, excel)
    )
    if moments is not None and moments.fitting >= MOSTLY * look.values:
        return _moment_column(text, moments)
    mark = find_mark(sample, column, tokens) if look.like_number < look.values and not sample.types else None
    if mark:
        return replace(text, doubts=(f"Numbers with {mark}, kept as text: transformLogic can take it away.",))
    if 2 * look.like_number >= look.values or sample.types:
        found = _number_draft(sample, place, text, convention, dated)
        if found is not None:
            return found
    return _text_draft(sample, place, text, look)


def _is_called_a_date(name: str) -> bool:
    return name.rpartition("_")[2] in _DATE_WORDS or name.endswith("date")


def _text_draft(sample: Sample, place: int, text: ColumnDraft, look: _Looks) -> ColumnDraft:
    if place in sample.nested:
        return replace(text, notes=("Nested JSON, kept as its text.",))
    column, tokens = f"c{place}", list(NULL_TOKENS)
    fitting = max(count_fitting(sample, column, tokens, other) for other in CONVENTIONS)
    is_number = look.like_number == look.values == fitting
    return replace(text, doubts=(_OTHER_SEPARATORS,)) if is_number else text


def _number_draft(
    sample: Sample, place: int, text: ColumnDraft, convention: tuple[str, str | None], dated: bool
) -> ColumnDraft | None:
    """A column of numbers; text with a note where some values have letters; `None` if it has others."""
    column, tokens = f"c{place}", list(NULL_TOKENS)
    numbers = measure(sample, column, tokens, convention)
    lettered = count_with_letters(sample, column, tokens, convention) if 2 * numbers.double >= text.values else 0
    if lettered:
        return replace(text, doubts=(f"Letters in {counted(lettered, 'value')}, so kept as text; others are numbers.",))
    if numbers.double < MOSTLY * text.values:
        return None
    native = sample.types[place] if sample.types else ""
    epoch = epoch_format(sample, column, tokens, named=True) if dated else None
    found = _number_column(text, numbers, native, epoch)
    if convention == CONVENTIONS[0] and found.type.startswith("DECIMAL"):
        found = without_zero_fractions(sample, column, found)
    sentinels = [] if found.type == "STRING" else find_sentinels(sample, column, tokens, convention)
    asked = (_asked(number, rows, text.tokens) for number, rows in sentinels)
    return replace(found, doubts=(*found.doubts, *asked), may_lack=bool(sentinels))


def _asked(number: str, rows: int, tokens: Iterable[str]) -> str:
    """The question whether a number means no value, with the line to write."""
    return (
        f'Does {number} mean "no value"? {rows:,} rows have it, far from all others. If so, write '
        f"{_own_tokens([*tokens, number])}."
    )


def _own_tokens(tokens: Sequence[str]) -> str:
    """The property of a column that has null tokens of its own."""
    return f"customProperties: [{{property: {OWN_TOKENS}, value: {json.dumps(tokens, ensure_ascii=False)}}}]"


def _moment_column(text: ColumnDraft, found: Moments) -> ColumnDraft:
    shown = slice(len("2001-04-01")) if found.type == "DATE" else slice(None)
    return replace(
        text, type=found.type, fitting=found.fitting, formats=found.formats, zoned=found.zoned,
        least=found.least[shown], most=found.most[shown], doubts=tuple(found.doubts),
        properties=tuple(found.properties),
    )  # fmt: skip


def _number_column(text: ColumnDraft, found: Numbers, native: str, epoch: str | None) -> ColumnDraft:
    chosen = number_type(found, native)
    if chosen and chosen[0] == "BIGINT" and words(text.name) & _PADDED_WORDS:
        return replace(text, notes=("Codes that may have leading zeros in other files, kept as text.",))
    if chosen is None:
        if found.padded:
            return replace(text, doubts=("Codes with leading zeros or a plus, kept as text.",))
        return replace(text, notes=("Numbers of too many digits, kept as text.",))
    notes, doubts = [], []
    if epoch:
        doubts.append(
            f"Looks like a count since 1970: TIMESTAMP with format {epoch} and timeZone would make it a time."
        )
    if chosen[0].startswith("DECIMAL") and found.scale:
        notes.append(
            f"Digits after the point in the sample: {found.scale} at most. More than the type has are quarantined."
        )
    return replace(
        text, type=chosen[0], fitting=chosen[1], least=found.least, most=found.most, notes=tuple(notes),
        doubts=tuple(doubts),
    )  # fmt: skip


def _with_nulls(sample: Sample, column: str, draft: ColumnDraft, tokens: list[str]) -> ColumnDraft:
    """The draft with NULLs counted, examples, and whether it is required."""
    if not draft.values and not {*draft.tokens} <= {*tokens}:
        # A column of dashes: elsewhere a dash is text.
        tokens = sorted(draft.tokens)
        draft = replace(draft, properties=(*draft.properties, (OWN_TOKENS, json.dumps(tokens))))
    sql = f"SELECT count(*) FROM sample WHERE {column} IS NULL OR list_contains(?, {column})"
    nulls = int(sample.ask(sql, [tokens])[0][0])
    known = {token: rows for token, rows in draft.tokens.items() if token in tokens}
    values = sample.rows - nulls
    if draft.type == "STRING":
        # Tokens that no other column has are texts here.
        draft = replace(draft, values=values, fitting=values, distinct=draft.distinct + len(draft.tokens) - len(known))
    required = nulls == 0 and draft.values > 0 and not draft.may_lack
    return replace(draft, nulls=nulls, values=values, tokens=known, required=required,
                   examples=() if draft.is_personal else _examples(sample, column, tokens))  # fmt: skip


def _examples(sample: Sample, column: str, tokens: list[str]) -> tuple[str, ...]:
    """The most frequent values if there are few, else the first."""
    sql = f"""
        SELECT {column} FROM sample
        WHERE {column} IS NOT NULL AND NOT list_contains(?, {column}) AND length({column}) <= {MAX_EXAMPLE_LENGTH}
        GROUP BY {column} ORDER BY count(*) DESC, min(rowid) LIMIT {_EXAMPLES}"""
    return tuple(text for (text,) in sample.ask(sql, [tokens]))


def few_values(sample: Sample, place: int, column: ColumnDraft) -> list[str]:
    """All values of a text column that has at most 10, and more rows than that; else none.

    Args:
        sample: Rows of the files.
        place: Place of the column.
        column: Draft of the column.
    """
    if column.type != "STRING" or not 0 < column.distinct <= min(_FEW_VALUES, column.values // 2) or column.is_personal:
        return []
    sql = f"SELECT DISTINCT c{place} FROM sample WHERE c{place} IS NOT NULL ORDER BY 1"
    found = [text for (text,) in sample.ask(sql) if text not in column.tokens]
    return found if all(len(text) <= MAX_EXAMPLE_LENGTH for text in found) else []


def _unsure_of_tokens(columns: Sequence[ColumnDraft], tokens: Sequence[str]) -> list[str]:
    found = []
    for token in tokens:
        texts = [f"{column.name} ({counted(column.tokens[token], 'row')})" for column in columns
                 if column.type == "STRING" and token in column.tokens]  # fmt: skip
        if texts:
            own = _own_tokens([other for other in tokens if other != token])
            found.append(
                f"{token} means NULL in every column, also where it is text: {', '.join(texts[:5])}. "
                f"If it is a value there, write {own}."
            )
    return found
