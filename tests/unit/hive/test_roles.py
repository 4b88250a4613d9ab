"""Which views are opened to which role, with answers of HiveServer2 that are written down here."""

from collections.abc import Mapping

import pytest

from hive import roles
from hive.connection import HiveServer
from hive.rows import Rows, Value
from warehouse.role import Role

MANAGER = "SET hive.security.authorization.manager"
OURS = [("hive.security.authorization.manager=stackhouse.hive.OwnerAuthorizer",)]


class Answers(HiveServer):
    """Answers by statement, nothing to any other; keeps what was run."""

    def __init__(self, answers: dict[str, list[tuple[str, ...]]]) -> None:
        self.answers = answers
        self.ran: list[str] = []

    def fetch(self, sql: str, _parameters: Mapping[str, Value] | None = None) -> Rows:
        self.ran.append(sql)
        return Rows((), (), tuple(self.answers.get(sql, [])))


def grants(role, *views):
    return [("shop", view, "", "", role, "ROLE", "SELECT") for view in views]


def test_views_are_opened_once_and_rejected_rows_to_stewards_only():
    server = Answers(
        {
            MANAGER: OURS,
            "SHOW ROLES": [("admin",), ("reader",), ("steward",)],
            "SHOW GRANT ROLE `reader` ON ALL": grants("reader", "clean"),
        }
    )
    assert roles.missing_grants(server, "shop", ["clean", "quarantine", "totals"]) == [
        "GRANT SELECT ON TABLE `shop`.`totals` TO ROLE `reader`",
        "GRANT SELECT ON TABLE `shop`.`clean` TO ROLE `steward`",
        "GRANT SELECT ON TABLE `shop`.`quarantine` TO ROLE `steward`",
        "GRANT SELECT ON TABLE `shop`.`totals` TO ROLE `steward`",
    ]
    assert not [sql for sql in server.ran if sql.startswith("CREATE")]


def test_view_of_the_same_name_in_another_dataset_opens_nothing():
    answers = {MANAGER: OURS, "SHOW GRANT ROLE `reader` ON ALL": [("other", "clean", "", "", "reader")]}
    assert "GRANT SELECT ON TABLE `shop`.`clean` TO ROLE `reader`" in roles.missing_grants(
        Answers(answers), "shop", ["clean"]
    )


def test_roles_that_are_missing_are_made():
    server = Answers({"SHOW ROLES": [("admin",), ("reader",)]})
    roles.make_roles(server)
    assert server.ran == ["SET ROLE ADMIN", "SHOW ROLES", "CREATE ROLE `steward`"]


@pytest.mark.parametrize("manager", ["...sqlstd.SQLStdHiveAuthorizerFactory", "x.stackhouse.hive.OwnerAuthorizer2"])
def test_server_of_others_is_asked_for_no_roles(manager):
    server = Answers({MANAGER: [(f"hive.security.authorization.manager={manager}",)]})
    assert (roles.missing_grants(server, "shop", ["clean"]), server.ran) == ([], [MANAGER])


def test_user_has_one_role_of_ours():
    server = Answers({"SHOW ROLE GRANT USER `ann`": [("public",), ("reader",)]})
    roles.give_role(server, "ann", Role.STEWARD)
    assert server.ran[1:] == ["REVOKE ROLE `reader` FROM USER `ann`", "GRANT ROLE `steward` TO USER `ann`"]
    server = Answers({"SHOW ROLE GRANT USER `ann`": [("public",), ("steward",)]})
    roles.give_role(server, "ann", Role.STEWARD)
    assert len(server.ran) == 1
