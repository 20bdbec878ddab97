"""Parcels in the way of the feature.

It does not ask whether a parcel was there before, nor whether more is sent than was ordered.
"""

from collections import Counter
from datetime import UTC

from tests.fakes.woocommerce import orders
from tests.fakes.woocommerce.problems import Json, Refused
from tests.fakes.woocommerce.state import Fulfillment, Order, Shop

_STATUS = "_fulfillment_status"


def fulfill(shop: Shop, order: Order, body: Json) -> Fulfillment:
    """Add a parcel, or a plan for one that is not on its way yet."""
    sent = body.get("is_fulfilled", body.get("status") == "fulfilled")
    made = Fulfillment(
        id=shop.next_id("fulfillment"),
        status=body.get("status") or ("fulfilled" if sent else "unfulfilled"),
        is_fulfilled=sent,
        meta=[],
        updated_at=shop.now(),
    )
    _write(shop, made, body)
    order.fulfillments.append(made)
    _tell(shop, order)
    return made


def refulfill(shop: Shop, order: Order, made: Fulfillment, body: Json) -> None:
    """Change a parcel: of its fields only those are left that are sent."""
    if "meta_data" in body:
        sent = {item.get("key") for item in body["meta_data"]}
        made.meta = [it for it in made.meta if it.key in sent]
    made.status = body.get("status", made.status)
    made.is_fulfilled = body.get("is_fulfilled", made.is_fulfilled)
    _write(shop, made, body)
    _tell(shop, order)


def _write(shop: Shop, made: Fulfillment, body: Json) -> None:
    shop.set_meta(made.meta, [{**item, "id": 0} for item in body.get("meta_data", [])])
    items = contents(made)
    if not items:
        raise _wrong("The fulfillment should contain at least one item.")
    for item in items:
        if not (_is_many(item.get("item_id")) and _is_many(item.get("qty"))):
            raise _wrong("Invalid item.")
    if made.is_fulfilled and not any(it.key == "_date_fulfilled" for it in made.meta):
        date_sent = f"{shop.now().astimezone(UTC):%Y-%m-%d %H:%M:%S}"
        shop.set_meta(made.meta, [{"key": "_date_fulfilled", "value": date_sent}])
    made.updated_at = shop.now()


def _is_many(value: object) -> bool:
    """Tell a number of something; whether the order has such a line is not asked."""
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def contents(made: Fulfillment) -> list[Json]:
    """Return what is in a parcel: `item_id` and `qty`."""
    found = [it.value for it in made.meta if it.key == "_items"]
    return list(found[0]) if found and isinstance(found[0], list) else []


def unfulfill(shop: Shop, order: Order, made: Fulfillment) -> None:
    """Delete a parcel; it is kept with the time of that."""
    made.deleted_at = shop.now()
    _tell(shop, order)


def kept(order: Order) -> list[Fulfillment]:
    """Return the parcels that have not been deleted."""
    return [made for made in order.fulfillments if made.deleted_at is None]


def _tell(shop: Shop, order: Order) -> None:
    """Say in a field of the order how much of it is sent; its status stays as it is."""
    packed: Counter[int] = Counter()
    for made in kept(order):
        packed.update({item["item_id"]: item["qty"] for item in contents(made)})
    for refund in order.refunds:
        packed.update({line.id: line.quantity for line in refund.lines})
    sent = [made.is_fulfilled for made in kept(order)]
    word = "unfulfilled" if sent else None
    if any(sent):
        all_packed = all(packed[line.id] >= line.quantity for line in order.lines)
        word = "fulfilled" if all(sent) and all_packed else "partially_fulfilled"
    shop.set_meta(order.meta, [{"key": _STATUS, "value": word}])
    orders.touch(shop, order)


def _wrong(words: str) -> Refused:
    return Refused(0, words, 400)
