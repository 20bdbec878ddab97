"""Holds of orders before the import: by the conditions of `hold:`, or by the account itself.

A held order is read again when its time has come, or by the next run, and is judged again then. It
is never dropped: the operator can release it, and `attention` lists it after `longest`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fnmatch import fnmatchcase

from msgspec import Struct

from ordosync import durations
from ordosync.config.hold_settings import NO_TIME, HoldConfig
from ordosync.models import Address, InvalidRecord, Order
from ordosync.store.link_steps import OpenImport
from ordosync.store.step_rows import StepRow
from ordosync.tasks.base import Decision, Portal

_PO_BOX = re.compile(
    r"(?:p[\s.,]*o[\s.,]*box|p\.?\s?o\.?\s?b\.?|post\s*office\s*box|postfach|apartado"
    r"(?:\s+(?:de\s+correos|postal))?|bo[iî]te\s+postale|b\.?\s?p\.?)[\s.,:#]*"
    r"(?:n[ro°º]?[.°º]?|no\.?|num(?:ber)?\.?)?[\s#:]*\d"
)
"""A PO box at the beginning of a line of an address, with its number."""
_COUNTRY = re.compile(r"[A-Z]{2}")


class _Reason(Struct, frozen=True, kw_only=True):
    """A condition that holds an order."""

    code: str
    text: str
    until: datetime | None = None
    """When it ends by itself; None if that is unknown."""


@dataclass(frozen=True, kw_only=True)
class Holds:
    """The conditions of a portal, and the orders that were read before and are not sent yet."""

    config: HoldConfig
    now: datetime
    open: Mapping[str, OpenImport]

    @classmethod
    def of(cls, portal: Portal, items: Mapping[str, Order | InvalidRecord]) -> "Holds":
        """Return the holds for the orders of these steps, by their keys."""
        config = portal.config.hold
        may_hold = config.conditions or portal.config.unknown_sku == "hold"
        keys = [key for key, item in items.items() if may_hold or _is_held(item)]
        imports = portal.links.open_imports(keys) if keys else {}
        return cls(config=config, now=portal.clock.now(), open=imports)

    def is_released(self, key: str, order: Order) -> bool:
        """True if the operator, or a tag of the order, ends its holds."""
        opened = self.open.get(key)
        return bool(opened and opened.is_released) or _has_release_tag(self.config, order)

    def decision(self, key: str, order: Order, method: str) -> Decision | None:
        """Return the decision to hold the order of a step; None if it can be sent."""
        opened = self.open.get(key)
        has_conditions = self.config.conditions or order.hold_facts.held
        if not has_conditions or (opened and opened.is_released):
            return None
        first_read_at = opened.since if opened else self.now
        # Its age was sufficient before. An order without a date would be held again.
        config = replace(self.config, age=NO_TIME) if opened and opened.is_tried else self.config
        return hold(config, order, method=method, first_read_at=first_read_at, now=self.now)


def _is_held(item: Order | InvalidRecord) -> bool:
    return isinstance(item, Order) and bool(item.hold_facts.held)


def releasable(portal: Portal, rows: Sequence[StepRow]) -> list[StepRow]:
    """Return the held orders whose time has not come, and that a tag can release before it."""
    if not portal.config.hold.tags.release:
        return []
    now = portal.clock.now()
    return [row for row in rows if row.is_held_by_rule and row.not_before and row.not_before > now]


def hold(
    config: HoldConfig, order: Order, *, method: str, first_read_at: datetime, now: datetime
) -> Decision | None:
    """Return the decision to hold an order; None if it can be sent.

    `order` has only the lines of this Supplier, and `method` is the shipping method it gets.
    """
    reasons = list(_reasons(config, order, method, first_read_at, now))
    if not reasons:
        return None
    times = [reason.until for reason in reasons if reason.until]
    return Decision(
        state="held",
        code=reasons[0].code,
        reason="; ".join(reason.text for reason in reasons),
        rest=None,
        until=max(times, default=None),
    )


def _reasons(
    config: HoldConfig, order: Order, method: str, first_read_at: datetime, now: datetime
) -> Iterator[_Reason]:
    facts = order.hold_facts
    if facts.held:
        yield _Reason(code="hold-status", text=facts.held)
    if config.paid and not facts.is_paid:
        yield _Reason(code="hold-paid", text="is not paid")
    if _has_release_tag(config, order):
        return
    tags = {tag.strip().casefold() for tag in facts.tags}
    since = facts.since if facts.since and facts.since <= now else first_read_at
    if now < since + config.age:
        text = f"was placed less than {durations.to_text(config.age)} ago"
        yield _Reason(code="hold-age", text=text, until=since + config.age)
    for tag in config.tags.hold:
        if tag.strip().casefold() in tags:
            yield _Reason(code="hold-tags", text=f'has the tag "{tag}"')
    if facts.risk in config.risk:
        yield _Reason(code="hold-risk", text=f"has the risk recommendation {facts.risk}")
    if config.over is not None:
        yield from _of_value(order, config.over)
    if order.needs_shipping:
        yield from _of_address(config, order.ship_to, method)


def _has_release_tag(config: HoldConfig, order: Order) -> bool:
    tags = {tag.strip().casefold() for tag in order.hold_facts.tags}
    return any(tag.strip().casefold() in tags for tag in config.tags.release)


def _of_value(order: Order, over: Decimal) -> Iterator[_Reason]:
    prices = [line.unit_price for line in order.lines if line.quantity]
    if None in prices:
        yield _Reason(code="hold-value", text="has a line without a price, so its value is unknown")
        return
    value = sum((line.unit_price or Decimal()) * line.quantity / line.pack for line in order.lines)
    if value > over:
        # The value itself is as private as a price: the log and alerts have this text.
        text = f"is worth more than {over} {order.currency}".rstrip()
        yield _Reason(code="hold-value", text=text)


def _of_address(config: HoldConfig, to: Address, method: str) -> Iterator[_Reason]:
    if config.countries:
        country = to.country.strip().upper()
        if not _COUNTRY.fullmatch(country):
            yield _Reason(
                code="hold-country", text="has a country that is not a code of two letters"
            )
        elif country not in config.countries:
            yield _Reason(
                code="hold-country", text=f"goes to {country}, which is not in `countries`"
            )
    patterns = [
        pattern
        for pattern in config.po_box
        if fnmatchcase(method.strip().casefold(), pattern.strip().casefold())
    ]
    if patterns and is_po_box(to):
        yield _Reason(
            code="hold-po-box", text=f'goes to a PO box by a method that matches "{patterns[0]}"'
        )


def is_po_box(address: Address) -> bool:
    """True if a line of the street begins with a PO box and its number."""
    streets = (address.street1, address.street2)
    return any(_PO_BOX.match(street.strip().casefold()) for street in streets)
