"""Time zone, version column, properties and names of a contract, and what YAML does to them."""

from textwrap import indent

import pytest

from tests.unit.warehouse.contract.option_texts import PATH, a_column, check_told, contract_text, parsed, refusal
from warehouse.contract.file import MAX_COLUMNS

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
