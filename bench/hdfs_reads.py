"""How many bytes the DataNode of a local stack has sent to readers."""

import time
from urllib.parse import quote

import requests

from bench.command import MeasurementError
from hadoop.web.key import key_header
from warehouse.settings import Settings

_BEANS = "Hadoop:service=DataNode,name=DataNodeActivity-*"
_AGE_SECONDS = 11
"""Hadoop answers from values of up to 10 s ago (period of its metrics system)."""


def bytes_read(settings: Settings) -> float:
    """`BytesRead` of the DataNode since it started: all that Spark, Hive and WebHDFS got from it.

    Raises:
        MeasurementError: The DataNode does not say.
    """
    time.sleep(_AGE_SECONDS)
    session = requests.Session()
    session.trust_env = False
    url = f"http://localhost:{settings.ports.datanode_http}/jmx?qry={quote(_BEANS)}"
    answer = session.get(url, headers=key_header(settings), timeout=10)
    answer.raise_for_status()
    found = [float(bean["BytesRead"]) for bean in answer.json()["beans"] if "BytesRead" in bean]
    if not found:
        raise MeasurementError("the DataNode does not say how many bytes were read")
    return sum(found)
