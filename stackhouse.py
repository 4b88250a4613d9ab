"""Stackhouse as a library: `import stackhouse`, then `stackhouse.Warehouse().dataset("flights").load([...])`.

`connect` reads one dataset into pandas and needs no more than the client; `Warehouse` loads, runs and rolls back and
needs the checkout. docs/consumers.md has examples.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

_HERE = Path(__file__).parent
_PACKAGES = (
    "consumers",
    "hadoop",
    "hive",
    "ingestion",
    "pipeline",
    "schedule",
    "secure",
    "spark",
    "stack",
    "warehouse",
)


def _refuse_foreign_packages() -> None:
    """Our packages have common names; one of another library would be imported in the place of ours."""
    for name in _PACKAGES:
        spec = find_spec(name)
        places = [Path(place) for place in spec.submodule_search_locations or ()] if spec else []
        if spec and places != [_HERE / name]:
            found = spec.origin or ", ".join(map(str, places))
            raise ImportError(
                f"Stackhouse has a package {name!r}, and another of that name comes first: {found}; "
                "install Stackhouse into a virtual environment of its own"
            )


_refuse_foreign_packages()

from warehouse.errors import *  # noqa: E402, F403 - after the check; the tree of errors is public as a whole
from warehouse.settings import Endpoints, Settings, load_settings  # noqa: E402 - after the check

if TYPE_CHECKING:
    from consumers.client import connect
    from pipeline.warehouse import Dataset, Warehouse

_LAZY = {"Dataset": "pipeline.warehouse", "Warehouse": "pipeline.warehouse", "connect": "consumers.client"}
"""Where a name is: `connect` needs pandas and no Spark, `Warehouse` needs Spark and no pandas."""

__all__ = ["Dataset", "Endpoints", "Settings", "Warehouse", "connect", "load_settings"]


def __getattr__(name: str) -> Any:
    """Import what needs more than the other part of the library when it is asked for."""
    if name not in _LAZY:
        raise AttributeError(f"module 'stackhouse' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LAZY[name]), name)
