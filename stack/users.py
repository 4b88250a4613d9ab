"""The users of a stack: who may log in to HiveServer2, and with which role."""

from hive import roles
from hive.connection import connect
from hive.publish import views_of_releases
from warehouse.errors import UsageError
from warehouse.role import Role
from warehouse.settings import Settings


def add_user(settings: Settings, user: str, role: Role) -> str:
    """Let a user in; one who is in already gets another password and this role.

    Args:
        settings: Settings of the stack.
        user: Name of the user.
        role: What the user may read.

    Returns:
        The password, which is kept nowhere.

    Raises:
        UsageError: The name cannot be one, or users are not managed here.
        StackDownError: HiveServer2 does not answer.
    """
    _refuse_elsewhere(settings)
    settings.logins.check(user)
    with connect(settings.endpoints) as server:
        roles.make_roles(server)
        # Views that were published before there were roles.
        for dataset, views in views_of_releases(server).items():
            for statement in roles.missing_grants(server, dataset, views):
                server.execute(statement)
        roles.give_role(server, user, role)
    # Last, so that no user logs in without a role.
    return settings.logins.add(user)


def remove_user(settings: Settings, user: str) -> None:
    """Let a user in no more; sessions that are open stay.

    Raises:
        UsageError: There is no such user, or users are not managed here.
    """
    _refuse_elsewhere(settings)
    settings.logins.remove(user)


def list_users(settings: Settings) -> dict[str, str]:
    """Role by user, the owner's `owner`.

    Raises:
        UsageError: Users are not managed here.
        StackDownError: HiveServer2 does not answer.
    """
    _refuse_elsewhere(settings)
    with connect(settings.endpoints) as server:
        roles.make_roles(server)
        ours = {user: roles.role_names(server, user) & set(Role) for user in settings.logins.names()}
    return {settings.user: "owner", **{user: ", ".join(sorted(found)) or "none" for user, found in ours.items()}}


def _refuse_elsewhere(settings: Settings) -> None:
    if settings.profile.in_containers:
        raise UsageError(
            "users are managed in the containers", "docker compose exec edge stackhouse user does the same there"
        )
    # In the container `edge` the directory is that of HiveServer2; of a cluster of others there is none.
    if settings.profile.belongs_to_others and not settings.logins.own_password(settings.user):
        raise UsageError("the users of an external cluster are managed by its owner")
