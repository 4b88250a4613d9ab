"""Texts from a file as YAML scalars and in comments, whatever characters they hold."""

import yaml


def scalar(text: str) -> str:
    """The text as a quoted scalar, on one line."""
    dumped: str = yaml.safe_dump(text, default_style='"', allow_unicode=True, width=float("inf"))
    return dumped.rstrip("\n")


def printable(text: str) -> str:
    """The text on one line, what cannot be printed as Python would escape it."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape", "replace").decode()
        for character in text
    )
