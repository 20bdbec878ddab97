"""Payment and risk of orders, by which a portal may hold them.

They are read only if the portal has such a condition: each is one more call for a page of orders.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from msgspec.structs import replace

from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.queries.holds import PAYMENTS, RISKS
from ordosync.accounts.shopify.schema import OrderPayment, OrderRisk
from ordosync.hold_facts import HoldFacts
from ordosync.models import InvalidRecord, Order

CONDITIONS: Mapping[str, str] = dict.fromkeys(
    ("paid", "age", "tags", "risk", "over", "countries", "po_box"), ""
)
"""The conditions that a shop can judge; it lacks no option for them."""
_PAID = ("PAID", "PARTIALLY_REFUNDED")
_Fact = TypeVar("_Fact", OrderPayment, OrderRisk)


class HoldFactsReader:
    """Reads the facts that the conditions of one portal need."""

    def __init__(self, client: ShopifyClient, conditions: Sequence[str]) -> None:
        self._client = client
        self._conditions = frozenset(conditions)

    def added(
        self, items: Sequence[Order | InvalidRecord], sale_of: Callable[[str], str]
    ) -> Iterator[Order | InvalidRecord]:
        """Yield these orders with their facts; `sale_of` returns the Shopify id of the sale."""
        sales = {item.id: sale_of(item.id) for item in items if isinstance(item, Order)}
        ids = list(dict.fromkeys(sales.values()))
        payments = self._read("paid", PAYMENTS, OrderPayment, ids)
        risks = self._read("risk", RISKS, OrderRisk, ids)
        for item in items:
            if isinstance(item, Order):
                sale = sales[item.id]
                facts = _facts(item, payments.get(sale), risks.get(sale))
                yield replace(item, hold_facts=facts)
            else:
                yield item

    def _read(
        self, condition: str, document: str, shape: type[_Fact], ids: Sequence[str]
    ) -> Mapping[str, _Fact]:
        if condition not in self._conditions or not ids:
            return {}
        action = f"read if orders are held ({condition})"
        return {of.id: of for of in self._client.by_id(document, shape, ids, action=action)}


def _facts(order: Order, payment: OrderPayment | None, of_risk: OrderRisk | None) -> HoldFacts:
    return HoldFacts(
        is_paid=payment is not None and payment.display_financial_status in _PAID,
        since=order.placed_at,
        tags=order.tags,
        risk=of_risk.risk.recommendation.lower() if of_risk else "",
    )
