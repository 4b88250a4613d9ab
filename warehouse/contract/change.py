"""What a changed contract means for rows that are published already."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, dataclass, fields
from decimal import Decimal
from typing import Any, Literal

from warehouse.batch import Batch
from warehouse.contract.hive_type import exact_digits, integer_bound, is_integer
from warehouse.contract.model import Column, Contract, InputFormat
from warehouse.errors import ContractError
from warehouse.release.manifest import Release

_SHOWN_FILES = 5

Kind = Literal["compatible", "incompatible", "impossible"]

# They decide which lines are rows: the loader counted the rows that way, and the law is about its count.
_ROW_DEFINING = ("kind", "header", "comment", "skip_lines", "quoted_newlines")


@dataclass(frozen=True)
class Change:
    """One difference between two contracts.

    Attributes:
        text: What differs, old and new.
        kind: `compatible`: every row that was good is good, with the same values: a new nullable column, a wider
            type, a looser rule. A row that was rejected may be good now, and with a key newer than a published one.
            `incompatible`: rows may be lost or change, so it must be asked for.
            `impossible`: the loaded files would no longer give the rows that were counted.
    """

    text: str
    kind: Kind


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """Differences between two `Contract.meaning`s; the old one may lack keys that came later."""
    by_position = new["input_format"]["kind"] == "csv" and not new["input_format"]["header"]
    ignored = old["input_format"].get("ignore_unknown", False)
    found = [*_columns(old["columns"], new["columns"], by_position, ignored)]
    found += [*_row_rules(old["row_rules"], new["row_rules"])]
    found += _input_format(old["input_format"], new["input_format"])
    for name in ("event_time", "time_zone", "version"):
        if old.get(name) != new.get(name):
            found.append(_change(name, old.get(name), new.get(name), "incompatible"))
    return found


def row_definition(input_format: dict[str, Any]) -> dict[str, Any]:
    """The part of the input format in a `Contract.meaning` that decides how many rows a file has."""
    quoting = ("delimiter", "quote", "escape") if input_format["quoted_newlines"] else ()
    return {name: input_format[name] for name in (*_ROW_DEFINING, *quoting)}


def check_change(contract: Contract, live: Release, reprocess: bool) -> None:
    """Refuse a contract under which published rows may be lost or change, unless that is asked for.

    Args:
        contract: Contract as it is now.
        live: What readers see.
        reprocess: Published rows may change.

    Raises:
        ContractError: Names what changed.
    """
    found = changes(live.meaning, contract.meaning)
    impossible = [change.text for change in found if change.kind == "impossible"]
    if impossible:
        raise ContractError(
            f"{contract.path}: {'; '.join(impossible)}: the loaded files would no longer give the rows that "
            "were counted",
            "undo the change, or load the files into a dataset with another name",
        )
    incompatible = [change.text for change in found if change.kind == "incompatible"]
    if incompatible and not reprocess:
        raise ContractError(
            f"{contract.path}: changed against release {live.number}: {'; '.join(incompatible)}; "
            "published rows may change",
            f"undo the change, or read all rows again with ./stackhouse reprocess {contract.dataset}",
        )


def check_counts(contract: Contract, batches: Sequence[Batch]) -> None:
    """Refuse batches whose rows were counted when the contract had another definition of a row.

    Raises:
        ContractError: Names the files.
    """
    wanted = row_definition(contract.meaning["input_format"])
    # Manifests of earlier versions do not say how.
    other = [batch for batch in batches if batch.counted_by and batch.counted_by != wanted]
    if not other:
        return
    names = [file.name for batch in other for file in batch.files]
    shown = ", ".join(names[:_SHOWN_FILES]) + (" and others" if len(names) > _SHOWN_FILES else "")
    was = other[0].counted_by
    differs = [f"{name}: {_shown(was.get(name))} -> {_shown(wanted.get(name))}" for name in {**was, **wanted}
               if was.get(name) != wanted.get(name)]  # fmt: skip
    raise ContractError(
        f"{contract.path}: inputFormat {'; '.join(differs)}: the rows of {shown} were counted before this change",
        f"load the same {'file' if len(names) == 1 else 'files'} again, which recounts them, or undo the change",
    )


def _change(name: str, old: object, new: object, kind: Kind) -> Change:
    return Change(f"{name}: {_shown(old)} -> {_shown(new)}", kind)


def _shown(value: object) -> str:
    return "none" if value in (None, [], "") else str(value)


def _columns(
    old: list[dict[str, Any]], new: list[dict[str, Any]], by_position: bool, ignored: bool
) -> Iterator[Change]:
    """Differences of the columns.

    Args:
        old: Columns of the published contract.
        new: Columns of this one.
        by_position: Files without a header tell columns apart by their position alone.
        ignored: Files may have columns that the published contract has not: what is in a new one was not looked at.
    """
    before, after = ({column["name"]: column for column in columns} for columns in (old, new))
    for name in before:
        if name not in after:
            yield Change(f"column {name} was removed", "incompatible")
    for name, column in after.items():
        if name in before:
            yield from _column(name, before[name], column, ignored)
        else:
            # A row may break the rule of a transform.
            strict = column["required"] or column.get("transform") or by_position or ignored
            kind: Kind = "incompatible" if strict else "compatible"
            yield Change(f"column {name} is new and {'required' if column['required'] else 'nullable'}", kind)
    kept = [[column["name"] for column in columns if column["name"] in before.keys() & after] for columns in (old, new)]
    if kept[0] != kept[1]:
        yield Change("the columns are in another order", "incompatible" if by_position else "compatible")


def _column(name: str, old: dict[str, Any], new: dict[str, Any], ignored: bool) -> Iterator[Change]:
    # Either may lack a key: the old one is of an earlier version, and some appear only where they are used.
    known = _defaults(Column) | old
    for attribute, after in (_defaults(Column) | new).items():
        before = known[attribute]
        if before != after:
            looser = attribute in _LOOSER and _LOOSER[attribute](before, after)
            # Where unknown columns are ignored, a file may have held one of that name.
            looser = looser and not (attribute == "other_source_names" and ignored)
            yield _change(f"column {name}: {attribute}", before, after, "compatible" if looser else "incompatible")


def _defaults(model: type[Column] | type[InputFormat]) -> dict[str, Any]:
    """What keys mean that an old contract does not have yet, as JSON holds it."""
    found = {field.name: field.default for field in fields(model) if field.default is not MISSING}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}


def _is_wider(old: str, new: str) -> bool:
    if is_integer(new):
        # Not from DECIMAL(3,0) to TINYINT: most integers of three digits do not fit.
        return is_integer(old) and integer_bound(old) < integer_bound(new)
    before, after = exact_digits(old), exact_digits(new)
    if before is None or after is None:
        return False
    return after[1] >= before[1] and after[0] - after[1] >= before[0] - before[1]


def _is_below(one: Any, other: Any) -> bool:
    """Whether a limit is below another; of a number and a date none is."""
    if isinstance(one, str) or isinstance(other, str):
        return isinstance(one, str) and isinstance(other, str) and one < other
    return Decimal(str(one)) < Decimal(str(other))


_LOOSER: dict[str, Callable[[Any, Any], Any]] = {
    "type": _is_wider,
    "required": lambda old, new: old and not new,
    "minimum": lambda old, new: new is None or (old is not None and _is_below(new, old)),
    "maximum": lambda old, new: new is None or (old is not None and _is_below(old, new)),
    "pattern": lambda _, new: new is None,
    "values": lambda old, new: not new or (old and set(old) < set(new)),
    # Formats are tried in order: after the known ones a new one changes no value.
    "formats": lambda old, new: old and new[: len(old)] == old,
    "other_source_names": lambda old, new: set(old) < set(new),
    "hour_24": lambda _, new: new,
}
"""By attribute of a column: whether every row that was good stays good with the same value."""


def _row_rules(old: list[dict[str, str]], new: list[dict[str, str]]) -> Iterator[Change]:
    before, after = ({rule["name"]: rule["predicate"] for rule in rules} for rules in (old, new))
    for name in before.keys() - after.keys():
        yield Change(f"rule {name} was removed", "compatible")
    for name, predicate in after.items():
        if name not in before:
            yield Change(f"rule {name} is new", "incompatible")
        elif before[name] != predicate:
            yield _change(f"rule {name}", before[name], predicate, "incompatible")


def _input_format(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    defining = row_definition(new).keys()
    known = _defaults(InputFormat) | old
    for name, after in (_defaults(InputFormat) | new).items():
        before = known[name]
        if before == after:
            continue
        kind: Kind = "compatible" if name == "ignore_unknown" and after else "incompatible"
        yield _change(f"inputFormat {name}", before, after, "impossible" if name in defining else kind)
