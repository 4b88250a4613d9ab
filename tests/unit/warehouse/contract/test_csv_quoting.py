"""Where quoted fields begin and end, against Python's csv module and a state machine written by hand."""

import csv
import io
import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingestion.text_lines import RecordCounter
from warehouse.contract.csv_quoting import ends_open, well_quoted
from warehouse.contract.model import InputFormat

RFC = InputFormat(quoted_newlines=True)
ESCAPED = InputFormat(quoted_newlines=True, escape="\\")
SINGLE = InputFormat(quoted_newlines=True, delimiter="|", quote="'", escape="'")
FORMS = st.sampled_from([RFC, ESCAPED, SINGLE])

CELLS = st.lists(st.sampled_from(["a", "é", " ", ",", '"', "'", "|", "\n", "\r\n", "\\"]), max_size=6).map("".join)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=6)
CUTS = st.lists(st.integers(0, 200), max_size=6)
# Of a small alphabet every odd arrangement of quotes comes up.
RECORDS = st.text(st.sampled_from(['"', ",", "a", "\\", "\n", "\r", "é"]), max_size=12)
TEXTS = st.lists(st.sampled_from(['"', ",", "a", "\\", "\n", "\r\n", "'", "|"]), max_size=25).map("".join)


def counted(text, form, cuts=()):
    data, counter = text.encode(), RecordCounter(form)
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for begin, end in pairwise(places):
        counter.update(data[begin:end])
    counter.finish()
    return counter


@given(
    TABLES, st.sampled_from(["\n", "\r\n"]), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]), st.booleans(), CUTS
)
def test_records_are_the_rows_of_a_well_formed_table_however_it_is_cut(table, end, quoting, ends, cuts):
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator=end, quoting=quoting).writerows(table)
    text = written.getvalue() if ends else written.getvalue().removesuffix(end)
    expected = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    assert expected == table
    assert counted(text, RFC, cuts).rows == len(table)


@given(TABLES, CUTS)
def test_records_of_a_table_with_an_escape_character_are_its_rows(table, cuts):
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n", quoting=csv.QUOTE_ALL, doublequote=False, escapechar="\\")
    writer.writerows(table)
    assert counted(written.getvalue(), ESCAPED, cuts).rows == len(table)


@given(TEXTS, FORMS, CUTS)
@example('a"\n"\n', RFC, [])
@example('"a"b,"\nc', RFC, [])
@example('"a\\"\nb"\nc', ESCAPED, [])
@example('"a\\\n"\nb', ESCAPED, [])
@example("\r\n", RFC, [1])
@example('"\r\n\r\n"\r\n', RFC, [])
def test_records_of_any_text_are_those_of_a_state_machine(text, form, cuts):
    assert counted(text, form, cuts).rows == walked(text, form)[0]


def walked(text, form, inside=False):
    """Records that hold anything, and whether the text ends inside of quotes, character by character.

    A quote at the start of a field opens it, the next lone one closes it, and what follows up to the delimiter is
    no quote any more. Only an LF outside of quotes ends a record.
    """
    count, field_begins, record, position = 0, True, "", 0
    doubled = form.escape in (None, form.quote)
    while position < len(text):
        letter, following = text[position], text[position + 1 : position + 2]
        position += 1
        if inside and (letter == following == form.quote if doubled else letter == form.escape):
            record += letter + following
            position += 1
        elif inside:
            record += letter
            inside = letter != form.quote
            field_begins = False
        elif letter == "\n":
            count += record not in ("", "\r")
            field_begins, record = True, ""
        else:
            record += letter
            inside = field_begins and letter == form.quote
            field_begins = letter == form.delimiter
    return count + (record not in ("", "\r")), inside


@given(RECORDS, FORMS)
@example('"a""b",a', RFC)
@example('"a"b', RFC)
@example('a"b', RFC)
@example('"', RFC)
@example('"a\n', RFC)
@example("a,", RFC)
@example('"\\""', ESCAPED)
@example('"a""b"', ESCAPED)
def test_record_is_well_quoted_when_every_field_is_quoted_as_a_whole_or_not_at_all(record, form):
    assert bool(re.search(well_quoted(form), record)) == is_well_quoted(record, form)


def is_well_quoted(record, form):
    """A state machine: B begins a field, P plain, Q quoted, E escaped or perhaps doubled, C closed."""
    doubled = form.escape in (None, form.quote)
    state = "B"
    for letter in record:
        if state == "E":
            state = "Q"
        elif state == "B":
            state = "Q" if letter == form.quote else "B" if letter == form.delimiter else "P"
        elif state == "P":
            if letter == form.quote:
                return False
            state = "B" if letter == form.delimiter else "P"
        elif state == "Q":
            if letter == form.quote:
                state = "C"
            elif not doubled and letter == form.escape:
                state = "E"
        elif letter not in (form.delimiter, form.quote if doubled else form.delimiter):
            return False
        else:
            state = "B" if letter == form.delimiter else "Q"
    return state in "BPC"


@given(TEXTS.map(lambda text: text.replace("\n", "")), FORMS, st.booleans())
@example('"a\\', ESCAPED, False)
@example("a\\", ESCAPED, True)
@example('"",', RFC, True)
def test_line_ends_open_when_the_state_machine_is_inside_of_quotes(line, form, begins_open):
    assert bool(re.search(ends_open(form, begins_open), line)) == walked(line, form, begins_open)[1]


def test_pattern_finds_its_way_through_a_megabyte_at_once():
    # With a stack frame or a retry per character this would not end.
    for text in ('"' + "a" * 2**20, '"' + '""' * 2**19, '"a",' * 2**18, '"' * (2**20 + 1), "a" * 2**20 + '"'):
        assert re.search(well_quoted(RFC), text) is None or text.endswith(",")


def test_bytes_of_the_open_record_are_counted_and_no_others():
    counter = RecordCounter(RFC)
    for chunk, unended in [(b"a,b\n", 0), (b'x,"', 3), (b"yz\n", 6), (b'\n"\nq', 1), (b"rs\n", 0), (b'"\n"\n"\n', 2)]:
        counter.update(chunk)
        assert counter.unended == unended


def test_records_that_are_each_short_are_not_taken_for_a_long_one():
    counter = RecordCounter(RFC)
    for _ in range(1000):
        # Every piece ends inside of quotes.
        counter.update(b'c"\n"aa\nb')
    assert counter.unended < 20


@pytest.mark.parametrize("form", [RFC, ESCAPED])
def test_quote_that_is_never_closed_makes_one_record_of_the_rest(form):
    assert counted('a,b\n"c\nd\ne\n', form).rows == 2
