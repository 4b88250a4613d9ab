"""What WebHDFS and the network answer instead of what was asked for, as errors of the tree."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import requests
import urllib3
from hdfs import HdfsError

from warehouse.errors import (
    AlreadyExistsError,
    DataNodeDownError,
    NotFoundError,
    SafeModeError,
    StackDownError,
    StackhouseError,
    StorageError,
)

_MAX_MESSAGE_LENGTH = 300
_STATUS = "see ./stackhouse status"

_REFUSALS: dict[str, tuple[type[StackhouseError], str, str]] = {
    "FileNotFoundException": (NotFoundError, "HDFS: {message}", ""),
    "FileAlreadyExistsException": (AlreadyExistsError, "HDFS: {message}", ""),
    "AlreadyBeingCreatedException": (AlreadyExistsError, "another process is writing {path} to HDFS", ""),
    "RecoveryInProgressException": (AlreadyExistsError, "{path} is half-written and HDFS is closing it", "try again"),
    "LeaseExpiredException": (StorageError, "{path} was deleted from HDFS while it was being written", ""),
    "ParentNotDirectoryException": (StorageError, "{path}: a directory above it is a file in HDFS", ""),
    "AccessControlException": (StorageError, "HDFS user {user} has no permission for {path}: {message}", ""),
    "DSQuotaExceededException": (StorageError, "{path}: the HDFS space quota is used up: {message}", ""),
    "NSQuotaExceededException": (StorageError, "{path}: the HDFS name quota is used up: {message}", ""),
    "SafeModeException": (SafeModeError, "HDFS is in safe mode, starting or short of disk", _STATUS),
    "RetriableException": (StackDownError, "HDFS is still starting", "wait, or see ./stackhouse status"),
    "StandbyException": (StackDownError, "the NameNode at {url} is on standby and serves no requests", ""),
    "IOException": (
        StorageError,
        "HDFS could not do it: {message}",
        "look for a full disk or a dead DataNode with ./stackhouse status",
    ),
}
"""By the Java class that the server names: what to raise, the problem, the remedy."""


@contextmanager
def translated(url: str, user: str, path: str) -> Iterator[None]:
    """Raise errors of the tree in place of the library's.

    Args:
        url: Address of the NameNode.
        user: Who asks.
        path: What is asked for.
    """
    try:
        yield
    except HdfsError as problem:
        raise _refusal(problem, url, user, path) from problem
    except (requests.JSONDecodeError, KeyError, TypeError) as problem:
        raise _not_hdfs(url) from problem
    except (requests.RequestException, urllib3.exceptions.HTTPError) as problem:
        raise _unreachable(problem, url) from problem


def _refusal(problem: HdfsError, url: str, user: str, path: str) -> StackhouseError:
    if isinstance(problem.message, bytes):
        # The library keeps an answer that is no JSON as it came.
        return _not_hdfs(url)
    # The rest of the server's message is a Java stack trace.
    message = str(problem).partition("\n")[0].strip()[:_MAX_MESSAGE_LENGTH]
    default = (StorageError, "HDFS refused {path}: {message}", "")
    kind, text, remedy = _REFUSALS.get(problem.exception or "", default)
    return kind(text.format(path=path, message=message, user=user, url=url), remedy)


def _not_hdfs(url: str) -> StackhouseError:
    return StackDownError(f"what answers at {url} is not HDFS", _STATUS)


def _unreachable(problem: Exception, url: str) -> StackhouseError:
    request = getattr(problem, "request", None)
    asked = urlsplit(request.url if request is not None else url)
    if asked.netloc == urlsplit(url).netloc:
        return StackDownError(f"HDFS does not answer at {url}", "start it with ./stackhouse up")
    return DataNodeDownError(
        f"the DataNode at {asked.netloc}, where the NameNode sends the data, does not answer or broke the connection: "
        f"{asked.hostname} must resolve and be reachable from this machine",
        _STATUS,
    )
