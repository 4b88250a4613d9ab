"""The clients of one WebHDFS, one a thread: the sessions of requests are not made for several."""

import threading

import requests
from hdfs import InsecureClient

from secure.access import access
from warehouse.settings import GATEWAY_ERRORS, Endpoints

_TIMEOUT_SECONDS = (30, 120)
"""To connect or to take the next bytes; to answer."""


class WebHdfsClients:
    """Gives each thread a client of its own.

    Attributes:
        url: Address of the NameNode.
    """

    def __init__(self, endpoints: Endpoints) -> None:
        """Make none yet."""
        self.url = f"{access(endpoints.identity).scheme}://{endpoints.namenode_host}:{endpoints.namenode_port}"
        self._endpoints = endpoints
        self._local = threading.local()

    @property
    def mine(self) -> InsecureClient:
        """The client of the thread that asks."""
        if not hasattr(self._local, "client"):
            self._local.client = InsecureClient(
                self.url, user=self._endpoints.user, session=_session(self._endpoints), timeout=_TIMEOUT_SECONDS
            )
        return self._local.client


def _session(endpoints: Endpoints) -> requests.Session:
    session = access(endpoints.identity).session()
    if endpoints.gateway:
        # To the DataNodes; the NameNode is reached directly.
        session.proxies = {"http": endpoints.gateway, f"http://{endpoints.namenode_host}": ""}
        session.hooks["response"].append(_refuse_the_gateways_own)
    # A broken write may reach HDFS late: it must not bring back the directory that was deleted after it.
    session.params = {"createparent": "false"}
    return session


def _refuse_the_gateways_own(answer: requests.Response, **_: object) -> None:
    """An error of the gateway itself is not an answer of HDFS: the gateway does not reach the DataNode."""
    if answer.status_code in GATEWAY_ERRORS:
        raise requests.ConnectionError(f"the gateway answers {answer.status_code}", request=answer.request)
