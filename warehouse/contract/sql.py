"""The SQL of the marts, `sql/<dataset>/<mart>.sql`, and of the checks, `<mart>.check.sql` and `clean.check.sql`."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from warehouse.contract.model import Contract, Mart
from warehouse.errors import ContractError
from warehouse.release.check import Severity
from warehouse.release.manifest import CLEAN

_SEVERITY = re.compile(r"\s*--\s*severity\b(.*)", re.IGNORECASE)
_SEVERITIES: dict[str, Severity] = {": fail": "fail", ": warn": "warn"}


@dataclass(frozen=True)
class CheckSql:
    """SQL of one check.

    Attributes:
        sql: SELECT whose rows are failures.
        severity: `fail` unless a comment line says `-- severity: warn`.
    """

    sql: str
    severity: Severity


@dataclass(frozen=True)
class MartSql:
    """SQL of one mart.

    Attributes:
        name: Name of the mart.
        sql: SELECT over `clean`.
        check: SELECT whose rows are failures; `None`: there is none.
        definition: Fingerprint of all that the mart's rows are computed by.
        severity: Severity of the check.
    """

    name: str
    sql: str
    check: str | None
    definition: str
    severity: Severity = "fail"


def load_mart_sql(contract: Contract) -> tuple[MartSql, ...]:
    """Read the SQL of all marts of a contract, in its order: it stands where the contract does.

    Raises:
        ContractError: The SQL of a mart is missing, or the severity of a check is not one.
    """
    return tuple(_load(contract, mart, sql_directory(contract)) for mart in contract.marts)


def load_clean_check(contract: Contract) -> CheckSql | None:
    """Read the check of the clean rows; `None` without one.

    Raises:
        ContractError: Its severity is not one.
    """
    return _check(sql_directory(contract) / f"{CLEAN}.check.sql", contract)


def sql_directory(contract: Contract) -> Path:
    """`sql/<dataset>` beside the `data/<dataset>` of a contract."""
    return contract.path.parents[2] / "sql" / contract.dataset


def _load(contract: Contract, mart: Mart, directory: Path) -> MartSql:
    sql = _read(directory / f"{mart.name}.sql", contract)
    check = _check(directory / f"{mart.name}.check.sql", contract)
    types = [[column.name, column.type] for column in mart.columns]
    meaning = json.dumps([contract.fingerprint, sql, types])
    definition = hashlib.sha256(meaning.encode()).hexdigest()[:16]
    if check is None:
        return MartSql(mart.name, sql, None, definition)
    return MartSql(mart.name, sql, check.sql, definition, check.severity)


def _check(path: Path, contract: Contract) -> CheckSql | None:
    if not path.exists():
        return None
    sql = _read(path, contract)
    return CheckSql(sql, _severity(path, sql))


def _severity(path: Path, sql: str) -> Severity:
    found: list[Severity] = []
    for number, line in enumerate(sql.splitlines(), 1):
        said = _SEVERITY.fullmatch(line)
        if said is None:
            continue
        severity = _SEVERITIES.get(said[1].rstrip())
        if severity is None or found:
            raise ContractError(
                f"{path}:{number}: {line.strip()!r}, expected one line `-- severity: warn` or `-- severity: fail`"
            )
        found.append(severity)
    return found[0] if found else "fail"


def _read(path: Path, contract: Contract) -> str:
    if not path.is_file():
        raise ContractError(f"{path} does not exist; {contract.path} lists the mart {path.name.partition('.')[0]}")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise ContractError(f"{path} cannot be read: {problem}") from problem
