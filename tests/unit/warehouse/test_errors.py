"""What every error of ours has in common."""

import pytest

from warehouse import errors
from warehouse.errors import LockedError, StackhouseError

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, StackhouseError)]


def test_problem_and_remedy_are_joined_in_one_line():
    error = LockedError("dataset sales is locked", "try again")
    assert (error.problem, error.remedy) == ("dataset sales is locked", "try again")
    assert str(error) == "dataset sales is locked; try again"


def test_error_without_a_remedy_is_its_problem():
    assert str(LockedError("dataset sales is locked")) == "dataset sales is locked"


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_an_exit_code_of_the_design(kind):
    assert kind.exit_code in {1, 2, 3, 4}
