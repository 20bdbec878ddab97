"""An Ordoro account as the Supplier: the portal is a sales channel there, whose orders are made.

An order is found by our reference, which it carries as `cart_order_id`; its lines by the names
that we give them as `cart_orderitem_id`: `<position>:<the Merchant's line>`. A line's id is
`<order>/<that name>`, which says after a split which line it is a part of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import NoneType

from msgspec.structs import replace

from ordosync.accounts.ordoro.client import Side, path
from ordosync.accounts.ordoro.schema import LineShape, OrderPage, OrderShape, read
from ordosync.accounts.service_client import recheck_refusals, unless_it_exists
from ordosync.errors import AddressError, RefusedError
from ordosync.models import Address, Line, Order, Outcome, OutcomeState, refusal, refused

_MOST_NAMESAKES = 9
_TAKEN = Outcome(
    state="unknown", code="taken", reason="its number is taken, perhaps by the same order"
)
"""By this very request, where it was delivered twice and is not to be found yet."""


@dataclass(frozen=True, kw_only=True)
class SupplierOptions:
    """What a portal says about its Supplier."""

    sales_channel: int
    """The id there of the sales channel that this portal is."""
    warehouse: int | None = None
    """Whence its orders are sent, and whose stock is written back; by default whatever Ordoro
    takes, and the stock of all warehouses."""
    prefix: str = ""
    """Put before the Merchant's number, so that people see whose order it is."""


class MadeOrders(Side):
    """Who ships."""

    @property
    def channel(self) -> SupplierOptions:
        """The sales channel that the portal is, and what is said of it."""
        pair = self.pair
        return pair if isinstance(pair, SupplierOptions) else SupplierOptions(sales_channel=0)

    def create_orders(self, orders: Sequence[Order], *, look_first: bool = False) -> list[Outcome]:
        """Create the orders side by side, each reference once."""
        made: dict[str, Outcome] = {}

        def create(order: Order) -> Outcome:
            if order.reference in made:
                return _again(made[order.reference])
            made[order.reference] = self._create(order, look_first=look_first)
            return made[order.reference]

        return self.each(orders, unless_it_exists(create), about=lambda order: order.reference)

    def find_orders(self, references: Sequence[str]) -> Mapping[str, Outcome]:
        """Look up the orders that carry these references."""
        found = self.side_by_side(references, self._find_if_askable)
        return {
            reference: outcome
            for reference, outcome in zip(references, found, strict=True)
            if outcome
        }

    def cancel_orders(self, ids: Sequence[str], *, also_shipped: bool = False) -> list[Outcome]:
        """Cancel open orders; a shipped one only with `also_shipped`."""
        cancel = partial(self._cancel, also_shipped=also_shipped)
        return self.each(ids, recheck_refusals(cancel), about=str)

    def statuses(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the status of each of these orders that is here."""
        found = self.orders_now(ids, "read the status of an order")
        return {number: one.status for number, one in found.items()}

    def _create(self, order: Order, *, look_first: bool) -> Outcome:
        reason = refusal(order)
        if reason:
            return refused("invalid-order", reason)
        known = self._find(order.reference) if look_first else None
        if known:
            return known
        for namesake in range(1, _MOST_NAMESAKES + 1):
            suffix = f"~{namesake}" if namesake > 1 else ""
            try:
                made = self.http.send(
                    "POST",
                    "/v3/order",
                    OrderShape,
                    action=f"create order {order.number}",
                    json=self._body(order, suffix),
                )
            except RefusedError as error:
                # What it answers to a number that is taken is not documented.
                if "order_id" not in error.answer:
                    raise
                known = self._find(order.reference)
                if known:
                    return known
                if not look_first:
                    return _TAKEN
            else:
                return replace(
                    _outcome("done", made.order_number, made.lines),
                    keeps_reference=any(one.cart_order_id == order.reference for one in made.lines),
                )
        return refused("taken", f"{_MOST_NAMESAKES} orders have its number already")

    def _body(self, order: Order, suffix: str) -> Mapping[str, object]:
        body: dict[str, object] = {
            "order_id": f"{self.channel.prefix}{order.number}{suffix}",
            "cart": self.channel.sales_channel,
            "cart_order_id": order.reference,
            "status": "awaiting_fulfillment",
            "shipping_address": _address(order.ship_to),
            "billing_address": _address(order.bill_to or Address()),
            "lines": [_line(place, line) for place, line in enumerate(order.lines, 1)],
        }
        optional: dict[str, object] = {
            "warehouse_id": self.channel.warehouse,
            "shipping_type": order.shipping_method or None,
            "notes_from_customer": order.customer_notes or None,
            "internal_notes": order.internal_notes or None,
            "discount_amount": order.discount,
            "tags": [{"text": tag, "color": "#808080"} for tag in order.tags] or None,
        }
        return body | {name: value for name, value in optional.items() if value is not None}

    def _find_if_askable(self, reference: str) -> Outcome | None:
        try:
            return self._find(reference)
        except AddressError:  # alone; it is refused again when it is to be sent
            return None

    def _find(self, reference: str) -> Outcome | None:
        page = self.http.get(
            "/v3/order",
            OrderPage,
            action="look for an order by our reference",
            params={"cart_order_id": reference, "status": "all", "limit": "100"},
        )
        found = [
            one
            for one in (read(raw, OrderShape) for raw in page.order)
            if isinstance(one, OrderShape)
            and any(line.cart_order_id == reference for line in one.lines)
        ]
        if not found:
            return None
        roots = {(self.ancestors(one) or (one.order_number,))[-1]: None for one in found}
        first = min(roots, key=lambda number: (len(number), number))
        pieces = [
            line
            for one in found
            if first in (one.order_number, *self.ancestors(one))
            for line in one.lines
        ]
        return _outcome("unchanged", first, pieces)

    def _cancel(self, number: str, *, also_shipped: bool) -> Outcome:
        order = self.order(number, f"read order {number}")
        if order is None:
            split = self.parent(number)
            if split:
                return refused("already-split", "was split")
            return refused("not-found", "is not here")
        if order.status == "cancelled":
            return Outcome(state="unchanged", id=number)
        if has_left(order) and not also_shipped:
            return refused("already-shipped", f"order {number} is shipped")
        after = self.http.send(
            "POST", path("order", number, "cancel"), OrderShape, action=f"cancel order {number}"
        )
        if after.tracking_number and not also_shipped:
            # Shipped between our look and our word, and both were taken: the parcel wins.
            self.http.send(
                "POST", path("order", number, "uncancel"), NoneType, action=f"restore {number}"
            )
            return refused("already-shipped", f"order {number} is shipped")
        return Outcome(state="done", id=number)


def _outcome(state: OutcomeState, number: str, lines: Sequence[LineShape]) -> Outcome:
    keys = {line.key: None for line in lines}
    ordered = sorted(keys, key=position)
    return Outcome(
        state=state,
        id=number,
        line_ids=tuple(line_id(number, key) for key in ordered),
    )


def position(key: str) -> tuple[int, str]:
    """Return by what lines are put in the order in which they were sent."""
    place = key.partition(":")[0]
    return (int(place) if place.isascii() and place.isdigit() else 0), key


def line_id(number: str, key: str) -> str:
    """Return the id of a line, by the name that it was given."""
    return f"{number}/{key}"


def _again(outcome: Outcome) -> Outcome:
    if outcome.state != "done":
        return outcome
    return Outcome(state="unchanged", id=outcome.id, line_ids=outcome.line_ids)


def has_left(order: OrderShape) -> bool:
    """Whether its parcel has been sent."""
    return order.status == "shipped" or bool(order.tracking_number)


def _address(address: Address) -> Mapping[str, str]:
    names = ("name", "company", "street1", "street2", "city", "state", "zip", "country", "phone")
    given = {name: getattr(address, name) for name in (*names, "email")}
    return {name: text for name, text in given.items() if text}


def _line(place: int, line: Line) -> Mapping[str, object]:
    written: dict[str, object] = {
        "cart_orderitem_id": f"{place}:{line.id}",
        "quantity": line.quantity,
        "product_name": line.name,
        "product": {"sku": line.sku, "name": line.name or line.sku},
    }
    if line.unit_price is not None:
        written["item_price"] = line.unit_price
    if line.total is not None:
        written["total_price"] = line.total
    if line.details:
        written["selected_option"] = line.details
    return written
