"""`orders`: the orders of a local account."""

from typing import Annotated

import typer

from ordosync.cli import completion
from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import common
from ordosync.cli.desk.account_choice import open_desk_of
from ordosync.cli.desk.order_changes import cancel_order, restore_order
from ordosync.cli.desk.order_editing import edit_order
from ordosync.cli.desk.order_entry import add_order
from ordosync.cli.desk.order_export import export_orders
from ordosync.cli.desk.order_listing import list_orders
from ordosync.cli.desk.order_release import release_order
from ordosync.cli.desk.packing import pick_orders, print_slips
from ordosync.cli.desk.shipping import ship_order
from ordosync.cli.desk.short_orders import short_order, unflag_order
from ordosync.cli.desk.splitting import split_order
from ordosync.cli.output import desk as render_desk
from ordosync.cli.output import render
from ordosync.cli.output.order_heads import order_head
from ordosync.config.settings import Config
from ordosync.embedded.packing import Packing
from ordosync.embedded.reported_shortages import Flags
from ordosync.embedded.search import Search
from ordosync.engine.order_owners import Owner, Owners

app = typer.Typer(help="Manage the orders of a local account.", no_args_is_help=True)

app.command("list")(list_orders)


@app.command("show")
@with_context()
def show_order(
    number: Annotated[str, typer.Argument(autocompletion=completion.number)],
    *,
    account: common.Account = None,
    context: Context,
) -> None:
    """Show one order with its lines, shipments and timeline.

    For example:
      ordosync orders show 1001
    """
    opened = open_desk_of(context.config, account, [number])
    number = common.read_order(opened, number).number
    [listed] = opened.orders_numbered([number])
    owner = Owners.of(context.config, opened.name).owner(listed)
    units, timeline = opened.units_of(number), opened.timeline(number)
    pieces = Search(opened.file).pieces_of([number]).get(number, {})
    flag = Flags(opened.file).of(number)
    if context.as_json:
        parts = (listed.order, owner, units, timeline, opened.shipments_of(number))
        order = render_desk.order_detail_json(*parts, pieces=pieces)
        render.document(
            {"orders": [{**order, "warehouse": listed.warehouse, "attention": flag or None}]}
        )
    else:
        parcels = Packing(opened.file).parcels(number)
        is_placed = _is_placed(context.config, owner)
        head = order_head(listed.order, owner, pieces, is_placed=is_placed)
        # The default warehouse is that of most orders, and says nothing.
        is_elsewhere = listed.warehouse != opened.warehouse
        head = f"{head}; sent from {listed.warehouse}" if is_elsewhere else head
        head = f"{head}; flagged: {flag}" if flag else head
        shown = (listed.order, owner, units, timeline, parcels)
        render_desk.show_order(*shown, head=head, pieces=pieces)


def _is_placed(config: Config, owner: Owner) -> bool:
    """True if an order has the time when it was placed, and not that of its import."""
    portal = config.portals.get(owner.portal or "")
    return owner.supplier is not None or portal is None or "placed_at" in portal.send


app.command("add")(add_order)
app.command("cancel")(cancel_order)
app.command("restore")(restore_order)
app.command("edit")(edit_order)
app.command("release")(release_order)
app.command("short")(short_order)
app.command("unflag")(unflag_order)
app.command("ship")(ship_order)
app.command("split")(split_order)
app.command("pick")(pick_orders)
app.command("slips")(print_slips)
app.command("export")(export_orders)
