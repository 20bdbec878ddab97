"""The values of one write, as the log keeps them.

Only numbers, SKUs, quantities, states and tracking: never a name, an address, a note or a price.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from ordosync.left_out import LeftOut
from ordosync.text import plural


class Change(Struct, frozen=True, kw_only=True, gc=False):
    """A value before and after a write."""

    old: int | str | None = None
    """None if it was not set, or is not known."""
    new: int | str

    @property
    def text(self) -> str:
        """Both values, with an arrow between them."""
        return f"{'unset' if self.old is None else self.old} → {self.new}"


class Written(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The values of one write; a field that the write does not concern has its default."""

    order: str = ""
    """The number of an order that was created."""
    lines: int = 0
    """The number of its lines."""
    units: int = 0
    """The number of its units."""
    product: str = ""
    """The SKU of a product that was created."""
    linked: str = ""
    """The SKU of a product that the Supplier had already, and that was linked."""
    quantity: Change | None = None
    status: Change | None = None
    carrier: str = ""
    tracking: str = ""
    more_tracking: tuple[str, ...] = ()
    """The other tracking numbers of the same parcel."""
    replaced: str = ""
    """The tracking number whose place the new one took."""
    voided: bool = False
    """True if the tracking number was deleted."""
    contents: Mapping[str, int] = {}
    """The units of each of the Merchant's lines in a parcel, if they are known."""
    changed_units: Mapping[str, Change] = {}
    """The units of each of the Supplier's lines."""
    short_units: Mapping[str, Change] = {}
    """The units of each of the Supplier's lines that the Supplier does not send."""
    pieces: tuple[int, ...] = ()
    """The units of each piece of a split order."""
    groups: tuple[str, ...] = ()
    """The groups of fields of an edit that were written, or may have been."""
    is_held: bool = False
    """True if the order is held because of an edit."""
    left_out: LeftOut | None = None
    """The lines that an order was sent without; None if it has all."""

    @property
    def fields(self) -> dict[str, Any]:
        """The values by name, as `--json` shows them."""
        fields: dict[str, Any] = msgspec.to_builtins(self)
        return fields

    @property
    def text(self) -> str:
        """The values as text."""
        return "; ".join(self._texts())

    @property
    def size(self) -> str:
        """The lines and units of an order that was created."""
        return f"{_lines(self.lines)}, {_units(self.units)}"

    def _texts(self) -> Iterator[str]:
        if self.order:
            yield f"order {self.order}: {self.size}"
        if self.product:
            yield f"product {self.product}"
        if self.linked:
            yield f"product {self.linked} linked"
        if self.quantity:
            yield self.quantity.text
        if self.status:
            yield self.status.text
        if self.tracking:
            yield self._tracking()
        for line, change in self.changed_units.items():
            yield f"line {line}: {change.text} units"
        for line, change in self.short_units.items():
            yield f"line {line}: {change.text} units not sent"
        if self.groups:
            yield f"changed {', '.join(self.groups)}"
        if self.is_held:
            yield "held"
        if self.pieces:
            yield f"{len(self.pieces)} pieces of {' + '.join(map(str, self.pieces))} units"

    @property
    def parcel(self) -> str:
        """The carrier and the units of a tracking number."""
        units = _units(sum(self.contents.values())) if self.contents else ""
        return ", ".join(filter(None, (self.carrier, units)))

    def _tracking(self) -> str:
        label = " ".join(filter(None, (self.carrier, self.tracking, *self.more_tracking)))
        if self.voided:
            return f"{label} voided"
        former = f"{self.replaced} → " if self.replaced else ""
        units = f", {_units(sum(self.contents.values()))}" if self.contents else ""
        return f"{former}{label}{units}"


def to_json(written: Written | None) -> str | None:
    """Return the values as the column of the table holds them."""
    return msgspec.json.encode(written).decode() if written else None


def from_json(text: str | None) -> Written | None:
    """Return the values of the column."""
    return decoded(text) if text else None


def decoded(text: str) -> Written:
    """Return the values of a column that is not null."""
    return msgspec.json.decode(text, type=Written)


def _lines(count: int) -> str:
    return plural(count, "1 line", f"{count} lines")


def _units(count: int) -> str:
    return plural(count, "1 unit", f"{count} units")
