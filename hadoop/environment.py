"""The environment of every process of a stack: the values that the XML files name as `${env...}`."""

import os
import re
from dataclasses import asdict
from pathlib import Path

from hadoop.artifacts import artifact_directory
from hadoop.jars.class_archive import archive_options
from hadoop.java import find_java_home
from hadoop.services import log_path, services_of
from hadoop.sizing import size_stack
from hadoop.web.key import key_file
from secure.principals import REALM
from warehouse.identity import SECURE, Identity
from warehouse.settings import REPOSITORY, Settings

HADOOP_CONF = REPOSITORY / "hadoop" / "conf"
HIVE_CONF = REPOSITORY / "hive" / "conf"
JVM_OPTIONS = HADOOP_CONF / "jvm.options"
_KDC_PROGRAM = REPOSITORY / "secure" / "kdc" / "supervisord.conf"

_SECURED_PAGES = ("stackhouse.hadoop.WebGuard", "org.apache.hadoop.security.AuthenticationFilterInitializer")
"""What stands before the pages of a secured stack; the first alone before those of a plain one."""

_INHERITED = ("PATH", "HOME", "USER", "LANG", "TMPDIR")
_HEAP_SHARE = 0.7
"""Part of a container that is heap; the rest is what a JVM needs beside it."""
_DAEMON_HEAPS_MB = {
    "kdc": 64,
    "namenode": 384,
    "datanode": 256,
    "resourcemanager": 384,
    "nodemanager": 256,
    "metastore": 512,
}


def stack_environment(settings: Settings) -> dict[str, str]:
    """All variables of daemons and clients, none inherited but the harmless.

    Raises:
        SetupError: No Java 17, or too little memory.
    """
    java_home = find_java_home()
    return {
        **{name: os.environ[name] for name in _INHERITED if name in os.environ},
        **_common(settings, java_home),
        **{f"STACKHOUSE_{name.upper()}_PORT": str(port) for name, port in asdict(settings.ports).items()},
        **_sizes(settings),
        **_class_paths(settings),
        **metastore_database(settings.home / "metastore" / "derby"),
        **(_secure(settings, settings.identity) if settings.identity else {}),
    }


def daemon_environment(settings: Settings) -> dict[str, str]:
    """The variables of supervisord.conf; the jars must be there.

    Raises:
        SetupError: As `stack_environment`.
    """
    environment = stack_environment(settings)
    java_home, jars = Path(environment["JAVA_HOME"]), artifact_directory(settings)
    for service in services_of(settings):
        has_run = log_path(settings, service.name).exists()
        options = archive_options(settings, java_home, service.name, jars / service.jars, has_run=has_run)
        environment[f"STACKHOUSE_{service.name.upper()}_CLASSES"] = options
    # supervisord takes no file for none, but not a variable that is not there.
    environment["STACKHOUSE_KDC_PROGRAM"] = str(_KDC_PROGRAM) if settings.identity else ""
    return environment


def _common(settings: Settings, java_home: Path) -> dict[str, str]:
    return {
        "STACKHOUSE_HOME": str(settings.home),
        **{f"STACKHOUSE_{name.upper()}_HOST": host for name, host in asdict(settings.hosts).items()},
        "STACKHOUSE_NODE_HOST": "localhost",
        "STACKHOUSE_OWNER": settings.user,
        "STACKHOUSE_NODE_RECOVERY": "true",
        "STACKHOUSE_REPLICATION": "1",
        "STACKHOUSE_SHUFFLE": "stackhouse.hadoop.NoShuffle",
        "STACKHOUSE_WEB_KEY_FILE": str(key_file(settings)),
        "JAVA_HOME": str(java_home),
        "STACKHOUSE_JAVA": str(java_home / "bin" / "java"),
        "HADOOP_CONF_DIR": str(HADOOP_CONF),
        "HIVE_CONF_DIR": str(HIVE_CONF),
        "JDK_JAVA_OPTIONS": f"@{JVM_OPTIONS}",
        "TZ": "UTC",
        # glibc keeps an arena of 64 MiB a thread otherwise, which idle daemons never give back.
        "MALLOC_ARENA_MAX": "2",
    }


def _sizes(settings: Settings) -> dict[str, str]:
    sizing = size_stack(settings)
    heaps = {**_DAEMON_HEAPS_MB, "hiveserver2": sizing.hiveserver2_mb}
    return {
        **{f"STACKHOUSE_{name.upper()}_HEAP_MB": str(heap) for name, heap in heaps.items()},
        "STACKHOUSE_YARN_MB": str(sizing.yarn_mb),
        "STACKHOUSE_CORES": str(sizing.cores),
        "STACKHOUSE_TEZ_AM_MB": str(sizing.tez_am_mb),
        "STACKHOUSE_TEZ_AM_HEAP_MB": str(int(sizing.tez_am_mb * _HEAP_SHARE)),
        "STACKHOUSE_TEZ_TASK_MB": str(sizing.tez_task_mb),
        "STACKHOUSE_TEZ_TASK_HEAP_MB": str(int(sizing.tez_task_mb * _HEAP_SHARE)),
    }


def _class_paths(settings: Settings) -> dict[str, str]:
    jars = artifact_directory(settings)
    # First, because it has a class in the place of one of Calcite's.
    hooks = jars / "hive" / "stackhouse-hive-hooks.jar"
    # Two files with passwords, of a secured stack only.
    passwords = f":{settings.home / SECURE / 'conf'}" if settings.identity else ""
    return {
        # Class archives end at the first directory that is not empty, so it comes last.
        "STACKHOUSE_HADOOP_CLASS_PATH": f"{jars}/hadoop/*:{HADOOP_CONF}{passwords}",
        "STACKHOUSE_HIVE_CLASS_PATH": f"{hooks}:{jars}/hive/*:{HIVE_CONF}:{HADOOP_CONF}{passwords}",
        "STACKHOUSE_KDC_CLASS_PATH": f"{jars}/kdc/*:{HADOOP_CONF}",
        # The schema tool looks for scripts/metastore/upgrade below it.
        "METASTORE_HOME": f"{jars}/metastore",
        "HIVE_HOME": f"{jars}/metastore",
    }


def _secure(settings: Settings, identity: Identity) -> dict[str, str]:
    """What the XML files have other defaults for, those of a plain stack. None of it is secret."""
    trust = settings.home / SECURE / "tls" / "trust.p12"
    java = f"{identity.java_options} -Djavax.net.ssl.trustStore={trust}"
    return {
        "STACKHOUSE_SECURE": "true",
        "STACKHOUSE_REALM": REALM,
        "STACKHOUSE_AUTHENTICATION": "kerberos",
        "STACKHOUSE_PROTECTION": "privacy",
        "STACKHOUSE_BLOCK_PROTECTION": "privacy",
        "STACKHOUSE_HTTP_POLICY": "HTTPS_ONLY",
        "STACKHOUSE_WEB_FILTERS": ",".join(_SECURED_PAGES),
        # In a regular expression of core-site.xml; what Python escapes means the same to Java.
        "STACKHOUSE_OWNER_PATTERN": re.escape(identity.user),
        "STACKHOUSE_ADMINISTRATORS": f"{identity.user},hdfs,yarn",
        "STACKHOUSE_TEZ_LIFETIME": "144h",
        "JDK_JAVA_OPTIONS": f"@{JVM_OPTIONS} {java} -Djavax.net.ssl.trustStoreType=PKCS12",
    }


def metastore_database(directory: Path) -> dict[str, str]:
    """Variables that point the metastore at a Derby database."""
    return {
        "STACKHOUSE_METASTORE_DB_URL": f"jdbc:derby:;databaseName={directory};create=true",
        "STACKHOUSE_METASTORE_DB_DRIVER": "org.apache.derby.jdbc.EmbeddedDriver",
        # Whose tables are those of everybody in Derby.
        "STACKHOUSE_METASTORE_DB_USER": "APP",
    }
