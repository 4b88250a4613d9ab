"""The lock of a dataset: one to take, and one that another owner has left."""

import json
from dataclasses import asdict, replace

from warehouse.lock.lock import DatasetLock
from warehouse.lock.owner import LockOwner
from warehouse.run import new_run_id

PATH = "/stackhouse/locks/flights"


def a_lock(storage, command="./stackhouse run flights"):
    return DatasetLock(storage, "flights", an_owner("ann", command))


def an_owner(user, command):
    return LockOwner.this_process(user, command, {"files": "a.csv"}, new_run_id())


def leave_lock(storage, **changes):
    owner = replace(an_owner("bob", "./stackhouse load flights"), **changes)
    storage.create(PATH, json.dumps(asdict(owner)).encode())
    return owner
