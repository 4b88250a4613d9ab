import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.batch import Batch, BatchFile, read_batch, write_batch
from warehouse.contract.change import Change, changes, check_counts, row_definition
from warehouse.contract.model import Column, Contract, InputFormat, RowRule
from warehouse.errors import ContractError

SALE = Column("sale", "sale", "INT", "Number.", required=True, key=True)
SOLD = Column("sold_on", "sold_on", "DATE", "When.", required=True, minimum="2001-01-01", formats=("yyyy-MM-dd",))
PRICE = Column("price", "price", "DECIMAL(9,2)", "Price.", minimum=0, maximum=99.5)
BUYER = Column("buyer", "buyer", "STRING", "Who.", pattern="[A-Z]+", values=("ANN", "BOB"))
TILL = Column("till", "till", "INT", "Till.")
OLD = Contract(
    dataset="sales",
    description="Sales.",
    columns=(SALE, SOLD, PRICE, BUYER),
    event_time="sold_on",
    input_format=InputFormat(),
    row_rules=(RowRule("cheap", "price < 50", "No dear ones."),),
    reject_threshold=0.1,
    marts=(),
    path=Path("dataset.yaml"),
)


def with_column(column, **options):
    return replace(OLD, columns=tuple(replace(c, **options) if c is column else c for c in OLD.columns))


def with_format(**options):
    return replace(OLD, input_format=InputFormat(**options))


def the_change(new, old=OLD):
    (found,) = changes(old.meaning, new.meaning)
    return found


def test_the_same_contract_in_other_words_is_no_change():
    reworded = replace(OLD, description="x", reject_threshold=0.9, superseded_threshold=0.0, path=Path("x"))
    columns = tuple(replace(column, description="x", pii=True) for column in OLD.columns)
    assert changes(OLD.meaning, replace(reworded, columns=columns).meaning) == []


@pytest.mark.parametrize(
    ("new", "text"),
    [
        (replace(OLD, columns=(*OLD.columns, TILL)), "column till is new and nullable"),
        (replace(OLD, columns=OLD.columns[::-1]), "the columns are in another order"),
        (with_column(SALE, type="BIGINT"), "column sale: type: INT -> BIGINT"),
        (with_column(SALE, type="DECIMAL(10,0)"), "column sale: type: INT -> DECIMAL(10,0)"),
        (with_column(PRICE, type="DECIMAL(11,4)"), "column price: type: DECIMAL(9,2) -> DECIMAL(11,4)"),
        (with_column(SOLD, required=False), "column sold_on: required: True -> False"),
        (with_column(PRICE, minimum=-0.5), "column price: minimum: 0 -> -0.5"),
        (with_column(PRICE, maximum=None), "column price: maximum: 99.5 -> none"),
        (with_column(SOLD, minimum="2000-12-31"), "column sold_on: minimum: 2001-01-01 -> 2000-12-31"),
        (with_column(BUYER, pattern=None), "column buyer: pattern: [A-Z]+ -> none"),
        (with_column(BUYER, values=("BOB", "ANN", "E")), "column buyer: values: ['ANN', 'BOB'] -> ['BOB', 'ANN', 'E']"),
        (with_column(BUYER, values=()), "column buyer: values: ['ANN', 'BOB'] -> none"),
        (
            with_column(SOLD, formats=("yyyy-MM-dd", "dd.MM.yyyy")),
            "column sold_on: formats: ['yyyy-MM-dd'] -> ['yyyy-MM-dd', 'dd.MM.yyyy']",
        ),
        (replace(OLD, row_rules=()), "rule cheap was removed"),
        (with_format(ignore_unknown=True), "inputFormat ignore_unknown: False -> True"),
    ],
)  # fmt: skip
def test_change_after_which_every_good_row_is_good_with_the_same_values_is_compatible(new, text):
    assert the_change(new) == Change(text, "compatible")


@pytest.mark.parametrize(
    ("new", "text"),
    [
        (replace(OLD, columns=OLD.columns[:3]), "column buyer was removed"),
        (
            replace(OLD, columns=(*OLD.columns, Column("till", "till", "INT", "Till.", required=True))),
            "column till is new and required",
        ),
        (with_column(SALE, type="SMALLINT"), "column sale: type: INT -> SMALLINT"),
        (with_column(SALE, type="DECIMAL(9,0)"), "column sale: type: INT -> DECIMAL(9,0)"),
        (with_column(SALE, type="STRING"), "column sale: type: INT -> STRING"),
        (with_column(PRICE, type="DECIMAL(10,4)"), "column price: type: DECIMAL(9,2) -> DECIMAL(10,4)"),
        (with_column(PRICE, type="DOUBLE"), "column price: type: DECIMAL(9,2) -> DOUBLE"),
        (with_column(SALE, key=False), "column sale: key: True -> False"),
        (with_column(SALE, source_name="SaleId"), "column sale: source_name: sale -> SaleId"),
        (with_column(PRICE, required=True), "column price: required: False -> True"),
        (with_column(PRICE, minimum=1), "column price: minimum: 0 -> 1"),
        (with_column(PRICE, maximum=99.4), "column price: maximum: 99.5 -> 99.4"),
        (with_column(SALE, maximum=5), "column sale: maximum: none -> 5"),
        (with_column(BUYER, pattern=".*"), "column buyer: pattern: [A-Z]+ -> .*"),
        (with_column(BUYER, values=("ANN",)), "column buyer: values: ['ANN', 'BOB'] -> ['ANN']"),
        (with_column(SOLD, formats=("dd.MM.yyyy", "yyyy-MM-dd")), "column sold_on: formats: ['yyyy-MM-dd'] -> ['dd."),
        (with_column(SOLD, formats=()), "column sold_on: formats: ['yyyy-MM-dd'] -> none"),
        (with_column(SOLD, zoned=True), "column sold_on: zoned: False -> True"),
        (with_column(SOLD, source_zone="UTC"), "column sold_on: source_zone: none -> UTC"),
        (replace(OLD, row_rules=(RowRule("cheap", "price < 40", ""),)), "rule cheap: price < 50 -> price < 40"),
        (replace(OLD, row_rules=(*OLD.row_rules, RowRule("dear", "price > 1", ""))), "rule dear is new"),
        (replace(OLD, event_time="sale"), "event_time: sold_on -> sale"),
        (replace(OLD, time_zone="UTC"), "time_zone: none -> UTC"),
        (replace(OLD, version="price"), "version: none -> price"),
        (with_format(delimiter=";"), "inputFormat delimiter: , -> ;"),
        (with_format(quote="'"), "inputFormat quote: \" -> '"),
        (with_format(escape="\\"), "inputFormat escape: none -> \\"),
        (with_format(null_tokens=("NA",)), "inputFormat null_tokens: none -> ['NA']"),
        (with_format(encoding="cp1252"), "inputFormat encoding: utf-8 -> cp1252"),
        (with_format(decimal_separator=","), "inputFormat decimal_separator: . -> ,"),
        (with_format(thousands_separator=","), "inputFormat thousands_separator: none -> ,"),
    ],
)
def test_change_after_which_rows_may_be_lost_or_change_is_incompatible(new, text):
    found = the_change(new)
    assert found.kind == "incompatible"
    assert found.text.startswith(text)


@pytest.mark.parametrize(
    "options", [{"kind": "jsonl"}, {"header": False}, {"comment": "#"}, {"skip_lines": 1}, {"quoted_newlines": True}]
)
def test_change_after_which_other_lines_would_be_rows_is_impossible(options):
    assert the_change(with_format(**options)).kind == "impossible"
    # And so is the way back.
    assert the_change(OLD, with_format(**options)).kind == "impossible"


@pytest.mark.parametrize("options", [{"delimiter": ";"}, {"quote": "'"}, {"escape": "\\"}])
def test_change_of_quoting_is_impossible_where_quotes_tell_where_a_record_ends(options):
    old = with_format(quoted_newlines=True)
    assert the_change(with_format(quoted_newlines=True, **options), old).kind == "impossible"


@pytest.mark.parametrize("columns", [OLD.columns[::-1], (*OLD.columns, TILL), OLD.columns[:3]])
def test_without_a_header_columns_are_told_apart_by_position_so_no_other_row_of_them_is_compatible(columns):
    old = with_format(header=False)
    assert the_change(replace(old, columns=columns), old).kind == "incompatible"


@pytest.mark.parametrize(
    ("old", "new"), [("TINYINT", "BIGINT"), ("BIGINT", "DECIMAL(19,0)"), ("SMALLINT", "DECIMAL(7,2)")]
)
def test_type_that_holds_every_old_value_is_wider(old, new):
    assert the_change(with_column(SALE, type=new), with_column(SALE, type=old)).kind == "compatible"


@pytest.mark.parametrize(
    ("old", "new"),
    [("DECIMAL(5,0)", "SMALLINT"), ("DECIMAL(3,0)", "TINYINT"), ("BIGINT", "DOUBLE"), ("INT", "DATE")],
)
def test_type_that_some_old_value_does_not_fit_is_not_wider(old, new):
    assert the_change(with_column(SALE, type=new), with_column(SALE, type=old)).kind == "incompatible"


def test_limit_of_a_column_that_was_a_date_and_is_a_number_is_no_looser_limit():
    found = changes(OLD.meaning, with_column(SOLD, type="INT", minimum=0).meaning)
    assert {change.text.split(":")[1]: change.kind for change in found} == {
        " type": "incompatible",
        " minimum": "incompatible",
    }


@pytest.mark.parametrize(
    "later", ["encoding", "escape", "decimal_separator", "skip_lines", "quoted_newlines", "ignore_unknown", "comment"]
)
def test_option_that_an_older_release_does_not_know_had_its_default(later):
    old, new = OLD.meaning, OLD.meaning
    del old["input_format"][later]
    assert changes(old, new) == []


@pytest.mark.parametrize("later", ["values", "formats", "zoned", "source_zone"])
def test_option_of_a_column_that_an_older_release_does_not_know_had_its_default(later):
    old, new = (replace(OLD, columns=(SALE, PRICE)).meaning for _ in range(2))
    for column in old["columns"]:
        del column[later]
    assert changes(old, new) == []


@pytest.mark.parametrize(("later", "value"), [("pivot_year", 1969), ("locale", "de"), ("null_tokens", ("NA",))])
def test_option_that_came_later_keeps_fingerprints_and_is_a_change_both_ways(later, value):
    new = with_column(SOLD, **{later: value})
    assert all(later not in column for column in OLD.meaning["columns"])
    assert new.fingerprint != OLD.fingerprint
    assert [the_change(new).kind, the_change(OLD, new).kind] == ["incompatible", "incompatible"]


def test_a_clock_that_may_show_24_only_adds_rows():
    new = with_column(SOLD, hour_24=True)
    assert all("hour_24" not in column for column in OLD.meaning["columns"])
    assert [the_change(new).kind, the_change(OLD, new).kind] == ["compatible", "incompatible"]


def test_all_changes_are_told_in_the_order_of_the_columns():
    names = ["d", "c", "b", "a"]
    old = replace(OLD, columns=tuple(Column(name, name, "INT", "A.") for name in names))
    new = replace(OLD, columns=(SALE,))
    assert [change.text for change in changes(old.meaning, new.meaning)][:4] == [
        f"column {n} was removed" for n in names
    ]


INTEGERS = {"TINYINT": 8, "SMALLINT": 16, "INT": 32, "BIGINT": 64}
DECIMALS = [f"DECIMAL({precision},{scale})" for precision in range(1, 39) for scale in range(precision + 1)]
TYPES = st.sampled_from([*INTEGERS, "DOUBLE", "STRING", "DATE"]) | st.sampled_from(DECIMALS)


def extremes(kind):
    """Units of the last place, and the largest and smallest value in them; nothing for other types."""
    if kind in INTEGERS:
        return 0, 2 ** (INTEGERS[kind] - 1) - 1, -(2 ** (INTEGERS[kind] - 1))
    if not kind.startswith("DECIMAL"):
        return None
    precision, scale = json.loads(kind.removeprefix("DECIMAL").replace("(", "[").replace(")", "]"))
    return scale, 10**precision - 1, 1 - 10**precision


@given(TYPES, TYPES)
def test_no_type_is_wider_that_does_not_hold_the_smallest_and_the_largest_old_value(old, new):
    if old == new or the_change(with_column(PRICE, type=new), with_column(PRICE, type=old)).kind != "compatible":
        return
    (scale, high, low), (new_scale, new_high, new_low) = extremes(old), extremes(new)
    assert new_scale >= scale
    assert high * 10 ** (new_scale - scale) <= new_high
    assert low * 10 ** (new_scale - scale) >= new_low


def test_columns_that_files_may_have_without_the_contract_are_not_taken_lightly():
    ignoring = with_format(ignore_unknown=True)
    assert the_change(ignoring).kind == "compatible"
    # Rows with another key were good.
    assert the_change(OLD, old=ignoring).kind == "incompatible"
    # Nobody looked at what is in it.
    assert the_change(replace(ignoring, columns=(*OLD.columns, TILL)), old=ignoring).kind == "incompatible"


def a_batch(counted_by):
    file = BatchFile("a.csv", 9, "0" * 64, 3, "csv", (), ())
    batch = Batch("sales", (file,), 1, datetime(2026, 11, 24, tzinfo=UTC), "ann", counted_by)
    return read_batch(write_batch(batch), "manifest")


COUNTED = row_definition(OLD.meaning["input_format"])


@pytest.mark.parametrize("options", [{}, {"delimiter": ";"}, {"null_tokens": ("NA",)}])
def test_batches_counted_by_the_same_definition_of_a_row_are_taken(options):
    check_counts(with_format(**options), [a_batch(COUNTED), a_batch({})])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"comment": "#"}, "comment: none -> #:"),
        ({"header": False, "skip_lines": 2}, "header: True -> False; skip_lines: 0 -> 2:"),
        ({"quoted_newlines": True, "delimiter": ";"}, "delimiter: none -> ;"),
    ],
)
def test_batch_whose_rows_were_counted_otherwise_is_named(options, told):
    with pytest.raises(ContractError, match=r"rows of a\.csv were counted before .* the same file again") as problem:
        check_counts(with_format(**options), [a_batch({}), a_batch(COUNTED)])
    assert told in str(problem.value)


def test_lines_instead_of_fields_are_impossible_and_another_pattern_is_incompatible():
    old, new = (with_format(kind="lines", pattern=pattern) for pattern in ("(?<a>.*)", "(?<a>.+)"))
    assert {change.kind for change in changes(OLD.meaning, old.meaning)} == {"impossible", "incompatible"}
    assert {change.kind for change in changes(old.meaning, OLD.meaning)} == {"impossible", "incompatible"}
    assert the_change(new, old).kind == "incompatible"
