"""Checks of a shop for `config check --online`: sign-in, statuses, tracking, and its limits.

Uses the index of the site and `/orders`, and for a Merchant the tags and categories of products.
"""

from collections.abc import Generator, Iterator, Sequence

from msgspec import Raw

from ordosync.accounts.account import CheckResult
from ordosync.accounts.pagination import LIMIT
from ordosync.accounts.woocommerce.client import WooCommerceClient
from ordosync.accounts.woocommerce.options import MerchantOptions, SupplierOptions
from ordosync.accounts.woocommerce.order_statuses import OrderStatuses
from ordosync.accounts.woocommerce.schema import TermShape
from ordosync.accounts.woocommerce.tracking_providers import Extension, Fulfillments
from ordosync.errors import SignInError

_API = "wc/v3"
_NO_KEY = "woocommerce_rest_cannot_view"
"""The code of a refusal if the shop has seen no key."""
_Checks = Generator[CheckResult, None, bool]
"""Yields results; returns True if the shop can be asked for more."""


def check_merchant(
    client: WooCommerceClient, options: MerchantOptions, statuses: OrderStatuses
) -> Iterator[CheckResult]:
    """Sign in, look for the names in the options, and say how the shop shows parcels."""
    if not (yield from _sign_in(client)):
        return
    client.features.learn_timezone()
    if client.service.timezone is None:
        yield CheckResult(text="has a time zone without a name: say `timezone:`, else it is UTC")
    for names in (statuses.to_ship, statuses.cancelled):
        _find_statuses(client, names)
    for kind, name in (("tags", options.tag), ("categories", options.category)):
        if name and not _has_term(client, kind, name):
            yield CheckResult(text=f"none of its products' {kind} is {name}", is_problem=True)
    yield CheckResult(text=f"tells of parcels by {client.tracking.words}")
    yield CheckResult(text="cannot split orders: pieces are kept in a field of the order")
    yield CheckResult(text="cannot show what a label has cost, its method and its warehouse")


def check_supplier(
    client: WooCommerceClient, options: SupplierOptions, statuses: OrderStatuses
) -> Iterator[CheckResult]:
    """Sign in, look for tracking numbers and statuses, and say what the shop cannot do."""
    if (yield from _sign_in(client)):
        yield from _check_tracking(client, options, statuses)
    yield CheckResult(
        text="an order that is sent in several fulfillments is reported when all of it is sent,"
        " cancelled or refunded: the newest number as its tracking, the other numbers as remarks"
    )


def _check_tracking(
    client: WooCommerceClient, options: SupplierOptions, statuses: OrderStatuses
) -> Iterator[CheckResult]:
    if not (isinstance(client.tracking, Fulfillments | Extension) or options.tracking_meta):
        yield CheckResult(
            text="has no place for tracking numbers: switch on fulfillments or install"
            " Shipment Tracking, or say `tracking_meta:`",
            is_problem=True,
        )
    _find_statuses(client, statuses.shipped)
    yield CheckResult(text="cannot split orders")
    yield CheckResult(
        text="counts a parcel without a number for nothing, such as the one that the shop makes"
        " of downloadable lines by itself"
    )
    yield CheckResult(text="cannot tell what a label has cost, its method and its warehouse")
    yield CheckResult(
        text="may not count an order as changed when a number is added to it: orders without"
        " one are asked for, up to 100 in each run, more of them once an hour"
    )


def _sign_in(client: WooCommerceClient) -> _Checks:
    site = client.features.site
    if not site.is_closed and _API not in site.namespaces:
        text = "WooCommerce's REST API is not there: is the plug-in active?"
        yield CheckResult(text=text, is_problem=True)
        return False
    try:
        _ask_for_rights(client)
    except SignInError as error:
        yield CheckResult(text=str(error), is_problem=True)
        if client.features.is_secure and _NO_KEY in error.answer:
            yield CheckResult(
                text="saw no key: if the key is right, its server keeps the header"
                " Authorization from WordPress, and must pass it on",
                is_problem=True,
            )
        yield from _check_address(client)
        return False
    return True


def _ask_for_rights(client: WooCommerceClient) -> None:
    """Read an order, and write no order, which a key for reading only refuses."""
    client.http.get("/wc/v3/orders", Raw, action="sign in", params={"per_page": "1"})
    action = "ask whether the key may write"
    client.http.query("/wc/v3/orders/batch", Raw, action=action, json={})


def _check_address(client: WooCommerceClient) -> Iterator[CheckResult]:
    """Report a shop that takes http for https or the other way round, and so accepts no key."""
    features = client.features
    home = features.site.home or features.site.url
    if not home or home.startswith("https://") == features.is_secure:
        return
    remedy = "its proxy must pass X-Forwarded-Proto and its address begin with https://"
    if not features.is_secure:
        remedy = "say that as `url:`"
    text = f"calls itself {home}, so it takes our requests for others than they are: {remedy}"
    yield CheckResult(text=text, is_problem=True)


def _find_statuses(client: WooCommerceClient, names: Sequence[str]) -> None:
    """Raise `RefusedError` if the shop has no such status of orders."""
    query = {"status": ",".join(names), "per_page": "1"}
    client.http.get("/wc/v3/orders", Raw, action="look for the statuses", params=query)


def _has_term(client: WooCommerceClient, kind: str, name: str) -> bool:
    """True if there is such a tag or category, by name or slug."""
    for key in ("search", "slug"):
        terms = client.http.get(
            f"/wc/v3/products/{kind}",
            list[TermShape],
            action=f"look for the products' {kind}",
            params={key: name, "per_page": str(LIMIT)},
        )
        if any(name.casefold() in (one.name.casefold(), one.slug.casefold()) for one in terms):
            return True
    return False
