"""Removes the personal data of one order from everything that ordosync keeps.

The order and its links stay, so that it is never imported again. Places that ordosync does not
change are named for the operator.
"""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from ordosync.accounts.portal_account import PortalAccount, Removal
from ordosync.clock import Clock
from ordosync.engine.execution.exclusive import exclusive
from ordosync.errors import OrdosyncError, UsageError
from ordosync.store import Store
from ordosync.store.concerns import step_key
from ordosync.tasks.base import Portal

Known = tuple[str, str]
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
    known = _known(portals, store, number, account)
    _check_settled(portals, store, known)
    removed: list[Removal] = []
    elsewhere: list[str] = []
    accounts = {one.name: one for p in portals for one in (p.merchant, p.supplier)}
    for name, order_id in sorted(known):
        data = accounts[name].personal_data
        if data is None:
            kind = accounts[name].kind
            elsewhere.append(f"account {name} ({kind}): order {order_id}; delete it there")
        elif not data.is_spooled:
            removal = data.remove(order_id, dry=dry)
            removed += removal.removed
            elsewhere += removal.remaining
    removed += _of_notes(portals, store, known, dry=dry)
    for portal in portals:
        data = portal.merchant.personal_data
        numbers = [order_id for name, order_id in sorted(known) if name == portal.merchant.name]
        if data is None or not data.is_spooled or not numbers:
            continue
        # No run may read the copies meanwhile.
        with nullcontext() if dry else exclusive(store, portal.name, clock, "orders"):
            for order_id in numbers:
                removal = data.remove(order_id, dry=dry)
                removed += removal.removed
                elsewhere += removal.remaining
    return PurgedOrder(removed=tuple(removed), elsewhere=tuple(dict.fromkeys(elsewhere)))


def _known(
    portals: Sequence[Portal], store: Store, number: str, account: str | None
) -> frozenset[Known]:
    """Return the ids of the order, by account. Raises `UsageError` if it is unknown."""
    found: list[frozenset[Known]] = []
    for one in _starts(portals, store, number):
        if account in (None, one[0]) and not any(one in group for group in found):
            found.append(_with_twins(portals, store, one))
    if not found:
        where = f"account {account}" if account else "any account that is known here"
        raise UsageError(
            f"there is no order {number!r} in {where}; an embedded account says its numbers with"
            " `ordosync orders list`"
        )
    if len(found) > 1:
        names = ", ".join(sorted({name for group in found for name, id_ in group if id_ == number}))
        raise UsageError(f"order {number!r} is another one in each of {names}; say --account")
    return found[0]


def _starts(portals: Sequence[Portal], store: Store, number: str) -> Iterator[Known]:
    for portal in portals:
        links = store.links(portal.name)
        is_read = bool(store.steps.of_merchant(portal.name, number))
        if is_read or links.of_either("merchant", number) or _has(portal.merchant, number):
            yield portal.merchant.name, number
        if links.of_either("supplier", number) or _has(portal.supplier, number):
            yield portal.supplier.name, number


def _has(account: PortalAccount, number: str) -> bool:
    return account.personal_data is not None and account.personal_data.has(number)


def _with_twins(portals: Sequence[Portal], store: Store, start: Known) -> frozenset[Known]:
    """Return the order and all orders linked to it, also across several portals."""
    found, left = {start}, [start]
    while left:
        name, order_id = left.pop()
        for twin in _twins(portals, store, name, order_id):
            if twin not in found:
                found.add(twin)
                left.append(twin)
    return frozenset(found)


def _twins(portals: Sequence[Portal], store: Store, name: str, order_id: str) -> Iterator[Known]:
    for portal in portals:
        links = store.links(portal.name)
        if portal.merchant.name == name:
            for link in links.of_either("merchant", order_id):
                yield portal.supplier.name, link.supplier_id
        if portal.supplier.name == name:
            for link in links.of_either("supplier", order_id):
                yield portal.merchant.name, link.merchant_id


def _check_settled(portals: Sequence[Portal], store: Store, known: frozenset[Known]) -> None:
    """Refuse an order with an unsettled step, which could not be sent any more."""
    for portal in portals:
        for step in store.steps.open():
            is_it = step.portal == portal.name and {
                (portal.merchant.name, step.merchant_id),
                (portal.supplier.name, step.supplier_id),
            } & {*known}
            if is_it:
                raise OrdosyncError(
                    f"this order has an unsettled step ({step.task}, {step.state}); settle"
                    f" it first: `ordosync retry {step.id}`"
                )


def _of_notes(
    portals: Sequence[Portal], store: Store, known: frozenset[Known], *, dry: bool
) -> Iterator[Removal]:
    """Delete the notes of dismissals about this order."""
    keys: list[str] = []
    for portal in portals:
        for name, order_id in known:
            if name == portal.merchant.name:
                steps = store.steps.of_merchant(portal.name, order_id)
                keys.append(f"{portal.name}:unshipped:{order_id}")
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
