"""Orders at the Supplier: the portal is a sales channel there.

An order is found by its ordosync reference, which is its `cart_order_id`. A line is found by its
name, which is its `cart_orderitem_id`: `<position>:<the Merchant's line>`. A line's id is
`<order>/<name>`. After a split, it shows which line of the split order a line is a part of.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from ordosync.accounts.ordoro.client import OrdoroClient
from ordosync.accounts.ordoro.options import SupplierOptions
from ordosync.accounts.ordoro.schema import LineShape, OrderPage, OrderShape, read
from ordosync.accounts.service_client import unless_it_exists
from ordosync.errors import AddressError, RefusedError
from ordosync.models import Address, Line, Order, Outcome, OutcomeState, refused
from ordosync.order_checks import refusal

_MAX_NAMESAKES = 9
_TAKEN = Outcome(
    state="unknown", code="taken", reason="its number is taken, perhaps by the same order"
)
"""Another delivery of this request may have created it; the order may not be listed yet."""


class SupplierOrders:
    """Orders of the portal's sales channel."""

    def __init__(self, client: OrdoroClient, options: SupplierOptions) -> None:
        self._client = client
        self._options = options

    @property
    def number_prefix(self) -> str:
        """The text before the Merchant's number."""
        return self._options.prefix

    def create(self, orders: Sequence[Order], *, look_first: bool = False) -> list[Outcome]:
        """Create the orders concurrently, each reference once."""
        outcomes: dict[str, Outcome] = {}

        def create(order: Order) -> Outcome:
            if order.reference in outcomes:
                return outcomes[order.reference].as_unchanged()
            outcomes[order.reference] = self._create(order, look_first=look_first)
            return outcomes[order.reference]

        return self._client.service.write_each(
            orders, unless_it_exists(create), key=lambda order: order.reference
        )

    def find(self, references: Sequence[str]) -> Mapping[str, Outcome]:
        """Return the orders with these references."""
        outcomes = self._client.service.map_concurrently(references, self._find_unless_invalid)
        return {
            reference: outcome
            for reference, outcome in zip(references, outcomes, strict=True)
            if outcome
        }

    def statuses(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the status of each of these orders that exists."""
        orders = self._client.orders_now(ids, "read the status of an order")
        return {number: order.status for number, order in orders.items()}

    def _create(self, order: Order, *, look_first: bool) -> Outcome:
        reason = refusal(order)
        if reason:
            return refused("invalid-order", reason)
        existing = self._find(order.reference) if look_first else None
        if existing:
            return existing
        for namesake in range(1, _MAX_NAMESAKES + 1):
            outcome = self._send(order, f"~{namesake}" if namesake > 1 else "")
            existing = outcome or self._find(order.reference)
            if existing:
                return existing
            if not look_first:
                return _TAKEN
        return refused("taken", f"{_MAX_NAMESAKES} orders have its number already")

    def _send(self, order: Order, suffix: str) -> Outcome | None:
        """Create an order with this suffix on its number; return None if the number is taken."""
        try:
            created = self._client.http.send(
                "POST",
                "/v3/order",
                OrderShape,
                action=f"create order {order.number}",
                json=self._body(order, suffix),
            )
        except RefusedError as error:
            # The response to a number that is taken is not documented.
            if "order_id" not in error.answer:
                raise
            return None
        keeps_reference = any(line.cart_order_id == order.reference for line in created.lines)
        outcome = _outcome("done", created.order_number, created.lines)
        return replace(outcome, keeps_reference=keeps_reference)

    def _body(self, order: Order, suffix: str) -> Mapping[str, object]:
        body: dict[str, object] = {
            "order_id": f"{self._options.prefix}{order.number}{suffix}",
            "cart": self._options.sales_channel,
            "cart_order_id": order.reference,
            "status": "awaiting_fulfillment",
            "shipping_address": _address(order.ship_to),
            "billing_address": _address(order.bill_to or Address()),
            "lines": [_line(place, line) for place, line in enumerate(order.lines, 1)],
        }
        optional: dict[str, object] = {
            "warehouse_id": self._options.warehouse,
            "order_date": order.placed_at.isoformat() if order.placed_at else None,
            "shipping_type": order.shipping_method or None,
            "notes_from_customer": order.customer_notes or None,
            "internal_notes": order.internal_notes or None,
            "discount_amount": order.discount,
            "tags": [{"text": tag, "color": "#808080"} for tag in order.tags] or None,
        }
        return body | {name: value for name, value in optional.items() if value is not None}

    def _find_unless_invalid(self, reference: str) -> Outcome | None:
        try:
            return self._find(reference)
        # The reference cannot be part of a URL. The order is refused when it is sent.
        except AddressError:
            return None

    def _find(self, reference: str) -> Outcome | None:
        """Return the order with this reference; if several have it, the oldest."""
        page = self._client.http.get(
            "/v3/order",
            OrderPage,
            action="find an order by its reference",
            params={"cart_order_id": reference, "status": "all", "limit": "100"},
        )
        orders = [
            order
            for order in (read(raw, OrderShape) for raw in page.order)
            if isinstance(order, OrderShape)
            and any(line.cart_order_id == reference for line in order.lines)
        ]
        if not orders:
            return None
        families = [(order.order_number, *self._client.ancestors(order)) for order in orders]
        roots = [family[-1] for family in families]
        first = min(roots, key=lambda number: (len(number), number))
        lines = [
            line
            for order, family in zip(orders, families, strict=True)
            if first in family
            for line in order.lines
        ]
        return _outcome("unchanged", first, lines)


def _outcome(state: OutcomeState, number: str, lines: Sequence[LineShape]) -> Outcome:
    keys = {line.key: None for line in lines}
    ordered = sorted(keys, key=position)
    return Outcome(
        state=state,
        id=number,
        line_ids=tuple(line_id(number, key) for key in ordered),
    )


def position(key: str) -> tuple[int, str]:
    """Return a sort key: the order in which lines were sent."""
    place = key.partition(":")[0]
    return (int(place) if place.isascii() and place.isdigit() else 0), key


def line_id(number: str, key: str) -> str:
    """Return the id of a line with this name."""
    return f"{number}/{key}"


def _address(address: Address) -> Mapping[str, str]:
    names = ("name", "company", "street1", "street2", "city", "state", "zip", "country", "phone")
    fields = {name: getattr(address, name) for name in (*names, "email")}
    return {name: text for name, text in fields.items() if text}


def _line(place: int, line: Line) -> Mapping[str, object]:
    body: dict[str, object] = {
        "cart_orderitem_id": f"{place}:{line.id}",
        "quantity": line.quantity,
        "product_name": line.name,
        "product": {"sku": line.sku, "name": line.name or line.sku},
    }
    if line.unit_price is not None:
        body["item_price"] = line.unit_price
    if line.total is not None:
        body["total_price"] = line.total
    if line.details:
        body["selected_option"] = line.details
    return body
