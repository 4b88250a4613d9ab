"""Compares what a run made of its new batches with the shares that the contract accepts."""

from collections.abc import Iterator, Sequence

from pipeline.plan import Inputs
from warehouse.job import rows_of
from warehouse.release.check import Check
from warehouse.release.manifest import Release
from warehouse.staged import StagedBatch

_SHOWN_RULES = 3
_SHOWN_EXAMPLES = 3


def rejected_check(inputs: Inputs, release: Release) -> Check:
    """Compare the rejected rows of every new batch with `rejectThreshold`."""
    return Check("rejected", tuple(_rejected_too_many(inputs, release)))


def superseded_checks(inputs: Inputs, release: Release, examples: Sequence[str]) -> Iterator[Check]:
    """Compare the rows that new batches supersede with `supersededThreshold`, if the contract has it.

    A row counts if it is superseded now and was not before: one of a new batch that loses, or one that readers see and
    a new row replaces. Each accepted row of a new batch brings one of them at most, so the share of these is 0 to 1.

    Args:
        inputs: What the run began with, `staged` brought up to date.
        release: What it made.
        examples: Superseded rows, each with the one that won.
    """
    if inputs.contract.superseded_threshold is not None:
        failure = _superseded_too_many(inputs, release, examples)
        yield Check("superseded", (failure,) if failure else ())


def _new_batches(inputs: Inputs) -> list[StagedBatch]:
    released = inputs.kept.batches if inputs.kept else {}
    return [staged for batch, staged in inputs.staged.items() if batch not in released]


def _rejected_too_many(inputs: Inputs, release: Release) -> Iterator[str]:
    limit = inputs.contract.reject_threshold
    for staged in _new_batches(inputs):
        share = staged.quarantined / staged.raw if staged.raw else 0
        if share > limit:
            rules = sorted(staged.rules.items(), key=lambda item: -item[1])[:_SHOWN_RULES]
            yield (
                f"batch {staged.batch}: {staged.quarantined:,} of {staged.raw:,} rows are rejected ({share:.2%}), "
                f"the contract accepts {limit:.2%}; by rule: {', '.join(f'{rule} {rows:,}' for rule, rows in rules)}; "
                f"./stackhouse quarantine {release.dataset} --release {release.number} shows them"
            )


def _superseded_too_many(inputs: Inputs, release: Release, examples: Sequence[str]) -> str | None:
    before = inputs.kept.superseded if inputs.kept else {}
    superseded = sum(map(rows_of, release.superseded.values())) - sum(map(rows_of, before.values()))
    new = sum(staged.staged for staged in _new_batches(inputs))
    share, limit = superseded / new if new else 0, inputs.contract.superseded_threshold
    if limit is None or share <= limit:
        return None
    own = _superseded_of(release, {staged.batch for staged in _new_batches(inputs)})
    shown = "; ".join(examples[:_SHOWN_EXAMPLES])
    return (
        f"rows superseded by this run: {superseded:,} ({share:.2%} of {new:,} new), the contract accepts "
        f"{limit:.2%}: {own:,} of the new ones and {superseded - own:,} of the live release; "
        f"key {', '.join(inputs.contract.key)}, e.g. {shown}; "
        f"if the key is wrong, correct it and run ./stackhouse reprocess {release.dataset}"
    )


def _superseded_of(release: Release, batches: set[str]) -> int:
    return sum(
        sum(files.values())
        for origins in release.superseded.values()
        for batch, files in origins.items()
        if batch in batches
    )
