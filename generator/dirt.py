"""What can be wrong, or only odd, with the line of one trip, and the rules that each damage breaks: all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from generator.columns import HEADER, NOT_TEXT, NULLABLE, POSITIONS
from generator.trips import TRIPS_A_SECOND

Fields = list[str]
Change = Callable[[Fields], bytes]
"""Makes the bytes of a line, without its end, from the fields of a good trip."""

_DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Damage:
    """A way to write a line.

    Attributes:
        change: Writes it.
        rules: Ids of all rules that the line breaks; none: it is odd, but right and of the same values.
    """

    change: Change
    rules: tuple[str, ...] = ()


def plain(fields: Fields) -> bytes:
    """The line as it should be."""
    return ",".join(fields).encode()


def _put(**texts: str) -> Change:
    def change(fields: Fields) -> bytes:
        changed = list(fields)
        for name, text in texts.items():
            changed[POSITIONS[name]] = text
        return plain(changed)

    return change


def _edit(edit: Callable[[str], str], *names: str) -> Change:
    return lambda fields: _put(**{name: edit(fields[POSITIONS[name]]) for name in names})(fields)


def _whole(edit: Callable[[bytes], bytes]) -> Change:
    return lambda fields: edit(plain(fields))


def _dropoff(move: Callable[[datetime, datetime], datetime]) -> Change:
    def change(fields: Fields) -> bytes:
        pickup, dropoff = (datetime.fromisoformat(fields[POSITIONS[name]]) for name in ("pickup_at", "dropoff_at"))
        return _put(dropoff_at=str(move(pickup, dropoff)))(fields)

    return change


def _raw(name: str, text: bytes) -> Change:
    return lambda fields: _put(**{name: "\0"})(fields).replace(b"\0", text)


_REVERSAL = {
    "fare_amount": "-12.50", "extra": "-1.00", "mta_tax": "-0.50", "tip_amount": "0.00", "tolls_amount": "0.00",
    "improvement_surcharge": "-1.00", "total_amount": "-17.50", "congestion_surcharge": "-2.50", "airport_fee": "0.00",
}  # fmt: skip
_REVERSED = tuple(f"{name}:minimum" for name, text in _REVERSAL.items() if text.startswith("-"))
REVERSAL = Damage(_put(**_REVERSAL), (*_REVERSED, "row:tip_within_total"))

NUMBERS = {
    "letters_in_integer": Damage(_put(passenger_count="two"), ("passenger_count:type",)),
    "fraction_in_integer": Damage(_put(passenger_count="1.0"), ("passenger_count:type",)),
    "integer_overflow": Damage(_put(pickup_zone="40000"), ("pickup_zone:type",)),
    "letters_in_decimal": Damage(_put(fare_amount="12.5O"), ("fare_amount:type",)),
    "too_many_fraction_digits": Damage(_put(fare_amount="12.505"), ("fare_amount:type",)),
    "decimal_overflow": Damage(_put(total_amount="12345678.00"), ("total_amount:type",)),
    "decimal_comma": Damage(_put(tip_amount='"3,50"'), ("tip_amount:type",)),
    "thousands_separator": Damage(_put(fare_amount='"1,234.50"'), ("fare_amount:type",)),
    "currency_sign": Damage(_put(total_amount="$20.50"), ("total_amount:type",)),
    "exponent": Damage(_put(trip_distance="1e1"), ("trip_distance:type",)),
    "not_a_number": Damage(_put(trip_distance="NaN"), ("trip_distance:type",)),
    "infinity": Damage(_put(trip_distance="Infinity"), ("trip_distance:type",)),
    "digits_of_another_script": Damage(_put(payment_type="\u0661"), ("payment_type:type",)),
    "spaces_around_number": Damage(_edit(lambda text: f" {text} ", "vendor_id"), ("vendor_id:type",)),
    "byte_order_mark_in_row": Damage(_edit(lambda text: f"\ufeff{text}", "vendor_id"), ("vendor_id:type",)),
    "nul_byte_in_number": Damage(_put(fare_amount="1\x002.50"), ("fare_amount:type",)),
}

TIMES = {
    "impossible_date": Damage(_put(pickup_at="2024-02-30 10:00:00"), ("pickup_at:type",)),
    "impossible_time": Damage(_put(dropoff_at="2024-03-01 24:00:00"), ("dropoff_at:type",)),
    "american_date": Damage(_put(pickup_at="01/15/2024 08:00:00"), ("pickup_at:type",)),
    "two_digit_year": Damage(_put(pickup_at="24-01-15 08:00:00"), ("pickup_at:type",)),
    "date_without_time": Damage(_put(pickup_at="2024-01-15"), ("pickup_at:type",)),
    "letter_t_in_timestamp": Damage(_edit(lambda text: text.replace(" ", "T"), "pickup_at"), ("pickup_at:type",)),
    "pickup_in_far_past": Damage(
        _put(pickup_at="2002-10-31 23:00:00", dropoff_at="2002-10-31 23:10:00"), ("pickup_at:minimum",)
    ),
    "pickup_a_second_too_early": Damage(
        _put(pickup_at="2008-12-31 23:59:59", dropoff_at="2009-01-01 00:09:00"), ("pickup_at:minimum",)
    ),
    "pickup_in_far_future": Damage(
        _put(pickup_at="2098-09-11 02:23:31", dropoff_at="2098-09-11 02:52:31"), ("pickup_at:maximum",)
    ),
    "dropoff_before_pickup": Damage(
        _dropoff(lambda pickup, _: pickup - timedelta(seconds=1)), ("row:dropoff_not_before_pickup",)
    ),
    "trip_longer_than_a_day": Damage(
        _dropoff(lambda pickup, _: pickup + _DAY + timedelta(seconds=1)), ("row:trip_within_a_day",)
    ),
}

VALUES = {
    "reversal": REVERSAL,
    "negative_fare": Damage(_put(fare_amount="-12.50"), ("fare_amount:minimum",)),
    "negative_distance": Damage(_put(trip_distance="-0.01"), ("trip_distance:minimum",)),
    "absurd_fare": Damage(_put(fare_amount="398466.20"), ("fare_amount:maximum",)),
    "absurd_distance": Damage(_put(trip_distance="312722.30"), ("trip_distance:maximum",)),
    "tip_above_total": Damage(_put(tip_amount="500.00"), ("row:tip_within_total",)),
    "zone_zero": Damage(_put(pickup_zone="0"), ("pickup_zone:minimum",)),
    "zone_unknown": Damage(_put(dropoff_zone="999"), ("dropoff_zone:maximum",)),
    "payment_unknown": Damage(_put(payment_type="9"), ("payment_type:maximum",)),
    "vendor_unknown": Damage(_put(vendor_id="3"), ("vendor_id:values",)),
    "rate_code_unknown": Damage(_put(rate_code_id="7"), ("rate_code_id:values",)),
    "flag_unknown": Damage(_put(store_and_fwd_flag="y"), ("store_and_fwd_flag:values",)),
    "flag_with_space": Damage(_put(store_and_fwd_flag="N "), ("store_and_fwd_flag:values",)),
    "flag_not_ascii": Damage(_put(store_and_fwd_flag="Ñ"), ("store_and_fwd_flag:values",)),
    "key_missing": Damage(_put(pickup_at=""), ("pickup_at:required",)),
    "amount_missing": Damage(_put(total_amount='""'), ("total_amount:required",)),
    "several_rules_broken": Damage(
        _put(vendor_id="3", passenger_count="-1", pickup_zone="0", dropoff_zone="x", extra="", payment_type="7"),
        ("vendor_id:values", "passenger_count:minimum", "pickup_zone:minimum", "dropoff_zone:type",
         "payment_type:maximum", "extra:required"),
    ),
}  # fmt: skip

LINES = {
    "too_few_fields": Damage(_whole(lambda line: line.rpartition(b",")[0]), ("row:parse",)),
    "too_many_fields": Damage(_whole(lambda line: line + b",0.00"), ("row:parse",)),
    "unclosed_quote": Damage(_put(store_and_fwd_flag='"N'), ("row:parse",)),
    "quote_in_mid_field": Damage(_put(store_and_fwd_flag='N"N'), ("row:parse",)),
    "text_after_quote": Damage(_put(store_and_fwd_flag='"N"N'), ("row:parse",)),
    "other_delimiter": Damage(_whole(lambda line: line.replace(b",", b";")), ("row:parse",)),
    "garbage": Damage(lambda _: b"#### connection lost ####", ("row:parse",)),
    "invalid_utf8": Damage(_raw("store_and_fwd_flag", b"\xff\xfe"), ("row:encoding",)),
    "latin1_text": Damage(_raw("store_and_fwd_flag", b"\xd1"), ("row:encoding",)),
    "header_in_mid_file": Damage(
        lambda _: HEADER.encode(),
        ("row:header", *(f"{name}:type" for name in NOT_TEXT), "store_and_fwd_flag:values"),
    ),
}

ODD = {
    "optional_values_missing": Damage(_put(**dict.fromkeys(NULLABLE, ""))),
    "all_fields_quoted": Damage(lambda fields: ",".join(f'"{text}"' for text in fields).encode()),
    "plus_sign": Damage(_edit(lambda text: f"+{text}", "vendor_id", "fare_amount", "total_amount")),
    "leading_zeros": Damage(_edit(lambda text: f"000{text}", "pickup_zone", "fare_amount")),
    "negative_zero": Damage(_put(cbd_congestion_fee="-0.00")),
    "short_decimals": Damage(
        _edit(lambda text: text.rstrip("0").rstrip("."), "fare_amount", "total_amount", "trip_distance")
    ),
    "nearly_a_day": Damage(
        # Keeps the key unique: trips of one second differ in the remainder.
        _dropoff(lambda _, dropoff: dropoff + timedelta(seconds=1290 * TRIPS_A_SECOND))
    ),
    "ends_with_crlf": Damage(_whole(lambda line: line + b"\r")),
    "after_empty_lines": Damage(_whole(lambda line: b"\n\r\n" + line)),
}
"""Lines that are right even so."""
