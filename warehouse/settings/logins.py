"""Who may log in to HiveServer2: a directory with a file for each user, read by HiveServer2 at every session.

The owner's file is the password itself, because the owner's commands have to know it. Any other user's password is
printed once and kept as a hash. All passwords are generated: none can be guessed, so few rounds of the hash are enough.
"""

import hashlib
import re
import secrets
from pathlib import Path

from warehouse.errors import UsageError

_NAME = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
"""The owner may have another, that of the account; PasswordFiles.java takes both."""

_BYTES = 24
_ROUNDS = 10_000
_OWN, _HASHED = ".password", ".login"


class Logins:
    """The users of one stack."""

    def __init__(self, directory: Path) -> None:
        """Take the directory; it need not be there."""
        self._directory = directory

    def own_password(self, user: str) -> str:
        """Password of the owner; empty where none was made."""
        file = self.password_file(user)
        return file.read_text().strip() if file else ""

    def password_file(self, user: str) -> Path | None:
        """File with nothing but the owner's password, where there is one."""
        file = self._directory / f"{user}{_OWN}"
        return file if file.is_file() else None

    def make_own_password(self, user: str) -> None:
        """Make the owner's password unless it is there."""
        if not self.own_password(user):
            self.keep_own_password(user, secrets.token_urlsafe(_BYTES))

    def keep_own_password(self, user: str, password: str) -> None:
        """Keep a password of the owner that was made elsewhere."""
        if password != self.own_password(user):
            self._write(user, _OWN, password)

    def forget_own_password(self, user: str) -> None:
        """Remove the owner's password; sessions that are open stay."""
        if file := self.password_file(user):
            file.unlink(missing_ok=True)

    def add(self, user: str) -> str:
        """Make a password for a user; one who had another has this one from now on.

        Returns:
            The password, which is kept nowhere.

        Raises:
            UsageError: The name cannot be one, or is the owner's.
        """
        self.check(user)
        password, salt = secrets.token_urlsafe(_BYTES), secrets.token_bytes(16)
        hashed = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ROUNDS)
        self._write(user, _HASHED, f"{_ROUNDS} {salt.hex()} {hashed.hex()}")
        return password

    def remove(self, user: str) -> None:
        """Let a user in no more; sessions that are open stay.

        Raises:
            UsageError: There is no such user, or it is the owner.
        """
        self.check(user)
        if user not in self.names():
            raise UsageError(f"there is no user {user}", "./stackhouse user list shows all")
        (self._directory / f"{user}{_HASHED}").unlink()

    def check(self, user: str) -> None:
        """Raise `UsageError` for a name that cannot be one, or is the owner's."""
        if not _NAME.fullmatch(user):
            raise UsageError(
                f"{user!r} cannot be the name of a user", "use at most 32 lower-case letters, digits, _ and -"
            )
        if self.own_password(user):
            raise UsageError(f"{user} is the owner of this stack", "choose another name")

    def names(self) -> list[str]:
        """Users beside the owner."""
        return sorted(file.stem for file in self._directory.glob(f"*{_HASHED}"))

    def _write(self, user: str, suffix: str, text: str) -> None:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._directory / f"{user}{suffix}"
        fresh = file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        fresh.write_text(f"{text}\n")
        fresh.rename(file)
