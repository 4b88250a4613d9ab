"""The locks of the Python packages: all that is installed has a hash, here and in the images."""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import tomllib
import zipfile
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from warehouse.settings import REPOSITORY

LOCKS = REPOSITORY / "requirements"
BUILDERS = {"setuptools", "wheel"}
INSTALLERS = ("stackhouse", "cli/Dockerfile", "hive/Dockerfile", "hadoop/Dockerfile")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(text: str) -> dict[str, str]:
    return {normal(name): version for name, version in re.findall(r"(?m)^([\w.-]+)==([^\s;]+)", text)}


def hashes(lock: str) -> dict[str, set[str]]:
    parts = re.split(r"(?m)^(?=\w)", (LOCKS / lock).read_text())
    return {
        normal(part.split("==")[0]): set(re.findall(r"--hash=sha256:([0-9a-f]{64})\b", part)) for part in parts if part
    }


def test_lock_is_of_exactly_the_constraints_and_has_a_hash_of_each():
    assert pins((LOCKS / "all.lock").read_text()) == pins((REPOSITORY / "constraints.txt").read_text())
    assert all(hashes("all.lock").values())
    assert set(hashes("all.lock")) == set(pins((LOCKS / "all.lock").read_text()))


def test_lock_has_all_that_its_packages_need_here():
    known = set(hashes("all.lock"))
    needed = [Requirement(text) for name in known if name not in BUILDERS for text in requires(name) or ()]
    assert {normal(item.name) for item in needed if not item.marker or item.marker.evaluate({"extra": ""})} <= known


@pytest.mark.parametrize("lock", ["build.lock", "edge.lock", "health.lock"])
def test_other_locks_are_parts_of_it(lock):
    whole = pins((LOCKS / "all.lock").read_text())
    part = pins((LOCKS / lock).read_text())
    assert part.items() <= whole.items()
    assert all(hashes(lock)[name] == hashes("all.lock")[name] for name in part)


def test_edge_has_what_it_was_made_from():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [re.sub(r"\[.*\]", "", text) for text in (*project["dependencies"], *extras["client"], *extras["stack"])]
    assert pins("\n".join(wanted)).items() <= pins((LOCKS / "edge.lock").read_text()).items()


def test_locks_name_no_index():
    assert not [path for path in LOCKS.iterdir() if re.search(r"://|--(extra-)?index|find-links", path.read_text())]


@pytest.mark.parametrize("path", INSTALLERS)
def test_nothing_is_installed_without_a_hash(path):
    text = (REPOSITORY / path).read_text().replace("\\\n", " ")
    commands = re.findall(r'(?:pip install|"\$\{pip\[@\]\}")(?! --quiet\))[^\n&]*', text)
    assert all("--require-hashes" in command or "--no-index --no-deps" in command for command in commands)
    assert bool(commands) == (path != "hadoop/Dockerfile")


def wheel(directory: Path, name: str, content: str) -> str:
    """Make a wheel; its SHA-256."""
    files = {
        f"{name}.py": content,
        f"{name}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{name}-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = [f"{path},sha256={_digest(text)},{len(text)}" for path, text in files.items()]
    files[f"{name}-1.0.dist-info/RECORD"] = "\n".join([*lines, f"{name}-1.0.dist-info/RECORD,,"]) + "\n"
    path = directory / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for place, text in files.items():
            archive.writestr(place, text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def test_package_that_was_changed_in_the_index_is_refused_in_one_line(tmp_path):
    checkout, index = tmp_path / "checkout", tmp_path / "index"
    for path in (checkout / "requirements", checkout / "cli", index):
        path.mkdir(parents=True)
    for name in ("stackhouse", "pyproject.toml"):
        shutil.copy(REPOSITORY / name, checkout)
    (checkout / "cli" / "__main__.py").touch()
    good = {name: wheel(index, f"{name}_package", "x = 1\n") for name in ("build", "all")}
    for name, digest in good.items():
        text = f"{name}-package==1.0 \\\n    --hash=sha256:{digest}\n"
        (checkout / "requirements" / f"{name}.lock").write_text(text)
    found = wheel(index, "all_package", "x = 'stolen'\n")
    environment = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index), "PIP_NO_CACHE_DIR": "1"}
    done = subprocess.run([checkout / "stackhouse"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[1:] == [
        "stackhouse: the package all-package==1.0 that was fetched is not the one of the locks in requirements/: "
        f"expected SHA-256 {good['all']} or another one there, found {found}; "
        "do not use it, ask whoever runs the package index, and try again; "
        f"log: {checkout}/.venv.log"
    ]
    assert not (checkout / ".venv").exists()
