"""Arguments and options that several commands have."""

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Dataset = Annotated[str, typer.Argument(help="Name of a directory below data/, e.g. flights.")]
Format = Annotated[str, typer.Option("--format", help="table, csv or json.")]
Accept = Annotated[bool, typer.Option("--accept", help="Publish although checks hold the release.")]
Reason = Annotated[str, typer.Option(help="Why that is acceptable; recorded in the ledger.")]
Wait = Annotated[bool, typer.Option("--wait", help="Wait for another writer to end.")]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse an empty file among others instead of skipping it.")]
Jobs = Annotated[int | None, typer.Option("--jobs", min=1, help="Files to send at once; default: 8.")]
Kept = Annotated[int | None, typer.Option("--release", min=1, help="Of this release, not of the live one.")]
Secure = Annotated[
    bool, typer.Option("--secure", help="With Kerberos and TLS: docs/security.md. A secured stack stays so.")
]
Passed = Annotated[list[str] | None, typer.Argument(help="Passed on as they are.")]
