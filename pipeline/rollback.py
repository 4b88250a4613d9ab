"""Shows readers an earlier release again; no row is read or written."""

from dataclasses import dataclass
from time import monotonic

from hive.connection import connect
from hive.publish import move_views, plan_views
from pipeline.dataset import check_known
from pipeline.plan import Inputs
from pipeline.writer import Writer, writing
from warehouse.errors import HeldError, UsageError
from warehouse.release.history import History, read_history
from warehouse.release.manifest import load_release
from warehouse.settings import Settings
from warehouse.steps import Step, reached


@dataclass(frozen=True)
class Rollback:
    """What a rollback did.

    Attributes:
        dataset: Name in the contract.
        left: Release that readers saw.
        live: Release that they see now; the same when they saw it already.
        seconds: How long it took.
    """

    dataset: str
    left: int
    live: int
    seconds: float


def roll_back(settings: Settings, dataset: str, to: int | None, reason: str, wait: bool) -> Rollback:
    """Show an earlier release to readers.

    Args:
        settings: Settings of the stack.
        dataset: Name in the contract.
        to: Number of the release; `None`: the one they saw before.
        reason: Why, for the ledger.
        wait: Wait for another writer to end.

    Raises:
        UsageError: There is no such release, or readers never saw it, or gc dropped it.
    """
    check_known(settings, dataset)
    parameters = {"to": str(to or ""), "reason": reason}
    began = monotonic()
    with writing(settings, dataset, "rollback", {k: v for k, v in parameters.items() if v}, wait) as writer:
        finished = writer.finished
        if to is None and finished is not None and finished.kind == "rolling_back":
            # Asked for by a command that was killed; this one, given again, means the same step back and no further.
            to = finished.release
        left, target = choose(dataset, read_history(writer.storage, dataset), to)
        if left == target:
            return Rollback(dataset, left, target, round(monotonic() - began, 1))
        release = load_release(writer.storage, dataset, target)
        writer.note(release=target, contract=release.contract)
        with connect(settings.endpoints) as server:
            statements = plan_views(server, release)
            writer.event("rolling_back", target, reason, release.run)
            reached(Step.ROLLBACK_BEGUN)
            move_views(server, statements)
        writer.event("rolled_back", target, reason, release.run)
        reached(Step.ROLLED_BACK)
    return Rollback(dataset, left, target, round(monotonic() - began, 1))


def choose(dataset: str, history: History, to: int | None) -> tuple[int, int]:
    """The release that readers see, and the one that they shall see.

    Args:
        dataset: Name in the contract.
        history: History of the dataset.
        to: Number of the release to go back to; `None`: the one before.

    Raises:
        UsageError: As in `roll_back`.
    """
    live = history.live
    if live is None:
        raise UsageError(f"{dataset} has no release yet", f"run ./stackhouse run {dataset}")
    seen = history.readable
    if to is None:
        before = [number for number in seen if number < live and number not in history.withdrawn]
        if not before:
            raise UsageError(f"release {live} of {dataset} is live, and no release before it is kept")
        return live, before[-1]
    if to not in seen:
        kept = ", ".join(str(number) for number in seen if number != live) or "none"
        raise UsageError(f"release {to} of {dataset} cannot be shown to readers; releases that can: {kept}")
    return live, to


def refuse_undoing(writer: Writer, inputs: Inputs) -> None:
    """Keep a run that no person thought about, by a timer for example, from undoing a rollback.

    Raises:
        HeldError: The run would publish what readers were taken from.
    """
    dataset = inputs.contract.dataset
    number = read_history(writer.storage, dataset).rolled_back_from
    if number is None:
        return
    left = load_release(writer.storage, dataset, number)
    rows = {batch.id for batch in inputs.batches} <= left.batches.keys()
    marts = {mart.name: mart.definition for mart in inputs.marts}
    definitions = {name: table.definition for name, table in left.tables.items() if name in marts}
    if rows and left.contract == inputs.contract.fingerprint and definitions == marts:
        raise HeldError(
            f"readers were rolled back from release {number}, and this run would publish the same rows by "
            "the same rules again",
            f"load a correction first, or insist with ./stackhouse {writer.command} {dataset} --accept --reason TEXT",
        )
