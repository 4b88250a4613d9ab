"""The examples of the documents for consumers, typed as they stand, on a stack with the flights."""

import os
import re
import subprocess
import sys

import pytest

from tests.integration.conftest import must
from warehouse.settings import REPOSITORY

BLOCK = re.compile(r"^```(python|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(document):
    return BLOCK.findall((REPOSITORY / document).read_text())


def on_this_stack(text, settings):
    """The documents name the ports of the user's stack."""
    ports = settings.ports
    return text.replace("10000", str(ports.hiveserver2)).replace("localhost:9870", f"localhost:{ports.namenode_http}")


@pytest.mark.parametrize("document", ["docs/consumers.md"])
def test_python_examples_of_a_document_run_one_after_the_other(flights, settings, document, tmp_path):
    script = tmp_path / "examples.py"
    script.write_text(on_this_stack("\n".join(text for kind, text in blocks(document) if kind == "python"), settings))
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:__main__", str(script)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    assert "mean_delay_30d" in done.stdout


def test_lines_for_a_shell_end_well(flights, stackhouse):
    lines = [line for kind, text in blocks("docs/consumers.md") if kind == "sh" for line in text.splitlines()]
    assert len(lines) == 5
    for line in lines:
        done = subprocess.run(["bash", "-c", line], cwd=REPOSITORY, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (line, done.stderr)
    assert "2001Q2" in done.stdout
    must(stackhouse("query", "SELECT 1"))
