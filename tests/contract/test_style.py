"""The rules of CONTRIBUTING.md that a program can check."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from warehouse.settings import REPOSITORY

TOOLS = Path(sys.executable).parent
SCRIPTS = sorted(REPOSITORY.glob("[!.]*/**/*.sh"))
CHECKS = {
    "ruff": ["ruff", "check"],
    "ruff-format": ["ruff", "format", "--check"],
    "mypy": ["mypy"],
    "import-linter": ["lint-imports"],
    "codespell": ["codespell"],
    "sqlfluff": ["sqlfluff", "lint", "--disable-progress-bar", "sql"],
    "shellcheck": ["shellcheck", "stackhouse", ".ci/run", *map(str, SCRIPTS)],
}


@pytest.mark.parametrize("check", CHECKS)
def test_style(check):
    program, *arguments = CHECKS[check]
    done = subprocess.run([TOOLS / program, *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def imported(path):
    """First parts of the names of all modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module).split(".")[0]


def test_every_package_that_is_imported_is_declared():
    found = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    project, packages = found["project"], found["tool"]["setuptools"]["packages"]
    wanted = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    declared = {canonicalize_name(Requirement(line).name) for line in wanted}
    own = {*(package.split(".")[0] for package in packages), *found["tool"]["setuptools"]["py-modules"]}
    files = [path for package in packages for path in (REPOSITORY / package.replace(".", "/")).glob("*.py")]
    names = {name for path in files for name in imported(path)} - own - sys.stdlib_module_names - {"_typeshed"}
    brought_by = packages_distributions()
    assert {name for name in names if not declared & set(map(canonicalize_name, brought_by.get(name, [])))} == set()


def test_files_stay_small():
    packages = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    assert "consumers.jdbc" in packages
    files = [path for package in packages for path in (REPOSITORY / package.replace(".", "/")).glob("*.py")]
    # In those of a running stack, tests of one file share what takes a minute to make.
    files += [path for path in (REPOSITORY / "tests").rglob("*.py") if "integration" not in path.parts]
    long = [
        f"{path.relative_to(REPOSITORY)} has {lines} lines"
        for path in files
        if (lines := len(path.read_text().splitlines())) > 300
    ]
    assert long == []


def test_functions_with_many_parameters_describe_them():
    packages = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    files = [path for package in packages for path in (REPOSITORY / package.replace(".", "/")).glob("*.py")]
    bare = [
        f"{path.relative_to(REPOSITORY)}:{node.lineno} {node.name}"
        for path in files
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not is_described(node)
    ]
    assert bare == []


def is_described(function):
    """Whether it has an Args section, or names the function whose arguments it has, or needs neither."""
    names = {each.arg for each in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)}
    # Typer shows the help of each option.
    is_command = any("command" in ast.unparse(each) for each in function.decorator_list)
    text = ast.get_docstring(function) or ""
    return is_command or len(names - {"self", "cls"}) <= 2 or re.search(r"Args:|arguments|[Aa]s `|The same", text)


def test_folders_stay_small():
    packages = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    modules = {package: [*(REPOSITORY / package.replace(".", "/")).glob("[!_]*.py")] for package in packages}
    assert {package: len(files) for package, files in modules.items() if len(files) > 20} == {}


def test_every_package_is_installed():
    packages = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    found = {path.parent.relative_to(REPOSITORY).as_posix() for path in REPOSITORY.glob("[!.]*/**/__init__.py")}
    assert {name.replace("/", ".") for name in found if not name.startswith(("tests", "bench"))} == set(packages)


def test_no_job_needs_python_on_the_nodes():
    needs = re.compile(r"createDataFrame|\.rdd\b|parallelize|\budf\b|InPandas|InArrow")
    found = [
        f"{path.name}: {line.strip()}"
        for path in (REPOSITORY / "spark").rglob("*.py")
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
    assert sorted(found) == ["drafting/reading/parquet_records.py", "warehouse/contract/hive_type.py"]
