"""Changes of orders, by the API or by people."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from tests.fakes.shopify import stock
from tests.fakes.shopify.refusals import UserError
from tests.fakes.shopify.shapes_orders import (
    fulfillment_orders_of,
    fulfillments_of,
    open_units,
    shipped_quantity,
)
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import (
    ENDED,
    FulfillmentOrder,
    FulfillmentOrderLineItem,
    Json,
    LineItem,
    Location,
    Metafield,
    Order,
    Product,
    ProductVariant,
)

COUNTRIES = {
    "CA": "Canada",
    "DE": "Germany",
    "FR": "France",
    "GB": "United Kingdom",
    "US": "United States",
}
"""Names of some countries; others have their code as name."""


def main_location(shop: Shop) -> Location:
    """Return the first location, which every shop has."""
    return next(shop.all(Location))


def address(shop: Shop, address_input: Json | None) -> Json | None:
    """Return an address in the form of responses, from one in the form of inputs."""
    if not address_input:
        return None
    country = address_input.get("countryCode") or address_input.get("countryCodeV2")
    names = [
        word for word in (address_input.get("firstName"), address_input.get("lastName")) if word
    ]
    plain = {
        name: address_input.get(name) or None
        for name in (
            "firstName",
            "lastName",
            "company",
            "address1",
            "address2",
            "city",
            "provinceCode",
            "zip",
            "phone",
        )
    }
    return plain | {
        "id": shop.stamp("MailingAddress", "?model_name=Address")["id"],
        "name": " ".join(names) or None,
        "province": address_input.get("province") or address_input.get("provinceCode"),
        "country": COUNTRIES.get(country, country) if country else None,
        "countryCodeV2": country,
    }


def line(
    shop: Shop,
    order_id: str,
    *,
    quantity: int,
    price: Decimal | None = None,
    variant: ProductVariant | None = None,
    **fields: object,
) -> LineItem:
    """Return a new line; missing fields come from its variant."""
    values = {name: value for name, value in fields.items() if value is not None}
    if variant is not None:
        product = shop.sure(Product, variant.product_id)
        titled = product.option_names != ["Title"]
        values = {
            "sku": variant.sku,
            "title": product.title,
            "variant_title": " / ".join(variant.options) if titled else None,
            "vendor": product.vendor or None,
            "variant_id": variant.id,
            "product_id": product.id,
        } | values
    own = variant.price if variant is not None and price is None else price
    made = LineItem(
        **shop.stamp("LineItem"),
        order_id=order_id,
        quantity=quantity,
        price=own or Decimal(0),
        **{"sku": None, "title": "Untitled", **values},  # type: ignore[arg-type]
    )
    return shop.add(made)


def open_fulfillment(
    shop: Shop, order: Order, lines: Sequence[LineItem], location_id: str
) -> FulfillmentOrder:
    """Create a fulfillment order for lines at a location."""
    parts = [
        shop.add(
            FulfillmentOrderLineItem(
                **shop.stamp("FulfillmentOrderLineItem"),
                line_id=line.id,
                total_quantity=line.current_quantity,
                remaining_quantity=line.current_quantity,
            )
        )
        for line in lines
    ]
    return shop.add(
        FulfillmentOrder(
            **shop.stamp("FulfillmentOrder"),
            order_id=order.id,
            location_id=location_id,
            lines=parts,
            fulfill_at=shop.now().replace(minute=0, second=0, microsecond=0),
        )
    )


def route(shop: Shop, order: Order, places: Mapping[str, str]) -> None:
    """Create a fulfillment order for each location; `places` are locations by line id."""
    for location_id in dict.fromkeys(places.values()):
        lines = [line for line in order.lines if places[line.id] == location_id and not line.is_tip]
        if lines:
            open_fulfillment(shop, order, lines, location_id)


def start(shop: Shop, *, name: str | None = None, **fields: object) -> Order:
    """Return a new order without lines."""
    number = next(shop.numbers)
    stamp = shop.stamp("Order")
    currency = fields.pop("currency_code", None) or shop.currency_code
    presented = fields.pop("presentment_currency_code", None) or currency
    values = {key: value for key, value in fields.items() if value is not None}
    order = Order(
        **stamp,
        name=name or f"#{number}",
        number=number,
        currency_code=str(currency),
        presentment_currency_code=str(presented),
        **{"processed_at": stamp["created_at"], **values},
    )
    return shop.add(order)


def metafields(shop: Shop, metafields: list[Metafield], inputs: Sequence[Json]) -> list[Metafield]:
    """Write metafields over those with the same name; return the written ones."""
    written = []
    for metafield_input in inputs:
        namespace, key = metafield_input.get("namespace") or "$app", metafield_input["key"]
        old = next((it for it in metafields if (it.namespace, it.key) == (namespace, key)), None)
        if old is None:
            kind = metafield_input.get("type") or "single_line_text_field"
            old = shop.add(
                Metafield(
                    **shop.stamp("Metafield"), namespace=namespace, key=key, type=kind, value=""
                )
            )
            metafields.append(old)
        old.value = metafield_input["value"]
        shop.touch(old)
        written.append(old)
    return written


def check_cancellable(shop: Shop, order: Order) -> None:
    """Refuse to cancel an order that is cancelled or shipped."""
    if order.cancelled_at is not None:
        raise UserError(
            "Cannot cancel an order that has already been canceled", "orderId", code="INVALID"
        )
    if any(it.status == "SUCCESS" for it in fulfillments_of(shop, order.id)):
        raise UserError(
            "Cannot cancel an order that has outstanding fulfillments", "orderId", code="INVALID"
        )


def cancel(
    shop: Shop, order: Order, *, reason: str, restock: bool, refund: bool, note: str | None = None
) -> None:
    """Cancel an order.

    One that was paid and not paid back stays open, and its lines keep their quantities.
    """
    settled = refund or order.financial_status != "PAID"
    order.cancelled_at = shop.now()
    order.closed_at = order.cancelled_at if settled else None
    order.cancel_reason, order.staff_note = reason, note
    for it in fulfillment_orders_of(shop, order.id):
        if it.status in ENDED:
            continue
        it.status = "CLOSED"
        for part in it.lines:
            if restock:
                line_ = shop.sure(LineItem, part.line_id)
                stock.commit(shop, line_, it.location_id, -part.remaining_quantity)
            if settled:
                part.total_quantity = part.remaining_quantity = 0
        shop.touch(it)
    if settled:
        order.financial_status = "REFUNDED" if order.financial_status == "PAID" else None
        for line in order.lines:
            line.removed = line.quantity
    shop.touch(order)


def edit(shop: Shop, order: Order, line: LineItem, quantity: int, *, restock: bool = True) -> None:
    """Change the quantity of a line, as far as its units are still to be sent."""
    delta = quantity - line.current_quantity
    assert -delta <= open_units(shop, line), "sent units cannot be removed"
    if delta > 0:
        line.quantity += delta
        _raise(shop, order, line, delta)
    elif delta < 0:
        line.removed -= delta
        take_off(shop, line, -delta, restock=restock)
    shop.touch(order)


def _raise(shop: Shop, order: Order, line: LineItem, units: int) -> None:
    parts = _open_parts(shop, line)
    place = parts[0][0].location_id if parts else order.pieces[0].location_id
    if parts and shop.switches.raised_quantity == "in place":
        owner, part = parts[0]
        part.total_quantity += units
        part.remaining_quantity += units
        shop.touch(owner)
    else:
        [part] = open_fulfillment(shop, order, [line], place).lines
        part.total_quantity = part.remaining_quantity = units
    stock.commit(shop, line, place, units)


def take_off(shop: Shop, line: LineItem, units: int, *, restock: bool = True) -> None:
    """Take open units off the fulfillment orders of a line; one without open units is closed.

    Which of several fulfillment orders shrinks is not recorded.
    """
    parts = _open_parts(shop, line)
    for owner, part in parts if shop.switches.shrinks == "oldest" else parts[::-1]:
        taken = min(units, part.remaining_quantity)
        units -= taken
        part.remaining_quantity -= taken
        part.total_quantity -= taken
        stock.take(shop, line, owner.location_id, taken)
        if restock:
            stock.put_back(shop, line, owner.location_id, taken)
        if all(it.remaining_quantity == 0 for it in owner.lines):
            owner.status = "CLOSED"
        shop.touch(owner)


def _open_parts(
    shop: Shop, line: LineItem
) -> list[tuple[FulfillmentOrder, FulfillmentOrderLineItem]]:
    """Return the lines of fulfillment orders that have not ended, for a line of an order."""
    live = [it for it in fulfillment_orders_of(shop, line.order_id) if it.status not in ENDED]
    return [(it, part) for it in live for part in it.lines if part.line_id == line.id]


def close_if_done(shop: Shop, order: Order, at: datetime) -> None:
    """Close a paid order if all of it is shipped, as shops do by default."""
    is_complete = all(shipped_quantity(shop, line) >= line.current_quantity for line in order.lines)
    order.closed_at = at if is_complete and order.financial_status == "PAID" else None
    shop.touch(order)
