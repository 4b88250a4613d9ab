"""Fetches the jars of Hadoop, Hive, Tez and the KDC with Maven, and makes those of our own classes.

Once for each content of the pom files and the Java sources.
"""

import hashlib
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

from hadoop.jars.lock import TEZ_ARCHIVE, check_jars
from warehouse.errors import SetupError
from warehouse.settings import REPOSITORY, Settings

_SOURCES = (
    "pom.xml",
    "hadoop/pom.xml",
    "hadoop/guard/pom.xml",
    "hadoop/guard/**/*.java",
    "hive/pom.xml",
    "hive/tez/pom.xml",
    "hive/hooks/pom.xml",
    "hive/hooks/**/*.java",
    "secure/kdc/pom.xml",
    "secure/kdc/**/*.java",
)
_DIGITS = 12
_OFFLINE = ("Unknown host", "Connection refused", "Could not transfer artifact", "Temporary failure in name resolution")


def artifact_directory(settings: Settings) -> Path:
    """Where the jars of pom files and Java sources as they are now belong; another content, another directory."""
    # This module counts too: it says how the directory is laid out.
    sources = [*(path for pattern in _SOURCES for path in sorted(REPOSITORY.glob(pattern))), Path(__file__)]
    content = hashlib.sha256(b"".join(source.read_bytes() for source in sources))
    return settings.jars / content.hexdigest()[:_DIGITS]


def fetch_artifacts(settings: Settings, on_line: Callable[[str], None]) -> None:
    """Fetch the jars into `artifact_directory`, which is there whole or not at all.

    Args:
        settings: Settings of the stack.
        on_line: Gets each line that Maven prints.

    Raises:
        SetupError: Maven is missing or failed, or a jar is not that of the lock; names the reason.
    """
    fetch_into(artifact_directory(settings), on_line)


def fetch_into(target: Path, on_line: Callable[[str], None]) -> None:
    """Fetch the jars into a directory; arguments and errors as in `fetch_artifacts`."""
    maven = shutil.which("mvn")
    if not maven:
        raise SetupError(
            "Maven is needed to fetch Hadoop and Hive, but there is no mvn on PATH", "install the package `maven`"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f"{target.name}.incomplete")
    shutil.rmtree(fresh, ignore_errors=True)
    _run_maven(maven, fresh, target.with_name("maven.log"), on_line)
    # The schema tool looks for scripts/ in METASTORE_HOME; the archive has it one directory deeper.
    next(fresh.glob("metastore/*/scripts")).rename(fresh / "metastore" / "scripts")
    check_jars(fresh)
    _pack_tez(fresh)
    fresh.rename(target)


def _run_maven(maven: str, target: Path, log: Path, on_line: Callable[[str], None]) -> None:
    # -C: what does not fit the checksum that the repository gives with it is refused, not only warned of.
    command = [maven, "-B", "-C", "-Dstyle.color=never", "-f", str(REPOSITORY / "pom.xml"), "process-resources"]
    with (
        log.open("w") as record,
        subprocess.Popen(
            [*command, f"-Dstackhouse.jars={target}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as maven_process,
    ):
        for line in maven_process.stdout or ():
            record.write(line)
            on_line(line.strip())
    if maven_process.returncode:
        raise SetupError(f"Maven could not fetch the jars: {_maven_reason(log)}; log: {log}")


def _maven_reason(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    errors = [line.removeprefix("[ERROR] ") for line in lines if line.startswith("[ERROR]")]
    if any(sign in line for line in errors for sign in _OFFLINE):
        return "Maven's repository cannot be reached: check the network and ~/.m2/settings.xml, then try again"
    return errors[0] if errors else (lines[-1] if lines else "it printed nothing")


def _pack_tez(jars: Path) -> None:
    """Into what YARN unpacks for every Tez container; jars do not get smaller by compressing them again."""
    with tarfile.open(jars / TEZ_ARCHIVE, "w") as archive:
        for jar in sorted((jars / "tez").iterdir()):
            archive.add(jar, arcname=jar.name)
    shutil.rmtree(jars / "tez")


if __name__ == "__main__":
    # For the images: into the directory that is named.
    fetch_into(Path(sys.argv[1]), print)
