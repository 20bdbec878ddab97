"""Claims of lines: each line goes to one Supplier, although several portals may read it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from ordosync.models import Order
from ordosync.store import Store
from ordosync.store.claims import Holder
from ordosync.store.step_rows import UNPROVEN, StepChange
from ordosync.store.written import Written
from ordosync.tasks.base import Decision, Portal, Result, Step, Task
from ordosync.tasks.edit_keys import edit_key
from ordosync.tasks.edits.edit import Edit, Problem

ELSEWHERE = "sent-elsewhere"
_ENDED = ("cancelled_by_task", "cancelled_by_supplier")


@dataclass(frozen=True, kw_only=True)
class ForeignClaim:
    """A step whose order has a line that another portal has claimed."""

    step: Step
    holder: Holder


class LineClaims:
    """The claims of one run. If the Merchant has only one portal, nothing is stored."""

    def __init__(self, task: Task, portal: Portal, store: Store) -> None:
        self._task = task
        self._portal = portal
        self._store = store
        self._claims = store.claims(portal.merchant.name)
        self._shared: dict[tuple[str, str], bool] = {}

    @property
    def accounts(self) -> Sequence[str]:
        """The accounts whose portals must not claim lines in the same moment."""
        return self._portal.shared_accounts

    def look_up_shared(self, steps: Sequence[Step]) -> None:
        """Ask the Merchant, before the transaction, which lines have units at two Suppliers."""
        added = [self._added(step, edit) for step, edit in self._edits(steps)]
        for step in (*self._contested(steps), *filter(None, added)):
            for holder in self._claims.others(self._portal.name, self._lines(step)).values():
                pair = step.merchant_id or "", holder.key.rpartition("#")[0]
                if pair not in self._shared:
                    self._shared[pair] = self._portal.merchant.orders.is_beside(*pair)

    def take(self, steps: Sequence[Step]) -> list[ForeignClaim]:
        """Claim the lines of these steps in the open transaction.

        Return the steps with a line that another portal sends; nothing is claimed for them.
        """
        foreign: list[ForeignClaim] = []
        for step in self._contested(steps):
            holder = self._holder(step)
            if holder:
                foreign.append(ForeignClaim(step=step, holder=holder))
            else:
                self._claims.take(self._portal.name, dict.fromkeys(self._lines(step), step.key))
        return foreign

    def take_added(self, steps: Sequence[Step]) -> list[Step]:
        """Claim the lines that edits add to their orders in the open transaction.

        Return the steps. If another portal sends such a line, the edit's lines are only reported.
        """
        claimed = {step.key: self._with_added(step, edit) for step, edit in self._edits(steps)}
        return [claimed.get(step.key, step) for step in steps]

    def _with_added(self, step: Step, edit: Edit) -> Step:
        added = self._added(step, edit)
        if added is None:
            return step
        holder = self._holder(added)
        if holder is None:
            self._claims.take(self._portal.name, dict.fromkeys(self._lines(added), step.key))
            return step
        reason = self.sender(ForeignClaim(step=step, holder=holder))
        edit = edit.only_reported("lines", Problem(code=ELSEWHERE, reason=reason))
        written = step.written or Written()
        return replace(step, payload=edit, written=replace(written, groups=edit.apply))

    def _added(self, step: Step, edit: Edit) -> Step | None:
        """Return the step with an order of the lines that it adds; None if it adds no line."""
        ids = [line.id for line in edit.order.lines if line.quantity]
        if "lines" not in edit.apply or not ids:
            return None
        linked = self._store.links(self._portal.name).of_merchant("line", ids)
        lines = tuple(it for it in edit.order.lines if it.id in ids and it.id not in linked)
        return replace(step, payload=replace(edit.order, lines=lines)) if lines else None

    def settle(self, changes: Iterable[StepChange], results: Iterable[Result]) -> None:
        """Free the lines of orders that were not sent, were cancelled or were reassigned."""
        keys: list[str] = []
        if self._task.claims_lines:
            ended = [change for change in changes if change.state in ("failed", "skipped")]
            keys += [change.key for change in ended if change.code != UNPROVEN]
        for result in results:
            keys += [result.frees] if result.frees else []
            keys += [
                f"{link.merchant_id}#{link.generation}"
                for link in result.links
                if link.kind == "order" and link.state in _ENDED
            ]
        # Lines that an edit has added are claimed with the key of the edit.
        self._claims.free(self._portal.name, [*keys, *map(edit_key, keys)])

    def are_kept(self, key: str) -> bool:
        """True if no other portal can send the lines of this step."""
        return not self._portal.rivals or self._claims.are_held(self._portal.name, key)

    def sender(self, claim: ForeignClaim) -> str:
        """Return a sentence with the portal that sends a line of this order, and its order."""
        merchant_id = claim.holder.key.rpartition("#")[0]
        link = self._store.links(claim.holder.portal).of_merchant("order", [merchant_id])
        order = f"order {link[merchant_id].supplier_id}" if link else f"its order {merchant_id}"
        return f"portal {claim.holder.portal} sends a line of it already, as {order}"

    def decision(self, claim: ForeignClaim) -> Decision:
        """Return the decision about an order that has a line of another portal."""
        reason = self.sender(claim)
        if self._portal.merchant.orders.reports_reassigned:
            reason += "; that portal has not read yet that it was assigned to another supplier"
            return Decision(state="waiting", code=ELSEWHERE, reason=reason)
        return Decision(
            state="failed",
            code=ELSEWHERE,
            reason=f"{reason}; cancel that, then `ordosync retry STEP`",
        )

    def _contested(self, steps: Sequence[Step]) -> list[Step]:
        if not self._portal.rivals:
            return []
        return [step for step in steps if isinstance(step.payload, Order)]

    def _edits(self, steps: Sequence[Step]) -> list[tuple[Step, Edit]]:
        if not self._portal.rivals:
            return []
        return [(step, step.payload) for step in steps if isinstance(step.payload, Edit)]

    def _lines(self, step: Step) -> Sequence[str]:
        payload = step.payload
        return (
            self._portal.merchant.orders.line_claims(payload) if isinstance(payload, Order) else ()
        )

    def _holder(self, step: Step) -> Holder | None:
        """Return the other portal that sends a line of this order, if there is one."""
        id_ = step.merchant_id or ""
        for holder in self._claims.others(self._portal.name, self._lines(step)).values():
            if self._claims.is_over(holder):
                self._claims.free(holder.portal, [holder.key])
            elif not self._shared.get((id_, holder.key.rpartition("#")[0]), False):
                return holder
        payload = step.payload
        ids = [line.id for line in payload.lines] if isinstance(payload, Order) else []
        earlier = self._claims.sent_before(self._portal.rivals, id_, ids)
        return None if earlier and self._claims.is_over(earlier) else earlier
