"""Text of what `orders ship` has shipped: units, labels, and whether the Merchant knows."""

from collections.abc import Sequence

from ordosync.cli.context import Context
from ordosync.cli.desk import common, order_lines, send_now
from ordosync.cli.desk.edited_orders import open_edits
from ordosync.cli.desk.shipping_rows import ParcelRequest
from ordosync.cli.output import render
from ordosync.embedded import stock
from ordosync.embedded.desk import Desk
from ordosync.embedded.search import Search
from ordosync.embedded.shipments import COST_ADDED, label
from ordosync.models import Order, Outcome, Shipment
from ordosync.tasks.edits.texts import listed
from ordosync.text import plural

_FEW = 5
_MOST = 10
Results = Sequence[tuple[ParcelRequest, Outcome]]


def report_parcels(
    context: Context, opened: Desk, results: Results, sent: send_now.Delivery
) -> None:
    """Report the parcels that were shipped, with warnings."""
    with opened.file.kept_open("read what was shipped"):
        _report_parcels(context, opened, results, sent)


def _report_parcels(
    context: Context, opened: Desk, results: Results, sent: send_now.Delivery
) -> None:
    done = [(request, outcome.id) for request, outcome in results if outcome.state == "done"]
    texts = [
        f"{request.order.number}: {_parcel_text(opened, request, parcel_id)}"
        f"{_notice(context, opened, request, is_sent=parcel_id in sent.parcels)}"
        for request, parcel_id in done[:_MOST]
    ]
    summary = f"{len(done)} shipped{_repeated_text(context, opened, results)}"
    if len(done) == 1 == len(results):
        render.message(f"{summary}: {texts[0]}")
    else:
        for text in (summary, *texts):
            render.message(text)
        if len(done) > _MOST:
            render.message(f"and {len(done) - _MOST} more")
    warn_of_shared_numbers(opened, [request.shipment for request, _ in done])
    _warn_of_requested_orders(opened, [request for request, _ in done])
    _warn_of_edits(context, opened, [request for request, _ in done])
    _warn_of_uncounted(opened, [request for request, _ in done])
    _warn_without_tracking(context, opened, [request.order for request, _ in done])


def _repeated_text(context: Context, opened: Desk, results: Results) -> str:
    repeated = sum(outcome.state == "unchanged" for _, outcome in results)
    if not repeated:
        return ""
    verb = plural(repeated, "was already shipped", "were already shipped")
    added = _added_text(context, opened, results)
    return f", {repeated} {verb} with the same tracking number{added}"


def _added_text(context: Context, opened: Desk, results: Results) -> str:
    """Return how many costs were added; a cost that is added later is not sent."""
    orders = [request.order.number for request, outcome in results if outcome.code == COST_ADDED]
    if not orders:
        return ""
    portals = [common.portal_from(context.config, opened, number) for number in orders]
    is_sent = any(portal and send_now.sends_tracking(portal) for portal in portals)
    where = " here; the Merchant has the parcel already" if is_sent else ""
    return f"; the cost of {len(orders)} was added{where}"


def _parcel_text(opened: Desk, request: ParcelRequest, parcel_id: str) -> str:
    """Return the units of a parcel and its label, such as `2 MUG with UPS 1Z9`."""
    parcels = opened.shipments_of(request.order.number)
    lines = next((parcel.lines for parcel in parcels if parcel.id == parcel_id), None)
    return f"{order_lines.as_text(lines or ())} with {label(request.shipment)}"


def _notice(context: Context, opened: Desk, request: ParcelRequest, *, is_sent: bool) -> str:
    """Return whether the Merchant knows of a parcel; empty for an order of the account itself."""
    portal = common.portal_from(context.config, opened, request.order.number)
    if not portal or context.is_dry_run or not send_now.sends_tracking(portal):
        return ""
    return f"; {'sent' if is_sent else 'not sent yet'} to {portal.merchant.account}"


def _warn_of_requested_orders(opened: Desk, shipped: Sequence[ParcelRequest]) -> None:
    for order in {request.order.number: request.order for request in shipped}.values():
        may_be_requested = order.status in ("dropshipment_requested", "partially_shipped")
        if may_be_requested and (supplier := opened.supplier_of(order.number)):
            render.message(
                f"order {order.number} is requested from {supplier}, which may ship it, too"
            )


def _warn_of_edits(context: Context, opened: Desk, shipped: Sequence[ParcelRequest]) -> None:
    """Name the orders whose Merchant edited them: the parcel may have the old address."""
    numbers = dict.fromkeys(request.order.number for request in shipped)
    for number, groups in open_edits(context.config, opened, numbers).items():
        render.message(
            f"order {number} was edited by the Merchant ({listed(groups)}), and the edit is not in"
            f" it; look at the parcel, and see `ordosync why {number}`"
        )


def _warn_of_uncounted(opened: Desk, shipped: Sequence[ParcelRequest]) -> None:
    """Name the products that are counted, but not in the warehouse that they were sent from."""
    by_warehouse: dict[str, set[str]] = {}
    listed = opened.orders_numbered([request.order.number for request in shipped])
    of_orders = {each.order.number: each.warehouse for each in listed}
    for request in shipped:
        if opened.supplier_of(request.order.number) is None:
            skus = {line.sku for line in request.shipment.lines or request.order.lines}
            warehouse = request.shipment.warehouse or of_orders[request.order.number]
            by_warehouse.setdefault(warehouse, set()).update(skus)
    for warehouse, skus in by_warehouse.items():
        with opened.file.reading("read stock") as db:
            uncounted = stock.uncounted(db, sorted(skus), warehouse)
        for sku in uncounted:
            render.message(f"{sku} is not counted in {warehouse}: its stock there does not change")


def _warn_without_tracking(context: Context, opened: Desk, shipped: Sequence[Order]) -> None:
    """Name the Merchants of these orders that cannot be notified."""
    if all(map(send_now.sends_tracking, common.portals_from(context.config, opened))):
        return
    portals = [common.portal_from(context.config, opened, order.number) for order in shipped]
    for portal in {portal.name: portal for portal in portals if portal}.values():
        send_now.warn_without_tracking(portal)


def warn_of_shared_numbers(opened: Desk, shipped: Sequence[Shipment]) -> None:
    """Warn of tracking numbers that are on other orders, too: several may be in one box."""
    numbers = {parcel.tracking_number: parcel.order_id for parcel in shipped}
    numbers |= {number: parcel.order_id for parcel in shipped for number in parcel.more_numbers}
    shared: dict[str, list[str]] = {}
    for number, order in Search(opened.file).sharing([*numbers]):
        shared.setdefault(number, []).append(order)
    several = {number: orders for number, orders in shared.items() if len(orders) > 1}
    for number, orders in [*several.items()][:_FEW]:
        others = [order for order in orders if order != numbers[number]]
        command = f"ordosync orders ship {numbers[number]} --void --tracking {number}"
        render.message(
            f"order {numbers[number]}: tracking number {number} is also on {', '.join(others)};"
            f" `{command}` voids it, unless they are in one box"
        )
    if len(several) > _FEW:
        render.message(f"{len(several) - _FEW} more tracking numbers are on several orders")
