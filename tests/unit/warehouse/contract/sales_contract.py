"""A contract with a mart, how it is read, and how it is refused: in one line with its file."""

import pytest
import yaml

from tests.unit.warehouse.contract.option_texts import PATH
from warehouse.contract.file import parse_contract
from warehouse.errors import ContractError

SALES = yaml.safe_load("""
apiVersion: v3.2.0
kind: DataContract
id: test.sales
version: 1.0.0
status: active
schema:
  - name: sales
    description: >
      Every sale,
      one row each.
    properties:
      - {name: sale, physicalName: SaleId, logicalType: integer, physicalType: bigint, primaryKey: true,
         description: Number.}
      - {name: sold_at, logicalType: timestamp, physicalType: TIMESTAMP, required: true, description: When.,
         logicalTypeOptions: {format: yyyy-MM-dd}}
      - {name: amount, logicalType: number, physicalType: 'decimal(10, 2)', description: 'Price, EUR.',
         logicalTypeOptions: {minimum: 0, maximum: 100}}
      - {name: buyer, logicalType: string, physicalType: STRING, tags: [pii], description: Name.,
         logicalTypeOptions: {pattern: '[A-Z].*'}}
    quality:
      - {name: cheap, type: sql, query: amount < 50 OR buyer IS NOT NULL, description: Dear ones have a buyer.}
    customProperties:
      - {property: eventTime, value: sold_at}
      - {property: inputFormat, value: {kind: csv, delimiter: ';', nullTokens: [NA]}}
      - {property: rejectThreshold, value: 0.5}
      - {property: supersededThreshold, value: 0}
      - {property: marts, value: [by_quarter]}
  - name: by_quarter
    description: Sums.
    properties:
      - {name: total, logicalType: number, physicalType: 'DECIMAL(20,2)', description: Sum.}
""")


def parsed(content):
    return parse_contract("sales", PATH, yaml.safe_dump(content))


def refusal(content):
    with pytest.raises(ContractError) as problem:
        parsed(content)
    assert str(problem.value).startswith(str(PATH))
    assert "\n" not in str(problem.value)
    return str(problem.value)


def custom(sales, name):
    return next(item for item in sales["schema"][0]["customProperties"] if item["property"] == name)
