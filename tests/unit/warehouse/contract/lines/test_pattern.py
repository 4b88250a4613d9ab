"""Patterns of lines: what is accepted means the same to Java and Python and ends soon; all else is told in one line."""

import random
import re

import pytest

from warehouse.contract.lines.pattern import MAX_CHARACTERS, MAX_SEARCHED_BYTES, read_pattern
from warehouse.contract.model import MAX_RECORD_BYTES
from warehouse.errors import ContractError


def refusal(pattern):
    with pytest.raises(ContractError) as problem:
        read_pattern(pattern)
    return str(problem.value)


def matched(pattern, line):
    found = re.fullmatch(read_pattern(pattern).python, line, re.ASCII)
    return found and found.groupdict()


def test_groups_have_numbers_for_java_and_names_for_python():
    found = read_pattern(r"^(?<day>\S+) (INFO|WARN) (?:\[(?<user_id>\d+)\] )?(?<text>.*)$")
    assert found.names == ("day", "user_id", "text")
    assert found.java == r"(?d)\A(?:(\S+) (?:INFO|WARN) (?:\[(\d+)\] )?(.*))\z"
    assert found.java_with("user_id") == r"(?d)\A(?>(?:(\S+) (?:INFO|WARN) (?:\[(\d+)\] )?(.*))\z)\2"
    line = "2001-01-01 INFO [7] a b"
    assert matched(r"(?<day>\S+) (INFO|WARN) (?:\[(?<user_id>\d+)\] )?(?<text>.*)", line) == {
        "day": "2001-01-01", "user_id": "7", "text": "a b",
    }  # fmt: skip


@pytest.mark.parametrize("pattern", ["a(?<x>b)", "^a(?<x>b)", "a(?<x>b)$", "^a(?<x>b)$"])
def test_the_whole_line_matches_with_and_without_anchors(pattern):
    assert read_pattern(pattern).java == r"(?d)\A(?:a(b))\z"


@pytest.mark.parametrize(("pattern", "line"), [(r"(?<x>a)\$", "a$"), (r"(?<x>a)\\$", "a\\")])
def test_an_escaped_dollar_is_no_anchor(pattern, line):
    assert matched(pattern, line) == {"x": "a"}


@pytest.mark.parametrize(
    ("pattern", "optional", "vague"),
    [
        ("(?<x>a)", set(), set()),
        ("(?<x>a*)", set(), set()),
        ("(?<x>a)?", {"x"}, set()),
        ("(?<x>a*)?", {"x"}, {"x"}),
        ("(?:b(?<x>a)){0,1}", {"x"}, set()),
        ('"(?<x>[^"]*)"|-', {"x"}, {"x"}),
        ("(?:(?<x>a)|(?<y>(?:|b)))", {"x", "y"}, {"y"}),
        ("(?<x>(?<y>a)?)", {"y"}, set()),
    ],
)
def test_groups_that_take_no_part_are_told_from_empty_ones(pattern, optional, vague):
    found = read_pattern(pattern)
    assert (found.optional, found.vague) == (optional, vague)


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("(a", "at its end: a parenthesis is not closed"),
        ("a)b", "at )b: this parenthesis was not opened"),
        ("[a", "at [a: write a class as [a-z]"),
        ("[]a]", "at []a]: write a class as [a-z]"),
        ("[a[b]]", "at [a[b]]: write a class as [a-z]"),
        ("[z-a]", "at [z-a]: bad character range z-a"),
        ("[a&&b]", "at [a&&b]: &&, ||, -- and ~~ in a class mean different things"),
        (r"[\b]", r"at [\b]: \b is not known in a class"),
        ("*a", "at *a: there is nothing to repeat"),
        ("a**", "at *: there is nothing to repeat"),
        ("a{,3}", "at {,3}: there is nothing to repeat"),
        ("a{x", "at {x: there is nothing to repeat"),
        ("a{3,2}", "expected a count from 1 to 1000"),
        ("a{0}", "expected a count from 1 to 1000"),
        ("a{1001}", "expected a count from 1 to 1000"),
        ("a$b", "at $b: ^ and $ stand at the ends of the pattern only"),
        ("(?:^a)", "at ^a): ^ and $ stand at the ends"),
        ("a\nb", "a line has no line end"),
        *((text, rf"at {text}: known are \d \w \s") for text in (r"\b", r"\1", r"\pL", r"\Q", r"\v", r"\u0041", r"\_")),
        *((text, f"at {text}: groups are (?<name>...) and (?:...)") for text in (
            "(?i)a", "(?=a)", "(?!a)", "(?<=a)", "(?>a)", "(?P<x>a)", "(?<1>a)", "(?<a-b>c)", "(?#a)",
        )),
        ("(?<x>a)*", "(?<x>a)* repeats a named group: it would be unclear which match is the value"),
        ("(?:(?<x>a),){2}", "repeats a named group"),
        ("(?:a?)*+", "(?:a?)* repeats something that may be empty"),
        ("(" * 21 + "a" + ")" * 21, "parentheses are nested more than 20 deep"),
        ("a" * (MAX_CHARACTERS + 1), "10,001 characters, but at most 10,000 are allowed"),
    ],
)  # fmt: skip
def test_what_is_no_pattern_or_means_two_things_is_refused(pattern, told):
    assert told.replace("(?:a?)* ", "(?:a?)*+ ") in refusal(pattern)


@pytest.mark.parametrize(
    "pattern", ["(a+)+", "(?:a*b)*c", "(?:a|b)*", "(?:a|ab)+?c", r"(?:\d+,)*", "(?:ab{1,2})+", "(?:a+){2,}"]
)
def test_nested_repetitions_are_refused_with_the_way_out(pattern):
    assert "add a + after it, which makes it possessive" in refusal(pattern)


@pytest.mark.parametrize(
    "pattern", [".*a.*b", r"\S+x\S+y", ".*? .*?:.*", r"(?:\S+x)?\S+y", "a?" * 10 + "a", r"\d{1,900}\d\d{1,900}1"]
)
def test_too_many_ways_to_read_a_line_are_refused(pattern):
    assert "in too many ways: make clear where each repetition ends" in refusal(pattern)


@pytest.mark.parametrize(
    ("pattern", "most"),
    [
        (r'(\S+) \[([^\]]*)\] "((?:[^"\\]|\\.)*+)" .*', MAX_RECORD_BYTES),
        (r"(?:\d{1,3}\.){3}\d{1,3} .*", MAX_RECORD_BYTES),
        (r"(?:\d{3},)*\d\.", MAX_SEARCHED_BYTES),
        (r"[a-c]*+a*b", MAX_RECORD_BYTES),
        (r"a*(?:b|c)?d*", MAX_RECORD_BYTES),
        (r"a*(?:b|c)?a", MAX_SEARCHED_BYTES),
        (r"é*é", MAX_SEARCHED_BYTES),
        (r"é*e", MAX_RECORD_BYTES),
        ('"(.*)" [0-9]+', MAX_SEARCHED_BYTES),
    ],
)
def test_lines_are_shorter_where_a_repetition_may_end_at_many_places(pattern, most):
    assert read_pattern(pattern).max_bytes == most


_PIECES = [
    *("a", "b", ".", r"\d", r"\S", r"[^a]", "é", "(", "(?:", "(?<x>", "(?<y>", ")", ")", ")", "|", "*", "+", "?", "*+"),
    *("{2}", "{1,3}", "{0,9}", "*?", "^", "$", "[", "]", "[a-", r"\\", "\\", "(?", "{", "}", "\u202e", "\0", r"\x41"),
]  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_any_pattern_is_refused_or_ends_soon_on_a_hostile_line(seed):
    rng, accepted = random.Random(seed), 0
    for _ in range(500):
        pattern = "".join(rng.choices(_PIECES, k=rng.randint(1, 12)))
        try:
            found = read_pattern(pattern)
        except ContractError:
            continue
        accepted += 1
        for line in ("a" * 3000 + "!", "ab" * 1500 + "!", "1a" * 1500, "é" * 3000):
            re.fullmatch(found.python, line, re.ASCII)
    assert accepted > 30
