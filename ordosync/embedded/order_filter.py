"""Selection of orders by their fields, as SQL conditions.

Every command that works on a selection of orders uses this filter. Each condition uses an index,
except for the customer: a text in the middle of a name needs a look at every address.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from unicodedata import normalize

from ordosync.clock import to_text
from ordosync.embedded.orders import OPEN

if TYPE_CHECKING:
    import sqlite3

_CUSTOMER = ("name", "company", "email", "phone")


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderFilter:
    """A selection of orders. All conditions apply; an empty one selects every order."""

    statuses: tuple[str, ...] = ()
    """Also excludes orders that were split: their pieces have their own status."""
    since: datetime | None = None
    """The earliest time when an order was placed."""
    until: datetime | None = None
    """The time before which an order was placed."""
    open_since: datetime | None = None
    """Selects only open orders that were placed before this time."""
    origins: tuple[str, ...] = ()
    """Names with which the references of imported orders begin; pieces belong to their order."""
    suppliers: tuple[str, ...] = ()
    """Suppliers that an order is, or was last, requested from; `origins` or these must match."""
    skus: tuple[str, ...] = ()
    """SKUs of lines, in any case; one of them must match."""
    customer: str = ""
    """Words of the name, company, email address or phone number, in any case and order."""
    tracking: str = ""
    """A tracking number of one of its parcels, voided ones included, in any case."""
    warehouse: str = ""
    """The warehouse that sends an order, in any case."""
    shipped_since: datetime | None = None
    """The earliest time when a parcel was sent, whose label is not void."""
    shipped_until: datetime | None = None
    """The time before which that parcel was sent."""
    numbers: tuple[str, ...] = ()
    is_open: bool = False
    """Selects only orders that may have open units."""
    is_requested: bool | None = None
    """True: only orders that a Supplier ships; False: only the others."""

    def sequences(self, db: "sqlite3.Connection") -> "sqlite3.Cursor":
        """Return the rows `sequence` of the selected orders, in no particular order.

        Otherwise SQLite would read the whole table in its order, and no index.
        """
        db.create_function("fold", 1, fold, deterministic=True)
        conditions = " and ".join(self._conditions()) or "true"
        return db.execute(
            f"select sequence from orders where {conditions}",  # noqa: S608
            self._values(),
        )

    def _conditions(self) -> Iterator[str]:
        columns = {
            "placed_at >= :since": self.since,
            "placed_at < :until": self.until,
            "warehouse = :warehouse collate nocase": self.warehouse,
        }
        yield from (condition for condition, value in columns.items() if value)
        if self.statuses:
            yield f"status in ({_each('statuses')}) and not is_split"
        if self.open_since:
            yield f"status in ({_each('open')}) and not is_split and placed_at < :open_since"
        if self.origins or self.suppliers:
            yield f"(number in ({_OF_ORIGINS}) or supplier in ({_each('suppliers')}))"
        if self.skus:
            yield f"number in ({_WITH_SKU})"
        if self.customer:
            yield names_customer(":customer")
        if self.tracking:
            yield f"number in ({_WITH_TRACKING})"
        if self.shipped_since or self.shipped_until:
            yield f"number in ({_SHIPPED})"
        if self.numbers:
            yield f"number in ({_each('numbers')})"
        if self.is_open:
            yield f"status in ({_each('open')}) and not is_split"
        if self.is_requested is not None:
            yield f"supplier is {'not ' if self.is_requested else ''}null"

    def _values(self) -> dict[str, str]:
        return {
            "statuses": json.dumps(self.statuses),
            "since": to_text(self.since) if self.since else "",
            "until": to_text(self.until) if self.until else "",
            "open": json.dumps(OPEN),
            "open_since": to_text(self.open_since) if self.open_since else "",
            "origins": json.dumps(self.origins),
            "suppliers": json.dumps(self.suppliers),
            "skus": json.dumps(self.skus),
            "customer": words_of(self.customer),
            "tracking": self.tracking,
            "warehouse": self.warehouse,
            "shipped_since": to_text(self.shipped_since or _FIRST),
            "shipped_until": to_text(self.shipped_until or _LAST),
            "numbers": json.dumps(self.numbers),
        }


ALL = OrderFilter()


def fold(text: str | None) -> str | None:
    """Return a text for a comparison that ignores case and the width of letters."""
    # Most text is ASCII, and a list has a hundred thousand of them.
    if text is None or text.isascii():
        return text and text.lower()
    return normalize("NFKC", text).casefold()


def words_of(text: str) -> str:
    """Return the folded words of a text, as JSON for `has_words`."""
    return json.dumps((fold(text) or "").split())


def has_words(text: str, words: str) -> str:
    """Return the condition that a folded text has all of these words; see `words_of`."""
    return f"(select min(instr({text}, value)) from json_each({words})) > 0"  # noqa: S608 - constants


def _each(name: str) -> str:
    return f"select value from json_each(:{name})"  # noqa: S608 - a constant


def names_customer(words: str) -> str:
    """Return the condition that an address has all of these words; see `words_of`."""
    return f"({' or '.join(_contains(side, words) for side in ('ship_to', 'bill_to'))})"


def _contains(side: str, words: str) -> str:
    texts = " || char(10) || ".join(f"({side} ->> '{field}')" for field in _CUSTOMER)
    return f"({side} is not null and {has_words(f'fold({texts})', words)})"


_OF_ORIGINS = """
with recursive imported (number) as (
    select number from json_each(:origins) join orders
        on reference >= value || ':' and reference < value || ';'
    union
    select orders.number from orders join imported on orders.parent = imported.number
)
select number from imported
"""
"""The semicolon is the character after the colon, so the condition is a range of the index."""
_WITH_SKU = """
select order_number from json_each(:skus) join order_lines on sku = value collate nocase
"""
_SHIPPED = """
select order_number from shipments where voided_at is null
    and julianday(shipped_at) >= julianday(:shipped_since)
    and julianday(shipped_at) < julianday(:shipped_until)
"""
_FIRST, _LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
_WITH_TRACKING = """
select order_number from shipments where tracking_number = :tracking collate nocase
union
select order_number from shipments join json_each(more_numbers)
    on value = :tracking collate nocase where more_numbers <> '[]'
"""
