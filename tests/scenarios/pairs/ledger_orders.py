"""Orders of the state machine as its people remember them."""

from collections import Counter
from dataclasses import dataclass, field

SKUS = ("CUP", "MUG")


@dataclass
class SoldOrder:
    """An order, its parcels, and what people changed in it."""

    merchant_id: str
    units: Counter[str]
    """The units as they were ordered, which the Supplier must send."""
    parcels: dict[str, Counter[str]] = field(default_factory=dict)
    """Units of the live parcels, by number."""
    voided: dict[str, Counter[str]] = field(default_factory=dict)
    """Units of the void parcels, by number."""
    pieces: dict[str, Counter[str]] = field(default_factory=dict)
    """Units of the Supplier's pieces by their ids; empty if the order is not split."""
    parcel_pieces: dict[str, str] = field(default_factory=dict)
    """The piece of each parcel that is not of the whole order, by number."""
    raised: Counter[str] = field(default_factory=Counter)
    """Units that the Merchant added after the import. No task sends them."""
    is_touched: bool = False
    """True if units were cancelled or removed, so that the accounts may differ permanently."""
    is_off_there: bool = False
    """True if the Supplier cancelled it, and has not restored it."""
    is_cancelled: bool = False
    """True if the Merchant cancelled the whole order, or its open rest."""
    is_split_there: bool = False
    """True if the Merchant split it."""

    @property
    def is_edited(self) -> bool:
        """True if people changed the units of it, or how the Merchant has them."""
        return bool(self.is_touched or self.is_cancelled or self.is_split_there or self.raised)

    @property
    def is_changed(self) -> bool:
        """True if people changed more than its parcels, which allows no other change."""
        return bool(self.is_edited or self.pieces)

    @property
    def sent_units(self) -> Counter[str]:
        """The units that live parcels hold."""
        return sum(self.parcels.values(), Counter())

    @property
    def ever_sent(self) -> Counter[str]:
        """The units that a parcel holds or held: what was sent stays sent at a Merchant."""
        return sum(self.voided.values(), self.sent_units)

    @property
    def open_units(self) -> Counter[str]:
        """The units that no live parcel holds."""
        return self.units - self.sent_units
