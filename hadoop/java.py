"""Finds the Java 17 that Hadoop, Hive and Spark run on, and runs a main class to its end."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from warehouse.errors import SetupError

VERSION = 17
"""Hadoop 3.4 and Hive 4.0 are not tried on later ones; Spark 4 refuses earlier ones."""

_INSTALLED = Path("/usr/lib/jvm")
_RELEASE = re.compile(r'^JAVA_VERSION="(?:1\.)?(\d+)', re.MULTILINE)
_PRINTED = re.compile(r'version "(?:1\.)?(\d+)')
_ADVICE = "install openjdk-17-jre-headless (or any Java 17) and set JAVA_HOME to it"


def find_java_home() -> Path:
    """Home of a Java 17: JAVA_HOME when set, else the `java` on PATH, else one below /usr/lib/jvm.

    Raises:
        SetupError: There is none, or JAVA_HOME names another version.
    """
    chosen = os.environ.get("JAVA_HOME")
    if chosen:
        return _chosen_home(Path(chosen))
    on_path = shutil.which("java")
    homes = [Path(on_path).resolve().parent.parent] if on_path else []
    homes += sorted(_INSTALLED.glob("*")) if _INSTALLED.is_dir() else []
    found = {home: java_version(home) for home in homes}
    for home, version in found.items():
        if version == VERSION:
            return home
    seen = ", ".join(f"Java {version} at {home}" for home, version in found.items() if version)
    raise SetupError(f"Java 17 is needed, found {seen or 'no Java'}", _ADVICE)


def _chosen_home(home: Path) -> Path:
    version = java_version(home)
    if version is None:
        raise SetupError(f"JAVA_HOME is {home}, where no bin/java works", _ADVICE)
    if version != VERSION:
        raise SetupError(f"JAVA_HOME is {home}, Java {version}; Java 17 is needed", _ADVICE)
    return home


def java_version(home: Path) -> int | None:
    """Feature version of the Java at a home, `None` when no java is there."""
    java = home / "bin" / "java"
    if not java.is_file():
        return None
    release = home / "release"
    match = _RELEASE.search(release.read_text(errors="replace")) if release.is_file() else None
    return int(match[1]) if match else _ask_version(java)


def _ask_version(java: Path) -> int | None:
    try:
        answer = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        return None
    match = _PRINTED.search(answer.stderr)
    return int(match[1]) if match else None


def run_java(  # noqa: PLR0913, PLR0917 - what a process is made of
    environment: dict[str, str],
    class_path: str,
    main_class: str,
    arguments: list[str],
    log: Path,
    seconds: float | None = None,
) -> bool:
    """Run and wait.

    Args:
        environment: What `stack_environment` returns.
        class_path: Class path as for `java -cp`.
        main_class: Fully qualified.
        arguments: Arguments of the class.
        log: File that gets what it prints.
        seconds: After these it is killed; `None` for as long as it likes.

    Returns:
        Whether it ended by itself with exit code 0.
    """
    quick = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    command = [environment["STACKHOUSE_JAVA"], *quick, "-cp", class_path, main_class, *arguments]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        # Derby writes its own log to where it runs.
        try:
            done = subprocess.run(
                command, env=environment, cwd=log.parent, stdout=output, stderr=output, check=False, timeout=seconds
            )
        except subprocess.TimeoutExpired:
            return False
    return done.returncode == 0
