"""Keytabs byte by byte, as MIT's documentation has the format, and files that nobody else may read."""

import os
import stat

import pytest

from secure.keytabs import Key, keytab_of, new_key, read_keytab, write_secret
from secure.state import make_keytabs
from warehouse.errors import SetupError

SECRET = bytes(range(32))


def test_bytes_are_those_of_the_format(monkeypatch):
    monkeypatch.setattr("time.time", lambda: 0x01020304)
    expected = bytes.fromhex("0502") + bytes.fromhex("00000054")
    expected += bytes.fromhex("0002") + b"\x00\x10STACKHOUSE.LOCAL" + b"\x00\x02nn" + b"\x00\x09localhost"
    expected += bytes.fromhex("00000001010203040700120020") + SECRET + bytes.fromhex("00000007")
    assert keytab_of(Key("nn/localhost", 7, SECRET)) == expected


def test_what_was_written_is_read(tmp_path):
    keys = [Key("nn/localhost", 1, SECRET), Key("ann", 300, SECRET[::-1])]
    hole = b"\xff\xff\xff\xfc" + b"gone"
    content = keytab_of(keys[0]) + hole + keytab_of(keys[1])[2:]
    (tmp_path / "two.keytab").write_bytes(content)
    assert read_keytab(tmp_path / "two.keytab") == keys


@pytest.mark.parametrize("content", [b"", b"\x05\x01", keytab_of(Key("ann", 1, SECRET))[:-40]])
def test_what_is_no_keytab_is_refused_in_one_line(tmp_path, content):
    (tmp_path / "x.keytab").write_bytes(content)
    with pytest.raises(SetupError, match=r"x\.keytab is (not a keytab|damaged)"):
        read_keytab(tmp_path / "x.keytab")


def test_missing_keytab_is_named(tmp_path):
    with pytest.raises(SetupError, match=r"none\.keytab cannot be read: No such file"):
        read_keytab(tmp_path / "none.keytab")


def test_secret_is_for_its_owner_alone_whatever_the_umask_and_what_a_kill_left(tmp_path):
    previous = os.umask(0)
    try:
        (tmp_path / "key.incomplete").write_text("of a killed process")
        write_secret(tmp_path / "key", b"new")
    finally:
        os.umask(previous)
    assert (tmp_path / "key").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_keys_are_made_once_and_are_never_the_same(tmp_path):
    make_keytabs(tmp_path, "ann")
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    make_keytabs(tmp_path, "ann")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first
    keys = [key for name in first for key in read_keytab(tmp_path / name)]
    assert {key.principal for key in keys} > {"ann", "hdfs", "nn/localhost", "krbtgt/STACKHOUSE.LOCAL"}
    assert len({key.secret for key in keys}) == len(keys)
    assert new_key("ann") != new_key("ann")
