"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from ordosync.cli import completion

Config = Annotated[
    Path | None,
    typer.Option("--config", help="Configuration file (default: the first one found)."),
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]
Json = Annotated[
    bool, typer.Option("--json", help="Write one JSON document to standard output, nothing else.")
]
Csv = Annotated[
    bool,
    typer.Option("--csv", help="Write CSV to standard output, safe to open in a spreadsheet."),
]
Portals = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PORTAL]...",
        help="Portals (default: all).",
        autocompletion=completion.portal,
    ),
]
Portal = Annotated[
    str | None,
    typer.Option("--portal", help="Filter by portal.", autocompletion=completion.portal),
]


def _run_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        from shlex import quote  # noqa: PLC0415 - only a wrong number needs it

        hint = f"`ordosync why {quote(text)}` shows an order"
        raise typer.BadParameter(f"{text!r} is not a whole number; {hint}") from None


RunNumber = Annotated[
    int, typer.Argument(help="Number of the run.", parser=_run_number, metavar="run")
]
NoPager = Annotated[
    bool, typer.Option("--no-pager", help="Never use a pager for long output on a terminal.")
]
Html = Annotated[
    Path | None,
    typer.Option("--html", metavar="FILE", help="Write a page to a file, for a browser."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Preview the writes; write nothing.")]
Force = Annotated[
    bool,
    typer.Option("--force", help="Override the safety limit for this run (e.g. all stock to 0)."),
]
