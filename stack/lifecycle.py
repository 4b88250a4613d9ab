"""Brings a stack up and down, whatever its profile."""

from hive.connection import connect
from hive.ledger_tables import create_ops_tables
from stack.compose import start_containers, stop_containers
from stack.external import check_cluster
from stack.local import start_daemons, stop_daemons
from warehouse.errors import UsageError
from warehouse.observer import Observer
from warehouse.settings import Settings


def start_stack(settings: Settings, observer: Observer) -> None:
    """Start what is not running and wait until all of it answers; of a cluster elsewhere, see whether it will do.

    Raises:
        SetupError: Something is missing on the machine, or on the cluster.
        ServiceFailedError: A service did not start; names it, the reason and its log.
        StackDownError: A service of a cluster elsewhere does not answer.
        UsageError: The stack cannot be secured, or not be made plain again.
    """
    if settings.secure and not settings.profile.runs_here:
        raise UsageError(
            f"only a stack of the profile local can be secured, this one is {settings.profile}",
            "leave STACKHOUSE_SECURE empty",
        )
    if settings.profile.runs_here:
        start_daemons(settings, observer)
    elif settings.profile.in_containers:
        start_containers(settings, lambda line: observer.working("containers", line))
        observer.ready("containers")
    else:
        check_cluster(settings, observer)
    with connect(settings.endpoints) as server:
        create_ops_tables(server, settings.root)


def stop_stack(settings: Settings, observer: Observer) -> bool:
    """Stop everything in order and wait until it is gone; every row stays.

    Returns:
        False when nothing was running.

    Raises:
        UsageError: The cluster is not ours to stop.
    """
    if settings.profile.runs_here:
        return stop_daemons(settings, observer)
    if settings.profile.in_containers:
        stopped = stop_containers(settings, lambda line: observer.working("containers", line))
        observer.ready("containers")
        return stopped
    raise UsageError("with STACKHOUSE_PROFILE=external, stackhouse neither starts nor stops the cluster")
