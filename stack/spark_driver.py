"""Where the driver of Spark runs: here, or inside the network of the containers."""

import hashlib
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from hadoop.environment import HADOOP_CONF, stack_environment
from hadoop.jars.class_archive import archive_options, keep_archive, use_options
from hadoop.java import find_java_home
from hadoop.sizing import size_job
from secure.access import access
from spark.launch import CONFIGURATION, Driver, EngineChoice, local_nodes, spark_jars, submit_arguments
from stack.compose import EDGE, EDGE_PYTHON, compose_command, compose_environment
from stack.hdfs_layout import bring_spark
from warehouse.file_stamps import stamp
from warehouse.identity import Identity
from warehouse.job import JobSizing
from warehouse.settings import REPOSITORY, Settings

_ENGINE_FILES = ("spark", "warehouse", "hadoop/conf", "constraints.txt")
"""What an engine that waits has read of this checkout; once it has changed, that engine is of no use."""


def run_logs(settings: Settings) -> Path:
    """Directory of what Spark logs, a file for each run."""
    return settings.home / "logs" / "runs"


def engine_directory(settings: Settings) -> Path:
    """Directory of the engines that wait for a plan; for the account of the stack alone."""
    return settings.home / "engines"


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
        return _on_this_machine(settings, sizing)
    host = settings.driver_host or socket.getfqdn()
    arguments = submit_arguments(sizing, settings.queue, host, {**_elsewhere(settings), **_known_elsewhere(settings)})
    environment = {
        **os.environ,
        # Not the `java` of PATH, which may be another one.
        "JAVA_HOME": str(find_java_home()),
        "SPARK_CONF_DIR": str(CONFIGURATION),
        **access(settings.identity).java_client(),
    }
    return Driver([], sys.executable, {**environment, "PYSPARK_SUBMIT_ARGS": arguments})


def _on_this_machine(settings: Settings, sizing: JobSizing) -> Driver:
    environment = stack_environment(settings)
    nodes = _this_machine(settings, Path(environment["JAVA_HOME"]))
    # Not by SPARK_CONF_DIR: Spark puts that on the class path before its jars, where no archive of classes fits.
    defaults = f"--properties-file {CONFIGURATION / 'spark-defaults.conf'}"
    arguments = f"{defaults} {submit_arguments(sizing, settings.queue, 'localhost', nodes)}"
    # The class archive is no part of the identity: it changes how fast an engine starts, not what it does.
    engine = EngineChoice(engine_directory(settings), _identity(settings, sizing, environment), settings.engine_idle)
    return Driver([], sys.executable, {**environment, "PYSPARK_SUBMIT_ARGS": arguments}, engine)


def _identity(settings: Settings, sizing: JobSizing, environment: dict[str, str]) -> str:
    started_with = (sizing, settings.queue, sys.executable, sorted(environment.items()), stamp(_engine_files()))
    return hashlib.sha256(repr(started_with).encode()).hexdigest()


def _engine_files() -> Iterator[Path]:
    for name in _ENGINE_FILES:
        place = REPOSITORY / name
        for path in sorted(place.rglob("*.*")) if place.is_dir() else [place]:
            if "__pycache__" not in path.parts:
                yield path


def _this_machine(settings: Settings, java_home: Path) -> dict[str, str]:
    # What the driver of the last job wrote, which ended after its command.
    keep_archive(settings, "spark")
    has_run = any(run_logs(settings).glob("*"))
    options = archive_options(settings, java_home, "spark", spark_jars(), has_run=has_run)
    # The executor is killed as soon as the application is over, too early to write one.
    nodes = local_nodes(options, use_options(settings, java_home, "spark", spark_jars()), HADOOP_CONF)
    return {**nodes, **(_secured(settings.identity) if settings.identity else {})}


def _secured(identity: Identity) -> dict[str, str]:
    return {
        **_credentials(identity),
        # The ResourceManager gives the token of an unmanaged application master to a caller of the application's user
        # name, and compares it with the caller's whole principal (Hadoop 3.4.3, ClientRMService.getApplicationReport):
        # to nobody.
        "spark.yarn.unmanagedAM.enabled": "false",
    }


def _known_elsewhere(settings: Settings) -> dict[str, str]:
    identity = settings.identity
    if identity is None:
        return {}
    options = {"spark.driver.defaultJavaOptions": identity.java_options} if identity.java_options else {}
    return {**_credentials(identity), **options}


def _credentials(identity: Identity) -> dict[str, str]:
    """The key, where there is one: by it the driver gets new tickets and tokens itself, however long it works."""
    if identity.keytab is None:
        return {}
    return {"spark.kerberos.principal": identity.principal, "spark.kerberos.keytab": str(identity.keytab)}


def _elsewhere(settings: Settings) -> dict[str, str]:
    return {"spark.yarn.archive": bring_spark(settings)}


def _in_the_edge(settings: Settings) -> Driver:
    """Executors could not reach a driver outside their network."""
    arguments = submit_arguments(size_job(settings), settings.queue, EDGE, _elsewhere(settings))
    prefix = compose_command(
        "exec",
        "--no-TTY",
        f"--env=PYSPARK_SUBMIT_ARGS={arguments}",
        "--env=SPARK_CONF_DIR=/opt/stackhouse/spark/conf",
        EDGE,
    )
    return Driver(prefix, EDGE_PYTHON, compose_environment(settings))
