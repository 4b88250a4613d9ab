"""Names of the physical tables behind what readers see: one set per release."""

import re
from dataclasses import dataclass

from warehouse.contract.model import validate_identifier
from warehouse.release.manifest import Release

_NAME = re.compile(r"([a-z][a-z0-9_]{0,62})__r(\d{6,})", re.ASCII)


@dataclass(frozen=True)
class ReleaseTable:
    """One physical table of one release.

    Attributes:
        dataset: Name in the contract.
        name: `clean`, `quarantine` or a mart.
        number: Number of the release.
    """

    dataset: str
    name: str
    number: int

    def __post_init__(self) -> None:
        """Raise `ContractError` for a name that cannot stand in a statement."""
        validate_identifier(self.dataset)
        validate_identifier(self.name)

    @property
    def table(self) -> str:
        """Name in its database, `clean__r000042`."""
        return f"{self.name}__r{self.number:06d}"

    @property
    def sql(self) -> str:
        """Full name as a statement has it."""
        return f"`{releases_database(self.dataset)}`.`{self.table}`"

    @classmethod
    def of(cls, release: Release, name: str) -> "ReleaseTable":
        """A table of a release by its manifest."""
        return cls(release.dataset, name, release.number)

    @classmethod
    def parse(cls, dataset: str, table: str) -> "ReleaseTable | None":
        """The release table of a name in the database of a dataset; `None` for another table."""
        found = _NAME.fullmatch(table)
        return None if found is None else cls(dataset, found[1], int(found[2]))


def releases_database(dataset: str) -> str:
    """Name of the database with the tables of all releases."""
    return f"{validate_identifier(dataset)}_releases"
