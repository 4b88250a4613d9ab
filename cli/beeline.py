"""Starts beeline, which comes with pyspark, on this stack."""

import os
from importlib.resources import files
from pathlib import Path

from hadoop.java import find_java_home
from warehouse.settings import Settings


def jdbc_url(settings: Settings) -> str:
    """JDBC URL of HiveServer2."""
    return f"jdbc:hive2://{settings.hosts.hiveserver2}:{settings.ports.hiveserver2}/default"


def exec_beeline(settings: Settings, arguments: list[str]) -> None:
    """Become beeline; does not return.

    Raises:
        SetupError: No Java 17.
    """
    spark = Path(str(files("pyspark")))
    environment = {
        **os.environ,
        "JAVA_HOME": str(find_java_home()),
        "SPARK_HOME": str(spark),
        "SPARK_CONF_DIR": str(spark / "conf"),
        # Its own class path is enough; the stack's would bring a second Hive.
        "HADOOP_CONF_DIR": "",
        "HIVE_CONF_DIR": "",
        # The driver takes wall clocks for those of Java's zone: where that has summer time, 02:30 would become 03:30.
        "SPARK_BEELINE_OPTS": f"-Duser.timezone=UTC {os.environ.get('SPARK_BEELINE_OPTS', '')}",
    }
    command = ["beeline", "-u", jdbc_url(settings), "-n", settings.user, *arguments]
    os.execve(spark / "bin" / "beeline", command, environment)
