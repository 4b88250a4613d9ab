"""Jars that are not those of the lock: of a changed repository, or changed after they were fetched."""

import hashlib
import os
import re
import tarfile
from dataclasses import replace

import pytest

from hadoop import artifacts
from hadoop.artifacts import artifact_directory, fetch_into
from hadoop.jars import lock
from hadoop.jars.lock import LOCK, TEZ_ARCHIVE, check_jars, write_lock
from stack import local
from warehouse.errors import SetupError
from warehouse.settings import load_settings

FILES = {
    "hadoop/a.jar": b"Hadoop",
    "hive/b.jar": b"Hive",
    "hive/stackhouse-hive-hooks.jar": b"compiled here",
    "metastore/scripts/metastore/upgrade/derby/make.sql": b"CREATE TABLE t (n INT);",
    "tez/c.jar": b"Tez",
}


@pytest.fixture
def jars(tmp_path, monkeypatch):
    """A directory of jars, and the lock of them in the place of ours."""
    directory = tmp_path / "jars"
    for name, content in FILES.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(content)
    monkeypatch.setattr(lock, "LOCK", tmp_path / "jars.sha256")
    write_lock(directory)
    return directory


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def refusal(directory) -> str:
    with pytest.raises(SetupError) as problem:
        check_jars(directory)
    assert "\n" not in str(problem.value)
    return str(problem.value)


def test_jars_of_the_lock_are_taken_before_and_after_tez_is_packed(jars):
    check_jars(jars)
    artifacts._pack_tez(jars)
    check_jars(jars)


@pytest.mark.parametrize("name", [name for name in FILES if "hooks" not in name])
def test_changed_file_is_named_with_both_digests_though_size_and_time_are_the_same(jars, name):
    check_jars(jars)
    path = jars / name
    times, changed = path.stat(), bytes(reversed(FILES[name]))
    path.write_bytes(changed)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    said = refusal(jars)
    expected, found = sha256(FILES[name]), sha256(changed)
    assert said.startswith(f"{path} is not what jars.sha256 says: expected SHA-256 {expected}, found {found}; do not ")
    assert said.endswith(
        f"remove {jars} and {path.name} in ~/.m2/repository, and run ./stackhouse up, which fetches it again"
    )


def test_changed_jar_in_the_archive_of_tez_is_refused(jars):
    artifacts._pack_tez(jars)
    check_jars(jars)
    (jars / "c.jar").write_bytes(b"changed")
    with tarfile.open(jars / TEZ_ARCHIVE, "w") as archive:
        archive.add(jars / "c.jar", arcname="c.jar")
    assert "tez/c.jar is not what jars.sha256 says" in refusal(jars)


def test_jar_too_many_and_jar_too_few_are_refused(jars):
    (jars / "hive" / "a-first.jar").write_bytes(b"x")
    assert f"hive/a-first.jar is not what jars.sha256 says: expected SHA-256 none, found {sha256(b'x')}" in refusal(
        jars
    )
    (jars / "hive" / "a-first.jar").unlink()
    (jars / "hive" / "b.jar").unlink()
    assert f"hive/b.jar is not what jars.sha256 says: expected SHA-256 {sha256(b'Hive')}, found none" in refusal(jars)


def test_what_is_compiled_here_may_differ(jars):
    (jars / "hive" / "stackhouse-hive-hooks.jar").write_bytes(b"of another compiler")
    check_jars(jars)


def test_only_what_changed_is_read_again(jars, monkeypatch):
    check_jars(jars)
    read, digest = [], lock.digest_of
    monkeypatch.setattr(lock, "digest_of", lambda path: (read.append(path.name), digest(path))[1])
    check_jars(jars)
    assert read == []
    (jars / "hive" / "b.jar").touch()
    check_jars(jars)
    assert read == ["b.jar"]


@pytest.mark.parametrize("noted", [b"", b"[]", b'{"hive/b.jar": 1}', b"\xff"])
def test_damaged_notes_are_made_again(jars, noted):
    (jars / lock.VERIFIED).write_bytes(noted)
    check_jars(jars)
    (jars / "hive" / "b.jar").write_bytes(b"changed")
    assert "hive/b.jar" in refusal(jars)


def test_notes_do_not_outlive_a_changed_lock(jars):
    check_jars(jars)
    lock.LOCK.write_text(lock.LOCK.read_text().replace(sha256(b"Hive"), sha256(b"later")))
    assert f"expected SHA-256 {sha256(b'later')}, found {sha256(b'Hive')}" in refusal(jars)


def test_fetched_jar_that_is_another_one_is_refused_and_nothing_is_kept(jars, tmp_path, monkeypatch):
    programs, target = tmp_path / "bin", tmp_path / "fetched"
    programs.mkdir()
    (programs / "mvn").write_text(
        f"""#!/bin/sh
echo "$*" >{tmp_path}/asked
for word; do case $word in -Dstackhouse.jars=*) to=${{word#*=}} ;; esac; done
mkdir -p $to/metastore/it
cp -r {jars}/hadoop {jars}/hive {jars}/tez $to
cp -r {jars}/metastore/scripts $to/metastore/it
[ ! -e {tmp_path}/attacked ] || echo changed >$to/hadoop/a.jar
"""
    )
    (programs / "mvn").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    (tmp_path / "attacked").touch()
    with pytest.raises(SetupError, match=r"hadoop/a\.jar is not what jars\.sha256 says"):
        fetch_into(target, lambda _: None)
    assert not target.exists()
    assert "-C" in (tmp_path / "asked").read_text().split()
    (tmp_path / "attacked").unlink()
    fetch_into(target, lambda _: None)
    assert (target / TEZ_ARCHIVE).is_file()


def test_stack_does_not_start_on_changed_jars(jars, tmp_path, monkeypatch):
    settings = replace(load_settings(), jars=tmp_path / "all")
    artifact_directory(settings).parent.mkdir(parents=True)
    jars.rename(artifact_directory(settings))
    for step in ("install_missing", "stack_environment"):
        monkeypatch.setattr(local, step, lambda _: {})
    monkeypatch.setattr(local, "Supervisor", lambda _: pytest.fail("went on to start"))
    (artifact_directory(settings) / "hive" / "b.jar").write_bytes(b"changed")
    with pytest.raises(SetupError, match=r"hive/b\.jar is not what jars\.sha256 says"):
        local.start_daemons(settings, None)


def test_our_lock_is_sorted_and_of_every_class_path():
    lines = LOCK.read_text().splitlines()
    names = [line[66:] for line in lines]
    assert all(re.fullmatch(r"[0-9a-f]{64}  (hadoop|hive|kdc|metastore/scripts|tez)/\S+", line) for line in lines)
    assert names == sorted(set(names))
    assert {name.split("/")[0] for name in names} == {"hadoop", "hive", "kdc", "metastore", "tez"}
    assert not any("stackhouse" in name for name in names)
