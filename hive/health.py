"""Health check of the containers of Hive: asks the way a client does. `healthy.py metastore|hiveserver2`."""

import os
import socket
import sys

from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.Thrift import TMessageType
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TBufferedTransport

_SECONDS = 10


def ask_metastore(host: str, port: int) -> None:
    """Have the metastore read its database: `get_all_databases` of hive_metastore.thrift, which takes no argument."""
    connection = TSocket(host, port)
    connection.setTimeout(_SECONDS * 1000)
    transport = TBufferedTransport(connection)
    transport.open()
    protocol = TBinaryProtocol(transport)
    protocol.writeMessageBegin("get_all_databases", TMessageType.CALL, 0)
    protocol.writeFieldStop()
    protocol.writeMessageEnd()
    transport.flush()
    _, kind, _ = protocol.readMessageBegin()
    protocol.readStructBegin()
    # Field 0 is the answer; any other field is an exception.
    _, _, field = protocol.readFieldBegin()
    if kind != TMessageType.REPLY or field != 0:
        raise OSError("the metastore cannot read its database")


def ask_hiveserver2(host: str, port: int) -> None:
    """Run a query."""
    from pyhive import hive

    with hive.connect(host, port, username=os.environ["STACKHOUSE_CONTAINER_USER"]) as session:
        cursor = session.cursor()
        cursor.execute("SELECT 1")
        if cursor.fetchall() != [(1,)]:
            raise OSError("HiveServer2 cannot count to 1")


if __name__ == "__main__":
    question = {"metastore": ask_metastore, "hiveserver2": ask_hiveserver2}[sys.argv[1]]
    question(socket.gethostname(), int(os.environ[f"STACKHOUSE_{sys.argv[1].upper()}_PORT"]))
