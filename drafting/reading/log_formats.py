r"""Formats of logs that `new` knows by the look of their lines, as patterns of `kind: lines`.

Sources: https://httpd.apache.org/docs/2.4/logs.html (common and combined; nginx writes the latter), the layouts of
log4j's documentation and of Hadoop's and Spark's log4j.properties, Python's logging cookbook, RFC 3164, RFC 5424.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from warehouse.contract.lines.pattern import read_pattern

_MOSTLY = 0.95

_ACCESS = r"^(?<host>\S+) (?<identity>\S+) (?<user>\S+) \[(?<time>[^\]]*)\] "
_STATUS = r'" (?<status>\d{3}|-) (?<bytes>\d+|-)'
_QUOTED = r'(?:[^"\\]|\\.)*+'
_LEVEL = r"(?<level>TRACE|DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL|FATAL)"
_ISO_TIME = r"(?<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[,.]\d{3})"
_PEOPLE = "host and user may name persons: tags: [pii] says so."


@dataclass(frozen=True)
class LogFormat:
    """A format of logs.

    Attributes:
        name: What writes it.
        pattern: Pattern of its lines, as a contract has it.
        unsure: What a user should know about such a file, a sentence each.
    """

    name: str
    pattern: str
    unsure: tuple[str, ...] = ()

    @cached_property
    def shape(self) -> re.Pattern[str]:
        """For `fullmatch`; it has the groups by name and no others."""
        return re.compile(read_pattern(self.pattern).python, re.ASCII)

    def head(self, line: str) -> str:
        """A line up to its last group, the message; a line that does not match as it is."""
        found = self.shape.fullmatch(line)
        return line[: found.start(self.shape.groups)] if found else line

    @cached_property
    def max_bytes(self) -> int:
        """Bytes of the longest line that is read."""
        return read_pattern(self.pattern).max_bytes


LOG_FORMATS = (
    LogFormat(
        "an access log (combined)",
        f'{_ACCESS}"(?<request>{_QUOTED}){_STATUS} "(?<referer>{_QUOTED})" "(?<user_agent>{_QUOTED})"$',
        (_PEOPLE,),
    ),
    # Old servers do not escape the quotes of a request.
    LogFormat("an access log (common)", f'{_ACCESS}"(?<request>.*){_STATUS}$', (_PEOPLE,)),
    LogFormat(
        "syslog (RFC 5424)",
        r"^<(?<priority>\d{1,3})>(?<version>\d{1,2}) (?<time>\S+) (?<host>\S+) (?<application>\S+) (?<process>\S+) "
        r'(?<message_type>\S+) (?<data>-|(?:\[(?:[^"\]]|"(?:[^"\\]|\\.)*+")*+\])++)(?: (?<message>.*))?$',
    ),
    LogFormat(
        "syslog (RFC 3164)",
        r"^(?:<(?<priority>\d{1,3})>)?(?<time>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) (?<host>\S+) "
        r"(?<program>[^\s:\[]+)(?:\[(?<process>[^\]]*)\])?: ?(?<message>.*)$",
        (
            "Which year are the lines of? time has none (RFC 3164), so it is text and cannot be the event time. Have "
            "the year written, as rsyslog's RSYSLOG_SyslogProtocol23Format does, or put it before each line.",
        ),
    ),
    LogFormat(
        "log4j",
        rf"^(?<time>\d\d/\d\d/\d\d \d\d:\d\d:\d\d) {_LEVEL} +(?<logger>[^:\s]+): (?<message>.*)$",
    ),
    LogFormat(
        "log4j",
        rf"^{_ISO_TIME} {_LEVEL} +\[(?<thread>[^\]]*)\] (?<logger>[^:\s]+)(?: -|:) (?<message>.*)$",
    ),
    LogFormat(
        "log4j",
        rf"^{_ISO_TIME} \[(?<thread>[^\]]*)\] {_LEVEL} +(?<logger>[^:\s]+)(?: -|:) (?<message>.*)$",
    ),
    LogFormat("log4j", rf"^{_ISO_TIME} {_LEVEL} +(?<logger>[^:\s]+)(?: -|:) (?<message>.*)$"),
    LogFormat("Python's logging", rf"^{_ISO_TIME} - (?<logger>\S+) - {_LEVEL} - (?<message>.*)$"),
    LogFormat("Python's logging", rf"^{_ISO_TIME} {_LEVEL} +(?<message>(?:\S.*)?)$"),
)
"""The first that fits is it: the narrower one comes first."""


def log_format(lines: Sequence[str]) -> LogFormat | None:
    """The format of 95 % of the lines at least; `None` when no known one is."""
    for log in LOG_FORMATS:
        if lines and sum(map(bool, map(log.shape.fullmatch, lines))) >= _MOSTLY * len(lines):
            return log
    return None


def unsure_of(pattern: str) -> Sequence[str]:
    """What a user should know about a file of a pattern."""
    (found,) = [log for log in LOG_FORMATS if log.pattern == pattern]
    return [f"The lines look like those of {found.name}, so a pattern reads them.", *found.unsure]
