"""Who runs the daemons of a stack, and where."""

from enum import StrEnum
from typing import TypeVar

_Choice = TypeVar("_Choice")


class Profile(StrEnum):
    """Value of `STACKHOUSE_PROFILE`."""

    LOCAL = "local"
    COMPOSE = "compose"
    EXTERNAL = "external"

    @property
    def runs_here(self) -> bool:
        """Whether the daemons are processes of this machine."""
        return self is Profile.LOCAL

    @property
    def in_containers(self) -> bool:
        """Whether docker compose runs the daemons."""
        return self is Profile.COMPOSE

    @property
    def belongs_to_others(self) -> bool:
        """Whether the cluster is not ours to start, stop or configure."""
        return self is Profile.EXTERNAL

    def choose(self, *, local: _Choice, compose: _Choice, external: _Choice) -> _Choice:
        """What holds for this profile.

        An argument that is missing or misspelled is a type error; a key of a dictionary would not be.

        Args:
            local: Value for daemons on this machine.
            compose: Value for containers.
            external: Value for a cluster of others.
        """
        match self:
            case Profile.LOCAL:
                return local
            case Profile.COMPOSE:
                return compose
            case Profile.EXTERNAL:
                return external
