"""Health check of the containers of Hive: asks the way a client does. `healthy.py metastore|hiveserver2`."""

import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.Thrift import TMessageType
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TBufferedTransport, TTransportBase

_SECONDS = 10

Open = Callable[[TSocket], TTransportBase]
"""Makes of a socket what the metastore's Thrift is spoken over; of a secured stack `Access.metastore`."""


@contextmanager
def metastore_answer(
    host: str, port: int, method: str, transport_of: Open = TBufferedTransport
) -> Iterator[TBinaryProtocol]:
    """Call a method of the metastore that takes no argument, of hive_metastore.thrift or fb303.thrift.

    Args:
        host: Host of the metastore.
        port: Port of the metastore.
        method: Name of the method.
        transport_of: As `Open`.

    Yields:
        The answer, to be read from its value on.

    Raises:
        TException: It does not answer, or not in Thrift.
        OSError: It does not answer, or answers with an exception.
    """
    connection = TSocket(host, port)
    connection.setTimeout(_SECONDS * 1000)
    try:
        transport = transport_of(connection)
        transport.open()
        protocol = TBinaryProtocol(transport)
        protocol.writeMessageBegin(method, TMessageType.CALL, 0)
        protocol.writeFieldStop()
        protocol.writeMessageEnd()
        transport.flush()
        _, kind, _ = protocol.readMessageBegin()
        protocol.readStructBegin()
        # Field 0 is the answer; any other field is an exception.
        _, _, field = protocol.readFieldBegin()
        if kind != TMessageType.REPLY or field != 0:
            raise OSError(f"the metastore refuses {method}")
        yield protocol
    finally:
        connection.close()


def ask_metastore(host: str, port: int, transport_of: Open = TBufferedTransport) -> None:
    """Have the metastore read its database; arguments as of `metastore_answer`.

    Raises:
        TException: It does not answer, or not in Thrift.
        OSError: It does not answer, or cannot read its database.
    """
    with metastore_answer(host, port, "get_all_databases", transport_of):
        pass


def ask_hiveserver2(host: str, port: int) -> None:
    """Run a query."""
    from pyhive import hive

    user = os.environ["STACKHOUSE_OWNER"]
    password = Path(os.environ["STACKHOUSE_HOME"], "users", f"{user}.password").read_text().strip()
    with hive.connect(host, port, username=user, password=password, auth="CUSTOM") as session:
        cursor = session.cursor()
        cursor.execute("SELECT 1")
        if cursor.fetchall() != [(1,)]:
            raise OSError("HiveServer2 gave a wrong answer to SELECT 1")


if __name__ == "__main__":
    question = {"metastore": ask_metastore, "hiveserver2": ask_hiveserver2}[sys.argv[1]]
    question(socket.gethostname(), int(os.environ[f"STACKHOUSE_{sys.argv[1].upper()}_PORT"]))
