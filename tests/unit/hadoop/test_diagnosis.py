"""Reasons read from logs; the lines are as the daemons wrote them."""

import pytest

from hadoop.diagnosis import explain_log, log_start

LINES = {
    "Problem binding to [localhost:8020] ...: Address already in use": "its port is taken: localhost:8020",
    "java.net.BindException: Port in use: localhost:9870": "its port is taken: localhost:9870",
    "java.io.IOException: No space left on device": "the disk is full",
    "ERROR XSDB6: Another instance of Derby may have already booted the database /x/derby.": "ERROR XSDB6",
    "ERROR XJ001: Java exception: ': java.io.IOException'.": "ERROR XJ001",
    "java.lang.OutOfMemoryError: Java heap space": "out of memory: Java heap space",
    "Error: Could not find or load main class org.apache.hadoop.hdfs.server.namenode.NameNode": "is missing",
    "java.io.IOException: Incompatible clusterIDs in /x: namenode clusterID = a; datanode": "another NameNode",
}


@pytest.mark.parametrize("line", LINES)
def test_known_reason_is_named(tmp_path, line):
    log = tmp_path / "x.log"
    log.write_text(f"2026-11-24 INFO starting\n{line}\n\tat java.base/x.y(Z.java:1)\n2026-11-24 INFO SHUTDOWN_MSG\n")
    assert LINES[line] in explain_log(log)
    assert "\n" not in explain_log(log)


def test_unknown_reason_is_the_last_error_line(tmp_path):
    log = tmp_path / "x.log"
    log.write_text("INFO a\n2026 ERROR x: first\n2026 ERROR x: second\nINFO b\n")
    assert explain_log(log) == "2026 ERROR x: second"


def test_what_an_earlier_start_wrote_is_not_the_reason(tmp_path):
    log = tmp_path / "x.log"
    log.write_text("No space left on device\n")
    start = log_start(log)
    with log.open("a") as more:
        more.write("java.lang.OutOfMemoryError: Metaspace\n")
    assert explain_log(log, start) == "out of memory: Metaspace"


def test_rotated_log_is_read_from_its_beginning(tmp_path):
    log = tmp_path / "x.log"
    log.write_text("No space left on device\n")
    assert explain_log(log, start=10**9) == "the disk is full"


def test_missing_log_is_said(tmp_path):
    assert explain_log(tmp_path / "none.log") == "its log is empty"


def test_reason_is_that_of_the_last_start_when_nothing_is_known_of_it(tmp_path):
    log = tmp_path / "x.log"
    start = "/****\nSTARTUP_MSG: Starting NameNode\n"
    log.write_text(f"{start}java.net.BindException: Port in use: localhost:9870\n{start}No space left on device\n")
    assert explain_log(log) == "the disk is full"
