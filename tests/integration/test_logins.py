"""What a stranger, a reader and a steward get from HiveServer2: what they were given, and no way to anything else."""

import dataclasses
from contextlib import closing, suppress

import pytest
from pyhive import hive
from TCLIService import ttypes

from hive.connection import connect
from stack.users import add_user, list_users, remove_user
from warehouse.errors import LoginError, QueryError
from warehouse.role import Role

REFUSED = {
    "reading what is behind the views": [
        "SELECT * FROM {dataset}_releases.clean__r000001",
        "SELECT * FROM {dataset}_releases.quarantine__r000001",
        "SELECT * FROM {dataset}.quarantine",
        "SELECT * FROM ops.runs",
        "EXPLAIN SELECT * FROM {dataset}_releases.clean__r000001",
        "SHOW PARTITIONS {dataset}_releases.clean__r000001",
        "SHOW CREATE TABLE {dataset}.clean",
        "EXPORT TABLE {dataset}_releases.clean__r000001 TO '/tmp/stolen'",
        "REPL DUMP {dataset}",
    ],
    "files and programs of the server": [
        "dfs -ls /",
        "dfs -cat file:///etc/hostname",
        "ADD JAR /tmp/x.jar",
        "ADD FILE /etc/hostname",
        "compile `import java.lang.String` AS GROOVY NAMED x.groovy",
        "SELECT reflect('java.lang.System', 'getProperty', 'user.name')",
        "SELECT java_method('java.lang.System', 'getProperty', 'user.name')",
        "SELECT in_file('x', '/etc/hostname')",
        "SELECT TRANSFORM(quarter_start) USING 'id' AS x FROM {dataset}.clean",
        "CREATE FUNCTION f AS 'java.lang.String'",
        "CREATE TEMPORARY FUNCTION f AS 'org.apache.hadoop.hive.ql.udf.UDFLength'",
        "INSERT OVERWRITE LOCAL DIRECTORY '/tmp/stolen' SELECT * FROM {dataset}.clean",
        "INSERT OVERWRITE DIRECTORY '/tmp/stolen' SELECT * FROM {dataset}.clean",
        "CREATE EXTERNAL TABLE default.t (line STRING) LOCATION 'file:///etc'",
        "CREATE EXTERNAL TABLE default.t (line STRING) LOCATION '/stackhouse/raw'",
    ],
    "changing anything": [
        "CREATE DATABASE mine",
        "CREATE TABLE default.mine (a INT)",
        "CREATE TEMPORARY TABLE mine (a INT)",
        "CREATE TEMPORARY MACRO m (x INT) x + 1",
        "CREATE VIEW {dataset}.mine AS SELECT 1 AS a",
        "DROP VIEW {dataset}.clean",
        "ALTER VIEW {dataset}.clean AS SELECT 1 AS a",
        "ALTER VIEW {dataset}.clean SET TBLPROPERTIES ('stackhouse.release'='9')",
        "DROP TABLE {dataset}_releases.clean__r000001",
        "DROP DATABASE {dataset} CASCADE",
        "INSERT INTO {dataset}_releases.clean__r000001 SELECT * FROM {dataset}_releases.clean__r000001",
        "MSCK REPAIR TABLE {dataset}_releases.clean__r000001",
        "ANALYZE TABLE {dataset}_releases.clean__r000001 COMPUTE STATISTICS",
        "ABORT TRANSACTIONS 1",
    ],
    "becoming more": [
        "SET ROLE ADMIN",
        "GRANT SELECT ON TABLE {dataset}.clean TO USER ann",
        "GRANT ROLE steward TO USER ann",
        "CREATE ROLE mine",
        "SHOW GRANT ON TABLE {dataset}.clean",
        "SET hive.security.authorization.enabled=false",
        "SET hive.users.in.admin.role=ann",
        "SET stackhouse.users.directory=/tmp",
        "SET hive.exec.pre.hooks=java.lang.String",
        "SET hive.exec.post.hooks=java.lang.String",
        "SET hive.execution.engine=mr",
        "SET hive.tez.container.size=100000",
        "SET tez.queue.name=spark",
        "SET mapreduce.job.queuename=spark",
        "SET hive.aux.jars.path=/tmp/x",
        "SET system:user.timezone=Asia/Tokyo",
    ],
}
"""Statements of a reader, by what they are for."""

SETTINGS_OF_A_SESSION = (
    {"hive.exec.post.hooks": "java.lang.String"},
    {"hive.server2.proxy.user": "root"},
    {"set:system:user.timezone": "Asia/Tokyo"},
)


@pytest.fixture(scope="module")
def dataset(flights):
    return "flights"


@pytest.fixture(scope="module")
def as_user(settings, dataset):
    """Opens a session of a user who was added with a role."""
    passwords = {role: add_user(settings, f"a-{role}", role) for role in Role}

    def endpoints(role):
        return dataclasses.replace(settings.endpoints, user=f"a-{role}", password=passwords[role])

    yield endpoints
    for role in Role:
        remove_user(settings, f"a-{role}")


@pytest.fixture(scope="module")
def reader(as_user):
    with connect(as_user(Role.READER)) as server:
        yield server


def session(endpoints, **options):
    return closing(
        hive.connect(
            endpoints.hive_host,
            endpoints.hive_port,
            username=endpoints.user,
            password=endpoints.password,
            auth="CUSTOM",
            **options,
        )
    )


def test_reader_reads_the_views_and_is_known_by_name(reader, server, dataset, as_user):
    assert reader.fetch("SELECT current_user()").rows == (("a-reader",),)
    question = f"SELECT COUNT(*) FROM {dataset}.clean"
    assert reader.fetch(question).rows == server.fetch(question).rows != ((0,),)
    assert reader.fetch(f"SELECT * FROM {dataset}.delays_by_quarter").rows


def test_steward_reads_the_rejected_rows_too(as_user, server, dataset):
    with connect(as_user(Role.STEWARD)) as steward:
        question = f"SELECT COUNT(*) FROM {dataset}.quarantine"
        assert steward.fetch(question).rows == server.fetch(question).rows
        with pytest.raises(QueryError, match="permission denied"):
            steward.fetch(f"SELECT * FROM {dataset}_releases.quarantine__r000001")


@pytest.mark.parametrize("purpose", REFUSED)
def test_reader_has_no_way_of(reader, dataset, purpose):
    done = {}
    for statement in REFUSED[purpose]:
        with suppress(QueryError):
            done[statement] = reader.fetch(statement.format(dataset=dataset)).rows
    assert done == {}


@pytest.mark.parametrize("configuration", SETTINGS_OF_A_SESSION, ids=lambda configuration: next(iter(configuration)))
def test_session_cannot_be_opened_with(as_user, configuration):
    with pytest.raises(Exception, match=r"Failed to open new session|not allowed"):
        session(as_user(Role.READER), configuration=configuration)


def test_program_of_hpl_sql_does_not_run(as_user, tmp_path):
    """A statement with settings of its own, even none, in a session with this variable goes to HPL/SQL."""
    made = tmp_path / "made"
    tmp_path.chmod(0o777)
    with session(as_user(Role.READER), configuration={"set:hivevar:mode": "HPLSQL"}) as open_session:
        asked = ttypes.TExecuteStatementReq(open_session.sessionHandle, f"HOST 'touch {made}'", {}, runAsync=False)
        answer = open_session.client.ExecuteStatement(asked)
    assert "HPL/SQL is not available" in answer.status.errorMessage
    assert not made.exists()


def test_owner_runs_no_programs_through_hive_either(server):
    for statement in REFUSED["files and programs of the server"][:8]:
        with pytest.raises(QueryError):
            server.fetch(statement)


@pytest.mark.parametrize("user", ["", "stranger", "a-reader", "../users/OWNER", "OWNER"])
@pytest.mark.parametrize("password", ["x", " ", "OF-THE-OTHER"])
def test_wrong_user_or_password_is_refused(settings, as_user, user, password):
    other = as_user(Role.STEWARD).password
    endpoints = dataclasses.replace(
        settings.endpoints,
        user=user.replace("OWNER", settings.user) or "nobody",
        password=password.replace("OF-THE-OTHER", other),
    )
    with pytest.raises(LoginError, match="user or password is wrong"), connect(endpoints):
        pass


def test_removed_user_is_refused_and_added_again_needs_the_new_password(settings, dataset):
    first = add_user(settings, "carl", Role.READER)
    endpoints = dataclasses.replace(settings.endpoints, user="carl", password=first)
    with connect(endpoints) as server:
        assert server.fetch("SELECT 1").rows == ((1,),)
    second = add_user(settings, "carl", Role.STEWARD)
    with pytest.raises(LoginError), connect(endpoints):
        pass
    with connect(dataclasses.replace(endpoints, password=second)) as server:
        assert server.fetch(f"SELECT COUNT(*) FROM {dataset}.quarantine").rows
    assert list_users(settings)["carl"] == "steward"
    remove_user(settings, "carl")
    assert "carl" not in list_users(settings)
    with pytest.raises(LoginError), connect(dataclasses.replace(endpoints, password=second)):
        pass
