"""The columns of the files, as the contract of trips has them."""

from warehouse.contract.file import load_contract

CONTRACT = load_contract("trips")
HEADER = ",".join(column.source_name for column in CONTRACT.columns)
POSITIONS = {column.name: position for position, column in enumerate(CONTRACT.columns)}
"""Where a column, by its published name, stands in a line."""

NULLABLE = tuple(column.name for column in CONTRACT.columns if not column.required)
NOT_TEXT = tuple(column.name for column in CONTRACT.columns if column.type != "STRING")
