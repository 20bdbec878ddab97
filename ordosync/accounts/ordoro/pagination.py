"""Reads Ordoro's lists to the end."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Literal

from msgspec import Raw

from ordosync.accounts.ordoro.schema import (
    OrderPage,
    OrderShape,
    ProductPage,
    moment,
    name_of,
    read,
)
from ordosync.accounts.pagination import LIMIT, LivePages, read_all
from ordosync.models import InvalidRecord

if TYPE_CHECKING:
    from ordosync.http import HttpClient

By = Literal["updated", "cancelled"]
Params = Mapping[str, str | Sequence[str]]


def orders(
    http: "HttpClient", params: Params, *, by: By, zone: tzinfo, action: str, account: str
) -> LivePages[OrderShape | InvalidRecord]:
    """Return the orders that match, by the time of their last update or of their cancellation."""

    def ask(after: datetime | None, offset: int) -> tuple[list[OrderShape | InvalidRecord], int]:
        query = {**params, "sort": f"{by}_date", "limit": str(LIMIT), "offset": str(offset)}
        if after:
            query[f"{by}_after"] = after.isoformat()
        page = http.get("/v3/order", OrderPage, action=action, params=query)
        return [read(raw, OrderShape) for raw in page.order], page.count

    def at_of(item: OrderShape | InvalidRecord) -> datetime | None:
        return (
            None if isinstance(item, InvalidRecord) else moment(getattr(item, f"{by}_date"), zone)
        )

    return LivePages(ask, name_of=_name_of, at_of=at_of, account=account, action=action)


def products(
    http: "HttpClient", params: Params, *, action: str, account: str
) -> Iterator[list[Raw]]:
    """Yield pages of the products that match, in the order in which they were made."""

    def ask(offset: int) -> tuple[list[Raw], int]:
        query = {**params, "sort": "created", "limit": str(LIMIT), "offset": str(offset)}
        page = http.get("/product/", ProductPage, action=action, params=query)
        return page.items, page.count

    return read_all(ask, name_of=name_of, account=account, action=action)


def _name_of(item: OrderShape | InvalidRecord) -> str:
    return item.content if isinstance(item, InvalidRecord) else item.order_number
