"""The configuration of a cluster as its administrator hands it out to clients: every value stands in it."""

import re
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

from warehouse.settings import REPOSITORY

FILES = ("core-site.xml", "hdfs-site.xml", "yarn-site.xml")
_OF_THE_DAEMONS = ("yarn.nodemanager.", "dfs.datanode.", "dfs.namenode.name.dir", "yarn.resourcemanager.fs.")
_VARIABLE = re.compile(r"\$\{env\.(\w+)(?::-([^}]*))?\}")


def hand_out(directory: Path, values: Mapping[str, str]) -> None:
    """Write the files into a new directory.

    Args:
        directory: What `HADOOP_CONF_DIR` is to be.
        values: Environment of a daemon of the cluster.
    """
    directory.mkdir()
    for name in FILES:
        site = ElementTree.parse(REPOSITORY / "hadoop" / "conf" / name)  # noqa: S314 - our own file
        for item in list(site.getroot()):
            value = item.find("value")
            name_of_property = item.findtext("name", "")
            # Clients have to know what the daemons are called in Kerberos.
            if name_of_property.startswith(_OF_THE_DAEMONS) and not name_of_property.endswith(".principal"):
                site.getroot().remove(item)
            elif value is not None:
                value.text = _VARIABLE.sub(lambda found: _value(found, values), value.text or "")
        site.write(directory / name)


def _value(variable: re.Match[str], values: Mapping[str, str]) -> str:
    """As Hadoop's `Configuration`: what follows `:-` is for a variable that is not set, or empty."""
    name, default = variable.groups()
    return values.get(name) or default if default is not None else values[name]
