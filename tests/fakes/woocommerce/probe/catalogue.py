"""Questions about sign-in, products and stock."""

from collections.abc import Iterator

from tests.fakes.woocommerce.probe.visit import Finding, Visit, of


def sign_in(visit: Visit) -> Iterator[Finding]:
    """Test who has access."""
    shop, (key, secret), anonymous = visit.shop, visit.shop.pair, ("", "")
    yield "auth.good", str(shop.get("/orders").status)
    yield "auth.bad_secret", str(shop.ask("GET", "/orders", pair=(key, "cs_wrong")))
    yield "auth.unknown_key", str(shop.ask("GET", "/orders", pair=("ck_unknown", "cs_x")))
    yield "auth.none", str(shop.ask("GET", "/orders", pair=anonymous))
    yield "auth.basic_over_plain_http", str(shop.ask("GET", "/orders", secure=False))
    in_query = {"consumer_key": key, "consumer_secret": secret}
    yield (
        "auth.keys_in_query_https",
        str(shop.ask("GET", "/orders", pair=anonymous, query=in_query)),
    )
    read = shop.ask("GET", "/orders", pair=shop.read_only)
    yield "auth.readonly_read", str(read.status)
    written = shop.ask("POST", "/products", {"name": "x"}, pair=shop.read_only)
    yield "auth.readonly_write", str(written)
    yield "route.unknown", str(shop.get("/no-such-thing"))


def products(visit: Visit) -> Iterator[Finding]:
    """Test the uniqueness of SKUs."""
    shop, sku = visit.shop, f"W-{visit.run}"
    made = shop.post(
        "/products",
        name="Widget",
        sku=sku,
        regular_price="10.00",
        manage_stock=True,
        stock_quantity=10,
    )
    visit.widget = made.body
    names = ("sku", "price", "stock_quantity", "stock_status")
    yield "product.create", f"{made.status} {of(made.body, *names)}"
    again = shop.post("/products", name="Another", sku=sku)
    error_data = of(again.body["data"], "resource_id", "unique_sku")
    yield "product.duplicate_sku", f"{again} {error_data}"
    lower = shop.post("/products", name="In small letters", sku=sku.replace("W", "w"))
    yield "product.sku_case", str(lower)
    padded = shop.post("/products", name="Padded", sku=f"  W2-{visit.run} ")
    yield "product.sku_spaces", padded.summary(lambda it: repr(it["sku"]))
    both = shop.get("/products", sku=f"{sku},W2-{visit.run}")
    yield "product.sku_list_filter", both.summary(lambda products: [it["sku"] for it in products])
    yield "product.sku_filter_none", shop.get("/products", sku=f"no-{visit.run}").summary(len)
    yield from variations(visit)


def variations(visit: Visit) -> Iterator[Finding]:
    """Test how variations are listed and searched."""
    shop, sku = visit.shop, f"S-{visit.run}-S"
    sizes = [{"name": "Size", "variation": True, "options": ["S", "M"]}]
    shirt = shop.post(
        "/products", name="Shirt", type="variable", sku=f"S-{visit.run}", attributes=sizes
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
    response = shop.get("/products", sku=sku)
    shown = [tuple(it.get(name) for name in names) for it in response.body]
    yield "variation.by_sku", f"{response.status} {shown}"
    yield (
        "variation.put_as_product",
        str(shop.put(f"/products/{small.body['id']}", stock_quantity=9)),
    )
    visit.small = small.body["id"]


def stock(visit: Visit) -> Iterator[Finding]:
    """Test valid quantities, and the response to a batch."""
    shop, path = visit.shop, f"/products/{visit.widget['id']}"
    for units in (-2, 2.7, "4", "abc", None):
        answer = shop.put(path, stock_quantity=units).summary(
            lambda it: (it["stock_quantity"], it["stock_status"])
        )
        yield "stock.put", f"{units!r} {answer}"
    shop.put(path, manage_stock=True, stock_quantity=10)
    ten = {"id": visit.widget["id"], "stock_quantity": 10}
    updates = [
        ten,
        {"id": 99_999_999, "stock_quantity": 1},
        {"id": visit.small, "stock_quantity": 7},
    ]
    response = shop.post("/products/batch", update=updates)
    results = [
        it["error"]["code"] if "error" in it else it["stock_quantity"]
        for it in response.body["update"]
    ]
    yield "batch.partial_failure", f"{response.status} {results}"
    yield "batch.101", str(shop.post("/products/batch", update=[ten] * 101))
    odd = shop.put(path, nonsense_field=1, stock_quantity=10)
    yield "put.unknown_field", odd.summary(lambda _: "ignored")
