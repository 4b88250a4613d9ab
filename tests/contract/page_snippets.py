"""Snippets of contracts on docs/contract.md: of its examples, and of its tables of types and moments."""

from typing import Any

from tests.contract.contract_examples import codes, examples, fragment, logical_type, table

EXAMPLES = examples()
HEADLESS = {"kind": "csv", "delimiter": ";", "header": False}


def types_snippet() -> dict[str, Any]:
    names = [codes(row[1])[0] for row in table("types")]
    columns = [
        {"name": f"c{number}", "logicalType": logical_type(name), "physicalType": name}
        for number, name in enumerate(names)
    ]
    return {"properties": columns, "customProperties": [{"property": "inputFormat", "value": HEADLESS}]}


def moments_snippet(zone: str = "Europe/Berlin") -> dict[str, Any]:
    columns = [
        {**column, "name": f"c{number}"}
        for number, row in enumerate(table("moments"))
        for column in fragment(row[0]).get("properties", [{"logicalType": "timestamp", "physicalType": "TIMESTAMP"}])
    ]
    custom = {"inputFormat": HEADLESS, "timeZone": zone}
    return {
        "properties": columns,
        "customProperties": [{"property": name, "value": value} for name, value in custom.items()],
    }
