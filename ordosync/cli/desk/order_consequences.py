"""Effects of a cancelled or restored order on the other account, for messages."""

from ordosync.cli.desk import common
from ordosync.config.settings import Config, PortalConfig
from ordosync.embedded.desk import Desk
from ordosync.engine.scheduling.timetable import unavailable_reason
from ordosync.models import Order
from ordosync.store import Store


def was_cancelled_by_merchant(config: Config, opened: Desk, number: str) -> bool:
    """True if the Merchant cancelled an order that came from it."""
    portal = common.portal_from(config, opened, number)
    if portal is None:
        return False
    with Store.open(config.database, readonly=True) as store:
        link = store.links(portal.name).of_supplier("order", [number]).get(number)
    return link is not None and link.state == "cancelled_by_task"


def consequence_of(
    config: Config, opened: Desk, before: Order, *, is_one: bool = True
) -> str | None:
    """Return a message about sending a cancellation; None if no other account has the order.

    Without `is_one`, it is about several orders.
    """
    them = "it" if is_one else "them"
    if common.portal_from(config, opened, before.number):
        return (
            f"`ordosync report-shortages` reports {them} to the Merchant now, or run-due"
            f" automatically; `ordosync attention` lists {them} until the Merchant cancels {them},"
            " too"
        )
    supplier = opened.supplier_of(before.number)
    if supplier is None or before.status not in ("dropshipment_requested", "partially_shipped"):
        return None
    portal = common.portal_to(config, opened, supplier)
    if portal is None:
        return None
    return unavailable_reason(portal, "cancel-orders") or _at_supplier(
        config, portal, supplier, before, them
    )


def _at_supplier(
    config: Config, portal: PortalConfig, supplier: str, before: Order, them: str
) -> str:
    parent = _whole_at_supplier(config, portal, before)
    if parent:
        return (
            f"{supplier} has it as a part of order {parent}, and no task cancels a part; ask"
            f" {supplier} not to send it; `ordosync cancel-orders` comments on both orders, and"
            " `ordosync attention` lists it from then on"
        )
    interval = portal.tasks["cancel-orders"]
    command = f"`ordosync cancel-orders` cancels {them} at {supplier}"
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
