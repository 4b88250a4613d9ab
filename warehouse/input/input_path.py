"""A file as a user gave it, opened so that what is read is what was checked."""

import errno
import io
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import InputFileError


@dataclass(frozen=True)
class InputPath:
    """A path that stands for one file.

    Attributes:
        path: Where the file is.
        is_named: The user named the file itself, so a link is followed. What a directory holds must not be a link:
            another account that may write there would choose which of the loader's files are read.
    """

    path: Path
    is_named: bool = False

    def __str__(self) -> str:
        """As the user would write it."""
        return str(self.path)

    @property
    def name(self) -> str:
        """Name without the directory, of a link its own."""
        return self.path.name

    @property
    def suffix(self) -> str:
        """The last suffix of the name."""
        return self.path.suffix

    @property
    def suffixes(self) -> list[str]:
        """All suffixes of the name."""
        return self.path.suffixes

    def check(self) -> None:
        """Refuse what is not a file, or is a link that is not followed.

        Raises:
            InputFileError: It is missing, unreadable, not a regular file, or such a link.
        """
        if not self.is_named and self.path.is_symlink():
            raise self._linked()
        if not self.path.exists():
            raise InputFileError(f"{self} does not exist")
        if not self.path.is_file():
            raise InputFileError(f"{self} is not a regular file")
        with self.open():
            pass

    def open(self) -> io.FileIO:
        """Open it for reading, without a buffer; another process may have put a link or a pipe there since the check.

        Raises:
            InputFileError: It is not a regular file, or a link that is not followed.
            OSError: It cannot be opened.
        """
        follow = 0 if self.is_named else os.O_NOFOLLOW
        try:
            # Without O_NONBLOCK a pipe would keep us waiting for its writer.
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | follow)
        except OSError as problem:
            if follow and problem.errno == errno.ELOOP:
                raise self._linked() from problem
            raise
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise InputFileError(f"{self} is not a regular file")
        return io.FileIO(descriptor, "rb")

    def _linked(self) -> InputFileError:
        return InputFileError(
            f"{self} is a symbolic link to {_target(self.path)}, and links inside a directory are not followed",
            "remove it, or name the link itself among the files",
        )


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return "another place"
