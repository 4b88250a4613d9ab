"""Installs Java and Maven where that is possible: as root on Debian and its relatives."""

import os
import shutil
import subprocess
import sys

from hadoop.artifacts import artifact_directory
from hadoop.java import find_java_home
from warehouse.errors import SetupError
from warehouse.settings import Settings

JAVA_PACKAGE = "openjdk-17-jre-headless"
MAVEN_PACKAGE = "maven"


def install_missing(settings: Settings) -> None:
    """Install what is missing to start; says so on standard error.

    Raises:
        SetupError: Something is missing and cannot be installed here; says what to install.
    """
    if not _has_java():
        _install(JAVA_PACKAGE)
        find_java_home()
    if not artifact_directory(settings).is_dir() and not shutil.which("mvn"):
        _install(MAVEN_PACKAGE)


def _has_java() -> bool:
    try:
        find_java_home()
    except SetupError:
        # A user who set JAVA_HOME wants that one, not another beside it.
        if os.environ.get("JAVA_HOME") or not _can_install():
            raise
        return False
    return True


def _can_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install(package: str) -> None:
    if not _can_install():
        raise SetupError(f"{package} is missing", "install it with the package manager of this system and run again")
    print(f"stackhouse: installing {package} with apt-get", file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", package]):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise SetupError(f"apt-get could not install {package}: {said[-1] if said else 'no reason given'}")
