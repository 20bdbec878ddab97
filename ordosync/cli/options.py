"""Options that many commands take, and what they all do first."""

from pathlib import Path
from typing import Annotated

import typer

from ordosync.cli import completion

Config = Annotated[
    Path | None,
    typer.Option("--config", help="The configuration; without it the first that is found."),
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
Json = Annotated[
    bool, typer.Option("--json", help="One JSON document on standard output, nothing else.")
]
Portals = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PORTAL]...",
        help="All portals if none is named.",
        autocompletion=completion.portal,
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be written.")]
Force = Annotated[bool, typer.Option("--force", help="Lift the brake for this run.")]
