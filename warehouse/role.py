"""Roles of the users beside the owner."""

from enum import StrEnum

from warehouse.release.manifest import QUARANTINE


class Role(StrEnum):
    """What a user may read."""

    READER = "reader"
    STEWARD = "steward"

    @property
    def meaning(self) -> str:
        """One line for people."""
        return "all views" if self is Role.STEWARD else "all views but quarantine, whose rows may hold anything"

    def may_read(self, view: str) -> bool:
        """Whether a view of a dataset is open to the role."""
        return self is Role.STEWARD or view != QUARANTINE
