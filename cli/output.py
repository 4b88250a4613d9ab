"""JSON on standard output, the same way for every command."""

import json


def print_json(content: object) -> None:
    """Print one JSON document."""
    print(json.dumps(content, indent=2, default=str, ensure_ascii=False))
