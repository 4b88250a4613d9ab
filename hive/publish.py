"""Makes a release readable: its tables, the switch of the views, and the end of old tables.

Every function can be repeated after it was killed at any point.
"""

import json
from collections.abc import Collection, Sequence
from itertools import islice

from hive import ddl, roles
from hive.connection import HiveServer
from hive.release_table import ReleaseTable, releases_database
from warehouse.contract.model import Contract
from warehouse.errors import StackhouseError
from warehouse.release.manifest import CLEAN, Partition, Release
from warehouse.steps import Step, reached

_PARTITIONS_PER_STATEMENT = 400


def create_release_tables(server: HiveServer, contract: Contract, release: Release, location: str) -> None:
    """Make the tables of a release with all their partitions.

    A complete table of the same run stays as it is; anything else under its name is replaced, its files stay.

    Args:
        server: HiveServer2.
        contract: Contract of the release.
        release: Its manifest.
        location: `DatasetPaths.release_tables`.

    Raises:
        QueryError: HiveServer2 refuses a statement.
        StackhouseError: Readers see another run's table under this number.
    """
    _create_databases(server, release.dataset)
    made = _tables_in(server, release.dataset)
    for shape in ddl.tables(contract):
        table = ReleaseTable.of(release, shape.name)
        if table not in made:
            _create_table(server, table, shape, release, location)
            reached(Step.TABLE_MADE)
        elif not _is_complete(server, table, release):
            _refuse_live(server, release.dataset, release.number)
            server.execute(ddl.drop_table(table))
            _create_table(server, table, shape, release, location)


def _create_databases(server: HiveServer, dataset: str) -> None:
    there = databases(server)
    names = ddl.readers_database(dataset), releases_database(dataset)
    for name, statement in zip(names, ddl.create_databases(dataset), strict=True):
        if name not in there:
            server.execute(statement)


def _is_complete(server: HiveServer, table: ReleaseTable, release: Release) -> bool:
    """Whether a table is of the run of a release and has all its partitions."""
    if _properties(server, table.sql).get(ddl.RUN_PROPERTY) != release.run:
        return False
    return partition_values(server, table) == release.tables[table.name].partitions.keys()


def _create_table(server: HiveServer, table: ReleaseTable, shape: ddl.Table, release: Release, location: str) -> None:
    server.execute(ddl.create_table(table, shape, location, release.run))
    for partitions in _chunks(release.tables[table.name].partitions):
        locations = {value: partition.path for value, partition in partitions.items()}
        server.execute(ddl.add_partitions(table, shape, locations))


def _chunks(partitions: dict[str, Partition]) -> list[dict[str, Partition]]:
    rest = iter(partitions.items())
    chunks = []
    while chunk := dict(islice(rest, _PARTITIONS_PER_STATEMENT)):
        chunks.append(chunk)
    return chunks


def point_views(server: HiveServer, release: Release) -> None:
    """Show a release to readers.

    Raises:
        As `plan_views`; HiveServer2 refuses a statement.
    """
    move_views(server, plan_views(server, release))


def plan_views(server: HiveServer, release: Release, contract: Contract | None = None) -> list[str]:
    """The statements that show a release to readers; asked for before the ledger says that they are moved.

    The views have the columns and comments of the release's tables. `clean` moves last: once it shows the release, all
    views do. After that, views that only the owner may read so far are opened to the roles.

    Args:
        server: HiveServer2.
        release: What is shown.
        contract: That its tables were just made by; `None`: the tables are asked, as today's contract may be another.

    Raises:
        QueryError: A table of the release is missing.
        StackhouseError: Another table has the name of a view.
    """
    shapes = {table.name: table for table in ddl.tables(contract)} if contract else {}
    statements: dict[str, str] = {}
    for name in release.tables:
        table = ReleaseTable.of(release, name)
        shape = shapes.get(name) or _shape(server, table)
        views_of = ddl.views(name, (*shape.columns, shape.partition))
        statements.update({view.name: ddl.replace_view(view, table, shape.comment) for view in views_of})
    views = _views_in(server, release.dataset)
    _refuse_tables_in_the_way(server, release.dataset, statements.keys() - set(views))
    old = [view for view in views if view not in statements and _shown_release(server, release.dataset, view)]
    grants = roles.missing_grants(server, release.dataset, statements.keys())
    last = statements.pop(CLEAN)
    return [*(ddl.drop_view(release.dataset, view) for view in old), *statements.values(), last, *grants]


def move_views(server: HiveServer, statements: Sequence[str]) -> None:
    """Carry out what `plan_views` found."""
    for statement in statements:
        server.execute(statement)
        reached(Step.VIEW_POINTED)


def _refuse_tables_in_the_way(server: HiveServer, dataset: str, new_views: Collection[str]) -> None:
    if not new_views:
        return
    database = ddl.readers_database(dataset)
    there = {str(name) for (name,) in server.fetch(f"SHOW TABLES IN `{database}`").rows}
    if found := sorted(there & set(new_views)):
        raise StackhouseError(
            f"{database}.{found[0]} is a table that Stackhouse did not create, but a view needs its name",
            "rename or drop it",
        )


def _shape(server: HiveServer, table: ReleaseTable) -> ddl.Table:
    *columns, partition = table_columns(server, table)
    return ddl.Table(table.name, _properties(server, table.sql)["comment"], tuple(columns), partition)


def live_release(server: HiveServer, dataset: str) -> int | None:
    """Number of the release that readers see, `None` before the first."""
    if CLEAN not in _view_names(server, dataset):
        return None
    return _shown_release(server, dataset, CLEAN)


def shown_releases(server: HiveServer, dataset: str) -> set[int]:
    """Numbers of all releases that a view shows: one, unless a switch was interrupted."""
    shown = (_shown_release(server, dataset, view) for view in _view_names(server, dataset))
    return {number for number in shown if number is not None}


def views_of_releases(server: HiveServer) -> dict[str, list[str]]:
    """Names of the views that show a release, by dataset."""
    there = databases(server)
    return {
        name: [view for view in _views_in(server, name) if _shown_release(server, name, view)]
        for name in sorted(there)
        if releases_database(name) in there
    }


def releases_with_tables(server: HiveServer, dataset: str) -> set[int]:
    """Numbers of the releases that have a table."""
    return {table.number for table in _all_tables(server, dataset)}


def drop_release_tables(server: HiveServer, dataset: str, number: int) -> None:
    """Remove the tables of a release; their files stay.

    Args:
        server: Session of HiveServer2.
        dataset: Name in the contract.
        number: Number of the release.

    Raises:
        StackhouseError: Readers see it.
    """
    _refuse_live(server, dataset, number)
    for table in [table for table in _all_tables(server, dataset) if table.number == number]:
        server.execute(ddl.drop_table(table))
        reached(Step.TABLES_DROPPED)


def _refuse_live(server: HiveServer, dataset: str, number: int) -> None:
    for view in _view_names(server, dataset):
        if _shown_release(server, dataset, view) == number:
            raise StackhouseError(
                f"the tables of release {number} stay, because view {dataset}.{view} shows it",
                "publish another release or roll back first",
            )


def _view_names(server: HiveServer, dataset: str) -> list[str]:
    return _views_in(server, dataset) if ddl.readers_database(dataset) in databases(server) else []


def _views_in(server: HiveServer, dataset: str) -> list[str]:
    """The same, where the database exists."""
    return [str(view) for (view,) in server.fetch(f"SHOW VIEWS IN `{ddl.readers_database(dataset)}`").rows]


def _shown_release(server: HiveServer, dataset: str, view: str) -> int | None:
    """Release that a view shows; `None` for a view that a user made."""
    found = _properties(server, f"`{ddl.readers_database(dataset)}`.`{view}`").get(ddl.RELEASE_PROPERTY)
    return None if found is None else int(found)


def databases(server: HiveServer) -> set[str]:
    """Names of all databases."""
    return {str(name) for (name,) in server.fetch("SHOW DATABASES").rows}


def partition_values(server: HiveServer, table: ReleaseTable) -> set[str]:
    """Values of the partitions that a table has in Hive."""
    return {str(text).partition("=")[2] for (text,) in server.fetch(f"SHOW PARTITIONS {table.sql}").rows}


def _all_tables(server: HiveServer, dataset: str) -> list[ReleaseTable]:
    return _tables_in(server, dataset) if releases_database(dataset) in databases(server) else []


def _tables_in(server: HiveServer, dataset: str) -> list[ReleaseTable]:
    """The same, where the database exists."""
    names = (str(name) for (name,) in server.fetch(f"SHOW TABLES IN `{releases_database(dataset)}`").rows)
    return [table for name in names if (table := ReleaseTable.parse(dataset, name))]


def _properties(server: HiveServer, name: str) -> dict[str, str]:
    return {str(key): str(value) for key, value in server.fetch(f"SHOW TBLPROPERTIES {name}").rows}


def table_columns(server: HiveServer, table: ReleaseTable) -> list[ddl.TableColumn]:
    """Columns of a table, the partition key last."""
    columns = []
    for column, kind, comment in server.fetch(f"DESCRIBE {table.sql}").rows:
        if not column:  # what follows repeats the partition key
            break
        columns.append(ddl.TableColumn(str(column), str(kind).upper(), _unescaped(comment)))
    return columns


def _unescaped(comment: object) -> str:
    # DESCRIBE escapes comments like a Java string (SHOW TBLPROPERTIES does not); JSON reads those escapes.
    return str(json.loads('"' + str(comment or "") + '"'))
