"""Messages as HiveServer2 4.0.1 sends them, stacks shortened. Those about permission, safe mode, space, memory and lost
sessions were put together from the classes that raise them; the others were recorded from a running server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hive.java_errors import hive_error
from warehouse.errors import QueryError, StackDownError

COMPILING = "Error while compiling statement: FAILED: "
DDL = COMPILING + "Execution Error, return code 40000 from org.apache.hadoop.hive.ql.ddl.DDLTask. "
TEZ = COMPILING + "Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.tez.TezTask. "
FETCHING = "Unable to get the next row set with exception: "
FAILED_TASK = (
    COMPILING + "Execution Error, return code 2 from org.apache.hadoop.hive.ql.exec.tez.TezTask. Vertex failed, "
    "vertexName=Reducer 2, vertexId=vertex_1795530474855_0002_4_01, diagnostics=[Task failed, "
    "taskId=task_1795530474855_0002_4_01_000000, diagnostics=[TaskAttempt 0 failed, info=[Error: Node: vm/127.0.0.1 : "
    "Error while running task ( failure ) : attempt_1795530474855_0002_4_01_000000_0:java.lang.RuntimeException: "
    "java.lang.RuntimeException: Hive Runtime Error while closing operators: ASSERT_TRUE(): assertion failed.\n"
    "\tat org.apache.hadoop.hive.ql.exec.tez.TezProcessor.initializeAndRunProcessor(TezProcessor.java:348)\n"
    "Caused by: java.lang.RuntimeException: Hive Runtime Error while closing operators: ASSERT_TRUE(): assertion "
    "failed.\n"
    "\t... 17 more\n"
    "Caused by: org.apache.hadoop.hive.ql.metadata.HiveException: ASSERT_TRUE(): assertion failed.\n"
    "\tat org.apache.hadoop.hive.ql.udf.generic.GenericUDFAssertTrue.evaluate(GenericUDFAssertTrue.java:71)\n"
    "\t... 18 more\n"
    "]], Vertex did not succeed due to OWN_TASK_FAILURE, failedTasks:1 killedTasks:0, Vertex "
    "vertex_1795530474855_0002_4_01 [Reducer 2] killed/failed due to:OWN_TASK_FAILURE]DAG did not succeed due to "
    "VERTEX_FAILURE. failedVertices:1 killedVertices:0"
)
QUOTA = (
    COMPILING + "RuntimeException Cannot create staging directory 'hdfs://stackhouse/x/.hive-staging_hive_1': The "
    "NameSpace quota (directories and files) of directory /x is exceeded: quota=1 file count=2\n"
    "\tat org.apache.hadoop.hdfs.server.namenode.DirectoryWithQuotaFeature.verifyNamespaceQuota(X.java:178)\n"
)
METASTORE = (
    COMPILING + "SemanticException Unable to fetch table t. Could not connect to meta store using any of the URIs "
    "provided. Most recent failure: org.apache.thrift.transport.TTransportException: java.net.ConnectException: "
    "Connection refused\n\tat org.apache.thrift.transport.TSocket.open(TSocket.java:255)\n"
)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (
            COMPILING + "ParseException line 1:0 cannot recognize input near 'selec' '1' '<EOF>'",
            "line 1:0 cannot recognize input near 'selec' '1' '<EOF>'",
        ),
        (
            COMPILING + "ParseException line 1:11 character '<EOF>' not supported here",
            "line 1:11 character '<EOF>' not supported here",
        ),
        (
            COMPILING + "SemanticException [Error 10001]: Line 1:14 Table not found 'tab'",
            "line 1:14 Table not found 'tab'",
        ),
        (
            COMPILING + "RuntimeException org.apache.hadoop.hive.ql.metadata.InvalidTableException: Table not found no",
            "Table not found no",
        ),
        (
            COMPILING + "SemanticException [Error 10004]: Line 1:7 Invalid table alias or column reference 'x': "
            "(possible column names are: a)",
            "line 1:7 Invalid table alias or column reference 'x': (possible column names are: a)",
        ),
        (COMPILING + "SemanticException [Error 10011]: Invalid function nosuch", "Invalid function nosuch"),
        (COMPILING + "SemanticException [Error 10072]: Database does not exist: no", "Database does not exist: no"),
        (
            COMPILING + "SemanticException [Error 10218]: Existing table is not a view\n The following is an existing "
            "table, not a view: a.t",
            "Existing table is not a view",
        ),
        (
            COMPILING
            + "ValidationFailureSemanticException a.t table is not partitioned but partition spec exists: {x=1}",
            "a.t table is not partitioned but partition spec exists: {x=1}",
        ),
        (
            COMPILING
            + "Execution Error, return code 10242 from org.apache.hadoop.hive.ql.ddl.DDLTask. Database default "
            "already exists",
            "Database default already exists",
        ),
        (DDL + "AlreadyExistsException(message:Table hive.a.m already exists)", "Table hive.a.m already exists"),
        (DDL + "Cannot drop a base table with DROP VIEW", "Cannot drop a base table with DROP VIEW"),
        (
            TEZ + "java.io.FileNotFoundException: File does not exist: hdfs://stackhouse/nosuch.tar.gz",
            "File does not exist: hdfs://stackhouse/nosuch.tar.gz",
        ),
        (
            FETCHING + "org.apache.hadoop.hive.ql.metadata.HiveException: ASSERT_TRUE(): assertion failed.",
            "ASSERT_TRUE(): assertion failed.",
        ),
        (
            FETCHING + "java.io.IOException: java.lang.RuntimeException: hdfs://stackhouse/x.txt is not a Parquet file "
            "(length is too low: 4)",
            "hdfs://stackhouse/x.txt is not a Parquet file (length is too low: 4)",
        ),
        (FAILED_TASK, "ASSERT_TRUE(): assertion failed."),
        (
            "Error while processing statement: hive configuration hive.foo.bar does not exists.",
            "hive configuration hive.foo.bar does not exists.",
        ),
        (QUOTA, "HDFS has no space left for the result; free some; ./stackhouse status shows how much is left"),
        # From the sources of Hadoop 3.4.3: FSPermissionChecker and BlockManager.
        (
            COMPILING
            + "SemanticException org.apache.hadoop.security.AccessControlException: Permission denied: user=eve, "
            'access=WRITE, inode="/x":root:supergroup:drwxr-xr-x\n\tat org.apache.hadoop.Foo.bar(Foo.java:1)\n',
            'permission denied: user=eve, access=WRITE, inode="/x":root:supergroup:drwxr-xr-x',
        ),
        (
            FETCHING
            + "java.io.IOException: File /x could only be written to 0 of the 1 minReplication nodes. There are 1 "
            "datanode(s) running and 1 node(s) are excluded in this operation.",
            "HDFS has no space left for the result; free some; ./stackhouse status shows how much is left",
        ),
        (
            "Error running query: java.lang.OutOfMemoryError: Java heap space",
            "the query ran out of memory; select less, or raise STACKHOUSE_MEMORY_MB and restart",
        ),
        ("java.lang.NullPointerException", "java.lang.NullPointerException"),
        (
            COMPILING + 'NullPointerException Cannot invoke "String.equals(Object)" because "name" is null',
            "HiveServer2 could not plan the statement, because of an error in Hive's optimizer; split it "
            "into steps, with "
            "a table in place of a subquery (CREATE TEMPORARY TABLE ... AS SELECT)",
        ),
        (
            "Vertex failed, vertexName=Map 1, diagnostics=[... killed/failed due to:ROOT_INPUT_INIT_FAILURE, Vertex "
            "Input: places initializer failed, java.lang.RuntimeException: cannot find field open from "
            "[0:quarter_start]\n\tat x",
            "HiveServer2 cannot run a join on an expression of the partition column and another column while it looks "
            "for partitions to skip; SET hive.tez.dynamic.partition.pruning=false, then ask again",
        ),
        ("", "HiveServer2 gave no reason; see ./stackhouse logs hiveserver2"),
    ],
)
def test_message_is_cut_to_its_useful_part(message, text):
    error = hive_error(message)
    assert type(error) is QueryError
    assert str(error) == text


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (METASTORE, "HiveServer2 cannot reach its metastore; run ./stackhouse status"),
        (
            DDL + "java.lang.RuntimeException: Unable to instantiate "
            "org.apache.hadoop.hive.ql.metadata.SessionHiveMetaStoreClient",
            "HiveServer2 cannot reach its metastore; run ./stackhouse status",
        ),
        (
            DDL
            + "MetaException(message:Got exception: java.net.ConnectException Call From vm/127.0.0.1 to localhost:1 "
            "failed on connection exception: java.net.ConnectException: Connection refused; For more details see:  "
            "http://wiki.apache.org/hadoop/ConnectionRefused)",
            "HiveServer2 cannot reach localhost:1; run ./stackhouse status",
        ),
        (
            TEZ + "org.apache.hadoop.yarn.exceptions.YarnException: Failed to submit application_1795530474855_0004 to "
            "YARN : Application application_1795530474855_0004 submitted by user root to unknown queue: nosuchqueue",
            "YARN is not running Hive's Tez session; run ./stackhouse status",
        ),
        # From the source of Hadoop 3.4.3: FSNamesystem.
        (
            DDL
            + "MetaException(message:Got exception: org.apache.hadoop.ipc.RemoteException Cannot create directory /x. "
            "Name node is in safe mode.\nThe reported blocks 0 needs additional 1 blocks)",
            "HDFS is in safe mode and refuses changes; run ./stackhouse status",
        ),
        ("Invalid SessionHandle: SessionHandle [1b2c]", "HiveServer2 has ended the session; run the command again"),
    ],
)
def test_service_behind_hiveserver2_that_is_gone_is_a_stack_that_is_down(message, text):
    error = hive_error(message)
    assert isinstance(error, StackDownError)
    assert str(error) == text


@given(st.text())
def test_message_is_always_one_line_and_never_empty(message):
    text = str(hive_error(message))
    assert text.strip()
    assert len(text.splitlines()) == 1
