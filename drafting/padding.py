"""Values with blanks around them: a sample without the blanks, where that gives its columns better types."""

from collections.abc import Sequence
from dataclasses import replace

from drafting.column_draft import Guess
from drafting.guess import guess_columns
from drafting.reading.renames import HeldColumn
from drafting.reading.sample import Sample
from warehouse.contract.file_columns import BLANKS

_SHOWN = 5


def guess_trimmed(sample: Sample) -> tuple[Sample, Guess]:
    """The columns of a sample, which is trimmed for that if a column is text only because of its blanks."""
    guess = guess_columns(sample)
    columns = list(sample.columns) if sample.form.kind in ("jsonl", "lines") else list(map(_trimmed, sample.columns))
    if not _is_padded(sample) or _are_doubled([name for column in columns for name in column.names]):
        return sample, guess
    _trim(sample)
    trimmed = replace(sample, form=replace(sample.form, trim=True), columns=columns)
    found = guess_columns(trimmed)
    pairs = zip(guess.columns, found.columns, strict=True)
    better = [after.name for before, after in pairs if before.type == "STRING" != after.type]
    if not better:
        sample.database.execute("DROP TABLE sample")
        sample.database.execute("ALTER TABLE padded RENAME TO sample")
        return sample, guess
    return trimmed, replace(found, unsure=(_doubt(better), *found.unsure))


def _trimmed(column: HeldColumn) -> HeldColumn:
    # Two names may differ in their blanks alone.
    return replace(column, names=tuple(dict.fromkeys(name.strip(BLANKS) for name in column.names)))


def _is_padded(sample: Sample) -> bool:
    found = " OR ".join(f"{column} <> trim({column}, ?)" for column in _places(sample))
    sql = f"SELECT count(*) FROM (SELECT 1 FROM sample WHERE {found} LIMIT 1)"
    return bool(sample.ask(sql, [BLANKS] * len(sample.names))[0][0])


def _are_doubled(names: Sequence[str]) -> bool:
    named = [name.lower() for name in names if name]
    return len(set(named)) < len(named)


def _trim(sample: Sample) -> None:
    """Set the rows aside as `padded`, and their trimmed values in their place."""
    text = "nullif(trim({0}, ?), '')" if sample.form.kind == "csv" else "trim({0}, ?)"
    columns = ", ".join(f"{text.format(column)} AS {column}" for column in _places(sample))
    sample.database.execute("ALTER TABLE sample RENAME TO padded")
    sample.ask(
        f"CREATE TABLE sample AS SELECT {columns}, file_place, part FROM padded ORDER BY rowid",
        [BLANKS] * len(sample.names),
    )


def _places(sample: Sample) -> list[str]:
    return [f"c{place}" for place in range(len(sample.names))]


def _doubt(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"Blanks around all values are removed (trim: true), as {', '.join(names[:_SHOWN])}{more} would be text."
