"""`place try`: writes, renames and removes a file at the place of an account."""

from collections.abc import Sequence
from contextlib import closing
from typing import Annotated, Any

import typer

from ordosync.accounts.place_requests import PlaceRequest
from ordosync.cli import completion
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render
from ordosync.cli.output.tables import table
from ordosync.config.converters import suggestion
from ordosync.config.hosts import check_host
from ordosync.config.settings import Config
from ordosync.engine.portals import connect
from ordosync.errors import UsageError

_COLUMNS = ("folder", "request", "answer")
_LIMITS = {
    "size": "uploads are not checked by their size",
    "list": "after a lost response, `ordosync retry --sent` or `--not-sent` may need you",
    "replace": "a file that is rewritten cannot replace the one before it; see `replace:`",
    "remove": "the file of this trial stays there; remove it",
}
"""The meaning of a request that is not allowed, and not needed."""


@with_context()
def try_place(
    account: Annotated[
        str,
        typer.Argument(metavar="ACCOUNT", autocompletion=completion.files_account),
    ],
    *,
    context: Context,
) -> None:
    """Try what is needed to hand files over at a place.

    Writes, renames and removes a file in each folder that files are written to. Its name begins
    with a point, so that the partner does not take it. Exits 1 if files cannot be handed over.

    For example:
      ordosync place try northwind
    """
    requests = _tried(context.config, account, context)
    if context.as_json:
        render.document({"tried": [_json(request) for request in requests]})
    else:
        _show(requests)
    raise typer.Exit(int(any(request.is_problem for request in requests)))


def _tried(config: Config, name: str, context: Context) -> Sequence[PlaceRequest]:
    if name not in config.opened:
        raise UsageError(f"there is no account {name!r}{suggestion(name, config.opened)}")
    check_host(config, name)
    with closing(connect(context.config, context.clock)) as connections:
        requests = list(config.opened[name].try_places(connections))
    if not requests:
        raise UsageError(f"account {name} writes no files at a place")
    return requests


def _show(requests: Sequence[PlaceRequest]) -> None:
    table(
        _COLUMNS,
        [(request.folder or ".", request.name, request.answer or "ok") for request in requests],
    )
    for request in requests:
        if request.is_problem:
            render.message(f"{request.folder or '.'}: nothing can be handed over there")
        elif request.answer and request.name in _LIMITS:
            render.message(f"{request.folder or '.'}: {_LIMITS[request.name]}")


def _json(request: PlaceRequest) -> dict[str, Any]:
    return {
        "folder": request.folder,
        "request": request.name,
        "ok": not request.answer,
        "needed": request.is_needed,
        "answer": request.answer or None,
    }
