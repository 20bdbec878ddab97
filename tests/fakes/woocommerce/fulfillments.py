"""Parcels of the core feature.

It does not check for duplicate parcels, nor for more units than were ordered.
"""

from collections import Counter
from datetime import UTC, datetime

from tests.fakes.woocommerce.problems import Json, Refused
from tests.fakes.woocommerce.state import Fulfillment, Note, Order, Refund, Shop

_STATUS = "_fulfillment_status"
_DATE = "_date_fulfilled"


def fulfill(shop: Shop, order: Order, body: Json) -> Fulfillment:
    """Add a parcel, or a plan for one that is not shipped yet: its status alone decides."""
    status = _status(body.get("status"))
    made = Fulfillment(
        id=shop.next_id("fulfillment"),
        status=status,
        is_fulfilled=status == "fulfilled",
        meta=[],
        updated_at=shop.now(),
    )
    _write(shop, made, body)
    if not shop.switches.early:
        # The shop replaces a given time by its own.
        shop.set_meta(made.meta, [{"key": _DATE, "value": None}])
        _date(shop, made)
    order.fulfillments.append(made)
    _note(shop, order, made, "created")
    _tell(shop, order)
    return made


def refulfill(shop: Shop, order: Order, made: Fulfillment, body: Json) -> None:
    """Change a parcel: fields that are not sent are removed."""
    if "meta_data" in body:
        sent_keys = {item.get("key") for item in body["meta_data"]}
        made.meta = [it for it in made.meta if it.key in sent_keys]
    made.status = _status(body.get("status", made.status))
    made.is_fulfilled = made.status == "fulfilled"
    _write(shop, made, body)
    _note(shop, order, made, "updated")
    _tell(shop, order)


def send_downloads(shop: Shop, order: Order) -> None:
    """Ship the downloadable lines, as the shop does by itself once an order is paid."""
    if not shop.switches.fulfillments or shop.switches.old or order.fulfillments:
        return
    products = ((line, shop.products.get(line.sold_id)) for line in order.lines)
    items = [
        {"item_id": line.id, "qty": line.quantity}
        for line, product in products
        if product and product.fields.get("downloadable")
    ]
    if items:
        meta = [{"key": "_items", "value": items}]
        fulfill(shop, order, {"status": "fulfilled", "meta_data": meta})


def take_out(shop: Shop, order: Order, refund: Refund) -> None:
    """Remove refunded units from the planned parcels; delete empty ones.

    If no parcel contains any of them, the fulfillment status of the order does not change.
    """
    remaining = Counter({line.id: line.quantity for line in refund.lines})
    for made in kept(order):
        if made.is_fulfilled:
            continue
        items = []
        for item in contents(made):
            taken = min(item["qty"], remaining[item["item_id"]])
            remaining[item["item_id"]] -= taken
            items += [{**item, "qty": item["qty"] - taken}] if item["qty"] > taken else []
        if items == contents(made):
            continue
        if items:
            shop.set_meta(made.meta, [{"key": "_items", "value": items}])
        else:
            made.deleted_at = shop.now()
        _tell(shop, order)


def _status(status: object) -> str:
    if status not in ("fulfilled", "unfulfilled"):
        raise _wrong("Invalid fulfillment status.")
    return str(status)


def _write(shop: Shop, made: Fulfillment, body: Json) -> None:
    shop.set_meta(made.meta, [{**item, "id": 0} for item in body.get("meta_data", [])])
    items = contents(made)
    if not items:
        raise _wrong("The fulfillment should contain at least one item.")
    for item in items:
        if not (_is_many(item.get("item_id")) and _is_many(item.get("qty"))):
            raise _wrong("Invalid item.")
    _date(shop, made)
    made.updated_at = shop.now()


def _date(shop: Shop, made: Fulfillment) -> None:
    """Set the ship date of a parcel: by default now; without an offset it is local time.

    Shops from 11.0 on store it in UTC. 10.5.0 replaces it with each write by its own local time.
    """
    date_text = next((str(it.value) for it in made.meta if it.key == _DATE), "")
    if not made.is_fulfilled:
        return
    zone = shop.switches.zone
    at = datetime.fromisoformat(date_text) if date_text else shop.now()
    at = at if at.tzinfo else at.replace(tzinfo=zone)
    text = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if shop.switches.early:
        text = f"{shop.now().astimezone(zone):%Y-%m-%d %H:%M:%S}"
    shop.set_meta(made.meta, [{"key": _DATE, "value": text}])


def _is_many(value: object) -> bool:
    """True if it is a positive quantity; whether the order has such a line is not checked."""
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def contents(made: Fulfillment) -> list[Json]:
    """Return the content of a parcel: `item_id` and `qty`."""
    values = [it.value for it in made.meta if it.key == "_items"]
    return list(values[0]) if values and isinstance(values[0], list) else []


def unfulfill(shop: Shop, order: Order, made: Fulfillment) -> None:
    """Delete a parcel; it is kept with the time of its deletion."""
    made.deleted_at = shop.now()
    _note(shop, order, made, "deleted")
    _tell(shop, order)


def kept(order: Order) -> list[Fulfillment]:
    """Return the parcels that are not deleted."""
    return [made for made in order.fulfillments if made.deleted_at is None]


def _tell(shop: Shop, order: Order) -> None:
    """Write the fulfillment status into a field of the order; its own status does not change."""
    packed: Counter[int] = Counter()
    for made in kept(order):
        packed.update({item["item_id"]: item["qty"] for item in contents(made)})
    for refund in order.refunds:
        packed.update({line.id: line.quantity for line in refund.lines})
    is_sent = [made.is_fulfilled for made in kept(order)]
    word = "unfulfilled" if is_sent else None
    if any(is_sent):
        all_packed = all(packed[line.id] >= line.quantity for line in order.lines)
        word = "fulfilled" if all(is_sent) and all_packed else "partially_fulfilled"
    before = next((it.value for it in order.meta if it.key == _STATUS), None)
    if word != before:
        _add_note(shop, order, f"Fulfillment status changed from {before} to {word}.")
    shop.set_meta(order.meta, [{"key": _STATUS, "value": word}])
    shop.touch_fields(order)


def _note(shop: Shop, order: Order, made: Fulfillment, what: str) -> None:
    """Add the private note of a parcel, with its content, number and carrier."""
    names = {line.id: line.name for line in order.lines}
    items = ", ".join(f"{names.get(it['item_id'], '?')} x {it['qty']}" for it in contents(made))
    fields = {it.key: it.value for it in made.meta}
    number, carrier = fields.get("_tracking_number", ""), fields.get("_shipping_provider", "")
    text = f"Fulfillment #{made.id} {what}. Items: {items}. Tracking: {number}, {carrier}."
    _add_note(shop, order, text)


def _add_note(shop: Shop, order: Order, text: str) -> None:
    """Add a private note, as shops from 10.7 on do by themselves."""
    if not shop.switches.early:
        new = shop.next_id("note")
        order.notes.append(Note(id=new, text=text, created_at=shop.now()))


def _wrong(words: str) -> Refused:
    return Refused(0, words, 400)
