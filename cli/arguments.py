"""Arguments and options that several commands have."""

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Dataset = Annotated[str, typer.Argument(help="Name of a directory below data/, e.g. flights.")]
Format = Annotated[str, typer.Option("--format", help="table, csv or json.")]
Accept = Annotated[bool, typer.Option("--accept", help="Publish even though checks hold the release.")]
TaskTimes = Annotated[bool, typer.Option("--task-times", help="Show where the tasks of Spark spent their time.")]
Reason = Annotated[str, typer.Option(help="Why that is acceptable; recorded in the ledger.")]
Wait = Annotated[bool, typer.Option("--wait", help="Wait until another command on this dataset has finished.")]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse empty files instead of skipping them.")]
Jobs = Annotated[int | None, typer.Option("--jobs", min=1, help="Files to send at once; default: 8.")]
Kept = Annotated[int | None, typer.Option("--release", min=1, help="Read this release instead of the live one.")]
Secure = Annotated[
    bool,
    typer.Option(
        "--secure", help="Start with Kerberos and TLS, see docs/security.md; the stack stays secured from then on."
    ),
]
Passed = Annotated[list[str] | None, typer.Argument(help="Arguments passed on unchanged.")]
