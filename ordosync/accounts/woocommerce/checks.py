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
from ordosync.accounts.woocommerce.tracking_providers import Notes
from ordosync.errors import SignInError

_API = "wc/v3"
_NO_KEY = "woocommerce_rest_cannot_view"
"""The code of a refusal if the shop received no key."""
_Checks = Generator[CheckResult, None, bool]
"""Yields results; returns True if further checks are possible."""


def check_merchant(
    client: WooCommerceClient, options: MerchantOptions, statuses: OrderStatuses
) -> Iterator[CheckResult]:
    """Sign in, check the names in the options, and report how the shop shows parcels."""
    if not (yield from _sign_in(client)):
        return
    client.features.learn_timezone()
    if client.service.timezone is None:
        yield CheckResult(text="has a time zone without a name; set `timezone:`, or UTC is used")
    for names in (statuses.to_ship, statuses.cancelled):
        _find_statuses(client, names)
    for kind, name in (("tags", options.tag), ("categories", options.category)):
        if name and not _has_term(client, kind, name):
            yield CheckResult(text=f"has no {name} among its products' {kind}", is_problem=True)
    yield CheckResult(text=f"shows parcels with {client.tracking.description}")
    if client.features.notify_customer:
        yield CheckResult(
            text="mails the buyer for each parcel, and by itself for a completed order; set"
            " `notify_customer: false`, or disable a mail in WooCommerce > Settings > Emails"
        )
    if not client.tracking.has_lines:
        yield CheckResult(
            text="cannot show the units of a parcel; a meta field of the order has them, and"
            " the order is completed when all of them are sent"
        )
    yield CheckResult(text="cannot split orders; pieces are kept in a meta field of the order")
    yield CheckResult(
        text="a hold for a shortage sets the whole order to on-hold, without a mail; when you set"
        " it to processing again, the shop mails the buyer that the order was received"
    )
    yield CheckResult(text="cannot cancel the short units of an order: its total would change")
    yield CheckResult(text="cannot show the cost of a label, its shipping method and its warehouse")


def check_supplier(
    client: WooCommerceClient, options: SupplierOptions, statuses: OrderStatuses
) -> Iterator[CheckResult]:
    """Sign in, check tracking and statuses, and report what the shop does not support."""
    if (yield from _sign_in(client)):
        yield from _check_tracking(client, options, statuses)


def _check_tracking(
    client: WooCommerceClient, options: SupplierOptions, statuses: OrderStatuses
) -> Iterator[CheckResult]:
    if isinstance(client.tracking, Notes) and not options.tracking_meta:
        yield CheckResult(
            text="has no field for tracking numbers; enable fulfillments, install"
            " Shipment Tracking, or set `tracking_meta:`",
            is_problem=True,
        )
    _find_statuses(client, (*statuses.shipped, *options.answers.statuses))
    yield CheckResult(
        text='mails its administrator "New order" for each imported order, unless that mail is'
        " disabled in WooCommerce > Settings > Emails"
    )
    yield CheckResult(text=_parcels_text(client, options))
    yield CheckResult(text="a parcel has one tracking number; add a parcel for each further number")
    yield CheckResult(text="cannot split orders")
    yield CheckResult(
        text="reports a cancelled order, a lowered quantity and a refund before shipping as a"
        " shortage, and units that come later by `answers:`"
    )
    yield CheckResult(
        text="parcels without a tracking number are ignored, such as the parcel that the shop"
        " creates by itself for downloadable lines"
    )
    yield CheckResult(
        text="does not report the cost of a label, its shipping method and its warehouse"
    )
    yield CheckResult(
        text="holds only orders without a billing mail address: at the end of a hold, WooCommerce"
        " mails the buyer"
    )
    yield CheckResult(
        text="may not mark an order as changed when a tracking number is added; orders without"
        " a number are read again, up to 100 in each run, and more of them once an hour"
    )


def _parcels_text(client: WooCommerceClient, options: SupplierOptions) -> str:
    """Describe the known facts about an order's parcels, and the effect of unknown ones."""
    if client.tracking.has_lines and not options.tracking_meta:
        return (
            "each fulfillment is reported as a parcel with its units; if the Merchant cancels the"
            " other units, they are removed from the order's lines"
        )
    numbers = "one tracking number" if options.tracking_meta else "each tracking number"
    return (
        f"{numbers} of an order is reported, without units unless a plug-in lists the products of"
        " a parcel; without them, all units count as sent when the order is marked as shipped, and"
        " an order with a number cannot be cancelled in part by ordosync"
    )


def _sign_in(client: WooCommerceClient) -> _Checks:
    site = client.features.site
    if not site.is_closed and _API not in site.namespaces:
        text = "WooCommerce's REST API was not found; check that the plug-in is active"
        yield CheckResult(text=text, is_problem=True)
        return False
    try:
        _ask_for_rights(client)
    except SignInError as error:
        yield CheckResult(text=str(error), is_problem=True)
        if client.features.is_secure and _NO_KEY in error.answer:
            yield CheckResult(
                text="received no key; if the key is right, the web server drops the header"
                " Authorization; let it pass the header, or set `key_in_query: true`",
                is_problem=True,
            )
        yield from _check_address(client)
        return False
    return True


def _ask_for_rights(client: WooCommerceClient) -> None:
    """Read an order, and send an empty batch, which the shop refuses to a read-only key."""
    client.http.get("/wc/v3/orders", Raw, action="sign in", params={"per_page": "1"})
    action = "check that the key may write"
    client.http.query("/wc/v3/orders/batch", Raw, action=action, json={})


def _check_address(client: WooCommerceClient) -> Iterator[CheckResult]:
    """Report a shop that mistakes https for http, or http for https: it accepts no key."""
    features = client.features
    home = features.site.home or features.site.url
    if not home or home.startswith("https://") == features.is_secure:
        return
    remedy = "its proxy must pass X-Forwarded-Proto, and its own address must be https://"
    if not features.is_secure:
        remedy = "set `url:` to it"
    text = f"reports {home} as its own address, so it does not accept the key; {remedy}"
    yield CheckResult(text=text, is_problem=True)


def _find_statuses(client: WooCommerceClient, names: Sequence[str]) -> None:
    """Raise `RefusedError` if the shop has no such status of orders."""
    query = {"status": ",".join(names), "per_page": "1"}
    client.http.get("/wc/v3/orders", Raw, action="check the statuses of orders", params=query)


def _has_term(client: WooCommerceClient, kind: str, name: str) -> bool:
    """True if there is such a tag or category, by name or slug."""
    for key in ("search", "slug"):
        terms = client.http.get(
            f"/wc/v3/products/{kind}",
            list[TermShape],
            action=f"search the products' {kind}",
            params={key: name, "per_page": str(LIMIT)},
        )
        if any(name.casefold() in (term.name.casefold(), term.slug.casefold()) for term in terms):
            return True
    return False
