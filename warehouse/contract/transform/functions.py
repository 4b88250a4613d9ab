"""Functions that a `transformLogic` may call: each gives one answer for one row, and NULL for what it cannot do."""

from typing import Literal

from sqlglot import exp

from warehouse.contract.transform.terms import Kind, Rule, Translation, only
from warehouse.errors import UnreadableSqlError

_MAX_PADDED = 1000
_DATE_PARTS = ("year", "month", "day")
_CLOCK_PARTS = (*_DATE_PARTS, "hour", "min", "sec")


def _joined(function: str) -> Rule:
    def rule(found: Translation, node: exp.Expr) -> tuple[str, Kind | None]:
        only(node, "flatten")
        return f"{function}({', '.join(map(found.text, node.expressions))})", "text"

    return rule


def _piped(found: Translation, node: exp.Expr) -> tuple[str, Kind | None]:
    return f"CONCAT({found.text(node.this)}, {found.text(node.expression)})", "text"


def _call(function: str, kind: Kind, *arguments: tuple[str, Literal["text", "whole"]]) -> Rule:
    """A function of strings and whole numbers, by the names that sqlglot has for them."""
    names = [name for name, _ in arguments]

    def rule(found: Translation, node: exp.Expr) -> tuple[str, Kind | None]:
        only(node, *names)
        # No optional argument in the middle may be left out.
        given = [(node.args[name], what) for name, what in arguments if node.args.get(name) is not None]
        parts = [found.number(part, "INT") if what == "whole" else found.of(part, "text") for part, what in given]
        return f"{function}({', '.join(parts)})", kind

    return rule


def _initcap(found: Translation, node: exp.Expr) -> tuple[str, Kind | None]:
    # The parser adds Spark's own delimiter.
    return f"INITCAP({found.of(node.this, 'text')})", "text"


def _trim(found: Translation, node: exp.Expr) -> tuple[str, Kind | None]:
    only(node, "position")
    side = node.args.get("position") or "BOTH"
    letters = found.of(node.expression, "text") if node.args.get("expression") else "' '"
    return f"TRIM({side} {letters} FROM {found.of(node.this, 'text')})", "text"


def _pad(found: Translation, node: exp.Expr) -> tuple[str, Kind | None]:
    only(node, "is_left", "fill_pattern")
    function = "LPAD" if node.args["is_left"] else "RPAD"
    length = _written_length(node.expression, function, range(_MAX_PADDED + 1))
    letters = found.of(node.args.get("fill_pattern") or exp.Literal.string(" "), "text")
    return f"{function}({found.text(node.this)}, {length}, {letters})", "text"


def _split_part(found: Translation, node: exp.Expr) -> tuple[str, Kind | None]:
    only(node, "delimiter", "part_index")
    # Spark raises an error for part 0.
    place = _written_length(node.args.get("part_index"), "SPLIT_PART", range(1, _MAX_PADDED + 1))
    return f"SPLIT_PART({found.of(node.this, 'text')}, {found.of(node.args['delimiter'], 'text')}, {place})", "text"


def _written_length(node: exp.Expr | None, function: str, allowed: range) -> int:
    if isinstance(node, exp.Literal) and node.name.isdecimal() and int(node.name) in allowed:
        return int(node.name)
    raise UnreadableSqlError(f"{function} takes a number from {allowed.start} to {allowed.stop - 1} in its place")


def _clock_parts(node: exp.Expr) -> list[exp.Expr]:
    if isinstance(node, exp.Anonymous):
        return list(node.expressions)
    only(node, *_CLOCK_PARTS)
    return [node.args[name] for name in _CLOCK_PARTS if node.args.get(name) is not None]


def _make_timestamp(found: Translation, node: exp.Expr) -> tuple[str, Kind | None]:
    parts = _clock_parts(node)
    if len(parts) != len(_CLOCK_PARTS):
        raise UnreadableSqlError("MAKE_TIMESTAMP_NTZ takes year, month, day, hour, minute and second")
    numbers = [*(found.number(part, "INT") for part in parts[:-1]), found.number(parts[-1], "DECIMAL(16,6)")]
    return f"TRY_MAKE_TIMESTAMP_NTZ({', '.join(numbers)})", "timestamp"


def _make_date(found: Translation, node: exp.Expr) -> tuple[str, Kind | None]:
    parts = _clock_parts(node)
    if len(parts) != len(_DATE_PARTS):
        raise UnreadableSqlError("MAKE_DATE takes year, month and day")
    day = ", ".join(found.number(part, "INT") for part in parts)
    return f"TRY_CAST(TRY_MAKE_TIMESTAMP_NTZ({day}, 0, 0, 0) AS DATE)", "date"


FUNCTIONS: dict[type[exp.Expr], Rule] = {
    exp.Concat: _joined("CONCAT"),
    exp.ConcatWs: _joined("CONCAT_WS"),
    exp.DPipe: _piped,
    exp.Upper: _call("UPPER", "text", ("this", "text")),
    exp.Lower: _call("LOWER", "text", ("this", "text")),
    exp.Initcap: _initcap,
    exp.Reverse: _call("REVERSE", "text", ("this", "text")),
    exp.Length: _call("LENGTH", "number", ("this", "text")),
    exp.Trim: _trim,
    exp.Pad: _pad,
    exp.Left: _call("LEFT", "text", ("this", "text"), ("expression", "whole")),
    exp.Right: _call("RIGHT", "text", ("this", "text"), ("expression", "whole")),
    exp.Substring: _call("SUBSTRING", "text", ("this", "text"), ("start", "whole"), ("length", "whole")),
    exp.SubstringIndex: _call("SUBSTRING_INDEX", "text", ("this", "text"), ("delimiter", "text"), ("count", "whole")),
    exp.Replace: _call("REPLACE", "text", ("this", "text"), ("expression", "text"), ("replacement", "text")),
    exp.Translate: _call("TRANSLATE", "text", ("this", "text"), ("from_", "text"), ("to", "text")),
    exp.StrPosition: _call("INSTR", "number", ("this", "text"), ("substr", "text")),
    exp.SplitPart: _split_part,
    exp.StartsWith: _call("STARTSWITH", "truth", ("this", "text"), ("expression", "text")),
    exp.EndsWith: _call("ENDSWITH", "truth", ("this", "text"), ("expression", "text")),
    exp.Contains: _call("CONTAINS", "truth", ("this", "text"), ("expression", "text")),
    exp.TimestampFromParts: _make_timestamp,
    exp.DateFromParts: _make_date,
}
"""By the class that the parser has for a function."""

NAMED: dict[str, Rule] = {
    "MAKE_TIMESTAMP": _make_timestamp,
    "MAKE_TIMESTAMP_NTZ": _make_timestamp,
    "MAKE_DATE": _make_date,
}
"""Functions of which sqlglot knows the name alone."""
