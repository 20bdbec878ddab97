"""The story of an order or product in one portal: events, state, and next step."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Self

from ordosync.engine.diagnosis.order_units import NO_UNITS, OrderUnits
from ordosync.tasks.base import Portal

_STATE_TEXTS = {"partially-shipped": "partially shipped"}
"""States that are statuses of orders, too, and have one spelling in text."""
Side = Literal["merchant", "supplier"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One event, as text."""

    at: datetime | None
    """None for the current state."""
    text: str
    side: Side | None = None
    """The account that it happened in; None if it concerns both."""
    is_sync: bool = False
    """True if ordosync did it, and not a user or the account itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Conclusion:
    """The state as a code, and the next step as text."""

    state: str
    next: str
    detail: str = ""
    """What the text adds to the state."""

    @property
    def text(self) -> str:
        """The state as people read it."""
        state = _STATE_TEXTS.get(self.state, self.state)
        return f"{state}; {self.detail}" if self.detail else state


def states_of(pieces: Sequence[Conclusion]) -> str:
    """Return the states of pieces, such as `all 2 pieces are shipped`."""
    counts = Counter(piece.text for piece in pieces)
    if len(counts) == 1:
        return f"all {len(pieces)} pieces are {pieces[0].text}"
    return f"pieces: {', '.join(f'{count} {text}' for text, count in counts.items())}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """The story of an order or a product in one portal."""

    portal: str
    merchant: str | None
    """Its number or SKU at the Merchant; None if it was not found there."""
    supplier: str | None
    merchant_account: str
    supplier_account: str
    merchant_status: str
    """The status at the Merchant now; empty if the account was not read."""
    supplier_status: str
    conclusion: Conclusion
    events: tuple[Event, ...] = ()
    """In chronological order; the current state is last."""
    units: OrderUnits = NO_UNITS
    """The units of an order."""
    customer: str = ""
    """The recipient of an order, if a local account has it; the store has no names."""
    merchant_number: str = ""
    """The number that the Merchant shows, if it differs from `merchant`."""

    @property
    def names(self) -> frozenset[tuple[str, str]]:
        """Its accounts, each with its number there."""
        sides = ((self.merchant_account, self.merchant), (self.supplier_account, self.supplier))
        return frozenset((account, number) for account, number in sides if number)

    @property
    def has_status(self) -> bool:
        """False for an order that was split: its pieces have their own status."""
        return self.conclusion.state != "split"

    @classmethod
    def of(
        cls,
        portal: Portal,
        merchant: str | None,
        supplier: str | None,
        conclusion: Conclusion,
        *,
        statuses: tuple[str, str] = ("", ""),
    ) -> Self:
        """Return a story without events; `statuses` are those of both sides."""
        return cls(
            portal=portal.name,
            merchant=merchant,
            supplier=supplier,
            merchant_account=portal.merchant.name,
            supplier_account=portal.supplier.name,
            merchant_status=statuses[0],
            supplier_status=statuses[1],
            conclusion=conclusion,
        )

    def with_events(self, events: Iterable[Event]) -> "Story":
        """Return the story with these events; events of the same time stay in the given order."""
        all_events = list(events)
        dated = [(event.at, event) for event in all_events if event.at]
        # Times of several accounts have several offsets from UTC.
        dated.sort(key=lambda pair: pair[0])
        undated = (event for event in all_events if event.at is None)
        return replace(self, events=(*(event for _, event in dated), *undated))
