"""The rules of CONTRIBUTING.md that a program can check."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from warehouse.settings import REPOSITORY

TOOLS = Path(sys.executable).parent
SCRIPTS = sorted(REPOSITORY.glob("[!.]*/**/*.sh"))
CHECKS = {
    "ruff": ["ruff", "check"],
    "ruff-format": ["ruff", "format", "--check"],
    "mypy": ["mypy"],
    "import-linter": ["lint-imports"],
    "sqlfluff": ["sqlfluff", "lint", "--disable-progress-bar", "sql"],
    "shellcheck": ["shellcheck", "stackhouse", ".ci/run", *map(str, SCRIPTS)],
}


@pytest.mark.parametrize("check", CHECKS)
def test_style(check):
    program, *arguments = CHECKS[check]
    done = subprocess.run([TOOLS / program, *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_files_stay_small():
    packages = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    assert "consumers.jdbc" in packages
    long = [
        f"{path.relative_to(REPOSITORY)} has {lines} lines"
        for package in packages
        for path in (REPOSITORY / package.replace(".", "/")).glob("*.py")
        if (lines := len(path.read_text().splitlines())) > 300
    ]
    assert long == []


def test_no_job_needs_python_on_the_nodes():
    needs = re.compile(r"createDataFrame|\.rdd\b|parallelize|\budf\b|InPandas|InArrow")
    found = [
        f"{path.name}: {line.strip()}"
        for path in (REPOSITORY / "spark").glob("*.py")
        for line in path.read_text().splitlines()
        if needs.search(line.partition('"""')[0])
    ]
    assert found == []


def test_types_of_columns_have_one_owner():
    told = re.compile(r'"SMALLINT",.*"BIGINT"|DECIMAL\\')
    packages = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    files = [path for package in packages for path in (REPOSITORY / package.replace(".", "/")).glob("*.py")]
    found = [path.relative_to(REPOSITORY).as_posix() for path in files if told.search(path.read_text())]
    # DuckDB's types, which are no columns of ours.
    assert sorted(found) == ["drafting/sample.py", "warehouse/contract/hive_type.py"]
