"""The external profile, on a host that has the addresses of a cluster and the XML that its administrator hands out."""

import subprocess

import pytest

from hadoop.webhdfs import WebHdfs
from tests.client_configuration import hand_out
from tests.cluster.conftest import PROJECT
from tests.integration.conftest import SMALL_HEADER, write_small_dataset

HOST, STRANGER, DATASET = f"{PROJECT}-foreign", "ann", "elsewhere"
KEPT = "/var/lib/stackhouse/password"


def environment_of(container: str) -> dict[str, str]:
    shown = ["docker", "inspect", "--format", "{{range .Config.Env}}{{println .}}{{end}}", container]
    lines = subprocess.run(shown, capture_output=True, text=True, check=True).stdout.splitlines()
    return dict(line.split("=", 1) for line in lines if line)


@pytest.fixture(scope="module")
def host(cluster, tmp_path_factory):
    """A container in the cluster's network, not the edge and without its environment, with a stranger's account."""
    # hadoop/daemon.sh sets the name of the node.
    values = {"STACKHOUSE_NODE_HOST": "namenode", **environment_of(f"{PROJECT}-namenode-1")}
    place = tmp_path_factory.mktemp("foreign")
    hand_out(place / "conf", values)
    write_small_dataset(place, DATASET)
    rows = ("1,2001-01-15 10:00:00,10.00,a", "2,2001-05-01 00:00:00,20.00,b", "3,2001-05-02 00:00:00,x,c")
    (place / "rows.csv").write_bytes(SMALL_HEADER + "\n".join(rows).encode())
    place.chmod(0o755)
    environment = {
        "STACKHOUSE_PORT_OFFSET": "12000",
        "STACKHOUSE_NAMENODE_HOST": "namenode",
        "STACKHOUSE_RESOURCEMANAGER_HOST": "resourcemanager",
        "STACKHOUSE_HIVESERVER2_HOST": "hiveserver2",
        "STACKHOUSE_QUEUE": "spark",
        "STACKHOUSE_DATASETS": "/given",
        "HADOOP_CONF_DIR": "/given/conf",
        "HIVE_CONF_DIR": "",
        "JDK_JAVA_OPTIONS": "",
    }
    options = [f"--env={name}={value}" for name, value in environment.items()]
    mount = f"--volume={place}:/given:ro"
    start = ["docker", "run", "--detach", "--rm", "--init", f"--name={HOST}", f"--network={PROJECT}_default", mount]
    image = ["--user=root", "--entrypoint=sleep", "stackhouse-edge", "infinity"]
    subprocess.run([*start, *options, *image], check=True, capture_output=True)
    try:
        subprocess.run(["docker", "exec", HOST, "useradd", "--create-home", STRANGER], check=True)
        yield cluster
    finally:
        subprocess.run(["docker", "kill", HOST], check=True, capture_output=True)


def type_in(user: str, state: str, *command: str, given: str = "") -> subprocess.CompletedProcess[str]:
    options = [f"--user={user}", f"--env=STACKHOUSE_ROOT={root_of(user)}", f"--env=STACKHOUSE_HOME={state}"]
    line = ["docker", "exec", "--interactive", *options, HOST, *command]
    return subprocess.run(line, input=given, capture_output=True, text=True, check=False)


def root_of(user: str) -> str:
    return f"/user/{user}/stackhouse"


def test_account_without_permission_is_told_what_to_ask_for(host):
    state = f"/home/{STRANGER}/state"
    refused = type_in(STRANGER, state, "stackhouse", "up")
    assert refused.returncode == 1
    assert f"user {STRANGER} has no permission for /user/{STRANGER}" in refused.stderr
    assert f"hdfs dfs -chown {STRANGER} /user/{STRANGER}" in refused.stderr

    administrator = WebHdfs(host.endpoints)
    administrator.make_directory(f"/user/{STRANGER}", "755")
    administrator._client.set_owner(f"/user/{STRANGER}", owner=STRANGER)
    refused = type_in(STRANGER, state, "stackhouse", "up")
    assert refused.returncode == 1
    assert f"HiveServer2 at hiveserver2:{host.ports.hiveserver2} refuses user {STRANGER}" in refused.stderr


def test_cluster_of_somebody_else_is_used_with_its_own_configuration(host):
    # The only one whom its HiveServer2 lets make tables.
    owner, state = host.user, "/var/lib/stackhouse/elsewhere"
    kept = type_in(owner, state, "sh", "-c", f"umask 077; cat >{KEPT}", given=host.logins.own_password(owner))
    assert kept.returncode == 0, kept.stderr
    stackhouse = ["env", f"STACKHOUSE_HIVE_PASSWORD_FILE={KEPT}", "stackhouse"]
    for command in (["up"], ["load", DATASET, "/given/rows.csv"], ["run", DATASET]):
        done = type_in(owner, state, *stackhouse, *command)
        assert done.returncode == 0, done.stderr
    query = f"SELECT sales, total FROM {DATASET}.totals ORDER BY quarter_start"
    found = type_in(owner, state, *stackhouse, "query", query, "--format", "csv")
    assert found.stdout.splitlines() == ["sales,total", "1,10.00", "1,20.00"]
    storage = WebHdfs(host.endpoints)
    assert storage.exists(f"{root_of(owner)}/raw/{DATASET}")
    assert not storage.exists(f"/stackhouse/raw/{DATASET}")
