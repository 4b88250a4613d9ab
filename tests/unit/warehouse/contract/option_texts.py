"""Contracts with one thing in them that is not as usual."""

from pathlib import Path
from textwrap import indent

import pytest

from warehouse.contract.file import parse_contract
from warehouse.errors import ContractError

PATH = Path("/data/sales/dataset.yaml")


CONTRACT = """\
apiVersion: v3.2.0
kind: DataContract
id: test.sales
version: 1.0.0
status: active
schema:
  - name: sales
    description: Every sale.
    properties:
      - name: sold_at
        logicalType: timestamp
        physicalType: TIMESTAMP
        required: true
        primaryKey: true
        description: When.
      - name: revision
        logicalType: integer
        physicalType: INT
        required: true
        description: Number of the version.
{column}
    customProperties:
      - property: eventTime
        value: sold_at
      - property: rejectThreshold
        value: 0.5
      - property: inputFormat
        value:
{form}
{custom}
{schema}
"""


COLUMN = """\
name: extra
logicalType: {logical}
physicalType: {physical}
description: More.
{options}"""


def contract_text(form="kind: csv", column=(), custom="", schema=""):
    columns = [column] if isinstance(column, str) else column
    listed = "\n".join(f"- {indent(text, '  ').strip()}" for text in columns)
    places = {"form": (form, 10), "column": (listed, 6), "custom": (custom, 6), "schema": (schema, 2)}
    return CONTRACT.format(**{name: indent(text, " " * depth) for name, (text, depth) in places.items()})


def a_column(logical, physical, *options):
    return COLUMN.format(logical=logical, physical=physical, options="\n".join(options))


def parsed(**parts):
    return parse_contract("sales", PATH, contract_text(**parts))


def refusal(text):
    with pytest.raises(ContractError) as problem:
        parse_contract("sales", PATH, text)
    assert "\n" not in str(problem.value)
    return str(problem.value)


def check_told(parts, wrong, told):
    """The message names the file, the line that is wrong and what is there."""
    text = contract_text(**parts)
    *_, line = [number for number, found in enumerate(text.splitlines(), 1) if found.strip() == wrong]
    message = refusal(text)
    assert message.startswith(f"{PATH}:{line}: {told}"), message


def a_form(**options):
    return parsed(form="\n".join(["kind: csv", *(f"{key}: {value}" for key, value in options.items())])).input_format


def extra(column, time_zone=True):
    return parsed(
        column=column, custom="- property: timeZone\n  value: Europe/Berlin" if time_zone else ""
    ).column("extra")  # fmt: skip
