"""One late row, and nothing new: what a run costs that has little to do."""

from collections.abc import Mapping

from bench.command import MeasurementError
from bench.hdfs_reads import bytes_read
from bench.prices import Prices
from bench.workplace import Workplace
from hadoop.rest import resourcemanager_answer
from warehouse.quarter import Quarter
from warehouse.release.manifest import QUARANTINE, load_live


def measure_late_rows(place: Workplace, prices: Prices, dataset: str) -> Mapping[str, float]:
    """Load one late row and run, then another one while Spark is still there; see `measure_late_row`."""
    with place.stack.keeping_engine():
        cold = measure_late_row(place, prices, dataset, "late")
        return {**cold, **measure_late_row(place, prices, dataset, "warm late", 1)}


def measure_late_row(place: Workplace, prices: Prices, dataset: str, name: str, number: int = 0) -> Mapping[str, float]:
    """Load a newer version of one row and run.

    Args:
        place: Where.
        prices: What the dataset was loaded with.
        dataset: A published dataset, not changed since.
        name: What the samples are called.
        number: Which row: one that was loaded before is not loaded again.

    Raises:
        MeasurementError: The late row did not make a release, or rebuilt other quarters.
    """
    stack, limit = place.stack, place.samples.left
    needed = _needed_bytes(place, dataset, prices.late_quarter)
    file = prices.write_late_row(place.scratch / f"late_{dataset}_{number}.csv", number)
    loading, _ = stack.document("load", dataset, str(file), limit=limit)
    before = bytes_read(stack.settings)
    running, report = stack.document("run", dataset, limit=limit)
    read = bytes_read(stack.settings) - before
    if not report["published"]:
        raise MeasurementError("a late row was loaded, and the run had nothing to do")
    steps = {f"{name} {step}": seconds for step, seconds in report["seconds"].items() if step != "total"}
    whole = {f"{name} load": loading, f"{name} run": running}
    return {**whole, **steps, f"{name} bytes": read, f"{name} bytes needed": needed}


def measure_nothing_new(place: Workplace, dataset: str) -> Mapping[str, float]:
    """Run a dataset that nothing was loaded to; seconds, and applications that YARN got."""
    before = _applications(place)
    seconds, report = place.stack.document("run", dataset, limit=place.samples.left)
    if report["published"]:
        raise MeasurementError("nothing was loaded, and the run made a release")
    return {"nothing new run": seconds, "nothing new applications": _applications(place) - before}


def _needed_bytes(place: Workplace, dataset: str, quarter: Quarter) -> float:
    """Bytes of the quarter's clean rows and marts. The day is in the key, so no other quarter has keys to look at."""
    live = load_live(place.stack.storage, dataset)
    if live is None:
        raise MeasurementError(f"{dataset} has no release")
    tables = [table for name, table in live.tables.items() if name != QUARANTINE]
    parts = [part for table in tables if (part := table.partitions.get(quarter.start.isoformat()))]
    return float(sum(place.stack.storage.content_size(part.path) for part in parts))


def _applications(place: Workplace) -> int:
    metrics = resourcemanager_answer(place.stack.settings, "metrics")["clusterMetrics"]
    return int(metrics["appsSubmitted"])
