"""The first run over a dataset, and what does the same without the stack, in turn."""

from collections.abc import Mapping
from functools import partial

from bench.engines.installed import ENGINES
from bench.prices import Prices
from bench.workplace import Workplace

_SPARK = "bare_spark"


def compare(place: Workplace, prices: Prices, round_number: int) -> str | None:
    """Measure everything that reads all rows once; every other round begins with the stack.

    Returns:
        The dataset that was published; `None` when that failed.
    """
    attempt, files = place.samples.attempt, prices.files
    dataset = place.stack.add_dataset(f"prices_{files}_{round_number}")

    def others() -> None:
        attempt(f"bare Spark, {files} files", lambda: _bare(place, prices))
        attempt(f"bare typed read and write, {files} files", lambda: _bare_write(place, prices))
        for engine, module in ENGINES.items():
            attempt(f"{engine}, {files} files", partial(_engine, place, prices, engine, module))
        attempt(f"put, {files} files", lambda: _put(place, prices))

    if round_number % 2:
        others()
    published = attempt(f"load and run, {files} files", lambda: load_and_run(place, prices, dataset))
    if not round_number % 2:
        others()
    return dataset if published else None


def load_and_run(place: Workplace, prices: Prices, dataset: str) -> Mapping[str, float]:
    """Load and run a new dataset in one batch; seconds by command and step."""
    files, stack, samples = prices.files, place.stack, place.samples
    loading, _ = stack.document("load", dataset, str(place.files(prices)), limit=samples.left)
    running, report = stack.document("run", dataset, limit=samples.left)
    place.compare_mart(prices, dataset)
    steps = {f"{step} {files}": seconds for step, seconds in report["seconds"].items() if step != "total"}
    whole = {f"load {files}": loading, f"run {files}": running, f"load and run {files}": loading + running}
    return {**whole, **steps}


def bare_run(place: Workplace, prices: Prices) -> float:
    """Seconds of the bare Spark script."""
    return place.script(_SPARK, prices)[0]


def _bare(place: Workplace, prices: Prices) -> Mapping[str, float]:
    return {f"bare {prices.files}": bare_run(place, prices)}


def _engine(place: Workplace, prices: Prices, engine: str, module: str) -> Mapping[str, float]:
    return {f"{engine} {prices.files}": place.script(module, prices)[0]}


def _bare_write(place: Workplace, prices: Prices) -> Mapping[str, float]:
    _, steps = place.script(_SPARK, prices, "--only-write")
    return {f"bare write {prices.files}": steps["write"]}


def _put(place: Workplace, prices: Prices) -> Mapping[str, float]:
    """What `hdfs dfs` takes for the same bytes, one file after the other and with eight threads."""
    source, found = str(place.files(prices)), dict[str, float]()
    for name, options in (("put", []), ("put -t 8", ["-t", "8"])):
        target = f"{place.stack.storage.root}/bench"
        try:
            done = place.stack.hdfs("-put", *options, source, target, limit=place.samples.left)
        finally:
            place.stack.storage.delete(target)
        found[f"{name} {prices.files}"] = done.seconds
    return found
