"""The story of a product in one portal, with the reason for its quantity."""

from collections.abc import Iterator

from ordosync.engine.diagnosis.account_lookup import AccountLookup
from ordosync.engine.diagnosis.next_attempt import Due, next_run, of_open_step
from ordosync.engine.diagnosis.product_facts import ProductFacts, gather, links_of_sku
from ordosync.engine.diagnosis.story import Conclusion, Event, Story
from ordosync.store import Store
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRow
from ordosync.store.stock_stops import Stop
from ordosync.tasks import import_products, write_inventory_back
from ordosync.tasks.sku_maps.packs import both_names, pack_of
from ordosync.tasks.stock.steps import STALE
from ordosync.tasks.stock.stops import reason_text

_QUANTITY = "quantity-"


def product_stories(lookup: AccountLookup, store: Store, sku: str, due: Due) -> Iterator[Story]:
    """Yield the story of each product with this SKU; nothing if no account has it."""
    links = links_of_sku(lookup.portal, store.links(lookup.portal.name), sku)
    for link in links or (None,):
        facts = gather(lookup, store, sku, link)
        if any((link, facts.imported, facts.written, facts.at_merchant, facts.at_supplier)):
            end = _conclusion(lookup, facts, due)
            story = Story.of(facts.portal, facts.merchant_id, facts.supplier_id, end)
            yield story.with_events(_events(facts))


def _events(facts: ProductFacts) -> Iterator[Event]:
    shop, supplier = facts.portal.merchant.name, facts.portal.supplier.name
    if facts.linked_at and facts.link:
        text = f"imported as product {facts.link.supplier_id} of {supplier}{_in_map(facts.link)}"
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
    for stop in facts.stops:
        yield Event(at=stop.since, text=_of_stop(stop), side="merchant", is_sync=True)
    if facts.at_supplier:
        quantity = facts.at_supplier.quantity
        text = "no quantity was set" if quantity is None else f"{quantity} available"
        yield Event(at=None, text=f"{supplier}: {text}{facts.calculation}", side="supplier")
    if facts.target and facts.target.offer:
        yield Event(at=None, text=f"pool: {facts.target.offer.text}", is_sync=True)
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


def _in_map(link: Link) -> str:
    """Return the SKUs of both accounts, if the SKU map has the product."""
    if not link.merchant_sku:
        return ""
    names = both_names(link.merchant_sku, link.supplier_sku or link.supplier_id, pack_of(link))
    return f", by the SKU map: {names}"


def _of_stop(stop: Stop) -> str:
    note = f" ({stop.note})" if stop.note else ""
    until = f" until {stop.until:%Y-%m-%d %H:%M} UTC" if stop.until else ""
    resume = f"`ordosync stock resume {stop.sku}`"
    return f"stop: {reason_text(stop.reason)}{note}{until}; {resume} sells it again"


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


def _conclusion(lookup: AccountLookup, facts: ProductFacts, due: Due) -> Conclusion:
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
    if written and written.code == STALE:
        supplier = portal.supplier.name
        return Conclusion(
            state=STALE,
            next=f"{supplier} must report a new quantity; `ordosync health -v` shows the age of its"
            " stock",
        )
    if facts.at_supplier and facts.at_supplier.quantity is None and not facts.target:
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
        if facts.target.available < 0:
            return Conclusion(
                state="oversold",
                next=f"{portal.supplier.name} must count it again, or orders must be cancelled;"
                f" until then {portal.merchant.name} shows 0",
            )
        text = "nothing: both sides have the same quantity"
        if facts.target.calculation:
            text = f"nothing: {portal.merchant.name} shows the right quantity"
        return Conclusion(state="in-step", next=text)
    if not (facts.at_merchant and facts.at_supplier) and not lookup.online:
        return Conclusion(state="written" if written else "not-written", next=next_write)
    return Conclusion(state="differs", next=next_write)


def _not_imported(facts: ProductFacts, due: Due) -> Conclusion:
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


def _fixed(facts: ProductFacts, reason: str) -> Conclusion:
    shop, supplier = facts.portal.merchant.name, facts.portal.supplier.name
    text = {
        "kit": "nothing: a kit's quantity is calculated; run `ordosync why` with its components",
        "archived": f"nothing: it is archived at {shop}",
        "unassigned": f"nothing: {shop} has assigned it to another supplier, not to {supplier}",
        "unmanaged": f"switch its stock management on at {shop}; until then no quantity is written",
        "shared": f"nothing: it shares its quantity with other products of {shop}",
        "ambiguous": f"give it another SKU: other products of {shop} have the same",
    }[reason]
    return Conclusion(state=reason, next=text)


def _set_quantity(facts: ProductFacts) -> str:
    supplier = facts.portal.supplier
    text = f"it has no quantity at {supplier.name}"
    if supplier.desk:
        return f"{text}: `ordosync stock set {facts.supplier_id} QTY --account {supplier.name}`"
    return f"{text}: set it there"
