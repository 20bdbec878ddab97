"""Questions about lists and modification times."""

from collections.abc import Iterator

from tests.fakes.woocommerce.probe.visit import Finding, Visit, of


def lists(visit: Visit) -> Iterator[Finding]:
    """Test pages and filters."""
    shop = visit.shop
    first = shop.get("/orders", per_page=2)
    counts = {name: first.headers.get(name) for name in ("X-WP-Total", "X-WP-TotalPages")}
    yield "list.headers", f"{first.status} {counts} {first.headers.get('Link', '')[-12:]}"
    yield "list.per_page_101", str(shop.get("/orders", per_page=101))
    yield "list.past_end", shop.get("/orders", page=9999).summary(str)
    two = shop.get("/orders", status="processing,on-hold", per_page=1)
    yield "list.status_list", two.summary(len)
    yield "list.bad_status", str(shop.get("/orders", status="nonsense"))
    visit.wait(3.1)
    visit.buy(1)
    edge = shop.get("/orders", per_page=2, orderby="modified").body[-1]  # one is newer
    names = ("date_modified", "date_modified_gmt")
    yield "list.date_fields", str(of(edge, *names))
    local, gmt = (edge[name] for name in names)
    for label, query in (
        ("gmt_value", {"modified_after": gmt}),
        ("gmt_value+dates_are_gmt", {"modified_after": gmt, "dates_are_gmt": "true"}),
        ("site_value", {"modified_after": local}),
        ("Z_value", {"modified_after": f"{gmt}Z"}),
        ("garbage", {"modified_after": "yesterday-ish"}),
    ):
        response = shop.get("/orders", per_page=100, **query)
        yield "list.modified_after", f"{label} {response.summary(len)}"


def modified(visit: Visit) -> Iterator[Finding]:
    """Test what counts as a modification."""
    path = f"/orders/{visit.order['id']}"

    def bumped(method: str, more: str, **body: object) -> str:
        visit.wait(1.1)
        before = visit.shop.get(path).body["date_modified_gmt"]
        visit.shop.ask(method, path + more, body)
        return str(visit.shop.get(path).body["date_modified_gmt"] != before)

    yield "modified.put_bumps", bumped("PUT", "", customer_note=visit.run)
    yield "modified.note_bumps", bumped("POST", "/notes", note="x")
    yield "modified.refund_bumps", bumped("POST", "/refunds", amount="1.00", api_refund=False)
