"""Says in one line why a service does not start, from what it wrote to its log."""

import re
from collections.abc import Callable
from pathlib import Path

_TAIL_BYTES = 2**20
_ANNOUNCEMENT = "STARTUP_MSG: Starting "

_SIGNS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"Problem binding to \[(\S+?)\].*Address already in use", lambda m: f"its port is taken: {m[1]}"),
    (r"Port in use: (\S+)", lambda m: f"its port is taken: {m[1]}"),
    (r"Address already in use", lambda _: "one of its ports is taken"),
    (r"No space left on device", lambda _: "the disk is full"),
    (r"Incompatible clusterIDs", lambda _: "its blocks belong to another NameNode (Incompatible clusterIDs)"),
    (r"NameNode is not formatted", lambda _: "the NameNode's directory holds no image"),
    (r"(Failed to load (?:an )?FSImage.*)", lambda m: f"the namespace image cannot be read: {m[1]}"),
    (
        r"(ERROR (?:XSD|XJ0|XBM|XSL|XSR)\w*: .*?)(?: with class loader|\n)",
        lambda m: f"the metastore database cannot be opened: {m[1]}",
    ),
    (r"Version information not found in metastore", lambda _: "the metastore database has no schema"),
    (r"UnsupportedClassVersionError", lambda _: "Java is too old, Java 17 is needed"),
    (r"java\.lang\.OutOfMemoryError: ([^\n]*)", lambda m: f"out of memory: {m[1]}"),
    (r"Could not find or load main class (\S+)", lambda m: f"class {m[1]} is missing: remove the jars and run again"),
    (r"Permission denied[^\n]*", lambda m: f"no permission for a file or directory: {m[0]}"),
)
"""What is searched in the log, the more telling first, and what it means."""


def log_start(log: Path) -> int:
    """Where a log ends now: what comes later belongs to the next start."""
    return log.stat().st_size if log.is_file() else 0


def explain_log(log: Path, start: int = 0) -> str:
    """Reason for a failure, from the part of a log that was written since `start`.

    Args:
        log: Log file; it may be missing.
        start: Offset in bytes from `log_start`; 0 when it is not known.

    Returns:
        One line; the last error line when no known reason is found.
    """
    text = _tail(log, start)
    if not start:
        # Only lines of the last start; the daemons of Hadoop and Hive announce each.
        text = text.rpartition(_ANNOUNCEMENT)[2]
    for pattern, meaning in _SIGNS:
        match = re.search(pattern, text)
        if match:
            return meaning(match)
    errors = [line for line in text.splitlines() if re.search(r"\b(ERROR|FATAL|Exception|Error)\b", line)]
    lines = errors or text.splitlines()
    return lines[-1].strip() if lines else "its log is empty"


def _tail(log: Path, start: int) -> str:
    if not log.is_file():
        return ""
    with log.open("rb") as content:
        size = content.seek(0, 2)
        # A rotated log is shorter than it was.
        content.seek(max(start if start <= size else 0, size - _TAIL_BYTES))
        return content.read().decode("utf-8", errors="replace")
