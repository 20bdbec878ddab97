"""`orders cancel` and `orders restore`, and the tasks that send such a change."""

from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from ordosync.cli import completion
from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import common, order_lines, send_now
from ordosync.cli.desk.account_choice import open_desk_of
from ordosync.cli.output import render
from ordosync.config.settings import Config, PortalConfig
from ordosync.embedded.desk import Desk
from ordosync.engine.scheduling.timetable import unavailable_reason
from ordosync.models import Order, Outcome, ParcelLine
from ordosync.store import Store

Number = Annotated[str, typer.Argument(autocompletion=completion.number)]


@with_context(dry_run=True)
def cancel_order(
    number: Number,
    *,
    line: Annotated[
        list[str] | None,
        typer.Option(
            "--line",
            metavar="SKU=QTY",
            help="Cancel only these open units; repeatable; #LINEID=QTY if a SKU repeats.",
        ),
    ] = None,
    account: common.Account = None,
    context: Context,
) -> None:
    """Cancel the open units of an order; sent units stay sent.

    The task cancel-orders cancels them at the Supplier of a Merchant's order, too.

    For example:
      ordosync orders cancel 1001 --line MUG=1
    """
    opened = open_desk_of(context.config, account, [number])
    before = common.order_to_change(opened, number)
    number = before.number
    units = order_lines.units_of(before, line or ())
    outcome = _save(context, opened, number, lambda: opened.cancel(number, units))
    common.check_order(opened, outcome, number)
    if outcome.state == "unchanged":
        common.report_order(opened, number, "was already cancelled", as_json=context.as_json)
        return
    change = _cancelled_text(before, common.read_order(opened, number), units)
    common.report_order(opened, number, change, as_json=context.as_json)
    if consequence := _consequence(context.config, opened, before):
        render.message(consequence)


def _cancelled_text(before: Order, after: Order, units: Sequence[ParcelLine]) -> str:
    if after.status == "cancelled":
        return "cancelled"
    if units and after.status == before.status:
        return f"has {order_lines.as_text(units)} cancelled; the rest is still to ship"
    return "has its open units cancelled; sent units stay sent"


@with_context(dry_run=True)
def restore_order(
    number: Number,
    *,
    supplier: Annotated[
        str | None, typer.Option("--supplier", help="Request it from this supplier again.")
    ] = None,
    account: common.Account = None,
    context: Context,
) -> None:
    """Reopen a cancelled order, to be shipped by this account or by a supplier.

    For example:
      ordosync orders restore 1001
    """
    opened = open_desk_of(context.config, account, [number])
    number = common.order_to_change(opened, number).number
    if supplier is not None:
        common.check_supplier(context.config, opened, supplier)
    previous = opened.supplier_of(number)

    def save() -> Outcome:
        outcome = opened.restore(number)
        return opened.request(number, supplier) if supplier and outcome.state == "done" else outcome

    outcome = _save(context, opened, number, save)
    common.check_order(opened, outcome, number)
    change = _restored_text(supplier, previous)
    common.report_order(opened, number, change, as_json=context.as_json)
    if _was_cancelled_by_merchant(context.config, opened, number):
        render.message(
            "the Merchant cancelled this order, so do not ship it unless the Merchant requests it"
            " again; `ordosync attention` lists it, and `ordosync reconcile` shows the repair"
        )


def _restored_text(supplier: str | None, previous: str | None) -> str:
    if supplier:
        return f"restored and requested from {supplier} again"
    if previous:
        return f"restored; now fulfilled in-house (--supplier {previous} requests it again)"
    return "restored"


def _save(context: Context, opened: Desk, number: str, save: Callable[[], Outcome]) -> Outcome:
    """Save a change of an order.

    If the order came from a Merchant, update-tracking also runs: it records the change, which no
    task sends to the Merchant.
    """
    if common.portal_from(context.config, opened, number) is None:
        return save()
    result = send_now.save_and_send(context, opened, ("update-tracking",), lambda: [save()])
    return result.outcomes[0]


def _was_cancelled_by_merchant(config: Config, opened: Desk, number: str) -> bool:
    portal = common.portal_from(config, opened, number)
    if portal is None:
        return False
    with Store.open(config.database, readonly=True) as store:
        link = store.links(portal.name).of_supplier("order", [number]).get(number)
    return link is not None and link.state == "cancelled_by_task"


def _consequence(config: Config, opened: Desk, before: Order) -> str | None:
    """Return a message about sending a cancellation; None if no other account has the order."""
    if common.portal_from(config, opened, before.number):
        return (
            "the Merchant is not notified, because cancellations are only sent from the Merchant to"
            " the Supplier; ask the Merchant to cancel it, too; until then `ordosync attention`"
            " lists it"
        )
    supplier = opened.supplier_of(before.number)
    if supplier is None or before.status not in ("dropshipment_requested", "partially_shipped"):
        return None
    portal = common.portal_to(config, opened, supplier)
    if portal is None:
        return None
    return unavailable_reason(portal, "cancel-orders") or _at_supplier(
        config, portal, supplier, before
    )


def _at_supplier(config: Config, portal: PortalConfig, supplier: str, before: Order) -> str:
    parent = _whole_at_supplier(config, portal, before)
    if parent:
        return (
            f"{supplier} has it as a part of order {parent}, and no task cancels a part; ask"
            f" {supplier} not to send it; `ordosync cancel-orders` comments on both orders, and"
            " `ordosync attention` lists it from then on"
        )
    interval = portal.tasks["cancel-orders"]
    command = f"`ordosync cancel-orders` cancels it at {supplier}"
    if interval == "off":
        return f"{command}; it does not run automatically: it is off in the configuration"
    return f"{command} now, or automatically (interval: {interval})"


def _whole_at_supplier(config: Config, portal: PortalConfig, piece: Order) -> str | None:
    """Return the Supplier's order that contains this piece, if only the Merchant has split it."""
    family = [piece.number, *piece.ancestors]
    with Store.open(config.database, readonly=True) as store:
        links = store.links(portal.name).of_merchant("order", family)
    link = next((links[number] for number in family if number in links), None)
    return link.supplier_id if link and link.merchant_id != piece.number else None
