"""Finds the one line that says why a Spark job failed."""

from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.errors.exceptions.captured import CapturedException

from warehouse.errors import StackhouseError

_LONGEST = 500


def reason(problem: Exception) -> str:
    """One line for an error: its first cause, and where it happened if Spark says so."""
    if isinstance(problem, StackhouseError):
        return str(problem)
    java = _java_exception(problem)
    text = f"{type(problem).__name__}: {problem}" if java is None else _first_cause(java)
    return " ".join(text.split())[:_LONGEST]


def _java_exception(problem: Exception) -> Any:
    if isinstance(problem, CapturedException):
        return problem._origin
    return problem.java_exception if isinstance(problem, Py4JJavaError) else None


def _first_cause(java: Any) -> str:
    place = ""
    while java.getCause() is not None:
        message = _first_line(java.getMessage())
        # A message with an error condition, such as [FAILED_READ_FILE], names the file; the others only wrap.
        place = f"{message} " if message.startswith("[") else place
        java = java.getCause()
    return place + _first_line(java.toString())


def _first_line(text: str | None) -> str:
    return next((line.strip() for line in (text or "").splitlines() if line.strip()), "")
