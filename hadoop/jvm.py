"""Runs a Java main class to its end, for work that is no daemon."""

import subprocess
from pathlib import Path


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
        environment: Of `stack_environment`.
        class_path: As for `java -cp`.
        main_class: Fully qualified.
        arguments: Of the class.
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
