"""`inputFormat` in a contract file, as an `InputFormat`."""

import codecs
import re

from warehouse.contract import expect
from warehouse.contract.file_columns import fields_of
from warehouse.contract.lines.pattern import read_pattern
from warehouse.contract.model import Contract, InputFormat
from warehouse.contract.odcs import Spot
from warehouse.errors import ContractError

KINDS = ("csv", "jsonl", "lines", "parquet")

_KEYS_OF = {
    "csv": {
        *("kind", "delimiter", "quote", "escape", "header", "nullTokens", "encoding", "decimalSeparator"),
        *("thousandsSeparator", "comment", "skipLines", "quotedNewlines", "unknownColumns", "trim"),
    },
    "jsonl": {"kind", "nullTokens", "decimalSeparator", "thousandsSeparator", "unknownColumns", "trim"},
    "lines": {
        *("kind", "pattern", "nullTokens", "encoding", "decimalSeparator", "thousandsSeparator", "comment"),
        "skipLines",
    },
    "parquet": {"kind", "unknownColumns", "trim"},
}
_MAX_TITLE_LINES = 1000
# One byte a character and ASCII as in ASCII, so that lines and fields can be cut before anything is decoded; and of
# one name in Python and Java.
_SINGLE_BYTE = re.compile(
    r"ascii|iso8859-(?:[1-9]|13|15)|cp(?:125[0-8]|437|737|775|8[56][0-35-9]|874)|koi8-[ru]|tis-620"
)


def read_format(value: object, spot: Spot) -> InputFormat:
    """Read the mapping.

    Raises:
        ContractError: A key is unknown for the kind, or a value wrong; names file, line and key.
    """
    if not isinstance(value, dict):
        raise spot.wrong(f"expected a mapping with `kind: csv`, got {value!r}")
    kind = expect.choice(value.get("kind"), spot.at("kind"), KINDS)
    found = expect.mapping(value, spot, _KEYS_OF[kind])
    default = InputFormat()
    form = InputFormat(
        kind=kind,
        delimiter=expect.character(found.get("delimiter", default.delimiter), spot.at("delimiter")),
        quote=expect.character(found.get("quote", default.quote), spot.at("quote")),
        escape=expect.character(found["escape"], spot.at("escape")) if "escape" in found else None,
        header=expect.truth(found.get("header", default.header), spot.at("header")),
        null_tokens=expect.texts(found.get("nullTokens", []), spot.at("nullTokens")),
        encoding=_encoding(found.get("encoding", default.encoding), spot.at("encoding")),
        decimal_separator=expect.choice(
            found.get("decimalSeparator", default.decimal_separator), spot.at("decimalSeparator"), (".", ",")
        ),
        thousands_separator=_thousands(found, spot.at("thousandsSeparator")),
        comment=expect.character(found["comment"], spot.at("comment")) if "comment" in found else None,
        skip_lines=expect.count(found.get("skipLines", 0), spot.at("skipLines"), _MAX_TITLE_LINES),
        quoted_newlines=expect.truth(found.get("quotedNewlines", False), spot.at("quotedNewlines")),
        ignore_unknown=_unknown_columns(found, spot.at("unknownColumns")),
        trim=expect.truth(found.get("trim", False), spot.at("trim")),
        pattern=_pattern(found, spot.at("pattern")) if kind == "lines" else None,
    )
    _check_roles(form, spot)
    return form


def check_groups(contract: Contract, spot: Spot) -> None:
    """Refuse a pattern of lines whose groups are not the fields of the contract.

    Args:
        contract: The contract.
        spot: Where its input format is.

    Raises:
        ContractError: A field has no group or two, or a group is of no field.
    """
    pattern = contract.input_format.pattern
    if pattern is None:
        return
    here, names = spot.at("pattern"), [name.lower() for name in read_pattern(pattern).names]
    expect.once(names, here)
    fields = {field.source_name: {name.lower() for name in field.source_names} for field in fields_of(contract)}
    if unknown := [name for name in names if not any(name in known for known in fields.values())]:
        raise here.wrong(f"group {unknown[0]} is not a column: write (?:...) for a part that is not a column")
    for field, known in fields.items():
        groups = len(known.intersection(names))
        if groups == 0:
            raise here.wrong(f"column {field} has no group: write (?<name>...) with its name in the file")
        if groups > 1:
            raise here.wrong(f"column {field} has {groups} groups: keep one")


def _pattern(found: dict[str, object], spot: Spot) -> str:
    if "pattern" not in found:
        raise spot.wrong("missing: write the regular expression of a line, e.g. '(?<day>\\S+) (?<text>.*)'")
    text = expect.text(found["pattern"], spot)
    try:
        read_pattern(text)
    except ContractError as problem:
        raise spot.wrong(str(problem)) from problem
    return text


def _encoding(value: object, spot: Spot) -> str:
    name = expect.text(value, spot)
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError) as problem:
        raise spot.wrong(f"{name!r} is not a known encoding") from problem
    if codec != "utf-8" and not _SINGLE_BYTE.fullmatch(codec):
        raise spot.wrong(
            f"{name} is neither utf-8 nor a single-byte encoding like windows-1252: convert the files to UTF-8"
        )
    return codec


def _thousands(found: dict[str, object], spot: Spot) -> str | None:
    if "thousandsSeparator" not in found:
        return None
    return expect.choice(found["thousandsSeparator"], spot, (".", ",", " ", "'", "_"))


def _unknown_columns(found: dict[str, object], spot: Spot) -> bool:
    return expect.choice(found.get("unknownColumns", "refuse"), spot, ("refuse", "ignore")) == "ignore"


def _check_roles(form: InputFormat, spot: Spot) -> None:
    """One character cannot play two roles."""
    csv = {"delimiter": form.delimiter, "quote": form.quote, "escape": form.escape}
    roles = {**(csv if form.kind == "csv" else {}), "comment": form.comment}
    taken: dict[str, str] = {}
    for role, character in roles.items():
        # The quote as its own escape is the doubled quote.
        if character is None or (role == "escape" and character == form.quote):
            continue
        if character in taken:
            raise spot.at(role).wrong(f"{taken[character]} and {role} are both {character!r}")
        taken[character] = role
    if form.thousands_separator == form.decimal_separator:
        raise spot.at("thousandsSeparator").wrong(
            f"decimal and thousands separator are both {form.decimal_separator!r}"
        )
    if form.quoted_newlines and (form.comment or form.skip_lines):
        raise spot.at("quotedNewlines").wrong(
            "cannot be combined with comment or skipLines: it would be unclear where a record begins"
        )
