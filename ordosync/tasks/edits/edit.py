"""An edit to be written: its groups by policy, and the codes of its step."""

from msgspec import Struct
from msgspec.structs import replace

from ordosync.config.policy_settings import EditPolicy
from ordosync.config.settings import PortalConfig
from ordosync.models import Order
from ordosync.tasks.base import Known
from ordosync.tasks.orders.group_digests import Digester, Group

EDITED = "edited"
"""Code of the step of an edit that is only reported."""
HELD = "edit-held"
"""Code of the step of an edit that keeps the Supplier's order from being sent."""
RACED = "raced"
"""Code of the step of an edit during whose write a label was made."""
TOO_LATE = "too-late-to-apply"
COUNTRY = "country-changed"
CHANGED_THERE = "changed-there"
NOT_TAKEN = "not-taken"
NOT_EDITABLE = "not-editable"
BELOW_SENT = "below-sent"
SPLIT = "split"
PLACE = ("address", "contact")
"""The groups of which both are parts of the destination."""


class Edit(Struct, frozen=True, kw_only=True):
    """The payload of the step of an edit of which a group is written or held."""

    order: Order
    """The whole order with the fields that are sent, and the Merchant's ids of the lines."""
    config: PortalConfig
    digester: Digester
    known: str
    """The digests of what was sent."""
    now: Known
    apply: tuple[Group, ...] = ()
    hold: tuple[Group, ...] = ()
    notify: tuple[Group, ...] = ()
    problem: "Problem | None" = None
    """The reason why a group of the policy `apply` is only reported."""
    attempted: tuple[Group, ...] = ()
    """The groups that an earlier attempt may have written."""
    attempted_digests: str = ""
    """The digests of what that attempt has written."""
    is_held: bool = False
    """True if the Supplier's order is held because of this edit."""
    removes_units: bool = False
    """True if only units were removed, in place of cancel-orders; see `SentAs`."""
    is_taken_back: bool = False
    """True if the Merchant has the sent order again, and an attempt may have changed it."""

    @property
    def groups(self) -> tuple[Group, ...]:
        """All edited groups."""
        return (*self.apply, *self.hold, *self.notify)

    def policy_of(self, group: Group) -> EditPolicy:
        """Return the policy of a group. A cancellation of units does not depend on it."""
        is_cancelled = group == "lines" and self.removes_units
        return "apply" if is_cancelled else self.config.edits.of(group)

    def only_reported(self, group: Group, problem: "Problem") -> "Edit":
        """Return the edit with a group that is not written for this reason."""
        return replace(
            self,
            apply=tuple(each for each in self.apply if each != group),
            notify=(*self.notify, group),
            problem=self.problem or problem,
        )


class Problem(Struct, frozen=True, kw_only=True):
    """The reason why groups are not written."""

    code: str
    reason: str
