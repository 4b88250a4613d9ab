"""The commands about what Stackhouse is made of."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from cli.arguments import AsJson
from warehouse.errors import SetupError
from warehouse.settings import load_settings

sbom_commands = typer.Typer(help="What Stackhouse is made of, and which known vulnerabilities that has.")


@sbom_commands.callback(invoke_without_command=True)
def write(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option(help="Directory; default: sbom in the state directory.")] = None,
) -> None:
    """Write a bill of materials (CycloneDX) of the locked jars, and one of the locked Python packages."""
    _check_packages()
    if context.invoked_subcommand is None:
        from cli.views.sbom import print_bills

        print_bills(out or load_settings().home / "sbom")


@sbom_commands.command()
def check(
    database: Annotated[Path, typer.Option(help="Records of the OSV schema: a directory, a zip file or a JSON file.")],
    as_json: AsJson = False,
) -> None:
    """Look up the locked jars and Python packages in a database of known vulnerabilities, without a network."""
    from cli.views.sbom import print_check

    print_check(database, as_json)


def _check_packages() -> None:
    if not all(map(find_spec, ("cyclonedx", "univers", "cvss"))):
        raise SetupError(
            "the packages that sbom needs are not installed here", "use the ./stackhouse of a checkout, which has them"
        )
