"""What can be wrong with the metastore and HiveServer2, and its remedies."""

from thrift.Thrift import TException

from hive.answer_settings import missing_settings
from hive.connection import connect
from hive.health import ask_metastore
from hive.metastore import metastore_version
from secure.access import access
from warehouse.errors import CertificateError, NotCheckedError, SafeModeError, StackDownError, TicketError
from warehouse.finding import Finding, silent_service
from warehouse.settings import Settings

_ANSWER_SECONDS = 20
_TEZ_QUERY = "SELECT count(*)"
"""Counts one row that no table has, and still takes a Tez job."""


def check_metastore(settings: Settings) -> list[Finding]:
    """Whether the metastore answers and can read its database."""
    _require_metastore_host(settings)
    address = f"{settings.hosts.metastore}:{settings.ports.metastore}"
    try:
        ask_metastore(settings.hosts.metastore, settings.ports.metastore, access(settings.identity).metastore)
    except (TException, OSError, EOFError):
        problem = f"does not answer from its database at {address}"
        return [silent_service(settings, "metastore", "Hive metastore", problem)]
    return []


def _require_metastore_host(settings: Settings) -> None:
    if settings.profile.belongs_to_others and settings.hosts.metastore == "localhost":
        raise NotCheckedError("STACKHOUSE_METASTORE_HOST is not set; only doctor would use it")


def check_hiveserver2(settings: Settings) -> list[Finding]:
    """Whether HiveServer2 answers a query that needs no other service."""
    address = f"{settings.hosts.hiveserver2}:{settings.ports.hiveserver2}"
    try:
        with connect(settings.endpoints) as server:
            if server.ends_within("SELECT 1", _ANSWER_SECONDS):
                return []
    except SafeModeError as down:
        raise NotCheckedError("HiveServer2 opens no session while HDFS is in safe mode") from down
    except (TicketError, CertificateError):
        raise
    except StackDownError as down:
        silent = isinstance(down.__cause__, (TException, OSError, EOFError))
        reason = "does not answer" if silent else f"opens no session ({down.problem})"
        return [silent_service(settings, "hiveserver2", "HiveServer2", f"{reason} at {address}")]
    problem = f"opens sessions at {address} but does not answer SELECT 1 within {_ANSWER_SECONDS} s"
    return [silent_service(settings, "hiveserver2", "HiveServer2", problem)]


def check_answers(settings: Settings) -> list[Finding]:
    """Whether HiveServer2 has the settings without which it answers ordinary queries wrongly."""
    with connect(settings.endpoints) as server:
        missing = missing_settings(server)
    if not missing:
        return []
    remedy = settings.profile.choose(
        local="./stackhouse down and ./stackhouse up",
        compose="docker compose up -d --build --force-recreate hiveserver2",
        external="add them to its hive-site.xml; one of them needs a jar: docs/answers.md",
    )
    problem = f"HiveServer2 runs without {', '.join(missing)}, so it answers ordinary queries wrongly"
    return [Finding("answers", problem, remedy)]


def check_versions(settings: Settings) -> list[Finding]:
    """Whether metastore and HiveServer2 are of one Hive."""
    _require_metastore_host(settings)
    metastore = access(settings.identity).metastore
    found = metastore_version(settings.hosts.metastore, settings.ports.metastore, metastore)
    with connect(settings.endpoints) as server:
        ((answer,),) = server.fetch("SELECT version()").rows
    version = str(answer).partition(" ")[0]
    if found == version:
        return []
    remedy = (
        "run both in one version; after an upgrade ./stackhouse down and ./stackhouse up. The schema tool's "
        "-upgradeSchema brings the database to the version of the metastore"
    )
    return [Finding("hive versions", f"the metastore is of Hive {found}, HiveServer2 of {version}", remedy)]


def tez_answers(settings: Settings, seconds: float) -> bool:
    """Whether a query that needs Tez ends in time.

    Raises:
        QueryError: It is refused or fails.
        StackDownError: HiveServer2 or a service behind it is gone.
    """
    with connect(settings.endpoints) as server:
        return server.ends_within(_TEZ_QUERY, seconds)
