"""A KDC of the tests' own."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hadoop.environment import HADOOP_CONF
from hadoop.java import find_java_home
from secure.principals import REALM
from secure.state import write_kerberos


@contextmanager
def running_kdc(jars: Path, keytabs: Path, home: Path) -> Iterator[None]:
    """Start one and wait until it answers.

    Args:
        jars: Its class path.
        keytabs: The principals.
        home: Directory for the `krb5.conf` that names it.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    write_kerberos(home, port, 600)
    arguments = ["stackhouse.kdc.Kdc", REALM, str(port), str(keytabs)]
    command = [str(find_java_home() / "bin" / "java"), "-cp", f"{jars}/*:{HADOOP_CONF}", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as kdc:
        _wait_for(port, kdc)
        yield
        kdc.terminate()


def _wait_for(port: int, kdc: subprocess.Popen[bytes]) -> None:
    while kdc.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    assert kdc.stdout
    raise AssertionError(kdc.stdout.read().decode())
