"""Where the driver of Spark runs: here, or inside the network of the containers."""

import os
import socket
import sys

from hadoop.environment import stack_environment
from hadoop.java import find_java_home
from hadoop.sizing import size_job
from spark.launch import CONFIGURATION, Driver, submit_arguments
from stack.compose import EDGE, EDGE_PYTHON, compose_command, compose_environment
from stack.hdfs_layout import bring_spark
from warehouse.settings import Settings


def place_driver(settings: Settings) -> Driver:
    """The driver of one job, sized for the nodes there are.

    Raises:
        StackDownError: HDFS or YARN does not answer.
        SetupError: There is no room for an executor, or no Java for the driver.
    """
    if settings.profile.in_containers:
        return _in_the_edge(settings)
    sizing = size_job(settings)
    if settings.profile.runs_here:
        arguments = submit_arguments(sizing, settings.queue, "localhost", archive="")
        environment = stack_environment(settings)
    else:
        arguments = submit_arguments(sizing, settings.queue, socket.getfqdn(), bring_spark(settings))
        # Not the `java` of PATH, which may be another one.
        environment = {**os.environ, "JAVA_HOME": str(find_java_home())}
    environment |= {"PYSPARK_SUBMIT_ARGS": arguments, "SPARK_CONF_DIR": str(CONFIGURATION)}
    return Driver([], sys.executable, environment)


def _in_the_edge(settings: Settings) -> Driver:
    """Executors could not reach a driver outside their network."""
    arguments = submit_arguments(size_job(settings), settings.queue, EDGE, bring_spark(settings))
    prefix = compose_command(
        "exec",
        "--no-TTY",
        f"--env=PYSPARK_SUBMIT_ARGS={arguments}",
        "--env=SPARK_CONF_DIR=/opt/stackhouse/spark/conf",
        EDGE,
    )
    return Driver(prefix, EDGE_PYTHON, compose_environment(settings))
