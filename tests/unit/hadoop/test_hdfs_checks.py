"""Each fault of HDFS that `doctor` names, caused in the answers of a NameNode or on the way to a DataNode."""

import json
import socket
from dataclasses import replace
from email.utils import formatdate
from time import time

import pytest

from hadoop import hdfs_checks
from hadoop.hdfs_checks import (
    check_blocks,
    check_clocks,
    check_datanode_hosts,
    check_datanodes,
    check_namenode,
    check_safe_mode,
    check_webhdfs,
)
from tests.unit.hadoop.daemons import Daemons, closed_port, settings_for
from warehouse.errors import NotCheckedError
from warehouse.identity import Identity
from warehouse.profile import Profile
from warehouse.settings import load_settings

CHECKS = (
    check_namenode,
    check_safe_mode,
    check_datanodes,
    check_datanode_hosts,
    check_webhdfs,
    check_blocks,
    check_clocks,
)
ADDRESS = "192.0.2.7"
"""Kept free for documentation: nobody has it."""


def only(findings):
    (finding,) = findings
    assert finding.problem
    assert finding.remedy
    assert "\n" not in finding.problem + finding.remedy
    return finding


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_nothing_is_wrong_with_a_healthy_hdfs(settings, check):
    assert check(settings) == []


@pytest.mark.parametrize(
    ("profile", "remedy"),
    [
        ("local", "./stackhouse logs namenode"),
        ("compose", "docker compose logs namenode"),
        ("external", "STACKHOUSE_NAMENODE_HOST"),
    ],
)
def test_namenode_that_does_not_answer_is_told_with_its_address(profile, remedy):
    port = closed_port()
    finding = only(check_namenode(settings_for(port, profile)))
    assert finding.problem == f"NameNode does not answer at 127.0.0.1:{port}"
    assert remedy in finding.remedy


def test_something_else_on_the_namenodes_port_is_told(daemons, settings):
    daemons.info = {"Hello": "I am no NameNode"}
    assert "NameNode is not what answers" in only(check_namenode(settings)).problem


@pytest.mark.parametrize(
    ("told", "problem", "remedy"),
    [
        (
            'Safe mode is ON. It was turned on manually. Use "hdfs dfsadmin -safemode leave" to turn safe mode off.',
            "It was turned on manually",
            "hdfs dfsadmin -safemode leave",
        ),
        (
            "Safe mode is ON. The reported blocks 3 needs additional 2 blocks to reach the threshold 0.9990 of total "
            "blocks 5. The minimum number of live datanodes is not required.",
            "3 needs additional 2 blocks",
            "wait",
        ),
        (
            "Safe mode is ON. Resources are low on NN. Please add or free up more resourcesthen turn off safe mode "
            "manually. NOTE:  If you turn off safe mode before adding resources, the NN will return to safe mode.",
            "Resources are low on NN",
            "free space on the disk of the NameNode",
        ),
    ],
)
def test_safe_mode_is_told_with_its_cause_and_what_ends_it(daemons, settings, told, problem, remedy):
    daemons.info["Safemode"] = told
    finding = only(check_safe_mode(settings))
    assert problem in finding.problem
    assert remedy in finding.remedy
    assert finding.severity == "error"


def test_no_live_datanode_is_an_error_and_a_dead_one_a_warning(daemons, settings):
    daemons.state = {"NumLiveDataNodes": 0, "NumDeadDataNodes": 2}
    finding = only(check_datanodes(settings))
    assert ("no DataNode reports" in finding.problem, finding.severity) == (True, "error")
    daemons.state = {"NumLiveDataNodes": 2, "NumDeadDataNodes": 1}
    finding = only(check_datanodes(settings))
    assert ("1 of 3 DataNodes are dead" in finding.problem, finding.severity) == (True, "warning")


def test_datanode_host_that_has_no_address_here_is_told_with_the_line_for_etc_hosts(daemons, settings):
    daemons.live["datanode-1.invalid:9866"] = {"infoAddr": f"{ADDRESS}:9864"}
    finding = only(check_datanode_hosts(settings))
    assert "datanode-1.invalid" in finding.problem
    assert f"`{ADDRESS} datanode-1.invalid`" in finding.remedy
    assert "dfs.datanode.hostname" in finding.remedy


def test_redirect_to_a_port_where_nobody_listens_is_told(daemons, settings):
    daemons.location = f"127.0.0.1:{closed_port()}"
    finding = only(check_webhdfs(settings))
    assert daemons.location in finding.problem
    assert "dfs.datanode.hostname" in finding.remedy


def test_asking_for_the_redirect_creates_nothing(daemons, settings):
    check_webhdfs(settings)
    (put,) = [request for request in daemons.asked if request.startswith("PUT")]
    assert "noredirect=true" in put
    assert not [
        request
        for request in daemons.asked
        if "webhdfs" in request and not {"NOTHING", "CREATE"} & set(request.replace("=", "&").split("&"))
    ]


def test_each_datanode_is_tried_not_only_the_one_of_the_redirect(daemons, settings):
    port = closed_port()
    daemons.live["localhost:9866"] = {"infoAddr": f"127.0.0.1:{port}"}
    assert f"localhost:{port}" in only(check_webhdfs(settings)).problem


def test_datanode_that_takes_the_connection_and_never_answers_does_not_hang_the_check(daemons, settings, monkeypatch):
    monkeypatch.setattr(hdfs_checks, "_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        daemons.location = f"127.0.0.1:{silent.getsockname()[1]}"
        assert "no answer in time" in only(check_webhdfs(settings)).problem


def test_gateway_that_does_not_reach_a_datanode_is_told(daemons):
    gateway = Daemons()
    gateway.server.RequestHandlerClass.do_GET = lambda handler: handler.send_error(502)
    settings = settings_for(daemons.port, "compose", gateway=f"http://127.0.0.1:{gateway.port}")
    finding = only(check_webhdfs(settings))
    assert f"gateway at http://127.0.0.1:{gateway.port} does not reach 127.0.0.1" in finding.problem
    assert "docker compose ps" in finding.remedy
    gateway.close()


def test_missing_blocks_are_an_error_and_few_copies_a_warning(daemons, settings):
    daemons.namesystem = {"MissingBlocks": 2, "UnderReplicatedBlocks": 2}
    finding = only(check_blocks(settings))
    assert ("2 HDFS blocks have no good copy" in finding.problem, finding.severity) == (True, "error")
    assert "listcorruptfileblocks" in finding.remedy
    daemons.namesystem = {"MissingBlocks": 0, "UnderReplicatedBlocks": 7}
    finding = only(check_blocks(settings))
    assert ("7 HDFS blocks have fewer copies" in finding.problem, finding.severity) == (True, "warning")
    assert "dfs.replication" in finding.remedy
    # Counted a moment apart.
    daemons.namesystem = {"MissingBlocks": 7, "UnderReplicatedBlocks": 2}
    assert "7 HDFS blocks" in only(check_blocks(settings)).problem


@pytest.mark.parametrize(("seconds", "told"), [(-45, "45 s behind"), (3600, "3,600 s ahead of")])
def test_clock_that_is_off_is_told_of_each_daemon(daemons, settings, seconds, told):
    daemons.date = formatdate(time() + seconds, usegmt=True)
    findings = check_clocks(settings)
    assert [finding.problem.split()[4] for finding in findings] == ["NameNode", "ResourceManager"]
    # The header has whole seconds.
    assert all(word in findings[0].problem for word in told.split()[2:])
    assert "NTP" in findings[0].remedy


def test_clock_that_is_off_by_a_little_is_no_matter(daemons, settings):
    daemons.date = formatdate(time() - 20, usegmt=True)
    assert check_clocks(settings) == []


def test_clocks_of_daemons_that_are_down_are_not_checked():
    with pytest.raises(NotCheckedError):
        check_clocks(settings_for(closed_port()))


def test_a_proxy_in_the_environment_is_not_asked(settings, monkeypatch):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert [check(replace(settings)) for check in CHECKS] == [[]] * len(CHECKS)


def test_datanode_of_a_secured_stack_has_no_http(tmp_path, monkeypatch):
    nodes = {"localhost:9866": {"infoAddr": "127.0.0.1:0", "infoSecureAddr": "127.0.0.1:9864"}}
    monkeypatch.setattr(hdfs_checks, "namenode_bean", lambda *_: {"LiveNodes": json.dumps(nodes)})
    settings = replace(load_settings(), home=tmp_path)
    assert [node.netloc for node in hdfs_checks.live_datanodes(settings)] == ["localhost:0"]
    (tmp_path / "secure").mkdir()
    (tmp_path / "secure" / "realm").touch()
    assert [node.netloc for node in hdfs_checks.live_datanodes(settings)] == ["localhost:9864"]


def test_cluster_with_kerberos_may_have_http(tmp_path, monkeypatch):
    nodes = {"dn1:9866": {"infoAddr": "192.0.2.1:9864", "infoSecureAddr": "192.0.2.1:9865"}}
    monkeypatch.setattr(hdfs_checks, "namenode_bean", lambda *_: {"LiveNodes": json.dumps(nodes)})
    by_https = Identity.of_stack(tmp_path, "ann", "ann")
    for identity, port in ((by_https, 9865), (replace(by_https, certificate=None), 9864)):
        settings = replace(load_settings(), profile=Profile.EXTERNAL, elsewhere=identity)
        assert [node.http_port for node in hdfs_checks.live_datanodes(settings)] == [port]
