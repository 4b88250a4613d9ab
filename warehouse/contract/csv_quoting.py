r"""Where a quoted CSV field begins and ends, as regular expressions that Python and Java read alike.

A field is quoted when its first character is a quote. Inside, a quote is written twice (RFC 4180) or, with an escape
character, after that. Possessive quantifiers (`*+`): Java's matcher would otherwise recurse once per character. The
end is `(?![\s\S])`, since `\z` and `\Z` mean different things to the two.
"""

import re

from warehouse.contract.model import InputFormat

_END = r"(?![\s\S])"


def well_quoted(form: InputFormat) -> str:
    """Matches a record in which every field is quoted as a whole or not at all."""
    quote, delimiter = re.escape(form.quote), re.escape(form.delimiter)
    field = rf"(?:{quote}{_inside(form)}{quote}|[^{quote}{delimiter}]*+)"
    return rf"\A{field}(?:{delimiter}{field})*+{_END}"


def ends_open(form: InputFormat, begins_open: bool) -> str:
    """Matches a line with an open quote at its end, so that its record goes on in the next line.

    Args:
        form: Delimiter, quote and escape.
        begins_open: The line begins inside a quoted field.
    """
    quote, delimiter = re.escape(form.quote), re.escape(form.delimiter)
    inside, rest = _inside(form), rf"[^{delimiter}]*+"
    closed = rf"(?:{quote}{inside}{quote}{rest}|[^{quote}{delimiter}]{rest}|)"
    # An escape at the very end takes the line end along.
    end = _END if form.escape in (None, form.quote) else rf"(?:{re.escape(form.escape)})?{_END}"
    opens = rf"(?:{closed}{delimiter})*+{quote}{inside}{end}"
    if not begins_open:
        return rf"\A{opens}"
    return rf"\A{inside}(?:{end}|{quote}{rest}{delimiter}{opens})"


def _inside(form: InputFormat) -> str:
    quote = re.escape(form.quote)
    if form.escape is None or form.escape == form.quote:
        return rf"(?:[^{quote}]|{quote}{quote})*+"
    escape = re.escape(form.escape)
    return rf"(?:[^{quote}{escape}]|{escape}[\s\S])*+"
