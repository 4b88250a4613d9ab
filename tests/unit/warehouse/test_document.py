"""Stored documents: those that earlier versions wrote are read, and written again as they were."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.memory_storage import MemoryStorage
from warehouse.batch import read_batch, write_batch
from warehouse.document import read, read_lines, write, write_line
from warehouse.errors import DocumentError
from warehouse.job import JobEvent, JobFailed, JobPlan, JobResult, JobStarted, JobStep, StagedCounts, StageTask
from warehouse.lock.owner import LockOwner
from warehouse.paths import DatasetPaths
from warehouse.release.facts import ReleaseFacts
from warehouse.release.ledger import BatchRecord, CheckRecord, Event, RunRecord
from warehouse.release.manifest import Partition, Release
from warehouse.staged import StagedBatch, find_staged

FILES = {"release": Release, "staged": StagedBatch, "lock": LockOwner, "facts": ReleaseFacts}
LINES = {"event": Event, "batch_record": BatchRecord, "run_record": RunRecord, "check_records": CheckRecord}


def stored(name):
    return Path(__file__).with_name("documents").joinpath(f"{name}.json").read_bytes()


def without(name, *place):
    """A stored document that lacks a key."""
    found = json.loads(stored(name))
    inner = found
    for key in place[:-1]:
        inner = inner[key]
    del inner[place[-1]]
    return json.dumps(found).encode()


def with_more(name, *place):
    """A stored document with a key that this version does not know."""
    found = json.loads(stored(name))
    inner = found
    for key in place:
        inner = inner[key]
    inner["colour"] = "red"
    return json.dumps(found).encode()


@pytest.mark.parametrize("name", FILES)
def test_stored_file_is_read_and_written_as_it_was(name):
    assert write(read(FILES[name], stored(name), name)) == stored(name)


@pytest.mark.parametrize("name", LINES)
def test_stored_lines_are_read_and_written_as_they_were(name):
    assert b"".join(map(write_line, read_lines(LINES[name], stored(name), name))) == stored(name)


def test_stored_manifest_of_a_batch_is_read_and_written_as_it_was():
    written = write_batch(read_batch(stored("batch"), "m"))
    found = json.loads(written)
    # Files had no such key then.
    assert [file.pop("nanoseconds") for file in found["files"]] == [[]] * len(found["files"])
    assert found == json.loads(stored("batch"))
    assert written.startswith(b'{\n "')


def test_values_have_the_types_of_their_fields():
    batch = read_batch(stored("batch"), "m")
    assert (batch.loaded_at.isoformat(), batch.files[0].split_lines) == ("2026-11-24T14:00:05.120000+00:00", (40, 81))
    release = read(Release, stored("release"), "r")
    assert release.batches[batch.id] == read(StagedBatch, stored("staged"), "s")
    partition = release.tables["clean"].partitions["2026-07-01"]
    assert isinstance(partition, Partition)
    assert partition.origins == {batch.id: {"größe.csv": 2, "b.jsonl.gz": 1}}
    assert read(LockOwner, stored("lock"), "l").parameters["accept"].encode(errors="surrogateescape") == b"caf\xe9"


@pytest.mark.parametrize(
    ("name", "place"),
    [("release", ("tables", "totals", "partitions")), ("release", ("superseded",)), ("staged", ("rejected",)),
     ("lock", ("token",)), ("event", ("release",)), ("run_record", ("outcome",))],
)  # fmt: skip
def test_document_without_a_key_is_refused_with_source_and_place(name, place):
    with pytest.raises(DocumentError) as problem:
        read({**FILES, **LINES}[name], without(name, *place), "/there")
    assert (
        str(problem.value)
        == f"/there does not have the form that this version writes: {'.'.join(place)}: Field required"
    )


@pytest.mark.parametrize("key", ["kind", "columns", "split_lines"])
def test_file_of_a_batch_without_what_tells_its_lines_is_refused(key):
    with pytest.raises(DocumentError, match=rf"files\.0\.{key}: Field required"):
        read_batch(without("batch", "files", 0, key), "/there")


def test_keys_of_later_versions_may_be_missing():
    assert read_batch(without("batch", "counted_by"), "m").counted_by == {}
    place = ("tables", "clean", "partitions", "2026-07-01")
    release = read(Release, without("release", *place, "origins"), "r")
    assert release.tables["clean"].partitions["2026-07-01"].origins == {}
    (check, _) = read_lines(CheckRecord, stored("check_records").replace(b', "note": "proved 1 of 2"', b""), "c")
    assert (check.name, check.note) == ("law", "")


@pytest.mark.parametrize(
    ("name", "place"),
    [("release", ()), ("release", ("batches", "a4970a3846854070")), ("staged", ()), ("lock", ()), ("event", ()),
     ("release", ("tables", "clean", "partitions", "2026-07-01")), ("run_record", ())],
)  # fmt: skip
def test_unknown_key_is_refused(name, place):
    with pytest.raises(DocumentError, match=r"colour: Unexpected keyword argument"):
        read({**FILES, **LINES}[name], with_more(name, *place), "/there")


def test_unknown_key_is_ignored_in_a_batch_and_a_table_but_not_inside_them():
    assert read_batch(with_more("batch"), "m") == read_batch(stored("batch"), "m")
    table = with_more("release", "tables", "clean")
    assert read(Release, table, "r") == read(Release, stored("release"), "r")
    with pytest.raises(DocumentError, match=r"files\.0\.colour"):
        read_batch(with_more("batch", "files", 0), "m")


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[]", b"null", b"1"])
def test_other_content_is_refused_in_one_line_that_names_the_source(content):
    with pytest.raises(DocumentError, match=r"^/there (is|does) not ") as problem:
        read(StagedBatch, content, "/there")
    assert "\n" not in str(problem.value)


def test_wrong_value_is_refused_with_its_place():
    wrong = stored("release").replace(b'"raw": 7', b'"raw": "seven"')
    with pytest.raises(DocumentError, match=r"^/there .* batches\.a4970a3846854070\.raw: Input should be a valid int"):
        read(Release, wrong, "/there")


def test_damaged_record_of_a_staged_batch_is_refused_with_its_path():
    storage = MemoryStorage()
    paths = DatasetPaths("sales", storage.root)
    path = f"{paths.staged('b1', 'c1')}/_staged.json"
    storage.create(path, b"{}")
    with pytest.raises(DocumentError, match=path):
        find_staged(storage, paths, ["b1"], "c1", {})


def test_plan_of_a_job_is_one_line_and_leads_back():
    files = list(read_batch(stored("batch"), "m").files)
    plan = JobPlan("r", "sales", "a: 1\nb: é\n", "/c", [StageTask("b1", 1, "/raw", files, "/s", "/q")],
                   [], [], True, ["2026-07-01"], "/clean", {}, [])  # fmt: skip
    assert write_line(plan).count(b"\n") == 1
    assert read(JobPlan, write_line(plan), "plan") == plan


def test_every_event_of_a_job_leads_back():
    result = JobResult("a", {"b1": StagedCounts(1, 0, {"q": 1}, {}, {})}, {"q": {"b1": {"f": 1}}}, {}, {"m": {}})
    for event in (JobStarted("a"), JobStep("mart", "m"), result, replace(result, staged={}), JobFailed("why")):
        assert read(JobEvent, write_line(JobEvent(event)), "event").event == event
