"""What HiveServer2 reports, as one line and one of our errors.

HiveServer2 answers a failed call with a `TStatus` (TCLIService.thrift): `errorMessage`, an `errorCode`
(org.apache.hadoop.hive.ql.ErrorMsg) and a `sqlState`. The code is 0 for whatever fails while rows are
fetched and 40000 for several kinds, so the message, with the Java class names in it, decides.
"""

import re

from warehouse.errors import QueryError, SafeModeError, StackDownError, StackhouseError

_STATUS = "run ./stackhouse status"

_KINDS: tuple[tuple[str, type[StackhouseError], str, str], ...] = (
    (
        r"connect to meta ?store|SessionHiveMetaStoreClient|TTransportException",
        StackDownError,
        "HiveServer2 cannot reach its metastore",
        _STATUS,
    ),
    (r"Invalid SessionHandle", StackDownError, "HiveServer2 has ended the session", "run the command again"),
    (r"in safe mode", SafeModeError, "HDFS is in safe mode and refuses changes", _STATUS),
    (
        r"Call From \S+ to (\S+) failed on (?:connection|socket timeout) exception",
        StackDownError,
        r"HiveServer2 cannot reach \1",
        _STATUS,
    ),
    (
        r"TezSession|Tez session|SessionNotRunning|TezException|YarnException|Application application_\d+_\d+ failed",
        StackDownError,
        "YARN is not running Hive's Tez session",
        _STATUS,
    ),
    (
        # An error that is not an exception (a stopped thread, a full stack) says nothing else.
        r"^Error running query\s*$",
        QueryError,
        "HiveServer2 could not compile the statement: it takes longer than stackhouse.compile.seconds in hive-site.xml "
        "allows, or compares a column with itself, or has a CASE of constants alone",
        "simplify it",
    ),
    (
        r"FAILED: (?:NullPointer|\w*IndexOutOfBounds)Exception|only supported with Cost Based Optimizations enabled",
        QueryError,
        "HiveServer2 could not plan the statement, because of an error in Hive's optimizer",
        "split it into steps, with a table in place of a subquery (CREATE TEMPORARY TABLE ... AS SELECT)",
    ),
    (
        r"ROOT_INPUT_INIT_FAILURE(?s:.*)cannot find field \S+ from \[0:",
        QueryError,
        "HiveServer2 cannot run a join on an expression of the partition column and another column while it looks for "
        "partitions to skip",
        "SET hive.tez.dynamic.partition.pruning=false, then ask again",
    ),
    (
        r"could only be written to 0 of|No space left on device|(?:NameSpace|DiskSpace) quota",
        QueryError,
        "HDFS has no space left for the result",
        "free some; ./stackhouse status shows how much is left",
    ),
    (
        r"OutOfMemoryError|GC overhead limit|beyond the '?(?:PHYSICAL|VIRTUAL)'? memory limit",
        QueryError,
        "the query ran out of memory",
        "select less, or raise STACKHOUSE_MEMORY_MB and restart",
    ),
    (r"Permission denied: ([^\n]*)", QueryError, r"permission denied: \1", ""),
)
"""Pattern in the message, our error, problem, remedy. The first that matches wins; anything else is a `QueryError`."""

_NOISE = re.compile(
    r"""
      Error\ while\ (?:compiling|processing)\ statement:\s*
    | Error\ (?:running|while\ processing)\ (?:query|row):\s*
    | Hive\ Runtime\ Error\ while\ [^:]*:\s*
    | Unable\ to\ get\ the\ next\ row\ set\ with\ exception:\s*
    | FAILED:\s*
    | Execution\ Error,\ return\ code\ -?\d+\ from\ [\w.$]+?\.\s+
    | \[Error\ \d+\]:\s*
    | (?:[\w$]+\.)*[A-Z][\w$]*(?:Exception|Error)(?:\(message:|:|(?=\s))\s*
    """,
    re.VERBOSE,
)
"""What may stand before the useful part of a message, in any order and number."""

_CAUSE = "Caused by: "


def hive_error(message: str) -> StackhouseError:
    """Translate the `errorMessage` of a `TStatus`.

    Returns:
        An error of one line, not raised: `line 1:7 ...` with the position where Hive gives one.
    """
    for pattern, error, problem, remedy in _KINDS:
        match = re.search(pattern, message)
        if match:
            return error(_first_line(match.expand(problem)), remedy)
    if useful := _useful_part(message):
        return QueryError(useful)
    return QueryError("HiveServer2 gave no reason", "see ./stackhouse logs hiveserver2")


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def _useful_part(message: str) -> str:
    # A failed task reports its whole stack; the innermost cause is what the user can act on.
    line = _first_line(message.rpartition(_CAUSE)[2])
    rest = line
    while match := _NOISE.match(rest):
        rest = rest[match.end() :]
        if match[0].endswith("(message:"):
            rest = rest.removesuffix(")")
    return re.sub(r"^Line (?=\d+:\d+)", "line ", rest) or line
