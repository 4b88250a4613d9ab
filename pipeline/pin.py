"""`pin` and `unpin`: what gc leaves alone whatever its age."""

from pipeline.dataset import check_known
from pipeline.writer import Writer, writing
from warehouse.errors import UsageError
from warehouse.release import ledger
from warehouse.release.history import read_history
from warehouse.release.manifest import load_release
from warehouse.settings import Settings
from warehouse.steps import Step, reached


def pin_release(settings: Settings, dataset: str, number: int, reason: str, wait: bool) -> None:
    """Keep a release from gc.

    Args:
        settings: Settings of the stack.
        dataset: Name in the contract.
        number: Number of a release that readers saw once and that is kept.
        reason: Why, for the ledger.
        wait: Wait for another writer to end.

    Raises:
        UsageError: There is no such release, or no reason.
    """
    check_known(settings, dataset)
    if not reason:
        raise UsageError("--reason must say who needs the release and why")
    # gc has the lock while it decides: it sees the pin, or has dropped the release before.
    with writing(settings, dataset, "pin", {"release": str(number), "reason": reason}, wait) as writer:
        readable = read_history(writer.storage, dataset).readable
        if number not in readable:
            known = ", ".join(map(str, readable)) or "none"
            raise UsageError(f"release {number} of {dataset} cannot be pinned; releases that can: {known}")
        _note(writer, "pinned", number, reason)


def unpin_release(settings: Settings, dataset: str, number: int, wait: bool) -> None:
    """Leave a pinned release to gc again; arguments as for `pin_release`.

    Raises:
        UsageError: It is not pinned.
    """
    check_known(settings, dataset)
    with writing(settings, dataset, "unpin", {"release": str(number)}, wait) as writer:
        pinned = read_history(writer.storage, dataset).pinned
        if number not in pinned:
            known = ", ".join(map(str, sorted(pinned))) or "none"
            raise UsageError(f"release {number} of {dataset} is not pinned; pinned are: {known}")
        _note(writer, "unpinned", number, "")


def _note(writer: Writer, kind: ledger.Kind, number: int, reason: str) -> None:
    writer.event(kind, number, reason, load_release(writer.storage, writer.dataset, number).run)
    reached(Step.PINNED)
