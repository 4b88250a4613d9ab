"""Roles of the users beside the owner: which views of a dataset they may read.

Nobody beside the owner may read a physical table; a view stands for its owner's right to read what is below it. Grants
outlive CREATE OR REPLACE VIEW, so a view gets its own once, not with every release.
"""

from collections.abc import Collection, Iterator

from hive.connection import HiveServer
from hive.ddl import view_name
from warehouse.role import Role

_AUTHORIZER = "stackhouse.hive.OwnerAuthorizer"
"""As in hive-site.xml."""

_ADMIN = "SET ROLE ADMIN"
"""The owner has this role, but only asks for it where roles and grants are looked at."""


def has_roles(server: HiveServer) -> bool:
    """Whether this HiveServer2 decides by our roles; one of a cluster elsewhere does not."""
    answer = server.fetch("SET hive.security.authorization.manager").rows
    return any(str(line).endswith(f"={_AUTHORIZER}") for (line,) in answer)


def missing_grants(server: HiveServer, dataset: str, views: Collection[str]) -> list[str]:
    """Statements that open views of a dataset to the roles, for those that are not open yet.

    Args:
        server: HiveServer2.
        dataset: Name in the contract.
        views: Names of views that show a release.
    """
    return list(_missing(server, dataset, views)) if has_roles(server) else []


def _missing(server: HiveServer, dataset: str, views: Collection[str]) -> Iterator[str]:
    make_roles(server)
    for role in Role:
        opened = {
            (str(database), str(view)) for database, view, *_ in server.fetch(f"SHOW GRANT ROLE `{role}` ON ALL").rows
        }
        for view in sorted(views):
            if role.may_read(view) and (dataset, view) not in opened:
                yield f"GRANT SELECT ON TABLE {view_name(dataset, view)} TO ROLE `{role}`"


def make_roles(server: HiveServer) -> None:
    """Make the roles that are missing; the session has the role ADMIN from then on."""
    server.execute(_ADMIN)
    there = {str(name) for (name,) in server.fetch("SHOW ROLES").rows}
    for role in Role:
        if role not in there:
            server.execute(f"CREATE ROLE `{role}`")


def give_role(server: HiveServer, user: str, wanted: Role) -> None:
    """Let a user have one role and no other of ours; `make_roles` comes before.

    Args:
        server: Session of HiveServer2.
        user: Name of the user.
        wanted: The role.
    """
    had = role_names(server, user)
    for role in Role:
        if role in had and role is not wanted:
            server.execute(f"REVOKE ROLE `{role}` FROM USER `{user}`")
    if wanted not in had:
        server.execute(f"GRANT ROLE `{wanted}` TO USER `{user}`")


def role_names(server: HiveServer, user: str) -> set[str]:
    """Names of the roles of a user; `make_roles` comes before."""
    return {str(row[0]) for row in server.fetch(f"SHOW ROLE GRANT USER `{user}`").rows}
