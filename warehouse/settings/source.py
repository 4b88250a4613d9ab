"""Where one setting comes from: the environment, else `.env`; and which values it may have."""

import re
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from warehouse.errors import SettingsError
from warehouse.profile import Profile

DEFAULT_ROOT = "/stackhouse"
"""Root of a warehouse that names no other."""

HOST = re.compile(r"[A-Za-z0-9.-]+")
ROOT = re.compile(r"(/[A-Za-z0-9_][A-Za-z0-9._-]*)+")
EXPECTED_ROOT = "expected an absolute path in HDFS like /user/ann/stackhouse"

_PREFIX = "STACKHOUSE_"
_PLAIN_PATH = re.compile(r"[\w/.+@-]+")


class Source:
    """Settings by their name without `STACKHOUSE_`. Every method but `error` raises `SettingsError`."""

    def __init__(self, environment: Mapping[str, str], env_file: Path) -> None:
        """Take both; the environment wins."""
        self.environment = environment
        self._file_path = env_file
        self._file = dotenv_values(env_file)

    def error(self, name: str, problem: str) -> SettingsError:
        """An error that says where the value was read."""
        variable = _PREFIX + name
        place = "the environment" if variable in self.environment else str(self._file_path)
        return SettingsError(f"{variable} {problem}; it was read from {place}")

    def optional_text(self, name: str) -> str:
        """Text; empty where it is not set."""
        variable = _PREFIX + name
        return self.environment.get(variable, self._file.get(variable)) or ""

    def text(self, name: str) -> str:
        """Text that must be set."""
        value = self.optional_text(name)
        if not value:
            raise SettingsError(f"{_PREFIX}{name} is not set; looked in the environment and in {self._file_path}")
        return value

    def profile(self, name: str) -> Profile:
        """Name of a profile."""
        value = self.text(name)
        try:
            return Profile(value)
        except ValueError as problem:
            raise self.error(name, f"is {value!r}, expected one of: {', '.join(Profile)}") from problem

    def root(self, name: str) -> str:
        """Absolute path in HDFS; the default root where it is not set."""
        value = self.optional_text(name) or DEFAULT_ROOT
        if not ROOT.fullmatch(value):
            raise self.error(name, f"is {value!r}, {EXPECTED_ROOT}")
        return value

    def directory(self, name: str) -> Path:
        """Directory; a relative one starts at `.env`."""
        # A relative path means the same from whichever directory the command was typed.
        path = (self._file_path.parent / Path(self.text(name)).expanduser()).resolve()
        if not _PLAIN_PATH.fullmatch(str(path)):
            raise self.error(name, f"is {path}; Hadoop, YARN and class paths take only letters, digits and / . _ - + @")
        return path

    def optional_path(self, name: str) -> Path | None:
        """File; a relative one starts at `.env`."""
        value = self.optional_text(name)
        return (self._file_path.parent / Path(value).expanduser()).resolve() if value else None

    def host(self, name: str) -> str:
        """Host name or IPv4 address."""
        self.text(name)
        return self.optional_host(name)

    def optional_host(self, name: str) -> str:
        """The same; empty where it is not set."""
        value = self.optional_text(name)
        if value and not HOST.fullmatch(value):
            raise self.error(name, f"is {value!r}, expected a host name or an IPv4 address")
        return value

    def number(self, name: str) -> int:
        """Whole number that is not negative."""
        value = self.text(name)
        if not value.isascii() or not value.isdigit():
            raise self.error(name, f"is {value!r}, expected a whole number")
        return int(value)

    def switch(self, name: str) -> bool:
        """`on` or `off`."""
        value = self.text(name)
        if value not in {"on", "off"}:
            raise self.error(name, f"is {value!r}, expected on or off")
        return value == "on"

    def optional_truth(self, name: str) -> bool | None:
        """`true` or `false`, where it is set."""
        value = self.optional_text(name)
        if value not in {"true", "false", ""}:
            raise self.error(name, f"is {value!r}, expected true, false or nothing")
        return value == "true" if value else None

    def optional_number(self, name: str) -> int | None:
        """Whole number above 0, where it is set."""
        if not self.optional_text(name):
            return None
        value = self.number(name)
        if value == 0:
            raise self.error(name, "is 0, expected a whole number above 0, or nothing")
        return value
