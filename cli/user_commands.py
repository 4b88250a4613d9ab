"""The commands about who may log in to HiveServer2."""

from typing import Annotated

import typer

from cli.arguments import AsJson
from warehouse.role import Role
from warehouse.settings import load_settings

user_commands = typer.Typer(help="Manage who may log in to HiveServer2 besides the owner.", no_args_is_help=True)

_User = Annotated[str, typer.Argument(help="Name to log in with.")]


@user_commands.command()
def add(
    user: _User,
    role: Annotated[Role, typer.Option(help="What the user may read.")] = Role.READER,
    as_json: AsJson = False,
) -> None:
    """Add a user and print the password, which is not stored; adding the user again makes a new one."""
    from cli.views.users import print_added

    print_added(load_settings(), user, role, as_json)


@user_commands.command()
def remove(user: _User) -> None:
    """Remove a user; open sessions stay open."""
    from cli.views.users import print_removed

    print_removed(load_settings(), user)


@user_commands.command("list")
def list_users(as_json: AsJson = False) -> None:
    """List the users and their roles."""
    from cli.views.users import print_users

    print_users(load_settings(), as_json)
