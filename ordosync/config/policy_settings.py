"""Settings of what happens to edits of sent orders, and to units that the Supplier is short of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ordosync.edits import LABEL, Until
from ordosync.shortages import ONE_DAY, Resume

EditPolicy = Literal["notify", "hold", "apply", "ignore"]


@dataclass(frozen=True, kw_only=True)
class EditsConfig:
    """Policies for edits of orders that were sent, by group of their fields."""

    address: EditPolicy = "notify"
    """Ship To, and the contact: Bill To, mail and telephone, as far as they are sent."""
    lines: EditPolicy = "notify"
    method: EditPolicy = "notify"
    notes: EditPolicy = "ignore"
    until: Until = LABEL
    """The end of the time in which `hold` and `apply` are tried."""

    def of(self, group: str) -> EditPolicy:
        """Return the policy of a group; the contact has that of the address."""
        policy: EditPolicy = getattr(self, "address" if group == "contact" else group)
        return policy

    @property
    def policies(self) -> Mapping[str, EditPolicy]:
        """The policy of each group."""
        groups = ("address", "lines", "method", "notes")
        return {group: getattr(self, group) for group in groups}


@dataclass(frozen=True, kw_only=True)
class ShortagesConfig:
    """Actions at the Merchant if the Supplier does not send units, or sends them later."""

    report: bool = True
    """True to add a report to the Merchant's order."""
    hold: bool = False
    """True to hold the units there, too, or the order."""
    cancel: Literal["never", "lines"] = "never"
    """`lines` cancels the short units there, but never the order of a line. Nothing is refunded."""
    zero_stock: tuple[Literal["out-of-stock", "not-enough", "discontinued"], ...] = ()
    """Reasons of the Supplier for which the Merchant shows 0 of the product."""
    resume: Resume = ONE_DAY
    """When the product is sold again if the Supplier's quantity does not change."""


EDITS_BY_DEFAULT = EditsConfig()
SHORTAGES_BY_DEFAULT = ShortagesConfig()
