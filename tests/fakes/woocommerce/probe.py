"""Asks a shop how it behaves where ordosync depends on it, and says so in a line for each question.

The recorded answers of real shops were got by the same questions, so the lines can be compared. To
ask a shop on this machine, which is best one that is thrown away afterwards:

    python -m tests.fakes.woocommerce.probe http://127.0.0.1:8080 ck_… cs_… ck_read… cs_read…
"""

import json
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import requests

from tests.fakes.woocommerce.problems import Json

Pair = tuple[str, str]
Finding = tuple[str, str]
"""The name of a question, and what was answered."""


class Heard(NamedTuple):
    """An answer."""

    status: int
    body: Any
    headers: Any

    @property
    def code(self) -> str:
        """Return the error's code and what was wrong with which parameter."""
        if not (isinstance(self.body, dict) and "code" in self.body):
            return "-"
        data = self.body.get("data")
        params = data.get("params") if isinstance(data, dict) else None
        return str({"code": self.body["code"], **({"params": params} if params else {})})

    def __str__(self) -> str:
        """Tell the status and the error."""
        return f"{self.status} {self.code}"

    def told(self, words: Callable[[Any], object]) -> str:
        """Tell the status and what it says, or the error."""
        return str(self) if self.status >= 400 else f"{self.status} {words(self.body)}"


class Shop:
    """A shop that takes `X-Forwarded-Proto: https` for https, as behind a proxy."""

    def __init__(self, url: str, pair: Pair, read_only: Pair) -> None:
        self.url, self.pair, self.read_only = f"{url}/wp-json/wc/v3", pair, read_only

    def ask(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        pair: Pair | None = None,
        secure: bool = True,
        query: Mapping[str, object] | None = None,
    ) -> Heard:
        """Ask as a client does, over a connection of its own."""
        answer = requests.request(
            method,
            self.url + path,
            json=body,
            params={name: str(value) for name, value in (query or {}).items()},
            auth=pair or self.pair if pair != ("", "") else None,
            headers={"X-Forwarded-Proto": "https"} if secure else {},
            timeout=60,
        )
        return Heard(answer.status_code, answer.json(), answer.headers)

    def get(self, path: str, **query: object) -> Heard:
        """Read."""
        return self.ask("GET", path, query=query)

    def post(self, path: str, **body: object) -> Heard:
        """Make something."""
        return self.ask("POST", path, body)

    def put(self, path: str, **body: object) -> Heard:
        """Change something."""
        return self.ask("PUT", path, body)


class Probe:
    """The questions, in the order in which they must be asked."""

    def __init__(
        self, shop: Shop, *, run: str = "", wait: Callable[[float], None] = time.sleep
    ) -> None:
        """Make it; `run` is in all names, so that a shop can be asked again."""
        self._shop, self._wait = shop, wait
        self._run = run or uuid.uuid4().hex[:6]
        self._widget: Json = {}
        self._order: Json = {}

    def findings(self) -> Iterator[Finding]:
        """Ask everything."""
        yield from self._sign_in()
        yield from self._products()
        yield from self._stock()
        yield from self._orders()
        yield from self._lines()
        yield from self._changes()
        yield from self._lists()
        yield from self._modified()
        yield from self._parcels()
        yield from self._cancel()
        yield from self._refund()
        yield from self._trash()
        yield from self._races()

    def _sign_in(self) -> Iterator[Finding]:
        shop, (key, secret), nobody = self._shop, self._shop.pair, ("", "")
        yield "auth.good", str(shop.get("/orders").status)
        yield "auth.bad_secret", str(shop.ask("GET", "/orders", pair=(key, "cs_wrong")))
        yield "auth.unknown_key", str(shop.ask("GET", "/orders", pair=("ck_unknown", "cs_x")))
        yield "auth.none", str(shop.ask("GET", "/orders", pair=nobody))
        yield "auth.basic_over_plain_http", str(shop.ask("GET", "/orders", secure=False))
        in_query = {"consumer_key": key, "consumer_secret": secret}
        yield (
            "auth.keys_in_query_https",
            str(shop.ask("GET", "/orders", pair=nobody, query=in_query)),
        )
        read = shop.ask("GET", "/orders", pair=shop.read_only)
        yield "auth.readonly_read", str(read.status)
        written = shop.ask("POST", "/products", {"name": "x"}, pair=shop.read_only)
        yield "auth.readonly_write", str(written)
        yield "route.unknown", str(shop.get("/no-such-thing"))

    def _products(self) -> Iterator[Finding]:
        shop, sku = self._shop, f"W-{self._run}"
        made = shop.post(
            "/products",
            name="Widget",
            sku=sku,
            regular_price="10.00",
            manage_stock=True,
            stock_quantity=10,
        )
        self._widget = made.body
        names = ("sku", "price", "stock_quantity", "stock_status")
        yield "product.create", f"{made.status} {_of(made.body, *names)}"
        again = shop.post("/products", name="Another", sku=sku)
        known = _of(again.body["data"], "resource_id", "unique_sku")
        yield "product.duplicate_sku", f"{again} {known}"
        lower = shop.post("/products", name="In small letters", sku=sku.replace("W", "w"))
        yield "product.sku_case", str(lower)
        padded = shop.post("/products", name="Padded", sku=f"  W2-{self._run} ")
        yield "product.sku_spaces", padded.told(lambda it: repr(it["sku"]))
        both = shop.get("/products", sku=f"{sku},W2-{self._run}")
        yield "product.sku_list_filter", both.told(lambda found: [it["sku"] for it in found])
        yield "product.sku_filter_none", shop.get("/products", sku=f"no-{self._run}").told(len)
        yield from self._variations()

    def _variations(self) -> Iterator[Finding]:
        shop, sku = self._shop, f"S-{self._run}-S"
        sizes = [{"name": "Size", "variation": True, "options": ["S", "M"]}]
        shirt = shop.post(
            "/products", name="Shirt", type="variable", sku=f"S-{self._run}", attributes=sizes
        )
        small = shop.post(
            f"/products/{shirt.body['id']}/variations",
            sku=sku,
            regular_price="5",
            manage_stock=True,
            stock_quantity=3,
            attributes=[{"name": "Size", "option": "S"}],
        )
        counted = f"{small.body['sku']} {small.body['stock_quantity']}"
        yield "variation.create", f"{shirt.status} {small.status} {counted}"
        names = ("type", "id", "parent_id")
        found = shop.get("/products", sku=sku)
        shown = [tuple(it.get(name) for name in names) for it in found.body]
        yield "variation.by_sku", f"{found.status} {shown}"
        yield (
            "variation.put_as_product",
            str(shop.put(f"/products/{small.body['id']}", stock_quantity=9)),
        )
        self._small = small.body["id"]

    def _stock(self) -> Iterator[Finding]:
        shop, path = self._shop, f"/products/{self._widget['id']}"
        for units in (-2, 2.7, "4", "abc", None):
            told = shop.put(path, stock_quantity=units).told(
                lambda it: (it["stock_quantity"], it["stock_status"])
            )
            yield "stock.put", f"{units!r} {told}"
        shop.put(path, manage_stock=True, stock_quantity=10)
        ten = {"id": self._widget["id"], "stock_quantity": 10}
        asked = [ten, {"id": 99_999_999, "stock_quantity": 1}, {"id": self._small}]
        done = shop.post("/products/batch", update=asked)
        results = [
            it["error"]["code"] if "error" in it else it["stock_quantity"]
            for it in done.body["update"]
        ]
        yield "batch.partial_failure", f"{done.status} {results}"
        yield "batch.101", str(shop.post("/products/batch", update=[ten] * 101))
        odd = shop.put(path, nonsense_field=1, stock_quantity=10)
        yield "put.unknown_field", odd.told(lambda _: "ignored")

    def _bought(self, units: object = 2, **more: object) -> Json:
        return {
            "status": "processing",
            "billing": {"first_name": "A", "email": "a@example.test"},
            "line_items": [{"product_id": self._widget["id"], "quantity": units}],
            **more,
        }

    def _buy(self, units: object = 2, **more: object) -> Heard:
        return self._shop.post("/orders", **self._bought(units, **more))

    def _left(self) -> int:
        return int(self._shop.get(f"/products/{self._widget['id']}").body["stock_quantity"])

    def _orders(self) -> Iterator[Finding]:
        shop, source = self._shop, f"SRC-{self._run}"
        before = self._left()
        ours = [{"key": "_ordosync_ref", "value": source}]
        made = self._buy(meta_data=ours)
        self._order = made.body
        names = "status total date_created date_created_gmt number order_key created_via"
        yield "order.create", f"{made.status} {_of(made.body, *names.split())}"
        yield "order.create_moves_stock", f"{before} -> {self._left()}"
        line, names = made.body["line_items"][0], "quantity price subtotal total sku product_id"
        types = {name: (type(line[name]).__name__, line[name]) for name in names.split()}
        yield "order.line_types", str(types)
        again = self._buy(meta_data=ours)
        other = again.body["id"] != made.body["id"]
        yield "order.same_post_twice", f"{again.status} {'second order' if other else 'the same'}"
        paid = self._buy(transaction_id=source)
        found = shop.get("/orders", search=source)
        same = [it["id"] == paid.body["id"] for it in found.body]
        yield "order.find.search_txn", f"{paid.status} {same}"
        yield "order.find.search_meta", shop.get("/orders", search=source).told(len)
        by_meta = shop.get("/orders", meta_key="_ordosync_ref", meta_value=source, per_page=100)
        yield "order.find.meta_key_param", by_meta.told(len) + " (filter ignored unless 2)"

    def _lines(self) -> Iterator[Finding]:
        def shown(*names: str) -> Callable[[Any], object]:
            return lambda order: [tuple(it[name] for name in names) for it in order["line_items"]]

        def one(**line: object) -> Heard:
            return self._shop.post("/orders", line_items=[{"quantity": 1, **line}])

        by_sku = one(sku=f"W-{self._run}")
        yield "order.line_by_sku", by_sku.told(shown("name", "product_id", "total"))
        unknown = one(sku=f"unknown-{self._run}")
        yield "order.line_unknown_sku", unknown.told(shown("name", "product_id", "sku", "total"))
        nowhere = one(product_id=99_999_999)
        yield "order.line_unknown_product", nowhere.told(shown("name", "product_id", "total"))
        yield "order.line_free_text", str(one(name="free text", total="9.99"))
        yield "order.bad_status", str(self._buy(status="nonsense"))
        yield "order.shipped_status", str(self._buy(status="shipped"))
        none = self._buy(0)
        if none.status < 400:
            yield "order.qty_zero", none.told(_quantities)
        else:
            yield "order.qty_zero", f"{none.status} {(_code(none), str(none.body['data']))}"
        yield "order.qty_fraction", str(self._buy(1.5))
        many = self._buy(5000)
        yield "order.oversell", f"{many.status} stock now {self._left()}"
        self._shop.ask("DELETE", f"/orders/{many.body['id']}", query={"force": "true"})
        yield "order.delete_restocks", str(self._left())
        yield "order.bad_email", str(self._buy(billing={"email": "not-an-email"}))
        named = self._buy(billing={"first_name": "Zoë 🚚", "email": "z@example.test"})
        yield "order.unicode", named.told(lambda it: it["billing"]["first_name"])

    def _changes(self) -> Iterator[Finding]:
        shop, path = self._shop, f"/orders/{self._order['id']}"
        added = shop.put(path, line_items=self._bought(1)["line_items"])
        yield "order.put_line_without_id", added.told(_quantities) + " (appended if two)"
        last = added.body["line_items"][-1]["id"]
        fewer = shop.put(path, line_items=[{"id": last, "quantity": 0}])
        yield "order.put_line_qty_zero", fewer.told(_quantities)
        renamed = shop.put(path, meta_data=[{"key": "_ordosync_ref", "value": "again"}])
        ours = [it["value"] for it in renamed.body["meta_data"] if it["key"] == "_ordosync_ref"]
        yield "order.put_meta_same_key", f"{renamed.status} {ours}"
        yield "order.missing", str(shop.get("/orders/99999999"))
        yield "order.id_of_product", str(shop.get(f"/orders/{self._widget['id']}"))

    def _lists(self) -> Iterator[Finding]:
        shop = self._shop
        first = shop.get("/orders", per_page=2)
        counts = {name: first.headers.get(name) for name in ("X-WP-Total", "X-WP-TotalPages")}
        yield "list.headers", f"{first.status} {counts} {first.headers.get('Link', '')[-12:]}"
        yield "list.per_page_101", str(shop.get("/orders", per_page=101))
        yield "list.past_end", shop.get("/orders", page=9999).told(str)
        two = shop.get("/orders", status="processing,on-hold", per_page=1)
        yield "list.status_list", two.told(len)
        yield "list.bad_status", str(shop.get("/orders", status="nonsense"))
        self._wait(3.1)
        self._buy(1)
        edge = shop.get("/orders", per_page=2, orderby="modified").body[-1]  # one is newer
        names = ("date_modified", "date_modified_gmt")
        yield "list.date_fields", str(_of(edge, *names))
        local, gmt = (edge[name] for name in names)
        for label, query in (
            ("gmt_value", {"modified_after": gmt}),
            ("gmt_value+dates_are_gmt", {"modified_after": gmt, "dates_are_gmt": "true"}),
            ("site_value", {"modified_after": local}),
            ("Z_value", {"modified_after": f"{gmt}Z"}),
            ("garbage", {"modified_after": "yesterday-ish"}),
        ):
            found = shop.get("/orders", per_page=100, **query)
            yield "list.modified_after", f"{label} {found.told(len)}"

    def _modified(self) -> Iterator[Finding]:
        path = f"/orders/{self._order['id']}"

        def bumped(method: str, more: str, **body: object) -> str:
            self._wait(1.1)
            before = self._shop.get(path).body["date_modified_gmt"]
            self._shop.ask(method, path + more, body)
            return str(self._shop.get(path).body["date_modified_gmt"] != before)

        yield "modified.put_bumps", bumped("PUT", "", customer_note=self._run)
        yield "modified.note_bumps", bumped("POST", "/notes", note="x")
        yield "modified.refund_bumps", bumped("POST", "/refunds", amount="1.00", api_refund=False)

    def _parcels(self) -> Iterator[Finding]:
        shop, path = self._shop, f"/orders/{self._order['id']}"
        by_plugin = shop.post(f"{path}/shipment-trackings", tracking_number="94")
        yield "tracking.plugin_route", str(by_plugin)
        noted = shop.post(f"{path}/notes", note="Tracking USPS 9400", customer_note=True)
        names = ("author", "customer_note", "date_created_gmt")
        yield "tracking.note", noted.told(lambda it: _of(it, *names))
        line = shop.get(path).body["line_items"][0]["id"]
        one = shop.post(f"{path}/fulfillments", **_parcel(line, 1))
        yield "fulfillment.create_partial", one.told(json.dumps)
        for name, units, words in (
            ("same_again", 1, "second one made"),
            ("too_many", 99, "accepted"),
        ):
            more = shop.post(f"{path}/fulfillments", **_parcel(line, units))
            said = str(more) if more.status >= 400 else f"{more.status} {words}"
            yield f"fulfillment.{name}", f"{said} {more.body.get('message')}"
        found = shop.get(f"{path}/fulfillments")
        yield "fulfillment.list", f"{found.status} {json.dumps(found.body)}"
        order = shop.get(path).body
        told = [(it["key"], it["value"]) for it in order["meta_data"] if "fulfil" in it["key"]]
        shown = [name for name in order if "fulfil" in name]
        yield "fulfillment.order_status", f"{order['status']} {told} fields: {shown}"

    def _cancel(self) -> Iterator[Finding]:
        before = self._left()
        path = f"/orders/{self._buy(3).body['id']}"
        sold = self._left()

        def become(status: str) -> str:
            heard = self._shop.put(path, status=status)
            return f"{heard.status} {heard.body['status']} stock"

        yield "cancel.put", f"{become('cancelled')} {before} {sold} {self._left()}"
        yield "cancel.again", f"{become('cancelled')} {self._left()}"
        yield "cancel.undo", f"{become('processing')} {self._left()}"
        become("completed")
        yield "cancel.after_completed", f"{become('cancelled')} {self._left()}"

    def _refund(self) -> Iterator[Finding]:
        order = self._buy(3).body
        path, before = f"/orders/{order['id']}", self._left()
        line = {"id": order["line_items"][0]["id"], "quantity": 1, "refund_total": 10.0}

        def refund(**body: object) -> Heard:
            return self._shop.post(f"{path}/refunds", **body)

        some = refund(api_refund=False, api_restock=True, line_items=[line])
        yield (
            "refund.partial",
            f"{some.told(lambda it: it['amount'])} stock {before} {self._left()}",
        )
        now = self._shop.get(path).body
        totals = [it["total"] for it in now["refunds"]]
        yield (
            "refund.order_after",
            f"{now['status']} {now['total']} {totals} line qty {_quantities(now)}",
        )
        yield "refund.too_much", str(refund(api_refund=False, amount="999.00"))
        yield "refund.no_gateway", str(refund(amount="1.00"))
        rest = refund(api_refund=False, amount="20.00")
        status = self._shop.get(path).body["status"]
        yield "refund.rest", f"{rest.status} order now {status} stock {self._left()}"

    def _trash(self) -> Iterator[Finding]:
        shop, order_id = self._shop, self._buy(1).body["id"]
        path = f"/orders/{order_id}"
        gone = shop.ask("DELETE", path).status
        there = shop.get(path)
        yield "delete.to_trash", f"{gone} then GET {there.status} {there.body.get('status')}"
        yield "delete.trash_in_list", shop.get("/orders", include=order_id).told(len)
        yield "delete.put_on_trashed", str(shop.put(path, customer_note="x"))
        gone = shop.ask("DELETE", path, query={"force": "true"}).status
        yield "delete.force", f"{gone} then GET {shop.get(path)}"

    def _races(self) -> Iterator[Finding]:
        shop = self._shop
        race = shop.post(
            "/products",
            name="Race",
            sku=f"R-{self._run}",
            regular_price="1",
            manage_stock=True,
            stock_quantity=100,
        ).body["id"]
        lines = [{"product_id": race, "quantity": 1}]
        with ThreadPoolExecutor(8) as crowd:
            asked = [
                crowd.submit(shop.post, "/orders", status="processing", line_items=lines)
                for _ in range(8)
            ]
            made = sorted(it.result().status for it in asked)
            left = shop.get(f"/products/{race}").body["stock_quantity"]
            yield "race.8_orders_of_1", f"{made} stock {left} (92 if none lost)"
            named = {"name": "Dup", "sku": f"D-{self._run}"}
            again = [crowd.submit(shop.post, "/products", **named) for _ in range(4)]
            done = sorted(it.result().status for it in again)
        known = len(shop.get("/products", sku=named["sku"]).body)
        yield "race.4_same_sku", f"{done} exist {known}"


def _code(heard: Heard) -> Json:
    return {"code": heard.body["code"]}


def _of(body: Json, *names: str) -> Json:
    return {name: body.get(name) for name in names}


def _quantities(order: Json) -> list[int]:
    return [line["quantity"] for line in order["line_items"]]


def _parcel(line: int, units: int) -> Json:
    fields = {
        "_items": [{"item_id": line, "qty": units}],
        "_tracking_number": "9400",
        "_shipment_provider": "usps",
    }
    meta = [{"id": 0, "key": key, "value": value} for key, value in fields.items()]
    return {"status": "fulfilled", "is_fulfilled": True, "meta_data": meta}


def main() -> None:
    """Ask the shop that is named on the command line."""
    url, key, secret, read_key, read_secret = sys.argv[1:]
    for name, words in Probe(Shop(url, (key, secret), (read_key, read_secret))).findings():
        sys.stdout.write(f"{name:28} {words}\n")


if __name__ == "__main__":
    main()
