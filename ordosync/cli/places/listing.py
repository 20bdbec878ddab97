"""`place list`: the files at the places of an account, and what happens to each."""

from collections.abc import Sequence
from contextlib import closing
from typing import Annotated, Any

import typer

from ordosync.accounts.place_files import PlaceFile
from ordosync.cli import completion
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render
from ordosync.cli.output.tables import table
from ordosync.clock import to_nullable
from ordosync.config.converters import suggestion
from ordosync.config.hosts import check_host
from ordosync.config.settings import Config
from ordosync.engine.portals import connect
from ordosync.errors import UsageError

_COLUMNS = ("reading", "file", "size", "changed", "state", "reason")


@with_context()
def list_places(
    account: Annotated[
        str,
        typer.Argument(metavar="ACCOUNT", autocompletion=completion.files_account),
    ],
    *,
    context: Context,
) -> None:
    """List the files at the place of an account.

    Shows which files are read, which were read, and why others are left out or wait. Files that are
    gone from the place are shown as long as they are kept here. Fetches nothing.

    For example:
      ordosync place list northwind
    """
    files = _listed(context.config, account, context)
    if context.as_json:
        render.document({"files": [_json(file) for file in files]})
        return
    table(
        _COLUMNS,
        [
            (
                file.reading,
                file.path,
                "" if file.size is None else file.size,
                file.changed_at or "",
                file.state,
                file.reason,
            )
            for file in files
        ],
        less=("changed", "size"),
    )


def _listed(config: Config, name: str, context: Context) -> Sequence[PlaceFile]:
    if name not in config.opened:
        raise UsageError(f"there is no account {name!r}{suggestion(name, config.opened)}")
    check_host(config, name)
    with closing(connect(context.config, context.clock)) as connections:
        files = config.opened[name].list_places(connections, config.places / name)
        if files is None:
            raise UsageError(f"account {name} reads no files at a place")
        return list(files)


def _json(file: PlaceFile) -> dict[str, Any]:
    return {
        "reading": file.reading,
        "file": file.path,
        "size": file.size,
        "changed_at": to_nullable(file.changed_at),
        "state": file.state,
        "reason": file.reason or None,
    }
