"""Orders that are created at a Supplier's shop, and how they are found again.

Looked for is only what an earlier attempt may have made. A search by transaction is one call for
each, but shops before HPOS do not know it and answer as if there were none; so it is believed
only once it has found an order that is known to be there. Else all orders are listed, the newest
first, until each is found: that is sure in every shop, at a call for a hundred orders.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import NoneType

from msgspec import Raw
from msgspec.structs import astuple, replace

from ordosync.accounts.service_client import unless_it_exists
from ordosync.accounts.woocommerce.client import Side, folded
from ordosync.accounts.woocommerce.order_mapping import written
from ordosync.accounts.woocommerce.schema import DETAILS, LineShape, OrderShape, ProductShape, read
from ordosync.errors import RefusedError, UnavailableError
from ordosync.models import Address, Line, Order, Outcome, OutcomeState, Product, refusal

REFERENCE = "_ordosync_reference"
_POSITION = "_ordosync_line"
NUMBER = "Order number"
"""What people see of the Merchant's number, as a field that is not hidden."""
_LONGEST = 60_000
"""Bytes of a text; a column takes no more than 65,535, and cuts what is longer."""


@dataclass(frozen=True, kw_only=True)
class SupplierOptions:
    """What a portal may say about its Supplier."""

    prefix: str = ""
    """Put before the Merchant's number, so that people see whose order it is."""
    tracking_meta: str = ""
    """A field of the order in which some plug-in keeps the tracking number."""
    carrier_meta: str = ""
    """And the one in which it keeps the carrier."""


class Created(Side):
    """Who ships, as far as orders are created."""

    def __init__(self, *, name: str, spool: Path = Path(), concurrency: int) -> None:
        super().__init__(name=name, spool=spool, concurrency=concurrency)
        self._products: dict[str, ProductShape] = {}
        self._is_searched: bool | None = None

    def close(self) -> None:
        """Forget what was read for one run."""
        super().close()
        self._products = {}

    @property
    def channel(self) -> SupplierOptions:
        """What the portal says of this Supplier."""
        return self.pair if isinstance(self.pair, SupplierOptions) else SupplierOptions()

    def find_orders(self, references: Sequence[str]) -> Mapping[str, Outcome]:
        """Look up the orders that carry these references."""
        found: dict[str, OrderShape] = {}
        for page, count in self._newest():
            _note(found, page)
            missing = [one for one in references if one not in found]
            if not missing or count <= len(page):
                break
            if self._is_searching(page):
                for one in self.side_by_side(missing, self._search):
                    _note(found, one)
                break
        return {one: _outcome("unchanged", found[one]) for one in references if one in found}

    def misfit(self, order: Order) -> str | None:
        """Say why this order cannot be kept here."""
        reason = refusal(order)
        if reason:
            return reason
        if any("," in line.sku for line in order.lines):
            return "a SKU with a comma cannot be looked up in this shop"
        texts = [*astuple(order.ship_to), *astuple(order.bill_to or Address())]
        texts += [text for line in order.lines for text in (line.sku, line.name, line.details)]
        if any(len(text.encode()) > _LONGEST for text in texts):
            return "has a text that is longer than the shop keeps"
        return None

    def create_products(self, products: Sequence[Product]) -> list[Outcome]:
        """Make products whose SKU is new here, not counted and not shown to the shop's visitors."""
        known = dict(self.by_sku([one.sku for one in products], "look for products"))

        def create(product: Product) -> Outcome:
            if product.sku in known:
                return Outcome(state="unchanged", id=known[product.sku][0].sku)
            made = self._make(product.sku, product.name, product.price)
            known[product.sku] = [made]
            return Outcome(state="done", id=made.sku)

        return self.each(products, unless_it_exists(create), about=lambda one: folded(one.sku))

    def make_known(self, lines: Sequence[Line]) -> Mapping[str, Outcome]:
        """Look up the products of lines, and make those that are not there.

        Returns what came of those that could not be made, by SKU.
        """
        asked = {line.sku: line for line in lines if folded(line.sku) not in self._products}
        found = self.by_sku(list(asked), "look for the products of orders")
        self._products |= {folded(sku): items[0] for sku, items in found.items()}
        missing = {folded(sku): line for sku, line in asked.items() if sku not in found}

        def make(line: Line) -> Outcome:
            self._products[folded(line.sku)] = self._make(line.sku, line.name, None)
            return Outcome(state="done")

        made = self.each(
            list(missing.values()), unless_it_exists(make), about=lambda line: folded(line.sku)
        )
        return {sku: one for sku, one in zip(missing, made, strict=True) if one.state != "done"}

    def create(self, order: Order) -> Outcome:
        """Create an order that is not here, of products that are known."""
        made = self.http.send(
            "POST",
            "/wc/v3/orders",
            OrderShape,
            action=f"create order {order.number}",
            json=self._body(order),
        )
        lines = [(bool(one.product_id), one.quantity) for one in in_order(made)]
        if lines != [(True, line.quantity) for line in order.lines]:
            self._take_back(made)
            action, why = f"create order {order.number}", "a product of it has just been deleted"
            self._products = {}
            raise UnavailableError(f"account {self.name}", action, why)
        keeps_reference = made.meta(REFERENCE) == order.reference
        return replace(_outcome("done", made), keeps_reference=keeps_reference)

    def _take_back(self, made: OrderShape) -> None:
        """Delete an order of which a line came out as nothing: a deleted product is no error."""
        action = f"take order {made.id} back"
        self.save(made, {"status": "cancelled"}, action)  # deleting alone keeps its stock
        self.http.send("DELETE", f"/wc/v3/orders/{made.id}?force=true", NoneType, action=action)

    def _make(self, sku: str, name: str, price: Decimal | None) -> ProductShape:
        body: dict[str, object] = {
            "sku": sku,
            "name": name or sku,
            "type": "simple",
            "status": "private",
            "manage_stock": False,
        }
        if price is not None:
            body["regular_price"] = _text(price)
        action = f"create product {sku}"
        try:
            return self.http.send("POST", "/wc/v3/products", ProductShape, action=action, json=body)
        except RefusedError as error:
            # Somebody made it in between.
            known = self.by_sku([sku], action) if _SKU_TAKEN in error.answer else {}
            if sku not in known:
                raise
            return known[sku][0]

    def _body(self, order: Order) -> Mapping[str, object]:
        channel = self.channel
        said = {
            REFERENCE: order.reference,
            NUMBER: f"{channel.prefix}{order.number}",
            "Ship-to email": order.ship_to.email,
            "Internal notes": order.internal_notes,
            "Tags": ", ".join(order.tags),
        }
        fields: dict[str, object] = {
            "status": "processing",
            "transaction_id": order.reference,
            "currency": order.currency or None,
            "customer_note": order.customer_notes or None,
            "shipping": written(replace(order.ship_to, email="")),
            "billing": written(order.bill_to) if order.bill_to else None,
            "line_items": [self._line(place, line) for place, line in enumerate(order.lines, 1)],
            "shipping_lines": [
                {"method_id": "other", "method_title": order.shipping_method, "total": "0"}
            ]
            if order.shipping_method
            else None,
            "fee_lines": [{"name": "Discount", "total": _text(-order.discount)}]
            if order.discount
            else None,
            "meta_data": [{"key": key, "value": text} for key, text in said.items() if text],
        }
        return {name: value for name, value in fields.items() if value is not None}

    def _line(self, place: int, line: Line) -> Mapping[str, object]:
        product = self._products[folded(line.sku)]
        said = {_POSITION: str(place), DETAILS: line.details}
        fields: dict[str, object] = {
            "product_id": product.parent_id or product.id,
            "quantity": line.quantity,
            "meta_data": [{"key": key, "value": text} for key, text in said.items() if text],
        }
        if product.parent_id:
            fields["variation_id"] = product.id
        if line.name:
            fields["name"] = line.name
        total = line.total
        if total is None and line.unit_price is not None:
            total = line.unit_price * line.quantity - (line.discount or 0)
        if total is not None:
            fields["total"] = _text(total)
            fields["subtotal"] = _text(_subtotal(line, total))
        return fields

    def _newest(self) -> Iterator[tuple[list[OrderShape], int]]:
        """Yield pages of the orders that may be ours, and how many there are from there on.

        Pages overlap, since an order that is deleted meanwhile moves those behind it up.
        """
        query = {"status": "any", "orderby": "id", "order": "desc", "_fields": _FIELDS}
        offset = 0
        while True:
            raws, count = self.lists.page("/wc/v3/orders", query, offset, _LOOKING)
            yield _readable(raws), count - offset
            if not raws or offset + len(raws) >= count:
                return
            offset += max(len(raws) - _OVERLAP, 1)

    def _is_searching(self, known: Sequence[OrderShape]) -> bool:
        """Whether a search finds an order that is there, so that one that finds nothing counts.

        Any transaction will do, such as the shop's own by card, but for a number: it may be the
        order's own, by which every shop finds it.
        """
        paid = next((one for one in known if not (one.transaction_id or "0").isdecimal()), None)
        if self._is_searched is None and paid and paid.transaction_id:
            found = self._search(paid.transaction_id)
            self._is_searched = any(one.id == paid.id for one in found)
        return bool(self._is_searched)

    def _search(self, transaction: str) -> list[OrderShape]:
        query = {"status": "any", "search": transaction, "_fields": _FIELDS}
        return _readable(self.lists.page("/wc/v3/orders", query, 0, _LOOKING)[0])


_FIELDS = "id,number,status,transaction_id,line_items,meta_data"
_LOOKING = "look for orders by our reference"
_OVERLAP = 25
_SKU_TAKEN = "product_invalid_sku"


def _note(found: dict[str, OrderShape], orders: Sequence[OrderShape]) -> None:
    """Take note of orders by their reference; of two with the same, of the first that was made."""
    for order in sorted(orders, key=lambda one: one.id, reverse=True):
        reference = order.meta(REFERENCE)
        if isinstance(reference, str):
            found[reference] = order


def _readable(raws: Sequence[Raw]) -> list[OrderShape]:
    found = [read(raw, OrderShape, what="orders") for raw in raws]
    return [one for one in found if isinstance(one, OrderShape)]


def in_order(order: OrderShape) -> list[LineShape]:
    """Return our lines of an order as they were sent."""
    ours = [line for line in order.line_items if str(line.meta(_POSITION) or "").isdecimal()]
    return sorted(ours, key=lambda line: int(line.meta(_POSITION)))


def _outcome(state: OutcomeState, order: OrderShape) -> Outcome:
    lines = tuple(str(line.id) for line in in_order(order))
    return Outcome(state=state, id=str(order.id), line_ids=lines)


def _subtotal(line: Line, total: Decimal) -> Decimal:
    """Return what a line costs before its discount."""
    if line.discount is not None:
        return total + line.discount
    return total if line.unit_price is None else max(total, line.unit_price * line.quantity)


def _text(amount: Decimal) -> str:
    return format(amount, "f")
