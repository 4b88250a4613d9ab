"""Finds the one line that says why a Spark job failed."""

from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.errors.exceptions.captured import CapturedException

from warehouse.errors import StackhouseError

_LONGEST = 500


def reason(problem: Exception) -> str:
    """One line for an error: the message of the first cause, since Spark wraps it several times."""
    if isinstance(problem, StackhouseError):
        return str(problem)
    java = _java_exception(problem)
    text = str(problem) if java is None else _first_cause(java)
    first_line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return f"Spark: {first_line or type(problem).__name__}"[:_LONGEST]


def _java_exception(problem: Exception) -> Any:  # noqa: ANN401 -- a py4j proxy
    if isinstance(problem, CapturedException):
        return problem._origin
    return problem.java_exception if isinstance(problem, Py4JJavaError) else None


def _first_cause(java: Any) -> str:  # noqa: ANN401 -- a py4j proxy
    while java.getCause() is not None:
        java = java.getCause()
    return str(java.toString())
