"""`schema`: the JSON Schema of what a command writes with `--json`."""

from typing import Annotated

import typer

from ordosync.cli.output import json_schemas, render
from ordosync.errors import UsageError


def _known(incomplete: str) -> list[str]:
    return sorted(
        {name.split()[0] for name in json_schemas.DOCUMENTS if name.startswith(incomplete)}
    )


def show_schema(
    command: Annotated[
        list[str],
        typer.Argument(
            metavar="COMMAND", help="Command, such as `orders show`.", autocompletion=_known
        ),
    ],
) -> None:
    """Print the JSON Schema of a command's --json.

    It names every field, with its unit, and what null means. Exits 2 if the command has no --json.

    For example:
      ordosync schema orders show
    """
    name = " ".join(command)
    if name not in json_schemas.DOCUMENTS:
        from ordosync.config.converters import suggestion  # noqa: PLC0415 - only for a mistake

        hint = suggestion(name, json_schemas.DOCUMENTS)
        raise UsageError(f"there is no command {name!r} with --json{hint}")
    render.document(json_schemas.schema_of(name))
