"""Units of an order by line, and its parcels, as recorded in the links."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from ordosync.store.links import Link
from ordosync.tasks.sku_maps.packs import both_names, pack_of


class LineUnits(Struct, frozen=True, kw_only=True):
    """The units of a line: ordered = open + sent + cancelled."""

    line: str
    """The id of the Merchant's line."""
    sku: str
    """The Merchant's SKU; empty if unknown: reading it would need a request."""
    goods: str
    """The SKUs of both accounts, if a SKU map has the line; otherwise as `sku`."""
    ordered: int
    open: int
    sent: int
    cancelled: int

    @classmethod
    def of(cls, link: Link, skus: Mapping[str, str]) -> "LineUnits":
        """Return the units of a linked line."""
        sku = link.merchant_sku or skus.get(link.merchant_id, "")
        return cls(
            line=link.merchant_id,
            sku=sku,
            goods=both_names(link.merchant_sku or "", link.supplier_sku or sku, pack_of(link)),
            ordered=link.ordered or 0,
            open=link.open_units or 0,
            sent=link.sent or 0,
            cancelled=link.cancelled or 0,
        )

    @property
    def text(self) -> str:
        """The units as text."""
        parts = [f"{self.ordered} ordered"]
        for count, word in ((self.sent, "sent"), (self.cancelled, "cancelled")):
            if count:
                parts.append(f"{count} {word}")
        name = self.goods or f"line {self.line}"
        return f"{name}: {', '.join([*parts, f'{self.open} open'])}"


class ParcelUnits(Struct, frozen=True, kw_only=True):
    """A tracking number that was reported, and the units of its parcel."""

    parcel: str
    """The Supplier's id of the parcel."""
    number: str
    is_void: bool
    units: Mapping[str, int] | None
    """Units by SKU, or by line if the SKU is unknown; None if the units are unknown."""
    unknown: tuple[str, ...] = ()
    """The lines whose SKU is unknown."""

    @classmethod
    def of(cls, link: Link, skus: Mapping[str, str]) -> "ParcelUnits":
        """Return a reported number with its units."""
        units: dict[str, int] | None = None if link.units is None else {}
        for line, count in (link.units or {}).items():
            name = skus.get(line, line)
            units = {**(units or {}), name: (units or {}).get(name, 0) + count}
        return cls(
            parcel=link.parcel_id,
            number=link.number,
            is_void=link.state == "voided",
            units=units,
            unknown=tuple(line for line in link.units or {} if line not in skus),
        )

    @property
    def text(self) -> str:
        """The parcel as text."""
        units = ", ".join(
            f"{count} of line {name}" if name in self.unknown else f"{count} {name}"
            for name, count in (self.units or {}).items()
        )
        void = " (void)" if self.is_void else ""
        return f"parcel {self.number}{void}: {units or 'its units are unknown'}"


class OrderUnits(Struct, frozen=True, kw_only=True):
    """The units of an order and its reported parcels."""

    lines: tuple[LineUnits, ...] = ()
    """Empty if its lines were linked before units were counted."""
    parcels: tuple[ParcelUnits, ...] = ()

    @classmethod
    def of(
        cls, lines: Sequence[Link], parcels: Sequence[Link], skus: Mapping[str, str]
    ) -> "OrderUnits":
        """Return the units of linked lines and parcels."""
        # Parcels have units of the Supplier.
        mapped = {line.merchant_id: line.supplier_sku for line in lines if line.supplier_sku}
        return cls(
            lines=tuple(LineUnits.of(line, skus) for line in lines if line.ordered is not None),
            parcels=tuple(ParcelUnits.of(parcel, {**skus, **mapped}) for parcel in parcels),
        )

    @property
    def open(self) -> int:
        """The units that are neither sent nor cancelled."""
        return sum(line.open for line in self.lines)

    @property
    def is_sent_in_part(self) -> bool:
        """True if some units were sent and others are open."""
        return bool(self.open) and any(line.sent for line in self.lines)

    def texts(self) -> Iterator[str]:
        """Yield lines and parcels as text, unless the order is sent, or open, as a whole."""
        is_cut = any(line.cancelled for line in self.lines)
        is_several = len({parcel.parcel for parcel in self.parcels if not parcel.is_void}) > 1
        if self.is_sent_in_part or is_several or (is_cut and any(line.sent for line in self.lines)):
            yield from (line.text for line in self.lines)
            with_units = {parcel.parcel for parcel in self.parcels if parcel.units}
            for parcel in self.parcels:
                # A further number of a parcel has no units.
                is_further = not parcel.units and parcel.parcel in with_units
                if is_further:
                    yield f"parcel {parcel.number}: a further number of the same parcel"
                else:
                    yield parcel.text
        elif is_cut and self.open:
            yield from (line.text for line in self.lines)

    def json(self) -> dict[str, Any]:
        """Return the fields of `why --json`."""
        return {
            "lines": [
                {
                    "line": line.line,
                    "sku": line.sku or None,
                    "ordered": line.ordered,
                    "open": line.open,
                    "sent": line.sent,
                    "cancelled": line.cancelled,
                }
                for line in self.lines
            ],
            "parcels": [
                {
                    "parcel": parcel.parcel,
                    "tracking": parcel.number,
                    "void": parcel.is_void,
                    "units": parcel.units,
                }
                for parcel in self.parcels
            ],
        }


NO_UNITS = OrderUnits()
"""The units of an unknown order, and of a product."""
