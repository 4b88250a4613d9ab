"""`sbom` and `sbom check`: bills of materials, and known vulnerabilities in what they list."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

from rich.table import Table

from cli.output import print_json, standard_output
from sbom.bill import write_bill
from sbom.check import Finding, check, subjects
from sbom.database import Database, read_database
from sbom.ignored import IGNORED, Ignored, read_ignored
from sbom.jars import locked_jars
from sbom.spark_jars import listed_spark_jars
from sbom.wheels import locked_wheels
from warehouse.errors import VulnerableError
from warehouse.settings import REPOSITORY


def print_bills(directory: Path) -> None:
    """Write the bills into a directory, and say where they are."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, what, components in (
        ("jars.cdx.json", "jars and scripts of Hadoop, Hive, Tez and the KDC", locked_jars()),
        ("spark-jars.cdx.json", "jars of Spark", listed_spark_jars()),
        ("wheels.cdx.json", "Python packages", locked_wheels()),
    ):
        write_bill(components, directory / name)
        print(f"{directory / name}: {len(components)} {what}")


def print_check(path: Path, as_json: bool) -> None:
    """Look up what is locked in a database; errors as in `sbom.database.read_database`.

    Raises:
        VulnerableError: Something was found that is not ignored.
    """
    components, entries = [*locked_jars(), *listed_spark_jars(), *locked_wheels()], read_ignored()
    database = read_database(path, subjects(components))
    found = check(components, database, entries, _today())
    counted = [finding for finding in found if finding.ignored is None]
    if as_json:
        print_json({"findings": [asdict(finding) for finding in found], **_about(database)})
    else:
        _print_findings(counted)
        _print_ignored(found, entries)
        print(_summary(len(subjects(components)), database))
    if counted:
        raise VulnerableError(
            f"known vulnerabilities found: {len(counted)}",
            f"update the packages, or say in {IGNORED.relative_to(REPOSITORY)} why and until when they do not count",
        )


def _print_findings(findings: Sequence[Finding]) -> None:
    if not findings:
        return
    table = Table("package", "version", "vulnerability", "severity", "fixed in", box=None, pad_edge=False)
    for finding in findings:
        names = ", ".join(finding.names)
        table.add_row(finding.package, finding.version, names, finding.severity, finding.fixed or "no version known")
    standard_output().print(table)


def _print_ignored(found: Sequence[Finding], entries: Sequence[Ignored]) -> None:
    used = {finding.ignored for finding in found}
    for finding in found:
        if finding.ignored:
            print(f"ignored until {finding.ignored.until}: {finding.ignored.id} in {finding.package}")
    for entry in entries:
        if entry not in used:
            why = f"ended on {entry.until}" if entry.until < _today() else "is about nothing that was found"
            print(f"the entry for {entry.id} in {entry.package} of {IGNORED.name} {why}: remove it, or look again")


def _today() -> date:
    return datetime.now(UTC).date()


def _about(database: Database) -> dict[str, object]:
    return {"records": dict(database.records), "newest": database.newest.isoformat()}


def _summary(packages: int, database: Database) -> str:
    told = ", ".join(f"{count} of {ecosystem}" for ecosystem, count in sorted(database.records.items()))
    return f"{packages} packages looked up in {told}; the newest record is of {database.newest:%Y-%m-%d}"
