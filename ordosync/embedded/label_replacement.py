"""Replacement of a label: the old one is voided, and its units are shipped with the new one."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from ordosync.embedded import orders, shipments, units
from ordosync.models import Outcome, Shipment, refused

if TYPE_CHECKING:
    import sqlite3


def replace_label(db: "sqlite3.Connection", shipment: Shipment, *, actor: str) -> Outcome:
    """Void the label of an order's only parcel, and ship its units with this one.

    They are sent from the same warehouse, unless the new label names one. The same label a second
    time is `unchanged`.
    """
    number = shipment.order_id
    labels = shipments.valid_labels(db, number)
    if any(label["tracking_number"] == shipment.tracking_number for label in labels):
        return shipments.ship(db, shipment, actor=actor)
    state = orders.state_of(db, number)
    # Its label may be voided, but a cancelled order is not shipped again.
    if state is not None and state.status == "cancelled":
        return refused("cancelled", "is cancelled")
    held = units.in_parcels(db, [label["id"] for label in labels])
    outcome = shipments.void(db, number, actor=actor)
    if outcome.state != "done":
        return outcome
    parts = next(iter(held.values()), None)
    warehouse = shipment.warehouse or labels[0]["warehouse"]
    return shipments.ship(db, replace(shipment, lines=parts, warehouse=warehouse), actor=actor)
