"""What a run decides to do, and the release it puts together."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.plan import Inputs, make_plan, refuse_unknown_quarters
from pipeline.release import build_release, staged_batches
from warehouse.batch import Batch, BatchFile
from warehouse.contract.model import Column, Contract, InputFormat, Mart
from warehouse.contract.sql import MartSql
from warehouse.errors import UsageError
from warehouse.job import JobResult, StagedCounts
from warehouse.paths import DatasetPaths
from warehouse.quarter import Quarter
from warehouse.release.conservation import law_of
from warehouse.settings import DEFAULT_ROOT

Q1, Q2, Q3 = "2001-01-01", "2001-04-01", "2001-07-01"
CONTRACT = Contract(
    dataset="trips",
    description="Trips.",
    columns=(Column("started", "started", "TIMESTAMP", "Start.", required=True),),
    event_time="started",
    input_format=InputFormat(),
    row_rules=(),
    reject_threshold=0.1,
    marts=(Mart("by_quarter", "Trips by quarter.", ()),),
    path=Path("dataset.yaml"),
)
PATHS = DatasetPaths("trips", DEFAULT_ROOT)
MART = MartSql("by_quarter", "SELECT 1", "SELECT 2", "definition1")


def batch(sequence, rows=10):
    file = BatchFile(f"{sequence}.csv", 100, f"{sequence:064x}", rows, "csv", (), ())
    return Batch("trips", (file,), sequence, datetime(2026, 11, 24, tzinfo=UTC), "ann")


def inputs(*batches, live=None, staged=(), **changes):
    found = {item.batch: item for item in staged}
    return replace(Inputs(CONTRACT, PATHS, (MART,), batches, found, live), **changes)


def result(staged=None, clean=None, marts=None, superseded=None):
    counts = {}
    for batch, quarters in (staged or {}).items():
        good = sum(quarters.values())
        bad = batch.rows - good
        counts[batch.id] = StagedCounts(good, bad, quarters, {}, {f"{batch.sequence}.csv": bad})
    return JobResult("application_1", counts, clean or {}, superseded or {}, {"by_quarter": marts or {}})


def origins(rows_by_batch):
    """Rows of quarters by batch and file."""
    return {item.id: {f"{item.sequence}.csv": rows} for item, rows in rows_by_batch.items() if rows}


def published(given, outcome, number=1, run="run1"):
    """The release of a run, and the inputs of the next one."""
    plan = make_plan(given, run)
    made = staged_batches(given.batches, outcome)
    after = replace(given, staged={**given.staged, **{item.batch: item for item in made}})
    release = build_release(after, plan, outcome, number, "ann")
    return release, replace(after, live=release)


@pytest.fixture
def first():
    """Batch 1 with rows of two quarters and two rejected ones, published as release 1."""
    one = batch(1)
    return published(
        inputs(one), result({one: {Q1: 5, Q2: 3}}, {Q1: origins({one: 5}), Q2: origins({one: 3})}, {Q1: 1, Q2: 1})
    )


def test_first_run_stages_every_batch_and_leaves_quarters_to_the_job():
    plan = make_plan(inputs(batch(1), batch(2)), "run1")
    assert [task.sequence for task in plan.stage] == [1, 2]
    assert plan.clean_quarters == []
    assert plan.clean_existing == {}
    assert plan.stage[0].staged == f"/stackhouse/staged/trips/_run=run1/staged={batch(1).id}"


def test_nothing_new_is_no_plan(first):
    _, after = first
    assert make_plan(after, "run2") is None


def test_new_batch_keeps_the_untouched_quarters(first):
    release, after = first
    two = batch(2, rows=4)
    given = replace(after, batches=(*after.batches, two))
    plan = make_plan(given, "run2")
    assert [task.batch for task in plan.stage] == [two.id]
    assert [source.batch for source in plan.sources] == [batch(1).id]
    assert plan.clean_existing == {q: release.tables["clean"].partitions[q].path for q in (Q1, Q2)}
    assert plan.marts[0].quarters == []

    second, _ = published(given, result({two: {Q2: 4}}, {Q2: origins({batch(1): 3, two: 4})}, {Q2: 1}), 2, "run2")
    clean = second.tables["clean"].partitions
    assert clean[Q1] == release.tables["clean"].partitions[Q1]
    assert (clean[Q2].path, clean[Q2].rows) == (f"/stackhouse/clean/trips/run=run2/quarter_start={Q2}", 7)
    law = law_of(given.batches, second)
    assert str(law.total) == "raw 14 = clean 12 + quarantined 2 + superseded 0"
    assert str(law.of_batch(two.id)) == "raw 4 = clean 4 + quarantined 0 + superseded 0"
    assert str(law.files[batch(1).id]["1.csv"]) == "raw 10 = clean 8 + quarantined 2 + superseded 0"


def test_new_batch_is_cleaned_with_the_rows_of_the_live_release(first):
    _, after = first
    given = replace(after, batches=(*after.batches, batch(2)))
    assert make_plan(given, "run2").rebuild is False
    assert make_plan(replace(given, quarters=(Quarter(2001, 2),)), "run2").rebuild is True
    assert make_plan(inputs(batch(1)), "run1").rebuild is True


def test_live_release_of_rows_that_are_not_staged_as_they_were_is_not_built_upon(first):
    release, after = first
    one, two = batch(1), batch(2)
    given = replace(after, batches=(one, two))
    record = after.staged[one.id]
    assert make_plan(replace(given, staged={}), "run2").rebuild is True
    assert make_plan(replace(given, staged={one.id: replace(record, quarantined=3)}), "run2").rebuild is True
    clean = release.tables["clean"]
    parts = {quarter: replace(part, origins={}) for quarter, part in clean.partitions.items()}
    unknown = replace(release, tables={**release.tables, "clean": replace(clean, partitions=parts)})
    assert make_plan(replace(given, live=unknown), "run2").rebuild is True


def test_superseded_rows_that_a_run_finds_join_those_of_the_live_release(first):
    release, after = first
    one, two = batch(1), batch(2, rows=4)
    live = replace(release, superseded={Q1: origins({one: 1}), Q2: origins({one: 2})})
    given = replace(after, batches=(one, two), live=live)
    outcome = result({two: {Q2: 4}}, {Q2: origins({two: 3})}, {Q2: 1}, {Q2: origins({one: 3, two: 1})})
    second, _ = published(given, outcome, 2, "run2")
    assert second.superseded == {Q1: origins({one: 1}), Q2: origins({one: 5, two: 1})}
    rebuilt, _ = published(replace(given, quarters=(Quarter(2001, 2),)), outcome, 2, "run2")
    assert rebuilt.superseded == {Q1: origins({one: 1}), Q2: origins({one: 3, two: 1})}


def test_quarter_that_lost_all_rows_has_no_partition(first):
    _, after = first
    two = batch(2, rows=5)
    given = replace(after, batches=(*after.batches, two))
    moved = {Q1: origins({batch(1): 5}), Q3: {}}
    outcome = result({two: {Q3: 5}}, {Q1: {}, Q3: origins({two: 5})}, {Q1: 0, Q3: 1}, moved)
    second, _ = published(given, outcome, 2, "run2")
    assert list(second.tables["clean"].partitions) == [Q2, Q3]
    assert list(second.tables["by_quarter"].partitions) == [Q2, Q3]
    assert second.superseded == {Q1: moved[Q1]}
    assert law_of(given.batches, second).broken == []


def test_batch_staged_by_a_run_that_was_not_published_is_cleaned_without_staging(first):
    _, after = first
    two = batch(2)
    held = staged_batches([two], result({two: {Q3: 10}}))
    given = replace(after, batches=(*after.batches, two), staged={**after.staged, two.id: held[0]})
    plan = make_plan(given, "run3")
    assert plan.stage == []
    assert plan.clean_quarters == [Q3]


def test_held_batch_of_which_no_row_is_good_still_makes_a_release(first):
    _, after = first
    two = batch(2)
    held = staged_batches([two], result({two: {}}))
    given = replace(after, batches=(*after.batches, two), staged={**after.staged, two.id: held[0]})
    plan = make_plan(given, "run3")
    assert (plan.stage, plan.clean_quarters) == ([], [])
    release = build_release(given, plan, result(), 2, "ann")
    assert str(law_of(given.batches, release).of_batch(two.id)) == "raw 10 = clean 0 + quarantined 10 + superseded 0"


def test_changed_mart_is_built_for_every_quarter_and_cleans_nothing(first):
    _, after = first
    plan = make_plan(replace(after, marts=(replace(MART, definition="definition2"),)), "run2")
    assert (plan.stage, plan.clean_quarters) == ([], [])
    assert plan.marts[0].quarters == [Q1, Q2]


def test_mart_taken_out_of_the_contract_leaves_the_release(first):
    _, after = first
    given = replace(after, marts=())
    plan = make_plan(given, "run2")
    assert plan.marts == []
    assert list(build_release(given, plan, result(), 2, "ann").tables) == ["clean", "quarantine"]


def test_changed_contract_stages_everything_and_keeps_nothing(first):
    _, after = first
    changed = replace(CONTRACT, columns=(replace(CONTRACT.columns[0], formats=("yyyy",)),))
    plan = make_plan(replace(after, contract=changed, staged={}), "run2")
    assert [task.batch for task in plan.stage] == [batch(1).id]
    assert plan.clean_existing == {}


def test_asked_quarter_is_cleaned_anew(first):
    _, after = first
    assert make_plan(replace(after, quarters=(Quarter(2001, 2),)), "run2").clean_quarters == [Q2]


def test_asked_quarter_without_rows_is_refused(first):
    _, after = first
    with pytest.raises(UsageError, match="no rows of 1999Q4"):
        make_plan(replace(after, quarters=(Quarter(1999, 4),)), "run2")


def test_asked_quarter_may_be_in_a_batch_that_is_not_staged(first):
    _, after = first
    given = replace(after, batches=[*after.batches, batch(2)], quarters=(Quarter(1999, 4), Quarter(2001, 2)))
    plan = make_plan(given, "run2")
    assert [task.batch for task in plan.stage] == [batch(2).id]
    assert plan.clean_quarters == [Q2]
    with pytest.raises(UsageError, match=r"trips has no rows of 1999Q4$"):
        refuse_unknown_quarters(given)


@pytest.mark.parametrize(("clean", "holds"), [({Q1: 5, Q2: 3}, True), ({Q1: 4, Q2: 3}, False), ({Q1: 6, Q2: 3}, False)])
def test_law_sees_one_row_too_few_or_too_many(clean, holds):
    one = batch(1)
    given = inputs(one)
    found = {quarter: origins({one: rows}) for quarter, rows in clean.items()}
    release, _ = published(given, result({one: {Q1: 5, Q2: 3}}, found, {Q1: 1, Q2: 1}))
    law = law_of(given.batches, release)
    assert (law.total.holds, law.broken == []) == (holds, holds)


def test_law_sees_a_row_of_a_file_that_nobody_loaded():
    one = batch(1)
    found = {Q1: {one.id: {"1.csv": 7, "ghost.csv": 1}}}
    release, _ = published(inputs(one), result({one: {Q1: 8}}, found, {Q1: 1}))
    assert [line.partition(":")[0] for line in law_of([one], release).broken] == [
        f"1.csv of batch {one.id}", f"ghost.csv of batch {one.id}",
    ]  # fmt: skip


def test_law_sees_rows_that_two_files_exchanged():
    one, two = batch(1), batch(2)
    found = {Q1: origins({one: 9, two: 11})}
    release, _ = published(inputs(one, two), result({one: {Q1: 10}, two: {Q1: 10}}, found, {Q1: 1}))
    law = law_of([one, two], release)
    assert law.total.holds
    assert len(law.broken) == 2
