"""What `describe_file` makes of every kind of text that a contract can speak of."""

import bz2
import codecs
import gzip
import hashlib
import random

import pytest

from ingestion import input_file
from ingestion.input_file import describe_file
from tests.unit.ingestion.descriptions import ROWS, a_contract, no_progress, refusal
from warehouse.input.batch_files import check_files
from warehouse.input.input_path import InputPath

PACKERS = [("a.csv", bytes), ("a.csv.gz", gzip.compress), ("a.csv.bz2", bz2.compress)]


@pytest.fixture
def described(tmp_path):
    def describe(content, name="a.csv", names=("day", "amount"), **form):
        path = tmp_path / name
        path.write_bytes(content)
        assert [file.path for file in check_files([path])] == [path]
        return describe_file(InputPath(path), a_contract(names, **form), no_progress)

    return describe


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        (b"day,amount", ("day", "amount")),
        (b"amount,day", ("amount", "day")),
        (b"DAY,Amount,NOTE", ("DAY", "Amount", "NOTE")),
        (b"note,amount,day", ("note", "amount", "day")),
        (codecs.BOM_UTF8 + b'"day",amount', ("day", "amount")),
    ],
)
def test_columns_are_found_by_name_in_any_order_and_case(described, header, columns):
    found = described(header + b"\n" + ROWS)
    assert (found.columns, found.rows, found.kind) == (columns, 2, "csv")


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (b"day,note", "missing 'amount'"),
        (b"day,amount,city", "unknown 'city' (unknownColumns: ignore"),
        (b"day,amount,Note,nOTE", "a column appears twice: 'note'"),
        (b"day,amount,", "unknown ''"),
    ],
)
def test_header_that_does_not_fit_is_refused(described, header, told):
    message = refusal(described, header + b"\n" + ROWS)
    assert "a.csv: header does not fit dataset.yaml: " in message
    assert told in message


def test_unknown_columns_are_left_out_where_the_contract_says_so(described):
    assert described(b"x,day,amount,y\n1,2,3,4\n", ignore_unknown=True).columns == ("x", "day", "amount", "y")
    assert "a column appears twice: 'x'" in refusal(described, b"x,day,amount,x\n", ignore_unknown=True)


@pytest.mark.parametrize(("name", "pack"), PACKERS)
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("bom", [b"", codecs.BOM_UTF8])
def test_every_line_end_is_one_with_and_without_a_byte_order_mark(described, name, pack, end, bom):
    lines = [bom + b"day,amount", b"1,2", b"", b"3,4", b"5,6"]
    for text in (end.join(lines), end.join([*lines, b""])):
        stored = pack(text)
        found = described(stored, name)
        assert (found.rows, found.size, found.sha256) == (3, len(stored), hashlib.sha256(stored).hexdigest())


def test_comment_lines_are_no_rows(described):
    assert described(b"day,amount\n#1,2\n3,4\n\n#\n 5,#6\n#", comment="#").rows == 2
    assert described(b"#1,2\n3,4\n", comment="#", header=False).rows == 1


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize(
    "titles",
    [[b"Sales of 2001", b"made by hand"], [b"", b""], [b"#a", b"b"], [b"#a", b""], [codecs.BOM_UTF8 + b"#a", b"b,c,d"]],
)
def test_title_lines_before_the_header_are_no_rows_whatever_is_in_them(described, titles, end):
    text = end.join([*titles, b"day,amount", b"1,2", b"#3,4", b"5,6", b""])
    assert described(text, skip_lines=2, comment="#").rows == 2
    without_header = end.join([*titles, b"1,2", b"#3,4", b"5,6", b""])
    assert described(without_header, skip_lines=2, comment="#", header=False).rows == 2


@pytest.mark.parametrize("form", [{}, {"header": False}])
def test_file_that_ends_within_its_titles_is_refused(described, form):
    assert "ends within the first 3 lines (skipLines)" in refusal(described, b"a\nb\n"[:3], skip_lines=3, **form)


def test_titles_that_are_too_long_to_be_counted_are_refused(described):
    # Else the lines of them behind the first piece would count as rows.
    content = (b"x" * 600_000 + b"\n") * 3 + ROWS
    assert "ends within the first 3 lines (skipLines)" in refusal(described, content, skip_lines=3, header=False)


def test_quoted_line_ends_are_no_ends_of_records(described):
    text = b'day,amount\n"a\nb",1\r\n\r\n"""\r\n,""",2\n3,"x\n'
    found = described(text, quoted_newlines=True)
    assert (found.rows, found.split_lines) == (3, ())
    assert described(text).rows == 5


def test_escaped_quote_closes_no_field(described):
    text = b'day,amount\n"a\\"\nb",1\n"c\\\\",2\n'
    assert described(text, quoted_newlines=True, escape="\\").rows == 2


def test_line_ends_of_cr_alone_are_refused_where_records_have_line_ends(described):
    # They would be one record, the header, and every row would be lost.
    assert "the header line is not CSV" in refusal(described, b"day,amount\r1,2\r3,4\r", quoted_newlines=True)


@pytest.mark.parametrize(
    ("encoding", "header"), [("cp1252", "größe,preis €"), ("iso8859-1", "größe,prix £"), ("utf-8", "größe,preis €")]
)
def test_header_is_read_in_the_encoding_of_the_contract(described, encoding, header):
    names = header.split(",")
    found = described(header.encode(encoding) + b"\n1,\xa4\n", names=names, encoding=encoding)
    assert (found.columns, found.rows) == (tuple(names), 1)


def test_header_in_another_encoding_is_refused(described):
    assert "is not CSV in utf-8" in refusal(described, "größe\n1\n".encode("cp1252"), names=["größe"])
    assert "unknown 'grÃ¶ÃŸe'" in refusal(described, "größe\n1\n".encode(), names=["größe"], encoding="cp1252")


@pytest.mark.parametrize("form", [{}, {"header": False}, {"kind": "jsonl"}, {"kind": "lines"}])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("pack", ["", ".gz"])
def test_utf_16_is_refused_with_what_to_do(described, encoding, form, pack):
    text = "\ufeffday,amount\n1,2\n".encode(encoding) if encoding != "utf-16" else "day,amount\n1,2\n".encode(encoding)
    message = refusal(described, gzip.compress(text) if pack else text, f"a.txt{pack}", **form)
    assert "is UTF-16; convert it to UTF-8, e.g. with iconv" in message


@pytest.mark.parametrize(("name", "pack"), [("a.jsonl", bytes), ("a.ndjson.gz", gzip.compress), ("a", bytes)])
def test_objects_of_json_lines_are_the_lines_that_are_not_empty(described, name, pack):
    found = described(pack(codecs.BOM_UTF8 + b'{"day": 1}\r\n\n[]\n{'), name, kind="jsonl")
    assert (found.rows, found.kind, found.columns) == (3, "jsonl", ())


@pytest.mark.parametrize(("name", "pack"), [("a.log", bytes), ("a.log.1.gz", gzip.compress), ("a.bz2", bz2.compress)])
def test_lines_are_rows_but_titles_comments_and_empty_ones(described, name, pack):
    content = codecs.BOM_UTF8 + b'title\r\n#x\r\n\r\n"a\r\n # b\r\n#\r\n\xff'
    found = described(pack(content), name, kind="lines", comment="#", skip_lines=1)
    assert (found.rows, found.kind, found.columns) == (3, "lines", ())


@pytest.mark.parametrize(
    ("name", "kind", "told"),
    [
        ("a.csv", "jsonl", "says kind: jsonl, the name of the file says .csv"),
        ("a.TSV.gz", "jsonl", "says kind: jsonl, the name of the file says .tsv"),
        ("a.jsonl", "csv", "says kind: csv, the name of the file says .jsonl"),
        ("a.csv", "lines", "says kind: lines, the name of the file says .csv"),
        ("a.ndjson.gz", "lines", "says kind: lines, the name of the file says .ndjson"),
        ("a.csv", "parquet", "says kind: parquet, so the name must end in .parquet"),
    ],
)
def test_file_of_another_kind_is_refused_by_its_name(described, name, kind, told):
    assert told in refusal(described, ROWS, name, kind=kind)


@pytest.mark.parametrize(
    ("content", "rows"),
    [(b"day,amount\n\x00\x00,1\n", 1), (b"day,amount\n\x00", 1), (b"day,amount\n\xff\xfe\n\x80", 2)],
)
def test_bytes_that_are_no_text_are_counted_as_rows_for_the_quarantine(described, content, rows):
    assert described(content).rows == rows


def test_zero_bytes_in_the_header_are_refused(described):
    assert "header does not fit" in refusal(described, b"day,am\x00ount\n1,2\n")


def test_empty_file_is_refused_and_a_header_alone_is_not(tmp_path, described):
    assert refusal(described, b"") == f"{tmp_path / 'a.csv'} is empty"
    assert described(b"day,amount").rows == 0
    assert described(b"day,amount\n\n\r\n").rows == 0


@pytest.mark.parametrize("form", [{}, {"quoted_newlines": True}, {"kind": "jsonl"}, {"kind": "lines"}])
@pytest.mark.parametrize(("name", "pack"), [("a", bytes), ("a.gz", gzip.compress)])
def test_line_that_is_too_long_is_refused(described, monkeypatch, form, name, pack):
    monkeypatch.setattr(input_file, "MAX_LINE_BYTES", 3 * 2**20)
    # Of letters by chance: those of one letter come out of gzip a thousand times as long, which has its own limit.
    letters = random.Random(1).randbytes(2 * 2**20).hex().encode()
    line = b'{"day": "' + letters.replace(b"0", b"\r") if form.get("quoted_newlines") else letters
    message = refusal(described, pack(b"day,amount\n" + line), name, **form)
    assert "is over 3 MiB: " in message
    assert ("a quote that is never closed?" in message) == ("quoted_newlines" in form)


def test_quote_that_is_never_closed_is_refused_when_its_record_is_too_long(described, monkeypatch):
    monkeypatch.setattr(input_file, "MAX_LINE_BYTES", 2**20)
    text = b'day,amount\n1,"2\n' + b"3,4\n" * 600_000
    assert "a record is over 1 MiB: a quote that is never closed?" in refusal(described, text, quoted_newlines=True)


def test_long_file_of_short_records_with_line_ends_is_fine(described, monkeypatch):
    monkeypatch.setattr(input_file, "MAX_LINE_BYTES", 2**20)
    text = b"day,amount\n" + b'1,"aaaaaaaaaaa\nbbbbbbbbbbbbbbbbbb\nc"\n' * 100_000
    assert described(text, quoted_newlines=True).rows == 100_000


def test_gzip_of_many_members_is_one_text(described):
    text = b"day,amount\n" + ROWS * 100
    members = b"".join(gzip.compress(text[begin : begin + 7]) for begin in range(0, len(text), 7))
    assert described(members, "a.gz").rows == 200


@pytest.mark.parametrize(("name", "pack"), PACKERS[1:])
def test_compressed_file_cut_anywhere_is_refused(described, name, pack):
    stored = pack(b"day,amount\n" + random.Random(7).randbytes(3000))
    for size in (1, 2, 10, 30, len(stored) // 2, len(stored) - 1):
        assert "cannot be read to its end" in refusal(described, stored[:size], name)


@pytest.mark.parametrize("zeros", [1, 7, 512])
def test_gzip_with_zeros_between_or_behind_its_members_is_refused_as_by_hadoop(described, zeros):
    members = [gzip.compress(b"day,amount\n"), gzip.compress(ROWS)]
    assert described(b"".join(members), "a.csv.gz").rows == 2
    for stored in (b"".join([*members, bytes(zeros)]), bytes(zeros).join(members)):
        assert "cannot be read to its end: " in refusal(described, stored, "b.csv.gz")


def test_gzip_cut_or_changed_anywhere_is_refused(described):
    first, second = gzip.compress(b"day,amount\n" + ROWS, mtime=0), gzip.compress(b"2001-01-03,3\n", mtime=0)
    stored = first + second
    for end in range(1, len(stored)):
        if end != len(first):
            refusal(described, stored[:end], f"{end}.csv.gz")
    for place in range(len(first) - 8, len(first)):
        changed = bytearray(stored)
        changed[place] ^= 1
        refusal(described, bytes(changed), f"changed{place}.csv.gz")


def test_text_that_is_named_gz_is_refused(described):
    assert "cannot be read to its end: Not a gzipped file" in refusal(described, b"day,amount\n" + ROWS, "a.csv.gz")
