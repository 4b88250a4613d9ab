"""`inputFormat` of a contract: what it becomes, and how each way to get it wrong is told with file, line and key."""

import pytest

from tests.unit.warehouse.contract.option_texts import a_form, check_told, contract_text, parsed, refusal
from warehouse.contract.model import InputFormat


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
