from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from ingestion.text_lines import LineCounter

TEXTS = st.lists(st.sampled_from([b"\n", b"\r", b"\r\n", b"a", b"\x00\xff", b"bc"]), max_size=30).map(b"".join)


def lines_of(text):
    """`bytes.splitlines` ends lines at LF, CRLF and CR and nowhere else, as Hadoop's LineReader does."""
    return text.splitlines(keepends=True)


def starts_of(text):
    starts, offset = [], 0
    for line in lines_of(text):
        starts.append(offset)
        offset += len(line)
    return starts


def counted(text, cuts=(), split_bytes=4, comment=None):
    counter = LineCounter(comment, split_bytes)
    places = [0, *sorted(cuts), len(text)]
    for begin, end in pairwise(places):
        counter.update(text[begin:end])
    return counter


@given(TEXTS, st.lists(st.integers(0, 60)))
@example(b"a\r\nb", [2])
@example(b"a\r\n\r\nb", [2, 3, 4])
@example(b"\r", [])
def test_rows_are_the_lines_that_are_not_empty(text, cuts):
    assert counted(text, cuts).rows == sum(bool(line.rstrip(b"\r\n")) for line in lines_of(text))


@given(TEXTS, st.lists(st.integers(0, 60)))
@example(b"a\r\n\r\n", [4])
def test_lines_that_begin_with_the_comment_character_are_no_rows(text, cuts):
    text = text.replace(b"b", b"#")
    rows = [line for line in lines_of(text) if line.rstrip(b"\r\n") and not line.startswith(b"#")]
    assert counted(text, cuts, comment="#").rows == len(rows)


@given(TEXTS, st.lists(st.integers(0, 60)), st.integers(1, 9))
@example(b"abc\r\nd", [], 4)
@example(b"abc\r\nd", [4], 4)
@example(b"abc\rde", [4], 4)
@example(b"abc\n", [], 4)
def test_split_lines_count_the_lines_that_begin_at_or_before_each_split(text, cuts, split_bytes):
    splits = range(split_bytes, len(text), split_bytes)
    expected = [sum(start <= split for start in starts_of(text)) for split in splits]
    assert counted(text, cuts, split_bytes).split_lines == expected


def test_one_line_of_64_mib_is_one_row():
    counter = LineCounter()
    for _ in range(65):
        counter.update(b"x" * (1024 * 1024))
    assert (counter.rows, counter.split_lines, counter.unended) == (1, [1], 65 * 1024 * 1024)


def test_nothing_has_no_rows():
    assert (counted(b"").rows, counted(b"").split_lines) == (0, [])
