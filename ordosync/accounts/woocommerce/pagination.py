"""Pages of WooCommerce's lists.

`modified_after` is exclusive and has whole seconds. Without `dates_are_gmt` it is a time of the
shop's own zone, which goes back an hour once a year; shops before HPOS sort by that time. A shop
before 5.8 ignores it, like any unknown parameter, and returns everything. A cache that ignores
the query does the same.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw

from ordosync.accounts.pagination import LIMIT, LivePages, read_all
from ordosync.accounts.woocommerce.schema import OrderShape, ProductShape, parse_time, read
from ordosync.errors import RefusedError
from ordosync.models import InvalidRecord

if TYPE_CHECKING:
    from ordosync.http import HttpClient

Params = Mapping[str, str]
ORDER_FIELDS = (
    "id,number,status,currency,date_created_gmt,date_modified_gmt,date_completed_gmt,date_paid_gmt,"
    "customer_note,billing,shipping,line_items,shipping_lines,fee_lines,refunds,meta_data"
)
PRODUCT_FIELDS = (
    "id,parent_id,type,name,sku,status,virtual,downloadable,regular_price,weight,manage_stock,stock_quantity,stock_status,backorders,"
    "date_modified_gmt,tags,categories,attributes,meta_data"
)


class ShopLists:
    """The lists of one shop."""

    def __init__(
        self, http: "HttpClient", account: str, comes_again: Callable[[datetime], bool]
    ) -> None:
        self._http = http
        self._account = account
        self._comes_again = comes_again

    def changed_orders(self, params: Params, action: str) -> LivePages[OrderShape | InvalidRecord]:
        """Return the orders that match, by the time of their last change."""

        def ask(
            after: datetime | None, offset: int
        ) -> tuple[list[OrderShape | InvalidRecord], int]:
            query = {**params, "_fields": ORDER_FIELDS, "orderby": "modified", **since(after)}
            raws, count = self.page("/wc/v3/orders", query, offset, action)
            items = [read(raw, OrderShape, kind="orders") for raw in raws]
            self._check(items, after, action)
            return items, count

        return LivePages(
            ask,
            name_of=_name_of,
            at_of=at_of,
            account=self._account,
            action=action,
            comes_again=self._comes_again,
        )

    def products(self, path: str, params: Params, action: str) -> Iterator[list[Raw]]:
        """Yield pages of the products or variations that match, oldest first."""

        def ask(offset: int) -> tuple[list[Raw], int]:
            query = {**params, "_fields": PRODUCT_FIELDS, "orderby": "id"}
            return self.page(path, query, offset, action)

        return read_all(ask, name_of=_id_of, account=self._account, action=action)

    def page(self, path: str, params: Params, offset: int, action: str) -> tuple[list[Raw], int]:
        """Return a page of a list, and the length of the list."""
        query = {"order": "asc", **params, "per_page": str(LIMIT), "offset": str(offset)}
        raws, headers = self._http.get_with_headers(path, list[Raw], action=action, params=query)
        count = headers.get("X-WP-Total", "")
        # A cache in between may drop the header. Then a page that is not full ends the list.
        more = offset + len(raws) + (len(raws) == LIMIT)
        return raws, int(count) if count.isdecimal() else more

    def _check(
        self, items: list[OrderShape | InvalidRecord], after: datetime | None, action: str
    ) -> None:
        times = [at for at in map(at_of, items) if at]
        if after and times and min(times) < after:
            why = "returned unchanged orders; update WooCommerce to 5.8, or do not cache its API"
            raise RefusedError(self._account, action, why)


def since(after: datetime | None) -> Params:
    """Return the parameters that select changes at a time or after it."""
    if after is None:
        return {}
    before = after.astimezone(UTC).replace(tzinfo=None) - timedelta(microseconds=1)
    text = before.isoformat(timespec="seconds")
    return {"modified_after": text, "dates_are_gmt": "true"}


def at_of(item: OrderShape | ProductShape | InvalidRecord) -> datetime | None:
    """Return the time of the last change of an order or product."""
    return None if isinstance(item, InvalidRecord) else parse_time(item.date_modified_gmt)


class _Numbered(msgspec.Struct, frozen=True):
    id: int | str = ""


def _id_of(raw: Raw) -> str:
    """Return the number of an item of a list, even of an item that cannot be used."""
    try:
        return str(msgspec.json.decode(bytes(raw), type=_Numbered).id)
    except msgspec.DecodeError:
        return ""


def _name_of(item: OrderShape | InvalidRecord) -> str:
    return str(item.id)
