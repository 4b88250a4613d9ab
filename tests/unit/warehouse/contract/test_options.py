"""Every option of a contract: what it becomes, and how each way to get it wrong is told with file, line and key."""

from pathlib import Path
from textwrap import indent

import pytest

from warehouse.contract.file import MAX_COLUMNS, parse_contract
from warehouse.contract.model import EPOCH_UNITS, Column, InputFormat
from warehouse.errors import ContractError

PATH = Path("/data/sales/dataset.yaml")

CONTRACT = """\
apiVersion: v3.2.0
kind: DataContract
id: test.sales
version: 1.0.0
status: active
schema:
  - name: sales
    description: Every sale.
    properties:
      - name: sold_at
        logicalType: timestamp
        physicalType: TIMESTAMP
        required: true
        primaryKey: true
        description: When.
      - name: revision
        logicalType: integer
        physicalType: INT
        required: true
        description: Number of the version.
{column}
    customProperties:
      - property: eventTime
        value: sold_at
      - property: rejectThreshold
        value: 0.5
      - property: inputFormat
        value:
{form}
{custom}
{schema}
"""

COLUMN = """\
name: extra
logicalType: {logical}
physicalType: {physical}
description: More.
{options}"""


def contract_text(form="kind: csv", column=(), custom="", schema=""):
    columns = [column] if isinstance(column, str) else column
    listed = "\n".join(f"- {indent(text, '  ').strip()}" for text in columns)
    places = {"form": (form, 10), "column": (listed, 6), "custom": (custom, 6), "schema": (schema, 2)}
    return CONTRACT.format(**{name: indent(text, " " * depth) for name, (text, depth) in places.items()})


def a_column(logical, physical, *options):
    return COLUMN.format(logical=logical, physical=physical, options="\n".join(options))


def parsed(**parts):
    return parse_contract("sales", PATH, contract_text(**parts))


def refusal(text):
    with pytest.raises(ContractError) as problem:
        parse_contract("sales", PATH, text)
    assert "\n" not in str(problem.value)
    return str(problem.value)


def check_told(parts, wrong, told):
    """The message names the file, the line that is wrong and what is there."""
    text = contract_text(**parts)
    *_, line = [number for number, found in enumerate(text.splitlines(), 1) if found.strip() == wrong]
    message = refusal(text)
    assert message.startswith(f"{PATH}:{line}: {told}"), message


def a_form(**options):
    return parsed(form="\n".join(["kind: csv", *(f"{key}: {value}" for key, value in options.items())])).input_format


@pytest.mark.parametrize(
    ("options", "form"),
    [
        ({}, InputFormat()),
        ({"delimiter": r'"\t"'}, InputFormat(delimiter="\t")),
        ({"quote": '"\'"'}, InputFormat(quote="'")),
        ({"escape": r"'\'"}, InputFormat(escape="\\")),
        ({"escape": "'\"'"}, InputFormat(escape='"')),
        ({"header": "false"}, InputFormat(header=False)),
        ({"nullTokens": "[NA, '-']"}, InputFormat(null_tokens=("NA", "-"))),
        ({"encoding": "UTF8"}, InputFormat(encoding="utf-8")),
        ({"encoding": "windows-1252"}, InputFormat(encoding="cp1252")),
        ({"encoding": "Latin-1"}, InputFormat(encoding="iso8859-1")),
        ({"decimalSeparator": "','"}, InputFormat(decimal_separator=",")),
        ({"thousandsSeparator": "','"}, InputFormat(thousands_separator=",")),
        (
            {"decimalSeparator": "','", "thousandsSeparator": "."},
            InputFormat(decimal_separator=",", thousands_separator="."),
        ),
        ({"comment": "'#'"}, InputFormat(comment="#")),
        ({"skipLines": "3"}, InputFormat(skip_lines=3)),
        ({"quotedNewlines": "true"}, InputFormat(quoted_newlines=True)),
        ({"unknownColumns": "ignore"}, InputFormat(ignore_unknown=True)),
        ({"unknownColumns": "refuse"}, InputFormat()),
    ],
)
def test_option_of_csv_is_read(options, form):
    assert a_form(**options) == form


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("kind: jsonl", InputFormat(kind="jsonl")),
        (
            "kind: jsonl\nnullTokens: [NA]\ndecimalSeparator: ','\nthousandsSeparator: ' '\nunknownColumns: ignore",
            InputFormat(
                "jsonl", null_tokens=("NA",), decimal_separator=",", thousands_separator=" ", ignore_unknown=True
            ),
        ),
        ("kind: parquet\nunknownColumns: ignore", InputFormat("parquet", ignore_unknown=True)),
    ],
)
def test_option_of_another_kind_is_read(text, form):
    assert parsed(form=text).input_format == form


def test_lines_before_the_rows_are_titles_and_header():
    assert InputFormat(skip_lines=2).header_lines == 3
    assert InputFormat(skip_lines=2, header=False).header_lines == 2
    assert InputFormat(kind="jsonl").header_lines == 0


ONE_CHARACTER = "expected one ASCII character that is not a line end, got"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("escape: ab", f"escape: {ONE_CHARACTER} 'ab'"),
        ("escape: ''", f"escape: {ONE_CHARACTER} ''"),
        (r'escape: "\n"', f"escape: {ONE_CHARACTER}"),
        ("escape: ','", "escape: delimiter and escape are both ','"),
        ("comment: '//'", f"comment: {ONE_CHARACTER} '//'"),
        ("comment: é", f"comment: {ONE_CHARACTER} 'é'"),
        ("comment: ','", "comment: delimiter and comment are both ','"),
        ("comment: '\"'", "comment: quote and comment are both '\"'"),
        ("encoding: klingon", "encoding: 'klingon' is not a known encoding"),
        ("encoding: 1252", "encoding: expected a non-empty string, got 1252"),
        ('encoding: "a\\0b"', "encoding: 'a\\x00b' is not a known encoding"),
        ("encoding: utf-16", "encoding: utf-16 is neither utf-8 nor a single-byte encoding like windows-1252: convert"),
        ("encoding: utf-8-sig", "encoding: utf-8-sig is neither utf-8 nor"),
        ("encoding: shift_jis", "encoding: shift_jis is neither utf-8 nor"),
        ("encoding: iso2022_jp", "encoding: iso2022_jp is neither utf-8 nor"),
        ("encoding: cp037", "encoding: cp037 is neither utf-8 nor"),
        ("encoding: unicode-escape", "encoding: unicode-escape is neither utf-8 nor"),
        ("encoding: rot13", "encoding: rot13 is neither utf-8 nor"),
        ("decimalSeparator: ';'", "decimalSeparator: ';', expected one of: ., ,"),
        ("decimalSeparator: 1", "decimalSeparator: 1, expected one of"),
        ("thousandsSeparator: '.'", "thousandsSeparator: decimal and thousands separator are both '.'"),
        ("thousandsSeparator: ';'", "thousandsSeparator: ';', expected one of: ., ,,  , ', _"),
        ("thousandsSeparator: null", "thousandsSeparator: None, expected one of"),
        ("skipLines: -1", "skipLines: expected a whole number from 0 to 1000, got -1"),
        ("skipLines: 1001", "skipLines: expected a whole number from 0 to 1000, got 1001"),
        ("skipLines: 1.5", "skipLines: expected a whole number"),
        ("skipLines: true", "skipLines: expected a whole number"),
        ("quotedNewlines: 1", "quotedNewlines: expected true or false, got 1"),
        ("unknownColumns: drop", "unknownColumns: 'drop', expected one of: refuse, ignore"),
        ("unknownColumns: true", "unknownColumns: True, expected one of: refuse, ignore"),
        ("nullTokens: [1]", "nullTokens: expected a list of strings, got [1]"),
        ("nullTokens: [NA, NA]", "nullTokens: NA appears twice"),
        ("skiplines: 1", "skiplines: unknown key, known: comment, decimalSeparator, delimiter, encoding, escape,"),
        ("1: 1", "1: unknown key"),
    ],
)
def test_wrong_option_of_csv_is_told_with_file_line_and_key(line, told):
    check_told({"form": f"kind: csv\n{line}"}, line, f"schema sales: customProperties: inputFormat: {told}")


@pytest.mark.parametrize("other", ["comment: '#'", "skipLines: 1"])
def test_records_of_several_lines_have_no_titles_or_comments(other):
    told = "schema sales: customProperties: inputFormat: quotedNewlines: cannot be combined with comment or skipLines"
    check_told({"form": f"kind: csv\n{other}\nquotedNewlines: true"}, "quotedNewlines: true", told)


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        *(("jsonl", line) for line in ("delimiter: ','", "header: true", "encoding: utf-8", "skipLines: 1")),
        *(("lines", line) for line in ("delimiter: ','", "quote: x", "header: false", "unknownColumns: ignore")),
        *(("parquet", line) for line in ("quote: '\"'", "nullTokens: []", "quotedNewlines: false", "escape: x")),
    ],
)  # fmt: skip
def test_option_of_another_kind_is_refused(kind, line):
    told = f"schema sales: customProperties: inputFormat: {line.partition(':')[0]}: unknown key, known: "
    check_told({"form": f"kind: {kind}\n{line}"}, line, told)


LINES = "^(?<sold_at>.{19}) (?<Revision>[0-9]+)$"


def test_lines_have_a_pattern_and_what_makes_sense_of_text():
    form = f"""kind: lines
pattern: '{LINES}'
comment: '"'
encoding: latin-1
skipLines: 2
nullTokens: ['-', '']
decimalSeparator: ','
thousandsSeparator: '.'"""
    found = parsed(form=form).input_format
    assert found == InputFormat(
        "lines", pattern=LINES, comment='"', encoding="iso8859-1", skip_lines=2, null_tokens=("-", ""),
        decimal_separator=",", thousands_separator=".",
    )  # fmt: skip
    assert found.header_lines == 2


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("pattern: 1", "expected a non-empty string, got 1"),
        ("pattern: (a", "at its end: a parenthesis is not closed"),
        ("pattern: (?<sold_at>.*)", "column revision has no group: write (?<name>...)"),
        ("pattern: (?<sold_at>a)(?<revision>b)(?<c>d)", "group c is not a column: write (?:...)"),
        ("pattern: (?<sold_at>a)(?<revision>b)(?<Sold_At>d)", "sold_at appears twice"),
        ("pattern: (?<sold_at>.*)(?<revision>(a+)+)", "(a+)+ may go back and forth in a long line"),
    ],
)
def test_wrong_pattern_of_lines_is_told_with_file_line_and_key(line, told):
    place = "schema sales: customProperties: inputFormat: pattern: "
    check_told({"form": f"kind: lines\n{line}"}, line, place + told)


def test_lines_without_a_pattern_and_a_pattern_without_lines_are_refused():
    assert "inputFormat: pattern: missing: write the regular expression" in refusal(contract_text(form="kind: lines"))
    assert "inputFormat: pattern: unknown key" in refusal(contract_text(form="kind: csv\npattern: a"))


def test_the_meaning_of_a_contract_without_a_pattern_has_none():
    assert "pattern" not in parsed().meaning["input_format"]
    assert parsed(form=f"kind: lines\npattern: '{LINES}'").meaning["input_format"]["pattern"] == LINES


@pytest.mark.parametrize("kind", ["orc", "CSV", "null", "[csv]", "1"])
def test_unknown_kind_is_told_with_the_known_ones(kind):
    told = "schema sales: customProperties: inputFormat: kind: "
    check_told({"form": f"kind: {kind}"}, f"kind: {kind}", told)
    assert "expected one of: csv, jsonl, lines, parquet" in refusal(contract_text(form=f"kind: {kind}"))


def extra(column, time_zone=True):
    return parsed(
        column=column, custom="- property: timeZone\n  value: Europe/Berlin" if time_zone else ""
    ).column("extra")  # fmt: skip


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["timezone: true", "format: yyyy-MM-dd HH:mmXXX"], {"zoned": True, "formats": ("yyyy-MM-dd HH:mmXXX",)}),
        (["defaultTimezone: America/New_York"], {"source_zone": "America/New_York"}),
        (["format: epoch-seconds"], {"formats": ("epoch-seconds",)}),
        (["format: epoch-milliseconds"], {"formats": ("epoch-milliseconds",)}),
        (["format: epoch-microseconds"], {"formats": ("epoch-microseconds",)}),
    ],
)  # fmt: skip
def test_column_of_instants_is_read_and_published_in_the_time_zone_of_the_contract(options, found):
    column = extra(a_column("timestamp", "TIMESTAMP", "logicalTypeOptions:", *(f"  {line}" for line in options)))
    assert column == Column("extra", "extra", "TIMESTAMP", "More.", **found)
    assert column.is_instant


@pytest.mark.parametrize(
    ("name", "unit"), [("epoch-seconds", 1_000_000), ("epoch-milliseconds", 1_000), ("epoch-microseconds", 1)]
)
def test_epoch_formats_have_their_unit_in_microseconds(name, unit):
    assert Column("a", "a", "TIMESTAMP", "A.", formats=(name,)).epoch == name
    assert EPOCH_UNITS[name] == unit


def test_other_formats_come_after_the_first_in_their_order():
    column = a_column(
        "date", "DATE", "logicalTypeOptions: {format: yyyy-MM-dd}",
        "customProperties:", "  - property: otherFormats", "    value: [dd.MM.yyyy, yyyyDDD]",
    )  # fmt: skip
    assert extra(column, time_zone=False).formats == ("yyyy-MM-dd", "dd.MM.yyyy", "yyyyDDD")


@pytest.mark.parametrize(
    ("logical", "physical", "value", "found"),
    [
        ("date", "DATE", "2009-01-31", "2009-01-31"),
        ("date", "DATE", "'2009-01-31'", "2009-01-31"),
        ("timestamp", "TIMESTAMP", "2009-01-31", "2009-01-31 00:00:00"),
        ("timestamp", "TIMESTAMP", "2009-01-31 12:30:00", "2009-01-31 12:30:00"),
        ("timestamp", "TIMESTAMP", "'2009-01-31T12:30'", "2009-01-31 12:30:00"),
        ("timestamp", "TIMESTAMP", "'2009-01-31 12:30:00.5'", "2009-01-31 12:30:00.500000"),
        ("integer", "INT", "-7", -7),
        ("number", "DOUBLE", "1.5", 1.5),
    ],
)
def test_limits_are_numbers_dates_or_wall_clocks(logical, physical, value, found):
    column = a_column(logical, physical, f"logicalTypeOptions: {{minimum: {value}, maximum: {value}}}")
    assert (extra(column, False).minimum, extra(column, False).maximum) == (found, found)


@pytest.mark.parametrize(
    ("logical", "physical", "line", "told"),
    [
        ("date", "DATE", "minimum: yesterday", "minimum: expected an ISO date or wall clock such as '2009-01-01', got"),
        ("date", "DATE", "minimum: 2009-01-01 00:00:00", "minimum: expected an ISO date"),
        ("date", "DATE", "minimum: 2009", "minimum: expected an ISO date"),
        ("date", "DATE", "maximum: null", "maximum: expected an ISO date"),
        ("timestamp", "TIMESTAMP", "maximum: 12", "maximum: expected an ISO date or wall clock such as '2009"),
        ("timestamp", "TIMESTAMP", "maximum: 2009-01-01 00:00:00Z", "maximum: expected an ISO date or wall clock"),
        ("timestamp", "TIMESTAMP", "maximum: '2009-01-01 00:00+01:00'", "maximum: expected an ISO date or wall clock"),
        ("date", "DATE", "timezone: true", "timezone: unknown key, known: format, maximum, minimum"),
        ("integer", "INT", "format: yyyy", "format: unknown key, known: maximum, minimum"),
        ("boolean", "BOOLEAN", "minimum: 0", "minimum: unknown key, known: "),
        ("string", "STRING", "pattern: 1", "pattern: expected a non-empty string, got 1"),
        ("timestamp", "TIMESTAMP", "timezone: 1", "timezone: expected true or false, got 1"),
        ("timestamp", "TIMESTAMP", "timezone: true", "timezone: with timezone: true every format needs an offset"),
        ("timestamp", "TIMESTAMP", "defaultTimezone: Mars", "defaultTimezone: 'Mars' is not a time zone of the"),
        ("timestamp", "TIMESTAMP", "defaultTimezone: localtime", "defaultTimezone: 'localtime' is not a time zone"),
        ("timestamp", "TIMESTAMP", "defaultTimezone: +01:00", "defaultTimezone: '+01:00' is not a time zone"),
        ("timestamp", "TIMESTAMP", "format: yyyy-MM-dd HH:mm:ssXXX", "format: the format has an offset or zone: say"),
        ("timestamp", "TIMESTAMP", "format: yyyy-MM-dd HH:mm z", "format: z reads EST and EDT alike: use an offset"),
        ("timestamp", "TIMESTAMP", "format: yyyy-MM-dd HH:mm[ zzzz]", "format: z reads EST and EDT alike: use an"),
        ("timestamp", "TIMESTAMP", "format: yyyy-MM-dd HH:mm 'z'X", "format: the format has an offset or zone: say"),
        ("date", "DATE", "format: epoch-seconds", "format: epoch-seconds is for timestamps only"),
        ("date", "DATE", "format: 1", "format: expected a non-empty string, got 1"),
        ("date", "DATE", "format: yyyy-MM", "format: 'yyyy-MM' has no d: it gives no day"),
        ("date", "DATE", "format: yyyy-dd", "format: 'yyyy-dd' has no M: it gives no day"),
        ("date", "DATE", "format: HH:mm", "format: 'HH:mm' has no M and no d and no y: it gives no day"),
        ("date", "DATE", "format: YYYY-MM-dd", "format: 'YYYY-MM-dd': Y mean nothing when a string is read"),
        ("date", "DATE", "format: yyyy-MM-ddTHH", "format: 'yyyy-MM-ddTHH': T mean nothing"),
        ("date", "DATE", "format: yyyy-MM-dd'", "format: \"yyyy-MM-dd'\": ' mean nothing"),
        ("date", "DATE", "format: 'yyyy-MM-dd#'", "format: 'yyyy-MM-dd#': # mean nothing"),
        ("timestamp", "TIMESTAMP", "format: yyyy-MM-dd hh:mm", "format: 'yyyy-MM-dd hh:mm': h and K count to twelve"),
        ("timestamp", "TIMESTAMP", "format: yyyy-MM-dd HH:mm a", "format: 'yyyy-MM-dd HH:mm a': h and K count"),
        ("date", "DATE", "format: yyyy-MM-ddd", "format: 'yyyy-MM-ddd': ddd is not part of a pattern"),
        ("date", "DATE", "format: yyyy-MMMMM-dd", "format: 'yyyy-MMMMM-dd': MMMMM is not part"),
        ("date", "DATE", "format: yyyy-MM-dd]", "format: 'yyyy-MM-dd]': a bracket is not closed or not opened"),
    ],
)  # fmt: skip
def test_wrong_option_of_a_column_is_told_with_file_line_and_key(logical, physical, line, told):
    column = a_column(logical, physical, "logicalTypeOptions:", f"  {line}")
    check_told({"column": column}, line, f"schema sales: column extra: logicalTypeOptions: {told}")


CUT = "format: yyyy-MM-dd HH:mm:ss.SSSSSSS"


@pytest.mark.parametrize(
    ("kind", "format", "place"),
    [
        (("timestamp", "TIMESTAMP"), "format: yyyy-MM-dd HH:mm:ss.SSSSSS", "primaryKey: true"),
        (("timestamp", "TIMESTAMP"), "format: yyyy-MM-dd HH:mm:ss 'SSSSSSS'", "primaryKey: true"),
        (("timestamp", "TIMESTAMP"), CUT, "required: true"),
        (("date", "DATE"), CUT, "primaryKey: true"),
    ],
)
def test_moment_that_is_kept_whole_may_be_a_key(kind, format, place):
    column = a_column(*kind, "logicalTypeOptions:", f"  {format}", place)
    assert extra(column, time_zone=False).formats == (format.removeprefix("format: "),)


@pytest.mark.parametrize(
    ("place", "custom"),
    [("primaryKey: true", ""), ("required: true", "- {property: versionColumn, value: extra}")],
)
def test_moment_that_is_cut_to_microseconds_is_refused_as_key_and_version(place, custom):
    column = a_column("timestamp", "TIMESTAMP", "logicalTypeOptions:", f"  {CUT}", place)
    told = "schema sales: column extra: logicalTypeOptions: format: more than six S: TIMESTAMP keeps microseconds"
    check_told({"column": column, "custom": custom}, CUT, told)


@pytest.mark.parametrize(
    ("logical", "physical", "low", "high"),
    [
        ("date", "DATE", "2009-01-02", "2009-01-01"),
        ("timestamp", "TIMESTAMP", "2009-01-01 00:00:01", "2009-01-01"),
        ("number", "DECIMAL(9,2)", "0.2", "0.1"),
    ],
)
def test_minimum_above_maximum_is_told(logical, physical, low, high):
    column = a_column(logical, physical, "logicalTypeOptions:", f"  minimum: {low}", f"  maximum: {high}")
    told = "schema sales: column extra: logicalTypeOptions: minimum: "
    check_told({"column": column}, f"minimum: {low}", told)
    assert "is above maximum" in refusal(contract_text(column=column))


@pytest.mark.parametrize(
    ("physical", "limit", "told"),
    [
        (
            "DECIMAL(9,2)",
            "1.0e+40",
            "1e+40 cannot be compared with DECIMAL(9,2): that takes a DECIMAL of 43 digits, 38 is",
        ),
        ("DECIMAL(9,2)", "-1.0e+36", "-1e+36 cannot be compared with DECIMAL(9,2): that takes a DECIMAL of 39 digits"),
        ("DECIMAL(9,2)", "1.0e-32", "1e-32 cannot be compared with DECIMAL(9,2): that takes a DECIMAL of 39 digits"),
        ("DECIMAL(38,0)", "0.5", "0.5 cannot be compared with DECIMAL(38,0): that takes a DECIMAL of 39 digits"),
        ("DECIMAL(38,38)", "1", "1 cannot be compared with DECIMAL(38,38): that takes a DECIMAL of 39 digits"),
        ("DECIMAL(9,2)", f"1{'0' * 320}", "too large for DECIMAL(9,2)"),
        ("DOUBLE", f"1{'0' * 320}", "too large for DOUBLE"),
        ("DOUBLE", f"-0x{'f' * 5000}", "too large for DOUBLE"),
    ],
)
def test_limit_that_no_type_can_be_compared_with_is_told(physical, limit, told):
    line = f"maximum: {limit}"
    column = a_column("number", physical, "logicalTypeOptions:", f"  {line}")
    check_told({"column": column}, line, f"schema sales: column extra: logicalTypeOptions: maximum: {told}")


def test_limit_of_an_integer_that_takes_too_many_digits_is_told():
    column = a_column("integer", "BIGINT", "logicalTypeOptions:", "  minimum: 1.0e+38")
    told = "schema sales: column extra: logicalTypeOptions: minimum: 1e+38 cannot be compared with BIGINT"
    check_told({"column": column}, "minimum: 1.0e+38", told)


@pytest.mark.parametrize(
    ("logical", "physical", "limit", "found"),
    [
        ("number", "DECIMAL(9,2)", "1.0e+35", 1e35),
        ("number", "DECIMAL(9,2)", "0.005", 0.005),
        ("number", "DECIMAL(38,0)", "1.0", 1.0),
        ("number", "DECIMAL(38,38)", "1.0e-38", 1e-38),
        ("number", "DECIMAL(38,0)", "-" + "9" * 38, -(10**38 - 1)),
        ("integer", "TINYINT", "0.5", 0.5),
        ("integer", "BIGINT", "9223372036854775808", 2**63),
        ("number", "DOUBLE", "1.0e+300", 1e300),
        ("number", "DOUBLE", "1" + "0" * 20, 1e20),
    ],
)
def test_limit_that_can_be_compared_is_read(logical, physical, limit, found):
    minimum = extra(a_column(logical, physical, f"logicalTypeOptions: {{minimum: {limit}}}"), False).minimum
    assert (minimum, type(minimum)) == (found, type(found))


@pytest.mark.parametrize("zone", ["timezone: true", "defaultTimezone: UTC"])
def test_a_count_since_1970_takes_no_zone(zone):
    column = a_column("timestamp", "TIMESTAMP", "logicalTypeOptions:", "  format: epoch-seconds", f"  {zone}")
    key = zone.partition(":")[0]
    check_told({"column": column}, zone, f"schema sales: column extra: logicalTypeOptions: {key}: ")


@pytest.mark.parametrize(
    ("lines", "wrong", "told"),
    [
        (["value: [dd.MM.yyyy]"], "value: [dd.MM.yyyy]", "otherFormats: otherFormats needs a format"),
        (["value: dd.MM.yyyy"], "value: dd.MM.yyyy", "otherFormats: expected a list of strings"),
    ],
)
def test_wrong_other_formats_are_told(lines, wrong, told):
    options = [] if "which" in told else ["logicalTypeOptions: {format: yyyy-MM-dd}"]
    others = ["customProperties:", "  - property: otherFormats", *(f"    {line}" for line in lines)]
    column = a_column("date", "DATE", *options, *others)
    check_told({"column": column}, wrong, f"schema sales: column extra: customProperties: {told}")


def test_a_count_since_1970_is_the_one_format_or_none():
    options = ["logicalTypeOptions:", "  format: epoch-seconds"]
    others = ["customProperties:", "  - property: otherFormats", "    value: [yyyy-MM-dd]"]
    column = a_column("timestamp", "TIMESTAMP", *options, *others)
    told = "schema sales: column extra: logicalTypeOptions: format: epoch-seconds is for timestamps only"
    check_told({"column": column}, "format: epoch-seconds", told)


@pytest.mark.parametrize(
    ("logical", "physical", "values", "found"),
    [
        ("string", "STRING", "[{value: Y}, {value: 'no'}]", ("Y", "no")),
        ("integer", "TINYINT", "[{value: 127}, {value: -128}]", ("127", "-128")),
        ("integer", "INT", "[{value: 1.0}, {value: '1e3'}]", ("1", "1000")),
        ("number", "DECIMAL(4,2)", "[{value: 99.99}, {value: 1}, {value: '1.50'}]", ("99.99", "1", "1.50")),
        ("number", "DECIMAL(38,0)", f"[{{value: {'9' * 38}}}]", ("9" * 38,)),
        ("number", "DOUBLE", "[{value: 1e-3}]", ("1e-3",)),
        ("boolean", "BOOLEAN", "[{value: true}]", ("true",)),
        ("date", "DATE", "[{value: 2001-01-31}]", ("2001-01-31",)),
        ("timestamp", "TIMESTAMP", "[{value: '2001-01-31T12:00'}]", ("2001-01-31 12:00:00",)),
    ],
)
def test_accepted_values_are_texts_of_the_columns_type(logical, physical, values, found):
    assert extra(a_column(logical, physical, f"enum: {values}"), False).values == found


@pytest.mark.parametrize(
    ("logical", "physical", "values", "told"),
    [
        ("string", "STRING", "[{value: A}, {value: A}]", "A appears twice"),
        ("string", "STRING", "[{value: null}]", "expected one value, got None"),
        ("string", "STRING", "[{value: NO}]", "False is not a string in YAML: write strings in quotes"),
        ("string", "STRING", "[{value: 012}]", "10 is not a string in YAML"),
        ("string", "STRING", "[{value: 12:30}]", "750 is not a string in YAML"),
        ("string", "STRING", "[{value: [A]}]", "expected one value, got ['A']"),
        ("integer", "TINYINT", "[{value: 128}]", "'128' is not of type TINYINT"),
        ("integer", "INT", "[{value: 1.5}]", "'1.5' is not of type INT"),
        ("integer", "INT", "[{value: '1_000'}]", "'1_000' is not of type INT"),
        ("integer", "INT", "[{value: true}]", "'true' is not of type INT"),
        ("number", "DECIMAL(4,2)", "[{value: 0.001}]", "'0.001' is not of type DECIMAL(4,2)"),
        ("number", "DECIMAL(4,2)", "[{value: 100}]", "'100' is not of type DECIMAL(4,2)"),
        ("number", "DOUBLE", "[{value: .nan}]", "'nan' is not of type DOUBLE"),
        ("number", "DOUBLE", "[{value: 1e999}]", "'1e999' is not of type DOUBLE"),
        ("boolean", "BOOLEAN", "[{value: 1}]", "'1' is not of type BOOLEAN"),
        ("date", "DATE", "[{value: 2001-01-31 12:00:00}]", "expected an ISO date"),
        ("timestamp", "TIMESTAMP", "[{value: noon}]", "expected an ISO date or wall clock"),
    ],
)
def test_value_of_another_type_is_told(logical, physical, values, told):
    line = f"enum: {values}"
    check_told({"column": a_column(logical, physical, line)}, line, f"schema sales: column extra: enum: {told}")


INSTANT = a_column("timestamp", "TIMESTAMP", "logicalTypeOptions: {format: epoch-seconds}")


def test_time_zone_and_version_column_are_read():
    custom = "- {property: timeZone, value: Asia/Tokyo}\n- {property: versionColumn, value: revision}"
    contract = parsed(column=INSTANT, custom=custom)
    assert (contract.time_zone, contract.version) == ("Asia/Tokyo", "revision")


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        (INSTANT, "Tokyo", "timeZone: 'Tokyo' is not a time zone of the IANA database"),
        (INSTANT, "9", "timeZone: expected a non-empty string, got 9"),
        (
            (),
            "Asia/Tokyo",
            "timeZone: no column has timezone, defaultTimezone or an epoch format, so this has no effect: remove it",
        ),
    ],
)
def test_wrong_time_zone_is_told(column, value, told):
    custom = f"- property: timeZone\n  value: {value}"
    check_told({"column": column, "custom": custom}, f"value: {value}", f"schema sales: customProperties: {told}")


def test_missing_time_zone_is_told_with_the_columns_that_need_it():
    told = (
        "schema sales: customProperties: timeZone is missing: it says in which zone the instants of extra are published"
    )
    check_told({"column": INSTANT}, "customProperties:", told)


OPTIONAL = a_column("integer", "INT")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("nobody", "'nobody' must be a required column outside the primary key"),
        ("sold_at", "'sold_at' must be a required column outside the primary key"),
        ("extra", "'extra' must be a required column outside the primary key"),
        ("1", "expected a non-empty string, got 1"),
    ],
)
def test_wrong_version_column_is_told(value, told):
    custom = f"- property: versionColumn\n  value: {value}"
    told = f"schema sales: customProperties: versionColumn: {told}"
    check_told({"column": OPTIONAL, "custom": custom}, f"value: {value}", told)


def test_version_column_without_a_primary_key_is_told():
    text = contract_text(custom="- property: versionColumn\n  value: revision").replace("primaryKey: true", "tags: []")
    assert "customProperties: versionColumn: without a primary key, no row is a version of another" in refusal(text)


EPOCH, ZONED = "format: epoch-seconds", "timezone: true, format: yyyy-MM-dd HH:mmXXX"
KEY, VERSION = "primaryKey: true", "required: true"


def of_instants(options, place, zone):
    custom = f"- property: timeZone\n  value: {zone}"
    custom += "\n- {property: versionColumn, value: extra}" if place == VERSION else ""
    return {"column": a_column("timestamp", "TIMESTAMP", f"logicalTypeOptions: {{{options}}}", place), "custom": custom}


@pytest.mark.parametrize("place", [KEY, VERSION])
@pytest.mark.parametrize(
    ("options", "zone"),
    [
        (EPOCH, "Europe/Berlin"),
        (ZONED, "Europe/Berlin"),
        ("defaultTimezone: America/New_York", "Europe/Berlin"),
        ("defaultTimezone: UTC", "Asia/Shanghai"),
    ],
)
def test_instants_that_would_be_one_key_or_version_where_clocks_go_back_are_told(options, place, zone):
    told = f"where the clocks of {zone} go back, two instants of extra would be one key or version: use a zone of one"
    parts = of_instants(options, place, zone)
    check_told(parts, f"value: {zone}", f"schema sales: customProperties: timeZone: {told}")


@pytest.mark.parametrize("place", [KEY, VERSION])
@pytest.mark.parametrize(
    ("options", "zone"),
    [
        *((options, zone) for options in (EPOCH, ZONED) for zone in ("UTC", "Etc/GMT-1", "Asia/Kolkata")),
        ("defaultTimezone: America/New_York", "UTC"),
        ("defaultTimezone: Europe/Berlin", "Europe/Berlin"),
    ],
)
def test_instants_that_stay_apart_are_read_as_key_or_version(options, place, zone):
    contract = parsed(**of_instants(options, place, zone))
    assert ("extra" in contract.key, contract.version) == ((True, None) if place == KEY else (False, "extra"))


def test_instants_outside_of_key_and_version_may_be_published_where_clocks_go_back():
    assert parsed(**of_instants(EPOCH, "required: false", "Europe/Berlin")).time_zone == "Europe/Berlin"


@pytest.mark.parametrize("value", ["eventTime", "limit"])
def test_custom_property_twice_or_unknown_is_told(value):
    line = f"- property: {value}"
    message = refusal(contract_text(custom=f"{line}\n  value: sold_at"))
    assert (
        "eventTime appears twice" if value == "eventTime" else "unknown property 'limit', known: driftLimits, eventTime"
    ) in message
    assert message.startswith(f"{PATH}:")


def columns(count):
    kind = "logicalType: string, physicalType: STRING, description: Text."
    return [f"{{name: c{number}, {kind}}}" for number in range(count)]


def test_a_thousand_columns_are_read():
    assert len(parsed(column=columns(MAX_COLUMNS - 2)).columns) == MAX_COLUMNS


def test_one_column_more_is_told():
    told = "schema sales: properties: 1,001 columns, but at most 1,000 are allowed"
    check_told({"column": columns(MAX_COLUMNS - 1)}, "properties:", told)


@pytest.mark.parametrize(
    ("parts", "line", "key"),
    [
        ({"form": "kind: csv\nskipLines: 1\nskipLines: 2"}, "skipLines: 2", "skipLines"),
        ({"column": a_column("string", "STRING", "name: twin")}, "name: twin", "name"),
        ({"schema": "id: again"}, "id: again", "id"),
    ],
)
def test_repeated_key_is_told_instead_of_taking_the_last(parts, line, key):
    text = contract_text(**parts).replace("  id: again", "id: again")
    (number,) = [number for number, found in enumerate(text.splitlines(), 1) if found.strip() == line]
    assert refusal(text) == f"{PATH}:{number}: {key} appears twice in one mapping"


OTHER = """\
- name: sums
  description: Sums.
  properties: [{name: a, logicalType: integer, physicalType: INT, description: A.}]"""


def test_schema_object_that_no_mart_lists_is_told():
    check_told(
        {"schema": OTHER}, "- name: sums", "schema sums: is not a mart: the custom property marts does not list it"
    )


def test_first_of_several_unlisted_schema_objects_is_told():
    schema = OTHER + "\n" + OTHER.replace("sums", "counts")
    check_told({"schema": schema}, "- name: sums", "schema sums: is not a mart")


def test_schema_object_twice_is_told():
    text = contract_text(custom="- {property: marts, value: [sums]}", schema=f"{OTHER}\n{OTHER}")
    assert ": schema sums: appears twice" in refusal(text)


def test_aliases_may_share_what_several_columns_have():
    shared = "logicalType: string, physicalType: STRING, description: "
    contract = parsed(column=[f"{{name: a, {shared}&text Text.}}", f"{{name: b, {shared}*text}}"])
    assert [column.description for column in contract.columns[2:]] == ["Text.", "Text."]


def test_a_flood_of_aliases_is_refused_before_it_is_written_out():
    # 9 to the power of 11 texts: whoever wrote them out would not come back.
    laughs = "\n".join(["a0: &a0 [ha]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))])
    assert "aliases written out" in refusal(contract_text(form=f"kind: csv\nnullTokens:\n{indent(laughs, '  ')}"))


def test_long_text_repeated_by_aliases_is_refused_at_once():
    text = f"id: &a {'x' * 100_000}\nname: [{', '.join(['*a'] * 1000)}]"
    assert "aliases written out" in refusal(text)


@pytest.mark.parametrize(
    "value", ["9" * 5000, "2001-02-30", "!!int ''", "!!bool maybe", "!!timestamp x", "[" * 2000, r'"\uD800"', "&a [*a]"]
)
def test_value_that_yaml_or_python_cannot_read_is_refused_in_one_line(value):
    assert refusal(contract_text(form=f"kind: {value}")).startswith(f"{PATH}: ")


def test_message_is_one_short_line_that_a_terminal_can_show():
    message = refusal(contract_text(form='kind: csv\n"a\\nb\\x1b[31m": 1'))
    assert r"inputFormat: a\nb\x1b[31m: unknown key" in message
    assert len(refusal(contract_text(form=f"kind: {'x' * 50_000}"))) < 1100
