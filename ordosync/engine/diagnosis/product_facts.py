"""Facts about a product in one portal, and the reason for its quantity."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ordosync.accounts.portal_account import PortalAccount
from ordosync.accounts.supplier import Supplier
from ordosync.engine.diagnosis.account_lookup import AccountLookup
from ordosync.engine.diagnosis.next_attempt import Due, next_run, of_open_step
from ordosync.engine.diagnosis.story import Conclusion, Event, Story
from ordosync.errors import AccountError
from ordosync.models import Stock
from ordosync.store import Store
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRow
from ordosync.store.written import Written
from ordosync.tasks import import_products, write_inventory_back
from ordosync.tasks.base import Portal
from ordosync.tasks.stock.rules import Word
from ordosync.tasks.stock.sales import unimported_sales
from ordosync.tasks.stock.target import Target

_QUANTITY = "quantity-"
_MOST_PAST = 10


@dataclass(frozen=True, kw_only=True)
class _Facts:
    portal: Portal
    merchant_id: str | None
    supplier_id: str | None
    link: Link | None
    linked_at: datetime | None
    imported: StepRow | None
    written: StepRow | None
    past: Sequence[tuple[datetime, Written]]
    """The last quantities that were written before it, and when."""
    at_merchant: Stock | None
    """The stock at the Merchant; None if the product is missing or was not read."""
    at_supplier: Stock | None
    calculation: str = ""
    """The calculation of the available quantity, as text."""
    target: Target | None = None
    """The quantity to write; None if an account has no quantity or was not read."""
    words: Sequence[Word] = ()
    """The words of its stock rule, each with its level."""
    problems: tuple[str, ...] = ()


def product_story(lookup: AccountLookup, store: Store, sku: str, due: Due) -> Story | None:
    """Return the story of the product with this SKU; None if no account has it."""
    facts = _gather(lookup, store, sku)
    if not any((facts.link, facts.imported, facts.written, facts.at_merchant, facts.at_supplier)):
        return None
    end = _conclusion(lookup, facts, due)
    story = Story.of(facts.portal, facts.merchant_id, facts.supplier_id, end)
    return story.with_events(_events(facts))


def _gather(lookup: AccountLookup, store: Store, sku: str) -> _Facts:
    portal = lookup.portal
    links = store.links(portal.name)
    link = links.of_merchant("product", [sku]).get(sku)
    link = link or links.of_supplier("product", [sku]).get(sku)
    merchant_id = link.merchant_id if link else sku
    supplier_id = link.supplier_id if link else sku
    history = links.history("product", merchant_id)
    steps = store.steps
    problems: list[str] = []
    merchant_stock, supplier_stock = portal.merchant.stock, portal.supplier.stock
    at_merchant = _ask(
        lookup,
        portal.merchant,
        merchant_stock.current if merchant_stock else None,
        merchant_id,
        problems,
    )
    at_supplier = _ask(
        lookup,
        portal.supplier,
        supplier_stock.of if supplier_stock else None,
        supplier_id,
        problems,
    )
    imported = steps.by_key(portal.name, "import-products", [merchant_id]).get(merchant_id)
    target, words = _target(portal, at_merchant, at_supplier, problems)
    return _Facts(
        portal=portal,
        merchant_id=merchant_id if link or at_merchant or imported else None,
        supplier_id=supplier_id if link or at_supplier else None,
        link=link,
        linked_at=history[-1][1] if history else None,
        imported=imported,
        written=steps.by_key(portal.name, "write-inventory-back", [supplier_id]).get(supplier_id),
        past=steps.history(portal.name, "write-inventory-back", supplier_id, limit=_MOST_PAST),
        at_merchant=at_merchant,
        at_supplier=at_supplier,
        calculation=_calculation(portal.supplier, at_supplier) if at_supplier else "",
        target=target,
        words=words,
        problems=tuple(problems),
    )


def _ask(
    lookup: AccountLookup,
    account: PortalAccount,
    read: Callable[[Sequence[str]], Mapping[str, Stock]] | None,
    sku: str,
    problems: list[str],
) -> Stock | None:
    """Return the stock in a local account, or in a remote account if `lookup` is online."""
    is_sold = lookup.online and lookup.portal.config.manage_inventory
    if read is None or not (account.desk or is_sold):
        return None
    try:
        stock = read([sku])
    except AccountError as error:
        problems.append(str(error))
        return None
    return stock.get(sku)


def _target(
    portal: Portal, at_merchant: Stock | None, at_supplier: Stock | None, problems: list[str]
) -> tuple[Target | None, Sequence[Word]]:
    """Return the quantity to write of a product that both accounts have, and its rule."""
    is_written = portal.config.manage_inventory and at_merchant and not at_merchant.fixed
    if not (is_written and at_merchant and at_supplier) or at_supplier.quantity is None:
        return None, ()
    try:
        portal.stock.rules.read([at_merchant.sku])
        sold = unimported_sales(portal, now=portal.clock.now())
    except AccountError as error:
        problems.append(str(error))
        return None, ()
    stop = portal.stock.stops.of(at_supplier)
    target = Target.of(at_supplier, at_merchant, sold, portal.stock.rules, stop)
    return target, list(portal.stock.rules.words(at_merchant.sku))


def _calculation(supplier: Supplier, at_supplier: Stock) -> str:
    if not supplier.desk or at_supplier.quantity is None:
        return ""
    levels = supplier.desk.levels_of(at_supplier.sku)
    committed = sum(level.committed for level in levels)
    if not committed:
        return ""
    physical = sum((level.physical or Decimal() for level in levels), Decimal())
    return f": {physical.normalize():f} on hand minus {committed:f} for open orders"


def _events(facts: _Facts) -> Iterator[Event]:
    shop, supplier = facts.portal.merchant.name, facts.portal.supplier.name
    if facts.linked_at and facts.link:
        text = f"imported as product {facts.link.supplier_id} of {supplier}"
        yield Event(at=facts.linked_at, text=text, side="supplier", is_sync=True)
    elif facts.imported:
        text = f"not imported: {facts.imported.reason or facts.imported.state}"
        yield Event(at=facts.imported.updated_at, text=text, side="supplier", is_sync=True)
    for at, written in facts.past:
        text = f"quantity {written.text} written to {shop}"
        yield Event(at=at, text=text, side="merchant", is_sync=True)
    if facts.written:
        at, text = facts.written.updated_at, _of_write(facts.written, shop)
        yield Event(at=at, text=text, side="merchant", is_sync=True)
    if facts.at_supplier:
        quantity = facts.at_supplier.quantity
        text = "no quantity was set" if quantity is None else f"{quantity} available"
        yield Event(at=None, text=f"{supplier}: {text}{facts.calculation}", side="supplier")
    if facts.target and (calculation := facts.target.calculation):
        rule = f"; its rule: {', '.join(word.text for word in facts.words)}" if facts.words else ""
        yield Event(at=None, text=f"{calculation}{rule}", is_sync=True)
    if facts.at_merchant:
        quantity = facts.at_merchant.quantity
        text = "has no quantity" if quantity is None else f"shows {quantity}"
        kit = (
            "; it is a kit, whose quantity is calculated"
            if facts.at_merchant.fixed == "kit"
            else ""
        )
        yield Event(at=None, text=f"{shop}: {text}{kit}", side="merchant")
    for problem in facts.problems:
        yield Event(at=None, text=f"could not be read: {problem}")


def _of_write(step: StepRow, shop: str) -> str:
    quantity = step.content.removeprefix(_QUANTITY)
    if step.state == "done":
        note = f" ({step.reason})" if step.reason else ""
        quantity = step.written.text if step.written else quantity
        return f"quantity {quantity} written to {shop}{note}"
    if step.state == "skipped":
        return f"quantity not written to {shop}: {step.reason}"
    if _is_suspended(step):
        return (
            f"quantity {quantity} was refused by {shop} {step.attempts} times and is now suspended:"
            f" {step.reason}"
        )
    return f"quantity {quantity} not written to {shop} yet: {step.reason or step.state}"


def _is_suspended(step: StepRow) -> bool:
    return step.state == "failed" and step.attempts >= write_inventory_back.TASK.max_refusals


def _conclusion(lookup: AccountLookup, facts: _Facts, due: Due) -> Conclusion:
    portal = facts.portal
    if facts.link is None:
        return _not_imported(facts, due)
    if facts.at_merchant and facts.at_merchant.fixed:
        return _fixed(facts, facts.at_merchant.fixed)
    if not portal.config.manage_inventory:
        return Conclusion(
            state="shipping-only",
            next=f"nothing: portal {portal.name} writes no quantities; set `manage_inventory: true`"
            " in the configuration to write them",
        )
    written = facts.written
    if written and _is_suspended(written):
        return Conclusion(
            state="suspended",
            next="it is not retried until the quantity changes; fix the cause, then"
            f" `ordosync retry {written.id}`",
        )
    open_step = of_open_step(written) if written else None
    if open_step:
        return open_step
    if written and written.code == write_inventory_back.STALE:
        supplier = portal.supplier.name
        return Conclusion(
            state=write_inventory_back.STALE,
            next=f"{supplier} must report a new quantity; `ordosync health -v` shows the age of its"
            " stock",
        )
    if facts.at_supplier and facts.at_supplier.quantity is None:
        return Conclusion(state="unset", next=_set_quantity(facts))
    if written and written.state == "skipped" and not (facts.at_merchant and facts.at_supplier):
        text = (
            _set_quantity(facts)
            if written.code == "unset"
            else f"fix the cause: it {written.reason}"
        )
        return Conclusion(state=written.code or "skipped", next=text)
    next_write = next_run("write-inventory-back", portal.name, due)
    if facts.target and facts.target.current.quantity == facts.target.quantity:
        text = "nothing: both sides have the same quantity"
        if facts.target.calculation:
            text = f"nothing: {portal.merchant.name} shows the right quantity"
        return Conclusion(state="in-step", next=text)
    if not (facts.at_merchant and facts.at_supplier) and not lookup.online:
        return Conclusion(state="written" if written else "not-written", next=next_write)
    return Conclusion(state="differs", next=next_write)


def _not_imported(facts: _Facts, due: Due) -> Conclusion:
    shop, supplier = facts.portal.merchant.name, facts.portal.supplier.name
    open_step = of_open_step(facts.imported) if facts.imported else None
    if open_step:
        return open_step
    if facts.at_merchant and facts.at_merchant.fixed in ("unassigned", "archived"):
        return _fixed(facts, facts.at_merchant.fixed)
    if facts.imported and facts.imported.code == import_products.NOT_SHIPPED:
        return Conclusion(
            state=import_products.NOT_SHIPPED,
            next=f"nothing: it needs no shipping at {shop}; if it does, correct it there, then"
            f" `ordosync import-products {facts.portal.name}`",
        )
    if facts.at_merchant is None and facts.imported is None and facts.at_supplier:
        return Conclusion(
            state="not-imported",
            next=f"{supplier} has it, but it is not linked to a product of {shop}: only products"
            " that import-products has linked get quantities;"
            f" {next_run('import-products', facts.portal.name, due)}",
        )
    return Conclusion(
        state="not-imported", next=next_run("import-products", facts.portal.name, due)
    )


def _fixed(facts: _Facts, reason: str) -> Conclusion:
    shop, supplier = facts.portal.merchant.name, facts.portal.supplier.name
    text = {
        "kit": "nothing: a kit's quantity is calculated; run `ordosync why` with its components",
        "archived": f"nothing: it is archived at {shop}",
        "unassigned": f"nothing: {shop} has assigned it to another supplier, not to {supplier}",
    }[reason]
    return Conclusion(state=reason, next=text)


def _set_quantity(facts: _Facts) -> str:
    supplier = facts.portal.supplier
    text = f"it has no quantity at {supplier.name}"
    if supplier.desk:
        return f"{text}: `ordosync stock set {facts.supplier_id} QTY --account {supplier.name}`"
    return f"{text}: set it there"
