"""`python -m generator.sample` rewrites the sample beside the contract of trips: one file and the truth about it."""

import csv
import json
import tempfile
from pathlib import Path

from generator.columns import CONTRACT
from generator.dataset import write_plan
from generator.plan import sample_plan

SAMPLE = "trips_sample.csv"
_ROWS, _SEED = 400, 2024


def write_sample(directory: Path) -> None:
    """Write `trips_sample.csv` and `trips_sample.truth.json`, which also lists the labelled rows."""
    with tempfile.TemporaryDirectory() as temporary:
        made = Path(temporary) / "made"
        truth = write_plan(made, sample_plan(SAMPLE, _ROWS, _SEED)).document()
        with (made / "labels.csv").open(encoding="utf-8", newline="") as labels:
            labelled = [
                {"line": int(row["line"]), "label": row["label"], "outcome": row["outcome"],
                 "rules": row["rules"].split()}
                for row in csv.DictReader(labels)
            ]  # fmt: skip
        content = (made / "batch-1" / SAMPLE).read_bytes()
    document = {
        "rows": truth["rows"],
        **truth["after_batch_1"],
        "labelled": sorted(labelled, key=lambda row: row["line"]),
    }
    (directory / SAMPLE).write_bytes(content)
    (directory / SAMPLE).with_suffix(".truth.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_sample(CONTRACT.path.parent)
