"""How numbers are written in files, as regular expressions that Spark, DuckDB and Python read alike."""

import re
from dataclasses import dataclass

LIKE_NUMBER = "[+-]?[0-9.][0-9., ']*([eE][+-]?[0-9]+)?"
"""What may be a number, before it is known how the numbers of a file are written."""


@dataclass(frozen=True)
class NumberText:
    """Numbers of one file.

    Attributes:
        point: Decimal separator.
        group: Thousands separator, `None`: digits are not grouped.
    """

    point: str = "."
    group: str | None = None

    def whole(self) -> str:
        """Whole numbers."""
        return rf"[+-]?{self._digits()}"

    def decimal(self, scale: int | None = None) -> str:
        """Decimals without an exponent.

        Args:
            scale: Digits after the point at most, `None`: any number of them.
        """
        if scale == 0:
            return self.whole()
        fraction = rf"{re.escape(self.point)}[0-9]{{1,{'' if scale is None else scale}}}"
        return rf"[+-]?(?:{self._digits()}(?:{fraction})?|{fraction})"

    def double(self) -> str:
        """Numbers with or without an exponent."""
        point = re.escape(self.point)
        return rf"[+-]?(?:{self._digits()}(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][+-]?[0-9]+)?"

    def _digits(self) -> str:
        if self.group is None:
            return "[0-9]+"
        return rf"(?:[0-9]{{1,3}}(?:{re.escape(self.group)}[0-9]{{3}})+|[0-9]+)"
