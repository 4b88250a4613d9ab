"""Settings without which Hive answers ordinary queries wrongly.

hive-site.xml has them; a HiveServer2 elsewhere may not.
"""

from collections.abc import Mapping
from functools import cache
from xml.etree import ElementTree

from hive.connection import HiveServer
from warehouse.settings import REPOSITORY

NAMES = (
    "hive.vectorized.execution.enabled",
    "hive.cbo.rule.exclusion.regex",
    "hive.auto.convert.anti.join",
    "hive.cbo.fallback.strategy",
    "hive.query.lifetime.hooks",
    "hive.semantic.analyzer.hook",
    "parquet.filter.record-level.enabled",
    "parquet.filter.dictionary.enabled",
)
"""What docs/answers.md explains."""

_SITE = REPOSITORY / "hive" / "conf" / "hive-site.xml"


@cache
def shipped() -> Mapping[str, str]:
    """Value of each of `NAMES` in the hive-site.xml of this repository."""
    properties = ElementTree.parse(_SITE).getroot().iter("property")  # noqa: S314 - a file of ours
    values = {found.findtext("name", ""): found.findtext("value", "") for found in properties}
    return {name: values[name] for name in NAMES}


def missing_settings(server: HiveServer) -> list[str]:
    """What a HiveServer2 lacks, each as `name=value` for its hive-site.xml.

    Raises:
        StackDownError: It does not answer.
    """
    return [f"{name}={value}" for name, value in shipped().items() if _value(server, name) != value]


def _value(server: HiveServer, name: str) -> str:
    """What `SET name` says; without a value it says `name is undefined`."""
    ((answer,),) = server.fetch(f"SET {name}").rows
    return str(answer).partition("=")[2]
