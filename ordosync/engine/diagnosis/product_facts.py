"""Facts about a product in one portal, and the reason for its quantity."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

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
from ordosync.tasks import write_inventory_back
from ordosync.tasks.base import Portal

_QUANTITY = "quantity-"


@dataclass(frozen=True, kw_only=True)
class _Facts:
    portal: Portal
    merchant_id: str | None
    supplier_id: str | None
    link: Link | None
    linked_at: datetime | None
    imported: StepRow | None
    written: StepRow | None
    here: Stock | None
    """The stock at the Merchant; None if it is not there or was not asked for."""
    there: Stock | None
    taken_off: str = ""
    """How the available quantity follows from the counted one, in words."""
    troubles: tuple[str, ...] = ()


def product_story(lookup: AccountLookup, store: Store, sku: str, due: Due) -> Story | None:
    """Return the story of the product with this SKU; None if no account has it."""
    facts = _gather(lookup, store, sku)
    if not any((facts.link, facts.imported, facts.written, facts.here, facts.there)):
        return None
    end = _ending(lookup, facts, due)
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
    troubles: list[str] = []
    sold, counted = portal.merchant.stock, portal.supplier.stock
    here = _ask(lookup, portal.merchant, sold.current if sold else None, merchant_id, troubles)
    there = _ask(lookup, portal.supplier, counted.of if counted else None, supplier_id, troubles)
    imported = steps.by_key(portal.name, "import-products", [merchant_id]).get(merchant_id)
    return _Facts(
        portal=portal,
        merchant_id=merchant_id if link or here or imported else None,
        supplier_id=supplier_id if link or there else None,
        link=link,
        linked_at=history[-1][1] if history else None,
        imported=imported,
        written=steps.by_key(portal.name, "write-inventory-back", [supplier_id]).get(supplier_id),
        here=here,
        there=there,
        taken_off=_taken_off(portal.supplier, there) if there else "",
        troubles=tuple(troubles),
    )


def _ask(
    lookup: AccountLookup,
    account: PortalAccount,
    ask: Callable[[Sequence[str]], Mapping[str, Stock]] | None,
    sku: str,
    troubles: list[str],
) -> Stock | None:
    """Ask an embedded account, or a service if `lookup` is online, how many there are."""
    is_sold = lookup.online and lookup.portal.config.manage_inventory
    if ask is None or not (account.desk or is_sold):
        return None
    try:
        found = ask([sku])
    except AccountError as error:
        troubles.append(str(error))
        return None
    return found.get(sku)


def _taken_off(supplier: Supplier, there: Stock) -> str:
    if not supplier.desk or there.quantity is None:
        return ""
    levels = supplier.desk.levels_of(there.sku)
    promised = sum(one.committed for one in levels)
    if not promised:
        return ""
    counted = sum(one.physical or 0 for one in levels)
    return f": {counted:f} on the shelf less {promised:f} for open orders"


def _events(facts: _Facts) -> Iterator[Event]:
    shop, supplier = facts.portal.merchant.name, facts.portal.supplier.name
    if facts.linked_at and facts.link:
        text = f"imported as product {facts.link.supplier_id} of {supplier}"
        yield Event(at=facts.linked_at, text=text)
    elif facts.imported:
        text = f"not imported: {facts.imported.reason or facts.imported.state}"
        yield Event(at=facts.imported.updated_at, text=text)
    if facts.written:
        yield Event(at=facts.written.updated_at, text=_of_write(facts.written, shop))
    if facts.there:
        count = facts.there.quantity
        text = "never counted, which is not 0" if count is None else f"{count} can be sold"
        yield Event(at=None, text=f"{supplier}: {text}{facts.taken_off}")
    if facts.here:
        count = facts.here.quantity
        text = "has no quantity" if count is None else f"shows {count}"
        kit = "; it is a kit, whose quantity is calculated" if facts.here.fixed == "kit" else ""
        yield Event(at=None, text=f"{shop}: {text}{kit}")
    for trouble in facts.troubles:
        yield Event(at=None, text=f"could not be asked: {trouble}")


def _of_write(step: StepRow, shop: str) -> str:
    quantity = step.content.removeprefix(_QUANTITY)
    if step.state == "done":
        note = f" ({step.reason})" if step.reason else ""
        return f"quantity {quantity} written to {shop}{note}"
    if step.state == "skipped":
        return f"quantity not written to {shop}: {step.reason}"
    if _is_suspended(step):
        return (
            f"quantity {quantity} was refused by {shop} {step.attempts} times, and is suspended:"
            f" {step.reason}"
        )
    return f"quantity {quantity} not written to {shop} yet: {step.reason or step.state}"


def _is_suspended(step: StepRow) -> bool:
    return step.state == "failed" and step.attempts >= write_inventory_back.TASK.max_refusals


def _ending(lookup: AccountLookup, facts: _Facts, due: Due) -> Conclusion:
    portal = facts.portal
    if facts.link is None:
        return _not_imported(facts, due)
    if facts.here and facts.here.fixed:
        return _fixed(facts, facts.here.fixed)
    if not portal.config.manage_inventory:
        return Conclusion(
            state="shipping-only",
            next=f"nothing: portal {portal.name} writes no quantities; `manage_inventory: true`"
            " in the configuration lets it",
        )
    written = facts.written
    if written and _is_suspended(written):
        return Conclusion(
            state="suspended",
            next="it is not tried again until the quantity changes; fix the cause and write it now:"
            f" `ordosync retry {written.id}`",
        )
    still_open = of_open_step(written) if written else None
    if still_open:
        return still_open
    if facts.there and facts.there.quantity is None:
        return Conclusion(state="unset", next=_count_it(facts))
    if written and written.state == "skipped" and not (facts.here and facts.there):
        text = _count_it(facts) if written.code == "unset" else f"fix that: it {written.reason}"
        return Conclusion(state=written.code or "skipped", next=text)
    again = next_run("write-inventory-back", portal.name, due)
    is_same = (
        facts.here and facts.there and facts.here.quantity == max(facts.there.quantity or 0, 0)
    )
    if is_same:
        return Conclusion(state="in-step", next="nothing: both sides say the same")
    if not (facts.here and facts.there) and not lookup.online:
        return Conclusion(state="written" if written else "not-written", next=again)
    return Conclusion(state="differs", next=again)


def _not_imported(facts: _Facts, due: Due) -> Conclusion:
    shop, supplier = facts.portal.merchant.name, facts.portal.supplier.name
    still_open = of_open_step(facts.imported) if facts.imported else None
    if still_open:
        return still_open
    if facts.here and facts.here.fixed in ("unassigned", "archived"):
        return _fixed(facts, facts.here.fixed)
    if facts.here is None and facts.imported is None and facts.there:
        return Conclusion(
            state="not-imported",
            next=f"{supplier} has it and {shop} is not known to: only what import-products has"
            f" linked gets quantities; {next_run('import-products', facts.portal.name, due)}",
        )
    return Conclusion(
        state="not-imported", next=next_run("import-products", facts.portal.name, due)
    )


def _fixed(facts: _Facts, why: str) -> Conclusion:
    shop, supplier = facts.portal.merchant.name, facts.portal.supplier.name
    text = {
        "kit": "nothing: a kit's quantity follows from its components; ask for those",
        "archived": f"nothing: it is archived at {shop}",
        "unassigned": f"nothing: {shop} has assigned it to another supplier than {supplier}",
    }[why]
    return Conclusion(state=why, next=text)


def _count_it(facts: _Facts) -> str:
    supplier = facts.portal.supplier
    text = f"it was never counted at {supplier.name}"
    if supplier.desk:
        return f"{text}: `ordosync stock set {facts.supplier_id} QTY --account {supplier.name}`"
    return f"{text}: count it there"
