"""The one tree of errors a user can meet; each knows the exit code of the command line.

Exit codes: 0 done, 1 the work failed, 2 wrong usage, 3 held by a quality check, or vulnerable,
4 the stack is not up or not healthy.
"""

from typing import ClassVar

_MAX_MESSAGE_LENGTH = 1000


def one_line(message: str) -> str:
    """A message as one line of bounded length that a terminal can show, whatever a file put into it."""
    cut = message if len(message) <= _MAX_MESSAGE_LENGTH else message[:_MAX_MESSAGE_LENGTH] + "…"
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in cut)


class StackhouseError(Exception):
    """The work failed.

    Args:
        problem: What is wrong, and where.
        remedy: What the user can do about it; empty if the problem says all there is to say.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, problem: str, remedy: str = "") -> None:
        """Keep both, for callers that show them apart."""
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        """One line with both."""
        return f"{self.problem}; {self.remedy}" if self.remedy else self.problem


class UsageError(StackhouseError):
    """The user asked for something that cannot be done as asked."""

    exit_code: ClassVar[int] = 2


class SettingsError(UsageError):
    """An environment variable or `.env` holds a value that cannot be used."""


class ContractError(UsageError):
    """A contract is missing or wrong."""


class NoContractError(ContractError):
    """A dataset has no contract where contracts are looked for."""


class UnreadableSqlError(UsageError):
    """A text is no SQL; says where."""


class ReleaseGoneError(UsageError):
    """A release was never there, or gc gave it up."""


class ClosedError(UsageError):
    """A client is used after it was closed."""


class InputFileError(UsageError):
    """A file given to `load` cannot be loaded."""


class EmptyFileError(InputFileError):
    """A file has no bytes, none once it is uncompressed, or no rows to draft from."""


class LoadError(StackhouseError):
    """Bytes did not arrive in HDFS as they were sent."""


class StorageError(StackhouseError):
    """HDFS refused an operation or does not answer as expected."""


class NotFoundError(StorageError):
    """The HDFS path does not exist."""


class AlreadyExistsError(StorageError):
    """The HDFS path exists and is never overwritten."""


class DocumentError(StorageError):
    """A stored document is damaged, or of another version of this program; says what is wrong in which file."""


class LockedError(StackhouseError):
    """Another writer works on the dataset."""


class LockLostError(StackhouseError):
    """This process may no longer be the one writer of a dataset."""


class JobError(StackhouseError):
    """The Spark job failed."""


class QueryError(StackhouseError):
    """HiveServer2 refused or failed a statement."""


class LoginError(StackhouseError):
    """HiveServer2 does not let this user in."""


class NotProvedError(StackhouseError):
    """A mart cannot be computed again by Hive, so it is neither proved nor refuted."""


class SetupError(StackhouseError):
    """Something needed on the machine is missing: Java, Maven, network, disk."""


class HeldError(StackhouseError):
    """A quality check holds the run; readers keep the old release."""

    exit_code: ClassVar[int] = 3


class VulnerableError(StackhouseError):
    """A component has a known vulnerability that is not ignored."""

    exit_code: ClassVar[int] = 3


class StackDownError(StackhouseError):
    """The stack, or one service of it, is not up or not healthy."""

    exit_code: ClassVar[int] = 4


class TicketError(StackDownError):
    """Kerberos gives no ticket, or a service takes it for none or does not prove by Kerberos who it is."""


class CertificateError(StackDownError):
    """A service does not prove by its certificate who it is."""


class SafeModeError(StackDownError):
    """HDFS is in safe mode and refuses changes."""


class NotCheckedError(StackhouseError):
    """A check of `doctor` has no answer here; the message says why. Nothing is wrong because of it."""


class DataNodeDownError(StackDownError):
    """A DataNode to which the NameNode sends clients does not answer; a few seconds later it may name another."""


class ServiceFailedError(StackDownError):
    """A service did not start: the message names service, reason and log."""
