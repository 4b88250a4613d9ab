"""The external profile, on a host that has the addresses of a cluster and the XML that its administrator hands out."""

import subprocess

import pytest

from hadoop.webhdfs import WebHdfs
from tests.client_configuration import hand_out
from tests.cluster.conftest import PROJECT
from tests.integration.conftest import SMALL_HEADER, write_small_dataset

HOST, USER, ROOT, DATASET = f"{PROJECT}-foreign", "ann", "/user/ann/stackhouse", "elsewhere"


def environment_of(container: str) -> dict[str, str]:
    shown = ["docker", "inspect", "--format", "{{range .Config.Env}}{{println .}}{{end}}", container]
    lines = subprocess.run(shown, capture_output=True, text=True, check=True).stdout.splitlines()
    return dict(line.split("=", 1) for line in lines if line)


@pytest.fixture
def host(cluster, tmp_path):
    """A container in the cluster's network with an account of its own; not the edge, and without its environment."""
    values = environment_of(f"{PROJECT}-namenode-1")
    hand_out(tmp_path / "conf", values)
    write_small_dataset(tmp_path, DATASET)
    rows = ("1,2001-01-15 10:00:00,10.00,a", "2,2001-05-01 00:00:00,20.00,b", "3,2001-05-02 00:00:00,x,c")
    (tmp_path / "rows.csv").write_bytes(SMALL_HEADER + "\n".join(rows).encode())
    tmp_path.chmod(0o755)
    environment = {
        "STACKHOUSE_PORT_OFFSET": "12000",
        "STACKHOUSE_NAMENODE_HOST": "namenode",
        "STACKHOUSE_RESOURCEMANAGER_HOST": "resourcemanager",
        "STACKHOUSE_HIVESERVER2_HOST": "hiveserver2",
        "STACKHOUSE_QUEUE": "spark",
        "STACKHOUSE_ROOT": ROOT,
        "STACKHOUSE_HOME": f"/home/{USER}/state",
        "STACKHOUSE_DATASETS": "/given",
        "HADOOP_CONF_DIR": "/given/conf",
        "HIVE_CONF_DIR": "",
        "JDK_JAVA_OPTIONS": "",
    }
    options = [f"--env={name}={value}" for name, value in environment.items()]
    mount = f"--volume={tmp_path}:/given:ro"
    start = ["docker", "run", "--detach", "--rm", "--init", f"--name={HOST}", f"--network={PROJECT}_default", mount]
    image = ["--user=root", "--entrypoint=sleep", "stackhouse-edge", "infinity"]
    subprocess.run([*start, *options, *image], check=True, capture_output=True)
    try:
        subprocess.run(["docker", "exec", HOST, "useradd", "--create-home", USER], check=True)
        yield cluster
    finally:
        subprocess.run(["docker", "kill", HOST], check=True, capture_output=True)


def type_in(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["docker", "exec", f"--user={USER}", HOST, "stackhouse", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_cluster_of_somebody_else_is_checked_and_used_with_its_own_configuration(host):
    refused = type_in("up")
    assert refused.returncode == 1
    assert "user ann has no permission for /user/ann" in refused.stderr
    assert "hdfs dfs -chown ann /user/ann" in refused.stderr

    administrator = WebHdfs(host.endpoints)
    administrator.make_directory(f"/user/{USER}", "755")
    administrator._client.set_owner(f"/user/{USER}", owner=USER)
    for command in (["up"], ["load", DATASET, "/given/rows.csv"], ["run", DATASET]):
        done = type_in(*command)
        assert done.returncode == 0, done.stderr
    found = type_in("query", f"SELECT sales, total FROM {DATASET}.totals ORDER BY quarter_start", "--format", "csv")
    assert found.stdout.splitlines() == ["sales,total", "1,10.00", "1,20.00"]
    assert administrator.exists(f"{ROOT}/raw/{DATASET}")
    assert not administrator.exists(f"/stackhouse/raw/{DATASET}")
