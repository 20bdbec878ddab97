"""`import-orders --adopt`: links orders that already exist on both sides; sends nothing."""

from collections.abc import Sequence
from contextlib import closing

import typer

from ordosync.cli.context import Context
from ordosync.cli.output import render
from ordosync.cli.output.tables import table
from ordosync.cli.session import runnable_portals
from ordosync.engine import check_renames, open_portal, register
from ordosync.engine.comparison.adopt import Adoption
from ordosync.engine.comparison.adopt import adopt as adopt_orders
from ordosync.engine.portals import connect
from ordosync.store import Store
from ordosync.tasks.base import Portal


def adopt(context: Context, names: Sequence[str], *, dry_run: bool) -> None:
    """Link the orders of these portals. Exits 1 if a match is ambiguous."""
    portals = runnable_portals(context, names, "import-orders")
    config, clock = context.config, context.clock
    adoptions: list[Adoption] = []
    with (
        Store.open(config.database, readonly=dry_run) as store,
        closing(connect(config, clock)) as connections,
    ):
        if dry_run:
            check_renames(config, store)
        else:
            register(config, store, clock)
        for portal in portals:
            opened = open_portal(config, portal, store, connections)
            adoptions += adopt_orders(opened, store, clock, dry=dry_run)
            _warn_of_hidden_orders(opened)
    if context.as_json:
        render.document({"adoptions": [_json(adoption) for adoption in adoptions]})
    else:
        _show(adoptions, dry_run=dry_run)
    raise typer.Exit(int(any(adoption.why_not for adoption in adoptions)))


def _warn_of_hidden_orders(portal: Portal) -> None:
    listing = portal.supplier.listing
    if listing is None or not listing.includes_foreign:
        render.message(
            f"{portal.name}: account {portal.supplier.name} ({portal.supplier.kind}) lists only"
            " orders with a reference of ordosync; orders that another tool created there cannot"
            " be found and would be sent a second time; `since:` excludes them"
        )


def _show(adoptions: Sequence[Adoption], *, dry_run: bool) -> None:
    if adoptions:
        columns = ("portal", "merchant", "supplier", "by", "reason")
        rows = [
            (adoption.portal, adoption.merchant, adoption.supplier, adoption.by, adoption.why_not)
            for adoption in adoptions
        ]
        table(columns, rows, if_any=("reason",))
    linked = sum(bool(adoption.by) for adoption in adoptions)
    verb = "would link" if dry_run else "linked"
    render.message(f"{verb} {linked}; {len(adoptions) - linked} left for you to decide")


def _json(pair: Adoption) -> dict[str, str | None]:
    return {
        "portal": pair.portal,
        "merchant": pair.merchant,
        "supplier": pair.supplier,
        "by": pair.by or None,
        "why_not": pair.why_not or None,
    }
