"""`import stackhouse`: the public face of the library."""

import subprocess
import sys

import pytest

import stackhouse
from consumers.client import connect
from pipeline.warehouse import Warehouse
from warehouse.errors import StackhouseError
from warehouse.settings import REPOSITORY


def imported(directory, text="import stackhouse"):
    """Run a statement in a process that looks for modules in a directory first."""
    code = f"import sys; sys.path[:0] = [{str(directory)!r}, {str(REPOSITORY)!r}]; {text}"
    return subprocess.run([sys.executable, "-c", code], cwd=directory, capture_output=True, text=True, check=False)


def test_what_people_import_is_ours():
    assert (stackhouse.connect, stackhouse.Warehouse) == (connect, Warehouse)
    assert issubclass(stackhouse.HeldError, stackhouse.StackhouseError)
    assert stackhouse.StackhouseError is StackhouseError
    assert all(getattr(stackhouse, name) for name in stackhouse.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = stackhouse.nothing


@pytest.mark.parametrize("name", ["hive", "schedule", "spark"])
@pytest.mark.parametrize("file", ["{}.py", "{}/__init__.py"])
def test_package_of_another_library_is_named_and_refused(tmp_path, name, file):
    place = tmp_path / file.format(name)
    place.parent.mkdir(exist_ok=True)
    place.write_text("")
    answer = imported(tmp_path)
    assert answer.returncode == 1
    assert f"another of that name comes first: {place}" in answer.stderr
    assert "a virtual environment of its own" in answer.stderr


def test_reading_imports_no_spark_and_writing_no_pandas(tmp_path):
    loaded = "; import sys; print(sorted({'pandas', 'pyspark'} & sys.modules.keys()))"
    assert imported(tmp_path, f"import stackhouse; stackhouse.connect{loaded}").stdout == "['pandas']\n"
    assert imported(tmp_path, f"import stackhouse; stackhouse.Warehouse{loaded}").stdout == "[]\n"
