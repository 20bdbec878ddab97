"""`purge`: removes the personal data of one order."""

from contextlib import closing
from dataclasses import asdict
from functools import partial
from typing import Annotated

import typer

from ordosync.cli.confirm import confirm, is_interactive
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render
from ordosync.cli.session import portals_of_this_host
from ordosync.engine import open_portal, register
from ordosync.engine.portals import connect
from ordosync.engine.purge import PurgedOrder, purge_order
from ordosync.errors import UsageError
from ordosync.store import Store


@with_context(dry_run=True)
def purge(
    *,
    number: Annotated[
        str, typer.Option("--order", metavar="N", help="Order number in either account.")
    ],
    account: Annotated[
        str | None, typer.Option("--account", "-a", help="Account in which it has this number.")
    ] = None,
    yes: Annotated[
        bool,
        typer.Option("--yes", help="Remove it without a question (default in a pipe: preview)."),
    ] = False,
    context: Context,
) -> None:
    """Remove an order's personal data.

    Names, addresses, phone numbers, email addresses, notes and engravings are removed from local
    accounts, with their timelines, and from copies of files. The order, its numbers, SKUs and
    links stay, so that it is never imported again. Lists other places of the data. On a terminal
    it asks first; elsewhere, without `--yes`, nothing is removed.

    For example:
      ordosync purge --order 1001
    """
    config, clock = context.config, context.clock
    if account is not None and account not in config.accounts:
        raise UsageError(f"there is no account {account!r}; known: {', '.join(config.accounts)}")
    with Store.open(config.database) as store, closing(connect(config, clock)) as connections:
        register(config, store, clock)
        selected = portals_of_this_host(context, [])
        portals = [open_portal(config, portal, store, connections) for portal in selected]
        purge_it = partial(purge_order, portals, store, clock, number, account=account)
        result = purge_it(dry=not yes)
        can_ask = is_interactive() and not context.is_dry_run and not context.as_json
        if result.removed and not yes and can_ask:
            _show(result, yes=False)
            confirm(context, "remove it permanently?", yes=False)
            yes, result = True, purge_it(dry=False)
    if context.as_json:
        render.document({"purged" if yes else "would_purge": [asdict(result)]})
        return
    _show(result, yes=yes)
    if not yes:
        render.message("nothing was removed; --yes removes it permanently")


def _show(result: PurgedOrder, *, yes: bool) -> None:
    for item in result.removed:
        verb = "removed from" if yes else "would remove from"
        render.result(f"{verb} {item.place}: {item.what}")
    if not result.removed:
        render.message("no personal data of this order is stored here")
    for place in result.elsewhere:
        render.message(f"may still be in: {place}")
