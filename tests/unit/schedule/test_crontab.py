"""The line of a job in a crontab: what it does, and that no other line is touched."""

import subprocess
from datetime import time

from hypothesis import given
from hypothesis import strategies as st

from schedule.crontab import entries_in, line_of, with_job, without_job
from schedule.job import Entry, Job
from tests.unit.schedule.flights_job import JOB

LINES = st.lists(
    st.one_of(
        st.text(st.characters(exclude_characters="\n")),
        st.sampled_from(
            [
                "30 4 * * * cd /x && ./stackhouse schedule run flights_eu >>l 2>&1 # stackhouse schedule flights_eu",
                "# 30 4 * * * cd /x && ./stackhouse schedule run flights >>l 2>&1 # stackhouse schedule flights",
                "0 4 * * * /x/stackhouse schedule run flights",
                "30 4 * * * cd /x && ./stackhouse schedule run flights >>l 2>&1 # stackhouse schedule mine",
                "MAILTO=ann",
                "",
            ]
        ),
    )
)


@given(LINES, st.sampled_from(["", "\n"]))
def test_other_lines_of_a_crontab_are_never_touched(lines, end):
    before = "\n".join(lines) + end
    once = with_job(before, JOB)
    assert with_job(once, JOB) == once
    assert once.startswith(before)
    assert [entry for entry in entries_in(once) if entry.dataset == "flights"] == [
        Entry("flights", "crontab", "04:30", line_of(JOB))
    ]
    assert without_job(once, "flights") == before + ("" if before.endswith("\n") or not before else "\n")
    assert without_job(before, "flights") == before


def test_line_with_another_hour_takes_the_place_of_the_first():
    later = Job("flights", time(23, 5), JOB.directory, {}, JOB.log)
    assert with_job(with_job("a\n", JOB), later) == f"a\n{line_of(later)}\n"
    assert line_of(later).startswith("5 23 * * * ")


def test_line_does_what_it_says_whatever_is_in_paths(tmp_path):
    checkout = tmp_path / 'it\'s 100% "mine" $HOME'
    checkout.mkdir()
    (checkout / "stackhouse").write_text('#!/bin/sh\necho "$PWD $STACKHOUSE_HOME $*"\necho bad >&2\n')
    (checkout / "stackhouse").chmod(0o755)
    job = Job("flights", time(4, 30), checkout, {"STACKHOUSE_HOME": "/a b"}, checkout / "log")
    # cron takes five fields off, makes a % of \%, and gives the rest to a shell.
    command = line_of(job).split(" ", 5)[5]
    assert "%" not in command.replace(r"\%", "")
    subprocess.run(["/bin/sh", "-c", command.replace(r"\%", "%")], check=True, env={}, cwd="/")
    assert (checkout / "log").read_text() == f"{checkout} /a b schedule run flights\nbad\n"
