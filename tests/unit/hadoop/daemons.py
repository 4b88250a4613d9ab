"""NameNode, ResourceManager and DataNode, played by a small HTTP server with the answers of Hadoop 3.4.3."""

import json
import socket
import threading
from dataclasses import replace
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from warehouse.settings import Hosts, Settings, load_settings


class Daemons:
    """All daemons of a cluster on one port; a test changes what they say."""

    def __init__(self) -> None:
        self.date: str | None = None
        self.asked: list[str] = []
        self.refuses = False
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port: int = self.server.server_port
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.location = f"127.0.0.1:{self.port}"
        self.live = {"127.0.0.1:9866": {"infoAddr": f"127.0.0.1:{self.port}", "adminState": "In Service"}}
        self.info = {"Safemode": "", "Total": 100, "Free": 90, "SoftwareVersion": "3.4.3"}
        self.state = {"NumLiveDataNodes": 1, "NumDeadDataNodes": 0}
        self.namesystem = {"MissingBlocks": 0, "UnderReplicatedBlocks": 0, "CorruptBlocks": 0}
        self.metrics = {"activeNodes": 1, "unhealthyNodes": 0, "totalMB": 4096, "allocatedMB": 512, "appsRunning": 1}
        self.nodes: dict[str, list[dict[str, Any]]] = {"RUNNING": [yarn_node()], "UNHEALTHY": []}
        self.queues = [yarn_queue("spark", 60.000004), yarn_queue("hive", 60.000004)]
        self.scheduler = "capacityScheduler"
        self.apps: list[dict[str, Any]] = []

    def answer(self, path: str) -> Any:
        """JSON of one request; `None` is a 404."""
        url = urlsplit(path)
        query = parse_qs(url.query)
        if url.path == "/jmx":
            return self._bean(query["qry"][0])
        if url.path.startswith("/webhdfs"):
            return {"Location": f"http://{self.location}/webhdfs/v1/tmp/_doctor?op=CREATE"}
        return self._resourcemanager(url.path.removeprefix("/ws/v1/cluster/"), query)

    def _bean(self, name: str) -> Any:
        beans = {
            "NameNodeInfo": {**self.info, "LiveNodes": json.dumps(self.live), "DeadNodes": "{}"},
            "FSNamesystemState": self.state,
            "FSNamesystem": self.namesystem,
        }
        found = beans.get(name.rpartition("name=")[2])
        return {"beans": [{"name": name, **found}] if found else []}

    def _resourcemanager(self, what: str, query: dict[str, list[str]]) -> Any:
        if what == "metrics":
            return {"clusterMetrics": self.metrics}
        if what == "nodes":
            found = self.nodes[query["states"][0]]
            return {"nodes": {"node": found} if found else None}
        if what == "scheduler":
            info = {"type": self.scheduler, "queueName": "root", "queues": {"queue": self.queues}}
            return {"scheduler": {"schedulerInfo": info}}
        if what == "apps":
            return {"apps": {"app": self.apps} if self.apps else {}}
        return None

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        daemons = self

        class Handler(BaseHTTPRequestHandler):
            def respond(self) -> None:
                daemons.asked.append(f"{self.command} {self.path}")
                found = daemons.answer(self.path)
                body = json.dumps(found).encode()
                self.send_response_only(403 if daemons.refuses else 404 if found is None else 200)
                # Hadoop sends it twice.
                for _ in range(2):
                    self.send_header("Date", daemons.date or formatdate(usegmt=True))
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_PUT = respond

            def log_message(self, *args: Any) -> None:
                pass

        return Handler


def yarn_node(memory: int = 4096) -> dict[str, Any]:
    return {
        "id": "node1:8041",
        "state": "RUNNING",
        "healthReport": "",
        "usedMemoryMB": 512,
        "availMemoryMB": memory - 512,
        "usedVirtualCores": 1,
        "availableVirtualCores": 1,
    }


def yarn_queue(name: str, most: float, masters: int = 2048, state: str = "RUNNING") -> dict[str, Any]:
    return {
        "type": "capacitySchedulerLeafQueueInfo",
        "queueName": name,
        "queuePath": f"root.{name}",
        "state": state,
        "absoluteCapacity": most,
        "absoluteMaxCapacity": most,
        "AMResourceLimit": {"memory": masters, "vCores": 1},
    }


def settings_for(port: int, profile: str = "external", **changes: Any) -> Settings:
    """Settings of a stack all of whose web ports are one."""
    settings = load_settings({"STACKHOUSE_PROFILE": profile})
    ports = replace(settings.ports, namenode_http=port, resourcemanager_http=port)
    hosts = Hosts(*["127.0.0.1"] * len(Hosts.__dataclass_fields__))
    return replace(settings, hosts=hosts, ports=ports, user="ann", **changes)


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
