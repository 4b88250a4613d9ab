"""The SQL of the marts: `sql/<dataset>/<mart>.sql` and its check."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from warehouse.contract import Contract, Mart
from warehouse.errors import ContractError


@dataclass(frozen=True)
class MartSql:
    """SQL of one mart.

    Attributes:
        name: Of the mart.
        sql: SELECT over `clean`.
        check: SELECT whose rows are failures.
        definition: Fingerprint of all that the mart's rows are computed by.
    """

    name: str
    sql: str
    check: str
    definition: str


def load_mart_sql(contract: Contract) -> tuple[MartSql, ...]:
    """Read the SQL of all marts of a contract, in its order: it stands where the contract does.

    Raises:
        ContractError: A file is missing.
    """
    return tuple(_load(contract, mart, sql_directory(contract)) for mart in contract.marts)


def sql_directory(contract: Contract) -> Path:
    """`sql/<dataset>` beside the `data/<dataset>` of a contract."""
    return contract.path.parents[2] / "sql" / contract.dataset


def _load(contract: Contract, mart: Mart, directory: Path) -> MartSql:
    sql = _read(directory / f"{mart.name}.sql", contract)
    check = _read(directory / f"{mart.name}.check.sql", contract)
    types = [[column.name, column.type] for column in mart.columns]
    meaning = json.dumps([contract.fingerprint, sql, types])
    return MartSql(mart.name, sql, check, hashlib.sha256(meaning.encode()).hexdigest()[:16])


def _read(path: Path, contract: Contract) -> str:
    if not path.is_file():
        raise ContractError(f"{path} does not exist; {contract.path} lists the mart {path.name.partition('.')[0]}")
    return path.read_text(encoding="utf-8")
