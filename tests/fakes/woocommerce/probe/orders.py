"""Questions about orders and their lines."""

from collections.abc import Callable, Iterator
from typing import Any

from tests.fakes.woocommerce.probe.visit import Finding, Response, Visit, of, quantities
from tests.fakes.woocommerce.problems import Json


def orders(visit: Visit) -> Iterator[Finding]:
    """Test how an order is created and found."""
    shop, source = visit.shop, f"SRC-{visit.run}"
    before = visit.units_left()
    ours = [{"key": "_ordosync_ref", "value": source}]
    made = visit.buy(meta_data=ours)
    visit.order = made.body
    names = "status total date_created date_created_gmt number order_key created_via"
    yield "order.create", f"{made.status} {of(made.body, *names.split())}"
    yield "order.create_moves_stock", f"{before} -> {visit.units_left()}"
    line, names = made.body["line_items"][0], "quantity price subtotal total sku product_id"
    types = {name: (type(line[name]).__name__, line[name]) for name in names.split()}
    yield "order.line_types", str(types)
    again = visit.buy(meta_data=ours)
    is_new = again.body["id"] != made.body["id"]
    yield "order.same_post_twice", f"{again.status} {'second order' if is_new else 'the same'}"
    paid = visit.buy(transaction_id=source)
    response = shop.get("/orders", search=source)
    same = [it["id"] == paid.body["id"] for it in response.body]
    yield "order.find.search_txn", f"{paid.status} {same}"
    yield "order.find.search_meta", shop.get("/orders", search=source).summary(len)
    by_meta = shop.get("/orders", meta_key="_ordosync_ref", meta_value=source, per_page=100)
    yield "order.find.meta_key_param", by_meta.summary(len) + " (filter ignored unless 2)"


def lines(visit: Visit) -> Iterator[Finding]:
    """Test the valid lines."""

    def shown(*names: str) -> Callable[[Any], object]:
        return lambda order: [tuple(it[name] for name in names) for it in order["line_items"]]

    def create(**line: object) -> Response:
        return visit.shop.post("/orders", line_items=[{"quantity": 1, **line}])

    by_sku = create(sku=f"W-{visit.run}")
    yield "order.line_by_sku", by_sku.summary(shown("name", "product_id", "total"))
    unknown = create(sku=f"unknown-{visit.run}")
    yield "order.line_unknown_sku", unknown.summary(shown("name", "product_id", "sku", "total"))
    nowhere = create(product_id=99_999_999)
    yield "order.line_unknown_product", nowhere.summary(shown("name", "product_id", "total"))
    yield "order.line_free_text", str(create(name="free text", total="9.99"))
    yield "order.bad_status", str(visit.buy(status="nonsense"))
    yield "order.shipped_status", str(visit.buy(status="shipped"))
    none = visit.buy(0)
    if none.status < 400:
        yield "order.qty_zero", none.summary(quantities)
    else:
        yield "order.qty_zero", f"{none.status} {(_code(none), str(none.body['data']))}"
    yield "order.qty_fraction", str(visit.buy(1.5))
    many = visit.buy(5000)
    yield "order.oversell", f"{many.status} stock now {visit.units_left()}"
    visit.shop.ask("DELETE", f"/orders/{many.body['id']}", query={"force": "true"})
    yield "order.delete_restocks", str(visit.units_left())
    yield "order.bad_email", str(visit.buy(billing={"email": "not-an-email"}))
    named = visit.buy(billing={"first_name": "Zoë 🚚", "email": "z@example.test"})
    yield "order.unicode", named.summary(lambda it: it["billing"]["first_name"])


def changes(visit: Visit) -> Iterator[Finding]:
    """Test the effects of a change."""
    shop, path = visit.shop, f"/orders/{visit.order['id']}"
    added = shop.put(path, line_items=visit.bought(1)["line_items"])
    yield "order.put_line_without_id", added.summary(quantities) + " (appended if two)"
    last = added.body["line_items"][-1]["id"]
    fewer = shop.put(path, line_items=[{"id": last, "quantity": 0}])
    yield "order.put_line_qty_zero", fewer.summary(quantities)
    renamed = shop.put(path, meta_data=[{"key": "_ordosync_ref", "value": "again"}])
    ours = [it["value"] for it in renamed.body["meta_data"] if it["key"] == "_ordosync_ref"]
    yield "order.put_meta_same_key", f"{renamed.status} {ours}"
    yield "order.missing", str(shop.get("/orders/99999999"))
    yield "order.id_of_product", str(shop.get(f"/orders/{visit.widget['id']}"))


def _code(response: Response) -> Json:
    return {"code": response.body["code"]}
