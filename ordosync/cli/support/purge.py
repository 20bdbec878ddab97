"""`purge`: the personal data of one order is taken out of what is ours."""

from contextlib import closing
from dataclasses import asdict
from typing import Annotated

import typer

from ordosync.accounts.connections import Connections
from ordosync.cli import options
from ordosync.cli.output import render
from ordosync.clock import Clock
from ordosync.config import find_config, load_config
from ordosync.engine import chosen, open_portal, register
from ordosync.engine.purge import purge_order
from ordosync.errors import UsageError
from ordosync.store import Store


def purge(
    *,
    number: Annotated[
        str, typer.Option("--order", metavar="N", help="Its number, on either side.")
    ],
    account: Annotated[
        str | None, typer.Option("--account", help="In which account it has this number.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Remove it; else it is only said.")] = False,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Remove an order's personal data from embedded accounts and copies of files.

    Names, addresses, phones, mail, notes, engravings, and what the timeline says of them. The
    order, its numbers, SKUs and links stay, so it is never imported again. Says where else it may
    be. Without `--yes` nothing is removed.
    """
    settings, clock = load_config(find_config(config)), Clock()
    if account is not None and account not in settings.accounts:
        raise UsageError(
            f"there is no account {account!r}; there is: {', '.join(settings.accounts)}"
        )
    with Store.open(settings.database) as store, closing(Connections(clock)) as connections:
        register(settings, store, clock)
        portals = [open_portal(settings, one, store, connections) for one in chosen(settings, [])]
        found = purge_order(portals, store, clock, number, account=account, dry=not yes)
    if as_json:
        render.document({"purged" if yes else "would_purge": [asdict(found)]})
        return
    for one in found.removed:
        render.result(f"{'removed from' if yes else 'would remove from'} {one.place}: {one.what}")
    if not found.removed:
        render.message("nothing of it is kept here")
    for place in found.elsewhere:
        render.message(f"may still be in: {place}")
    if not yes:
        render.message("nothing was removed; --yes does it, and it cannot be undone")
