"""`user add`, `remove` and `list`: who may log in to HiveServer2."""

from rich.table import Table

from cli.output import print_json, standard_output
from stack.users import add_user, list_users, remove_user
from warehouse.role import Role
from warehouse.settings import Settings


def print_added(settings: Settings, user: str, role: Role, as_json: bool) -> None:
    """Add a user and print the password; errors as in `stack.users.add_user`.

    Args:
        settings: Settings of the stack.
        user: Name of the user.
        role: What the user may read.
        as_json: Print JSON instead of a table.
    """
    password = add_user(settings, user, role)
    if as_json:
        print_json({"user": user, "role": role, "password": password})
        return
    print(f"{user} may log in to HiveServer2 at {settings.endpoints.hive}, role {role}: {role.meaning}")
    print(f"password, shown only now: {password}")


def print_removed(settings: Settings, user: str) -> None:
    """Remove a user; errors as in `stack.users.remove_user`."""
    remove_user(settings, user)
    print(f"{user} can no longer log in; open sessions stay open")


def print_users(settings: Settings, as_json: bool) -> None:
    """Print all users; errors as in `stack.users.list_users`."""
    found = list_users(settings)
    if as_json:
        print_json([{"user": user, "role": role} for user, role in found.items()])
        return
    table = Table("user", "role", box=None, pad_edge=False)
    for user, role in found.items():
        table.add_row(user, role)
    standard_output().print(table)
