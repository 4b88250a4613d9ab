import json

import pytest
import requests

from bench import hdfs_reads
from bench.command import MeasurementError
from warehouse.settings import load_settings

SETTINGS = load_settings({})


def answer(monkeypatch, beans):
    found = requests.Response()
    found.status_code, found._content = 200, json.dumps({"beans": beans}).encode()
    waited = []
    monkeypatch.setattr(hdfs_reads.time, "sleep", waited.append)
    monkeypatch.setattr(requests.Session, "get", lambda *_, **__: found)
    return waited


def test_bytes_of_the_datanode_when_its_values_are_new(monkeypatch):
    waited = answer(monkeypatch, [{"name": "DataNodeActivity-vm-9866", "BytesRead": 1234, "BytesWritten": 5}])
    assert hdfs_reads.bytes_read(SETTINGS) == 1234
    assert sum(waited) > 10


def test_a_datanode_without_the_counter_is_no_zero(monkeypatch):
    answer(monkeypatch, [])
    with pytest.raises(MeasurementError):
        hdfs_reads.bytes_read(SETTINGS)
