r"""Values that MongoDB exports as objects of one key: `{"$date": "2021-05-01T10:00:00Z"}`.

Source: MongoDB Extended JSON (v2), relaxed and canonical, which mongoexport and Compass write.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from drafting.column_draft import ColumnDraft, Guess
from drafting.naming import field
from drafting.reading.sample import Sample

_NUMBERS = frozenset({"$numberInt", "$numberLong", "$numberDouble", "$numberDecimal"})
_KINDS = (frozenset({"$oid"}), frozenset({"$date"}), _NUMBERS)
"""Keys that the values of one column may have."""

_COUNTED = r'^\{\s*"(\$date)"\s*:\s*\{\s*"\$numberLong"\s*:\s*"(-?[0-9]+)"\s*\}\s*\}$'
_BARE = r'^\{\s*"(\$date)"\s*:\s*(-?[0-9]+)\s*\}$'
_MILLISECONDS = (_COUNTED, _BARE)
_SHAPES = {
    r'^\{\s*"(\$[A-Za-z]+)"\s*:\s*"([^"\\]*)"\s*\}$': "SPLIT_PART({0}, '\"', 4)",
    _COUNTED: "SPLIT_PART({0}, '\"', 6)",
    _BARE: "TRIM(BOTH ' :}}' FROM SPLIT_PART({0}, '\"', 3))",
}
"""Regular expressions of the objects, with key and value as groups; and what takes the value in a `transformLogic`."""


@dataclass(frozen=True)
class Wrapping:
    """How the values of a column are wrapped.

    Attributes:
        keys: Of the objects.
        shape: One of `_SHAPES`.
    """

    keys: tuple[str, ...]
    shape: str

    def transform(self, name: str) -> str:
        """Expression that unwraps the field of a name; a value that is not wrapped stays as it is."""
        key = f"SPLIT_PART({name}, '\"', 2)"
        known = f"{key} = '{self.keys[0]}'" if len(self.keys) == 1 else f"{key} IN {self.keys}"
        return f"IF({known}, {_SHAPES[self.shape].format(name)}, {name})"


def unwrap(sample: Sample) -> tuple[Sample, dict[int, Wrapping]]:
    """The sample with the values of such columns unwrapped, and how they were wrapped, by place."""
    found = dict[int, Wrapping]()
    for place in sorted(sample.nested):
        # A computed column has one name in the files.
        wrapping = _wrapping(sample, place) if len(sample.columns[place].names) == 1 else None
        if wrapping is not None:
            found[place] = wrapping
            value = f"regexp_extract(c{place}, ?, 2)"
            sample.ask(f"UPDATE sample SET c{place} = {value} WHERE starts_with(c{place}, '{{')", [wrapping.shape])
    return replace(sample, nested=sample.nested - found.keys()), found


def with_transforms(guess: Guess, wrapped: Mapping[int, Wrapping]) -> Guess:
    """The guess, of which the wrapped columns are computed."""
    columns = enumerate(guess.columns)
    changed = [_computed(column, wrapped[place]) if place in wrapped else column for place, column in columns]
    return replace(guess, columns=tuple(changed))


def _computed(column: ColumnDraft, wrapping: Wrapping) -> ColumnDraft:
    name = field(column.source_name or column.name)
    transform = wrapping.transform(name)
    if column.transform is not None:
        transform = column.transform.replace(name, transform)
    note = f"MongoDB's objects with {' or '.join(wrapping.keys)}, whose value transformLogic takes."
    column = replace(column, transform=transform, notes=(*column.notes, note))
    if wrapping.shape not in _MILLISECONDS or not column.type.startswith("BIGINT"):
        return column
    return replace(column, type="TIMESTAMP", formats=("epoch-milliseconds",), doubts=())


def _wrapping(sample: Sample, place: int) -> Wrapping | None:
    """How the objects of a column are wrapped, `None` if any is not."""
    objects = f"FROM sample WHERE starts_with(c{place}, '{{')"
    for shape in _SHAPES:
        sql = f"SELECT DISTINCT regexp_extract(c{place}, ?, 1) AS key {objects} ORDER BY key"
        keys = tuple(key for (key,) in sample.ask(sql, [shape]))
        if keys and any(kind.issuperset(keys) for kind in _KINDS):
            return Wrapping(keys, shape)
    return None
