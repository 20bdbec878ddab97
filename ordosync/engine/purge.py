"""Removes the personal data of one order from everything that ordosync stores.

The order and its links stay, so that it is never imported again. The result names other places
that ordosync does not change.
"""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from ordosync.accounts.portal_account import PortalAccount, Removal
from ordosync.clock import Clock
from ordosync.engine.execution.exclusive import exclusive
from ordosync.errors import OrdosyncError, UsageError
from ordosync.store import Store
from ordosync.store.concerns import step_key, unshipped_key
from ordosync.tasks.base import Portal

OrderRef = tuple[str, str]
"""An account, and an order's id there."""


@dataclass(frozen=True, kw_only=True)
class PurgedOrder:
    """The result of purging one order."""

    removed: tuple[Removal, ...]
    elsewhere: tuple[str, ...]
    """Places that may still hold personal data and that ordosync does not change."""


def purge_order(
    portals: Sequence[Portal],
    store: Store,
    clock: Clock,
    number: str,
    *,
    account: str | None,
    dry: bool,
) -> PurgedOrder:
    """Purge an order on both sides. Raises `OrdosyncError` if a step of it is not settled."""
    orders = _find(portals, store, number, account)
    _check_settled(portals, store, orders)
    removed: list[Removal] = []
    elsewhere: list[str] = []
    accounts = {
        side.name: side for portal in portals for side in (portal.merchant, portal.supplier)
    }
    for name, order_id in sorted(orders):
        data = accounts[name].personal_data
        if data is None:
            kind = accounts[name].kind
            elsewhere.append(f"account {name} ({kind}): order {order_id}; delete it there")
        elif not data.is_spooled:
            removal = data.remove(order_id, dry=dry)
            removed += removal.removed
            elsewhere += removal.remaining
    removed += _of_notes(portals, store, orders, dry=dry)
    if not dry:
        _forget_digests(portals, store, orders)
    for portal in portals:
        data = portal.merchant.personal_data
        numbers = [order_id for name, order_id in sorted(orders) if name == portal.merchant.name]
        if data is None or not data.is_spooled or not numbers:
            continue
        # No run may read the copies meanwhile.
        with nullcontext() if dry else exclusive(store, portal.name, clock, "orders"):
            for order_id in numbers:
                removal = data.remove(order_id, dry=dry)
                removed += removal.removed
                elsewhere += removal.remaining
            # The Supplier may keep what was never sent of an order that is settled without it.
            unsettled = store.steps.unsettled_ids(portal.name)
            portal.supplier.finish_reading(unsettled, dry=dry)
    return PurgedOrder(removed=tuple(removed), elsewhere=tuple(dict.fromkeys(elsewhere)))


def _find(
    portals: Sequence[Portal], store: Store, number: str, account: str | None
) -> frozenset[OrderRef]:
    """Return the ids of the order, by account. Raises `UsageError` if it is unknown."""
    groups: list[frozenset[OrderRef]] = []
    for order in _matches(portals, store, number):
        if account in (None, order[0]) and not any(order in group for group in groups):
            groups.append(_with_linked(portals, store, order))
    if not groups:
        place = f"account {account}" if account else "any known account"
        raise UsageError(
            f"there is no order {number!r} in {place}; `ordosync orders list` lists the orders of a"
            " local account"
        )
    if len(groups) > 1:
        names = ", ".join(
            sorted({name for group in groups for name, id_ in group if id_ == number})
        )
        raise UsageError(
            f"order {number!r} is a different order in each of {names}; choose one with --account"
        )
    return groups[0]


def _matches(portals: Sequence[Portal], store: Store, number: str) -> Iterator[OrderRef]:
    for portal in portals:
        links = store.links(portal.name)
        is_read = bool(store.steps.of_merchant(portal.name, number))
        if is_read or links.of_either("merchant", number) or _holds(portal.merchant, number):
            yield portal.merchant.name, number
        if links.of_either("supplier", number) or _holds(portal.supplier, number):
            yield portal.supplier.name, number


def _holds(account: PortalAccount, number: str) -> bool:
    return account.personal_data is not None and account.personal_data.has(number)


def _with_linked(portals: Sequence[Portal], store: Store, start: OrderRef) -> frozenset[OrderRef]:
    """Return the order and all orders linked to it, also across several portals."""
    orders, pending = {start}, [start]
    while pending:
        name, order_id = pending.pop()
        for linked in _linked(portals, store, name, order_id):
            if linked not in orders:
                orders.add(linked)
                pending.append(linked)
    return frozenset(orders)


def _linked(
    portals: Sequence[Portal], store: Store, name: str, order_id: str
) -> Iterator[OrderRef]:
    for portal in portals:
        links = store.links(portal.name)
        if portal.merchant.name == name:
            for link in links.of_either("merchant", order_id):
                yield portal.supplier.name, link.supplier_id
        if portal.supplier.name == name:
            for link in links.of_either("supplier", order_id):
                yield portal.merchant.name, link.merchant_id


def _check_settled(portals: Sequence[Portal], store: Store, orders: frozenset[OrderRef]) -> None:
    """Raise `OrdosyncError` if a step of the order is unsettled: its data is still needed."""
    for portal in portals:
        for step in store.steps.open():
            is_it = step.portal == portal.name and {
                (portal.merchant.name, step.merchant_id),
                (portal.supplier.name, step.supplier_id),
            } & {*orders}
            if is_it:
                raise OrdosyncError(
                    f"this order has an unsettled step ({step.task}, {step.state}); settle"
                    f" it first: `ordosync retry {step.id}`"
                )


def _forget_digests(portals: Sequence[Portal], store: Store, orders: frozenset[OrderRef]) -> None:
    """Delete the digests by which edits are noticed; the next read makes new ones."""
    with store.transaction():
        for portal in portals:
            ids = [order_id for name, order_id in sorted(orders) if name == portal.merchant.name]
            store.links(portal.name).forget_digests(ids)


def _of_notes(
    portals: Sequence[Portal], store: Store, orders: frozenset[OrderRef], *, dry: bool
) -> Iterator[Removal]:
    """Delete the notes of dismissals about this order."""
    keys: list[str] = []
    for portal in portals:
        for name, order_id in orders:
            if name == portal.merchant.name:
                steps = store.steps.of_merchant(portal.name, order_id)
                keys.append(unshipped_key(portal.name, order_id))
                keys += [step_key(portal.name, step.task, step.key) for step in steps]
            if name == portal.supplier.name:
                steps = store.steps.keyed_below(portal.name, "update-tracking", order_id)
                keys += [step_key(portal.name, step.task, step.key) for step in steps]
    noted = store.concerns.noted(keys)
    if noted and not dry:
        with store.transaction():
            store.concerns.delete_notes(noted)
    if noted:
        yield Removal(place="the store", what=f"the notes of {', '.join(noted)}")
