"""Fetches the JDBC driver with Maven and compiles the example, once for each content of what they are made from.

Usage: .venv/bin/python -m consumers.jdbc.driver        prints their directory
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from warehouse.errors import SetupError, StackhouseError
from warehouse.settings import REPOSITORY, load_settings

_PROJECT = REPOSITORY / "consumers" / "jdbc"
_SOURCES = (REPOSITORY / "pom.xml", _PROJECT / "pom.xml", _PROJECT / "QuarterlyDelays.java")
_DIGITS = 12


def fetch_driver(jars: Path) -> Path:
    """Fetch the driver, unless it is there.

    Args:
        jars: Where artifacts are kept.

    Returns:
        A directory: the jars in `jdbc`, the compiled example in `classes`.

    Raises:
        SetupError: Maven is missing or failed; names the reason and the log.
    """
    content = hashlib.sha256(b"".join(source.read_bytes() for source in _SOURCES))
    target = jars / f"jdbc-{content.hexdigest()[:_DIGITS]}"
    if not target.is_dir():
        jars.mkdir(parents=True, exist_ok=True)
        # Whole or not at all, whenever it is killed.
        fresh = target.with_name(f"{target.name}.incomplete")
        shutil.rmtree(fresh, ignore_errors=True)
        _run_maven(fresh, jars / "maven-jdbc.log")
        fresh.rename(target)
    return target


def _run_maven(target: Path, log: Path) -> None:
    maven = shutil.which("mvn")
    if not maven:
        raise SetupError(
            "Maven is needed to fetch the JDBC driver, but there is no mvn on PATH", "install the package `maven`"
        )
    command = [maven, "-B", "-C", "-Dstyle.color=never", "-f", str(_PROJECT), "compile", f"-Dstackhouse.jars={target}"]
    with log.open("w") as record:
        done = subprocess.run(command, stdout=record, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        lines = log.read_text(errors="replace").splitlines()
        errors = [line.removeprefix("[ERROR] ") for line in lines if line.startswith("[ERROR]")]
        raise SetupError(f"Maven could not fetch the JDBC driver: {[*errors, 'it gave no reason'][0]}; log: {log}")


def main() -> int:
    """Fetch what is missing, print where it is; the exit code."""
    try:
        print(fetch_driver(load_settings().jars))
    except StackhouseError as problem:
        print(f"stackhouse: {problem}", file=sys.stderr)
        return problem.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
