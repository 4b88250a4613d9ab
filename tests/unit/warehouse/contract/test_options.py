"""Options of columns in a contract: what each becomes, and how each mistake is told with file, line and key."""

import pytest

from tests.unit.warehouse.contract.option_texts import a_column, check_told, contract_text, extra, refusal
from warehouse.contract.datetimes.number_formats import EPOCH_UNITS
from warehouse.contract.model import Column


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


def test_days_of_excel_are_wall_clocks_and_may_be_one_of_several_formats():
    column = a_column(
        "timestamp", "TIMESTAMP", "logicalTypeOptions: {format: dd.MM.yyyy}",
        "customProperties:", "  - property: otherFormats", "    value: [excel-days]",
    )  # fmt: skip
    found = extra(column, time_zone=False)
    assert (found.formats, found.epoch, found.is_instant) == (("dd.MM.yyyy", "excel-days"), None, False)


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
        ("timestamp", "TIMESTAMP", "format: yyyy-MM-dd hh:mm", "format: 'yyyy-MM-dd hh:mm': h and K count to 12"),
        ("timestamp", "TIMESTAMP", "format: yyyy-MM-dd HH:mm a", "format: 'yyyy-MM-dd HH:mm a': h and K count"),
        ("date", "DATE", "format: yyyy-'Q'Q", "format: \"yyyy-'Q'Q\" has no M and no d: it gives no day; partialDate"),
        ("date", "DATE", "format: yyyy-MM-dd 'Q'Q", "format: \"yyyy-MM-dd 'Q'Q\": Q, the quarter, is read only beside"),
        ("date", "DATE", "format: yyyy-QQ", "format: 'yyyy-QQ': QQ is not part of a pattern"),
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
        (["value: [dd.MM.yyyy]"], "value: [dd.MM.yyyy]", "otherFormats: needs a format in logicalTypeOptions"),
        (["value: dd.MM.yyyy"], "value: dd.MM.yyyy", "otherFormats: expected a list of strings"),
    ],
)
def test_wrong_other_formats_are_told(lines, wrong, told):
    options = [] if "needs" in told else ["logicalTypeOptions: {format: yyyy-MM-dd}"]
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
