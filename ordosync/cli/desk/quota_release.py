"""`stock release`: units that a portal which was removed may still sell, for the other portals."""

from typing import Annotated

import typer

from ordosync.cli import completion
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render
from ordosync.engine import register
from ordosync.engine.portals import stock_portals
from ordosync.engine.scheduling.waking import wake_inventory
from ordosync.errors import OrdosyncError, UsageError
from ordosync.store import Store
from ordosync.text import plural


@with_context()
def release_quota(
    portal: Annotated[
        str,
        typer.Argument(
            metavar="PORTAL",
            help="A portal that is not in the configuration any more.",
            autocompletion=completion.portal,
        ),
    ],
    *,
    context: Context,
) -> None:
    """Give the units of a removed portal to the other portals of its supplier.

    With `pool: quota`, a portal that is taken out of the configuration keeps its units, since its
    merchant may still sell them. Release them once the merchant shows 0, or is closed.

    For example:
      ordosync stock release old-shop-northwind
    """
    if portal in context.config.portals:
        raise OrdosyncError(
            f"portal {portal} is in the configuration, so its runs decide about its units;"
            " `stock: {share: 0}` gives them to the other portals"
        )
    with Store.open(context.config.database) as store:
        register(context.config, store, context.clock)
        known = store.portals.all().get(portal)
        if known is None:
            raise UsageError(f"there was never a portal {portal!r}")
        account = known.supplier
        with store.transaction():
            units = store.quotas(account).release(portal)
        woken = stock_portals(context.config, account, store)
        wake_inventory(store, woken if units else (), context.clock)
    if context.as_json:
        render.document({"released": {"portal": portal, "account": account, "units": units}})
        return
    text = plural(units, "1 unit", f"{units} units")
    render.message(f"{text} of {account} released; the other portals take them in their next runs")
