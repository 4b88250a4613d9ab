"""A draft, unchanged, stages its own sample: what it says is rejected is rejected, and its mart passes its check."""

import bz2
import gzip
import json
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from pyspark.sql import SparkSession

from drafting.draft import draft
from hive.proof.mart_query import refusal
from spark.marts import build_mart
from tests.staging import stage_raw, write_raw
from warehouse.contract.file import load_contract
from warehouse.contract.sql import load_mart_sql
from warehouse.job import MartTask

_DAYS = [f"2021-{1 + number % 12:02}-{1 + number % 28:02}" for number in range(200)]


def _trips() -> bytes:
    rows = [f"{n % 2},{day} 10:11:12,{n / 4},{'NA' if n % 3 else n},0{n},{n * 5e9:.0f}" for n, day in enumerate(_DAYS)]
    return "\n".join(["VendorID,Pickup Time,Fare,Tip,Zip,Big", *rows, "1,never,2,3,4,5", "1,2"]).encode()


def _german() -> bytes:
    rows = [f"{n};{day[8:]}.{day[5:7]}.{day[:4]};1.{n:03},{n};süß" for n, day in enumerate(_DAYS)]
    return "\r\n".join(["Bericht", "", "Nr;Datum;Größe;Name", *rows]).encode("windows-1252")


def _american() -> bytes:
    rows = [
        f'"{n}",{n % 12 + 1}/{n % 28 + 1}/2021 {n % 12 + 1}:05 PM,"1,{n:03}.50",{n if n % 50 else "7" + chr(34)} pipe'
        for n in range(200)
    ]
    # A quote inside a field that is not quoted: these rows are rejected.
    return "\n".join(["id,When,Paid,What", "# a comment", *rows]).encode()


def _gaps() -> bytes:
    rows = [f"{day},{'' if day < '2021-04' else n / 4}" for n, day in enumerate(_DAYS)]
    return "\n".join(["day,amount", *rows]).encode()


_FORMATS = (
    *(("300000000", "5"), ("123456789012345678901", "5"), ("007", "1"), ("1.123456", "-20.1", "+.5"), ("1e10", "5")),
    *(("1.", "5.2", ".5"), ("true", "FALSE", "t"), ("yes", "no"), ("2020-02-29 10:11:12.5", "2020-02-29 10:11:12")),
    *(("2020-02-29T10:11", "2020-02-29T10:11:12"), ("2020-02-29T10:11:12Z", "2020-02-29T10:11:12.25+02:00")),
    *(("2020-02-29 10:11:12+0530", "2020-02-29 10:11:12Z"), ("2020-02-29 10:11:12 UTC",), ("29/02/2020", "01/12/2020")),
    *(("2/29/2020 1:05 PM", "12/1/2020 11:59 am"), ("2/29/20 13:05", "12/1/20 9:59"), ("29.2.2020", "1.12.2020")),
    *(("29-Feb-2020", "1-MAR-2020"), ("February 29, 2020", "March 1, 2020"), ("1 May 2020", "12 Jun 2020 10:11")),
    *(("2020-02-29", "2020-02-29 10:11:12"), ("2020/2/9", "2020/12/10"), ("2020-02-29 10:11:12.1234567",)),
    *(("Feb 29, 2020 1:02:03 pm", "Mar 1, 2020 10:02:03 PM"), ("2020-02-29 10:11:12-05", "2020-02-29 10:11:12+00")),
)


def _formats() -> bytes:
    named = {**{f"c{n}": values for n, values in enumerate(_FORMATS)}, "day": ("20200229", "20201231")}
    named["stamp time"] = ("20200229101112", "20201231235959")
    rows = [[values[n % len(values)] for values in named.values()] for n in range(60)]
    return "\n".join("|".join(row) for row in [list(named), *rows]).encode()


def _unnamed() -> bytes:
    rows = [f"{n},{day},{n / 7},'x'" for n, day in enumerate(_DAYS)]
    return bz2.compress("\n".join([",day,ratio,select", *rows]).encode())


def _objects() -> bytes:
    rows = [{"at": f"{day}T01:02:03.5+02:00", "n": n, "x": n / 8, "deep": {"a": n}} for n, day in enumerate(_DAYS)]
    return gzip.compress("\n".join([*map(json.dumps, rows), "{broken"]).encode())


def _multiline() -> bytes:
    rows = [f'{n},{day}T10:11,"line one\nline ""two"", {n}",{n}e2' for n, day in enumerate(_DAYS)]
    return "\n".join(["key,moment,text,rough", *rows]).encode()


def _log() -> bytes:
    rows = [
        f"<34>1 {day}T01:02:03.5+02:00 host app {n % 50 or '-'} - -{' a, b' * (n % 3)}" for n, day in enumerate(_DAYS)
    ]
    return gzip.compress("\n".join([*rows, "    at java.lang.Thread"]).encode())


def _parquet() -> bytes:
    times = [datetime.fromisoformat(day) for day in _DAYS]
    frame = pd.DataFrame(
        {
            "time": times,
            "zoned": pd.to_datetime(times, utc=True),
            "whole": [float(n) if n % 5 else None for n in range(200)],
            "real": [n / 3 * 1e9 for n in range(200)],
            "Passed": [n % 2 == 0 for n in range(200)],
        }
    )
    return bytes(frame.to_parquet())


def _split() -> bytes:
    rows = [f" {day[:4]},{int(day[5:7])},{int(day[8:])}, {n % 24} ,{n / 10}" for n, day in enumerate(_DAYS)]
    return "\n".join(["year, month,day,hour,pm2.5", *rows, "2021,2,30,1,1"]).encode()


def _joined() -> bytes:
    rows = [f"{day[8:]}/{day[5:7]}/{day[:4]};{n % 24:02}.00.00;{n},5" for n, day in enumerate(_DAYS)]
    return "\n".join(["Date;Time;CO(GT)", *rows]).encode()


_SAMPLES = {
    "split.csv": (_split(), 1),
    "joined.csv": (_joined(), 0),
    "trips.csv": (_trips(), 2),
    "german.csv": (_german(), 0),
    "american.csv": (_american(), 4),
    "unnamed.csv.bz2": (_unnamed(), 0),
    "objects.jsonl.gz": (_objects(), 1),
    "multiline.csv": (_multiline(), 0),
    "gaps.csv": (_gaps(), 0),
    "formats.csv": (_formats(), 0),
    "app.log.gz": (_log(), 1),
    "table.parquet": (_parquet(), 0),
}


@pytest.mark.parametrize("name", _SAMPLES)
def test_a_draft_stages_its_sample_and_its_mart_passes(spark: SparkSession, tmp_path: Path, name: str) -> None:
    content, rejected = _SAMPLES[name]
    write_raw(tmp_path, {name: content})
    drafted = draft("things", tmp_path / "raw" / name, tmp_path)
    contract = load_contract("things", tmp_path)
    counts = stage_raw(spark, tmp_path, contract)
    total = counts.staged + counts.quarantined
    assert (counts.quarantined, counts.rules != {}) == (rejected, rejected > 0)
    assert rejected / total == pytest.approx(drafted.rejected)
    is_held = rejected / total > contract.reject_threshold
    assert is_held == any("a run of this file is held" in sentence for sentence in drafted.unsure)
    sql = load_mart_sql(contract)[0]
    clean = {quarter: str(tmp_path / "staged" / f"quarter_start={quarter}") for quarter in counts.quarters}
    task = MartTask(sql.name, sql.sql, sql.check, sorted(clean), str(tmp_path / "mart"))
    built = build_mart(spark, contract, task, clean)
    assert built.rows == dict.fromkeys(clean, 1)
    assert refusal(contract, sql.sql) is None


_RIDES = {
    "2014-08.csv": "starttime,bikeid,usertype\n" + "".join(f"{day} 10:00:00,{n},A\n" for n, day in enumerate(_DAYS)),
    "2014-09.csv": "starttime,bikeid,usertype\n" + "".join(f"9/{n % 30 + 1}/2014 10:00:00,{n},B\n" for n in range(60)),
    "2021-02.csv": "started_at,ride_id,member\n2021-02-01 10:00:00,7,A\n2021-02-02 10:00:00,8,B\n",
    "2022-01.csv": "ride_id,started_at,member,tip\n9,2022-01-01 10:00:00,A,1.5\n",
}


def test_a_draft_of_a_folder_stages_all_its_files(spark: SparkSession, tmp_path: Path) -> None:
    write_raw(tmp_path, {name: content.encode() for name, content in _RIDES.items()})
    drafted = draft("things", tmp_path / "raw", tmp_path)
    counts = stage_raw(spark, tmp_path, load_contract("things", tmp_path))
    assert (counts.quarantined, counts.staged, drafted.rejected) == (0, 263, 0)
    rows = spark.read.parquet(str(tmp_path / "staged")).where("source_file >= '2021'").orderBy("ride_id")
    found = [tuple(row) for row in rows.selectExpr("string(started_at)", "ride_id", "member", "string(tip)").collect()]
    assert found == [
        ("2021-02-01 10:00:00", 7, "A", None),
        ("2021-02-02 10:00:00", 8, "B", None),
        ("2022-01-01 10:00:00", 9, "A", "1.50"),
    ]
