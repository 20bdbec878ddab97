"""Questions about the end of an order: shipped, cancelled, refunded, deleted; and about races."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from tests.fakes.woocommerce.probe.visit import Finding, Response, Visit, of, quantities
from tests.fakes.woocommerce.problems import Json


def parcels(visit: Visit) -> Iterator[Finding]:
    """Test how parcels are added."""
    shop, path = visit.shop, f"/orders/{visit.order['id']}"
    by_plugin = shop.post(
        f"{path}/shipment-trackings", tracking_provider="USPS", tracking_number="94"
    )
    yield "tracking.plugin_route", str(by_plugin)
    noted = shop.post(f"{path}/notes", note="Tracking USPS 9400", customer_note=True)
    names = ("author", "customer_note", "date_created_gmt")
    yield "tracking.note", noted.summary(lambda it: of(it, *names))
    line = shop.get(path).body["line_items"][0]["id"]
    response = shop.post(f"{path}/fulfillments", **_parcel(line, 1))
    yield "fulfillment.create_partial", response.summary(json.dumps)
    for name, units, words in (
        ("same_again", 1, "second one made"),
        ("too_many", 99, "accepted"),
    ):
        more = shop.post(f"{path}/fulfillments", **_parcel(line, units))
        answer = str(more) if more.status >= 400 else f"{more.status} {words}"
        yield f"fulfillment.{name}", f"{answer} {more.body.get('message')}"
    listed = shop.get(f"{path}/fulfillments")
    yield "fulfillment.list", f"{listed.status} {json.dumps(listed.body)}"
    order = shop.get(path).body
    fields = [(it["key"], it["value"]) for it in order["meta_data"] if "fulfil" in it["key"]]
    shown = [name for name in order if "fulfil" in name]
    yield "fulfillment.order_status", f"{order['status']} {fields} fields: {shown}"


def cancel(visit: Visit) -> Iterator[Finding]:
    """Test the effect of a cancellation on the stock."""
    before = visit.units_left()
    path = f"/orders/{visit.buy(3).body['id']}"
    sold = visit.units_left()

    def become(status: str) -> str:
        response = visit.shop.put(path, status=status)
        return f"{response.status} {response.body['status']} stock"

    yield "cancel.put", f"{become('cancelled')} {before} {sold} {visit.units_left()}"
    yield "cancel.again", f"{become('cancelled')} {visit.units_left()}"
    yield "cancel.undo", f"{become('processing')} {visit.units_left()}"
    become("completed")
    yield "cancel.after_completed", f"{become('cancelled')} {visit.units_left()}"


def refund(visit: Visit) -> Iterator[Finding]:
    """Test the effect of a refund."""
    order = visit.buy(3).body
    path, before = f"/orders/{order['id']}", visit.units_left()
    line = {"id": order["line_items"][0]["id"], "quantity": 1, "refund_total": 10.0}

    def refund(**body: object) -> Response:
        return visit.shop.post(f"{path}/refunds", **body)

    some = refund(api_refund=False, api_restock=True, line_items=[line])
    yield (
        "refund.partial",
        f"{some.summary(lambda it: it['amount'])} stock {before} {visit.units_left()}",
    )
    now = visit.shop.get(path).body
    totals = [it["total"] for it in now["refunds"]]
    yield (
        "refund.order_after",
        f"{now['status']} {now['total']} {totals} line qty {quantities(now)}",
    )
    yield "refund.too_much", str(refund(api_refund=False, amount="999.00"))
    yield "refund.no_gateway", str(refund(amount="1.00"))
    remainder = refund(api_refund=False, amount="20.00")
    status = visit.shop.get(path).body["status"]
    yield "refund.rest", f"{remainder.status} order now {status} stock {visit.units_left()}"


def trash(visit: Visit) -> Iterator[Finding]:
    """Test where a deleted order is."""
    shop, order_id = visit.shop, visit.buy(1).body["id"]
    path = f"/orders/{order_id}"
    status = shop.ask("DELETE", path).status
    response = shop.get(path)
    yield "delete.to_trash", f"{status} then GET {response.status} {response.body.get('status')}"
    yield "delete.trash_in_list", shop.get("/orders", include=order_id).summary(len)
    yield "delete.put_on_trashed", str(shop.put(path, customer_note="x"))
    status = shop.ask("DELETE", path, query={"force": "true"}).status
    yield "delete.force", f"{status} then GET {shop.get(path)}"


def races(visit: Visit) -> Iterator[Finding]:
    """Test the results of simultaneous calls."""
    shop = visit.shop
    race = shop.post(
        "/products",
        name="Race",
        sku=f"R-{visit.run}",
        regular_price="1",
        manage_stock=True,
        stock_quantity=100,
    ).body["id"]
    lines = [{"product_id": race, "quantity": 1}]
    with ThreadPoolExecutor(8) as crowd:
        requests = [
            crowd.submit(shop.post, "/orders", status="processing", line_items=lines)
            for _ in range(8)
        ]
        made = sorted(it.result().status for it in requests)
        stock = shop.get(f"/products/{race}").body["stock_quantity"]
        yield "race.8_orders_of_1", f"{made} stock {stock} (92 if none lost)"
        named = {"name": "Dup", "sku": f"D-{visit.run}"}
        again = [crowd.submit(shop.post, "/products", **named) for _ in range(4)]
        statuses = sorted(it.result().status for it in again)
    count = len(shop.get("/products", sku=named["sku"]).body)
    yield "race.4_same_sku", f"{statuses} exist {count}"


def _parcel(line: int, units: int) -> Json:
    fields = {
        "_items": [{"item_id": line, "qty": units}],
        "_tracking_number": "9400",
        "_shipment_provider": "usps",
    }
    meta = [{"id": 0, "key": key, "value": value} for key, value in fields.items()]
    return {"status": "fulfilled", "is_fulfilled": True, "meta_data": meta}
