"""New orders with SKUs that the Supplier has only nearly, or not at all.

An order with a nearly equal SKU fails until it is mapped or corrected. With `unknown_sku: hold`, an
order with an unknown SKU is held as a whole, and judged again by each run.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from ordosync.errors import AccountError
from ordosync.models import InvalidRecord, Order
from ordosync.tasks.base import Decision, Portal, Step
from ordosync.tasks.orders.hold import Holds
from ordosync.tasks.sku_maps.matching import NEARLY, SentSku, SkuMatching
from ordosync.text import plural

HELD = "hold-sku"
"""Code of held orders with a SKU that is neither in the map nor at the Supplier."""


def held_note(portal: Portal, count: int) -> str:
    """Return the remark about a run that held so many orders."""
    orders = plural(count, "1 order", f"{count} orders")
    command = f"`ordosync sku list {portal.config.name} --unmapped`"
    return f"{orders} held, with SKUs neither mapped nor at {portal.supplier.name}: {command}"


def with_sku_decisions(
    portal: Portal,
    items: Iterable[Order | InvalidRecord],
    steps: Sequence[Step],
    holds: Holds,
) -> tuple[list[Step], AccountError | None]:
    """Return the steps of a page; those of orders with such SKUs have a decision.

    If the Supplier cannot be asked, its error is returned, too, and these orders wait: they are
    recorded, so that their source may change before they are sent.
    """
    if not _is_asked(portal):
        return list(steps), None
    orders = {item.id: item for item in items if isinstance(item, Order)}
    sent = {
        step.key: _sent(step.payload, orders[step.merchant_id or ""])
        for step in steps
        if isinstance(step.payload, Order) and not step.decision
    }
    imports = portal.links.open_imports(list(sent)) if sent else {}
    # The SKUs of an order that may have arrived were compared before, and a look-up comes first.
    for key in [key for key, opened in imports.items() if opened.is_uncertain]:
        del sent[key]
    if not sent:
        return list(steps), None
    try:
        judge = _Judge(portal, sent, holds)
    except AccountError as error:
        waiting = Decision(state="waiting", code="unavailable", reason=str(error), rest=None)
        held_up = (replace(step, decision=waiting) if step.key in sent else step for step in steps)
        return list(held_up), error
    judged = (
        judge.judged(step, orders[step.merchant_id or ""]) if step.key in sent else step
        for step in steps
    )
    return list(judged), None


def _is_asked(portal: Portal) -> bool:
    """True if the Supplier is asked about the SKUs of new orders.

    Without a map, that must cost no call, which most orders would need.
    """
    products = portal.supplier.products
    is_free = products is not None and products.similar_is_free
    return is_free or portal.sku_map is not None or portal.config.unknown_sku == "hold"


def _sent(created: Order, order: Order) -> list[SentSku]:
    own = {line.id: line.own_sku for line in order.lines}
    return [
        SentSku(own.get(line.id, line.sku), line.sku, bool(line.merchant_sku))
        for line in created.lines
    ]


class _Judge:
    """Judges the new orders of a page."""

    def __init__(self, portal: Portal, sent: Mapping[str, Sequence[SentSku]], holds: Holds) -> None:
        self._portal = portal
        self._sent = sent
        self._holds = holds
        self._matching = SkuMatching(portal, [sku for skus in sent.values() for sku in skus])

    def judged(self, step: Step, order: Order) -> Step:
        """Return the step of an order, with the decision that its SKUs need."""
        skus = self._sent[step.key]
        if problem := self._matching.problem(skus):
            return replace(step, decision=Decision(state="failed", code=NEARLY, reason=problem))
        unknown = self._matching.unknown(skus) if self._portal.config.unknown_sku == "hold" else ()
        if unknown and not self._holds.is_released(step.key, order):
            step = replace(step, decision=self._hold(unknown))
        return replace(step, cured=NEARLY)

    def _hold(self, unknown: Sequence[str]) -> Decision:
        names = ", ".join(f'"{sku}"' for sku in unknown)
        account = self._portal.supplier.name
        return Decision(
            state="held",
            code=HELD,
            reason=f"SKU {names}: not in the SKU map, and {account} has no such product",
            rest=None,
        )
