"""One edit while it is written: the Supplier's order before and after, and the result."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from ordosync.edits import EditableOrder, OrderEdit
from ordosync.models import Order, Outcome
from ordosync.store.links import Link
from ordosync.store.written import Written
from ordosync.tasks.base import Known, Result, Step
from ordosync.tasks.edits.edit import NOT_TAKEN, RACED, Edit, Problem
from ordosync.tasks.edits.lines import LinePlan
from ordosync.tasks.orders.group_digests import Group, merged

_PRINTED = ("address", "contact", "method", "lines")
"""Groups that are on a label, or in the parcel."""
LABEL_MADE = Problem(
    code=RACED,
    reason="a label was made while the order was changed; look which address and units it has",
)
_NOT_TAKEN = Problem(
    code=NOT_TAKEN, reason="the Supplier's account accepted the address, and shows another one"
)


@dataclass(kw_only=True)
class Attempt:
    """The write of one edit."""

    step: Step
    edit: Edit
    link: Link
    orders: Sequence[EditableOrder] = ()
    """The Supplier's order, or its open pieces, before the write."""
    groups: set[Group] = field(default_factory=set)
    """The groups to write."""
    plan: LinePlan | None = None
    problem: Problem | None = None
    """The first reason why a group is not written, or the order not held."""
    interrupted: Outcome | None = None
    """An outcome that is not final: it is tried again."""
    line_ids: tuple[str, ...] = ()
    """The ids of the added lines."""
    warning: Outcome | None = None
    """The outcome of a write that was done, with a reason why its users must do more."""
    is_written: bool = False
    """True if a write was sent, and may have changed the order."""
    is_held: bool = False
    after: Order | None = None
    """The Supplier's order after the write, if it is one order and its account shows it."""

    def refuse(self, problem: Problem, groups: Iterable[Group] | None = None) -> None:
        """Leave these groups to the Supplier's users; without groups, all."""
        self.problem = self.problem or problem
        self.groups -= set(self.groups if groups is None else groups)

    @property
    def writes(self) -> bool:
        """True if the account is called."""
        return bool(self.groups) and self.interrupted is None

    @property
    def order_edits(self) -> list[OrderEdit]:
        """The calls for groups other than units that are removed."""
        lines = self.plan.edits if self.plan and "lines" in self.groups else ()
        groups = frozenset(group for group in self.groups if group != "lines" or lines)
        if not groups:
            return []
        return [
            OrderEdit(
                order_id=state.order_id,
                order=self.edit.order,
                groups=groups,  # type: ignore[arg-type]
                send=frozenset(self.edit.config.send),
                lines=lines,
                known_lines=frozenset(self.plan.before) if self.plan else frozenset(),
                version=self.link.version + 1,
            )
            for state in self.orders
        ]

    def check(self, now: Sequence[EditableOrder]) -> None:
        """Compare the orders after the write with those before it, and with the edit."""
        before = {state.order_id: state for state in self.orders}
        shown = [state.order for state in now if state.order]
        self.after = shown[0] if len(self.orders) == 1 and shown else None
        is_printed = any(group in _PRINTED for group in self.groups)
        if is_printed and any(_has_left(before[state.order_id], state) for state in now):
            self.problem = LABEL_MADE
            return
        wanted = self.edit.digester.destination(self.edit.order.ship_to)
        if "address" in self.groups and any(
            self.edit.digester.destination(order.ship_to) != wanted for order in shown
        ):
            self.refuse(_NOT_TAKEN, ("address", "contact"))
        if "lines" in self.groups and self.plan and self.after:
            misfit = self.plan.misfit(self.after)
            if misfit:
                self.refuse(misfit, ("lines",))

    @property
    def is_raced(self) -> bool:
        """True if a label was made meanwhile."""
        return self.problem is not None and self.problem.code == RACED

    @property
    def left(self) -> tuple[Group, ...]:
        """The groups that are not settled."""
        if self.is_raced:
            return self.edit.groups
        return tuple(group for group in self.edit.groups if group not in self.groups)

    @property
    def applied(self) -> tuple[Group, ...]:
        """The groups that the Supplier's order has now."""
        return tuple(group for group in self.edit.groups if group in self.groups)

    def result(self, outcome: Outcome) -> Result:
        """Return the outcome with what was written, and the known state of the order."""
        written = self._written()
        if self.interrupted:
            return Result(outcome=outcome, written=written)
        # Units that were written count, whatever came of the other groups.
        plan = self.plan if self.is_written else None
        return Result(
            outcome=outcome,
            links=tuple(plan.links(self.link, self.line_ids, self.after)) if plan else (),
            sent_units=plan.more_units if plan and "lines" in self.groups else None,
            written=written,
            known=self._known(),
            content=self._content(),
        )

    def _written(self) -> Written | None:
        """Return what was written; of an edit that stays open, what may have been."""
        groups = self.edit.apply if self.is_written else self.edit.attempted
        if self.left and not self.is_raced:
            groups = tuple(group for group in groups if group not in self.applied)
        is_noted = bool(groups or self.is_held)
        return Written(groups=groups, is_held=self.is_held) if is_noted else None

    def _known(self) -> Known | None:
        if self.is_raced or not self.applied:
            return None
        version = self.link.version + 1 if self.is_written else 0
        if not self.left:
            return replace(self.edit.now, digests=self._digests, version=version)
        digests = merged(self.edit.known, self._digests, self.applied)
        return Known(content="", digests=digests, version=version)

    @property
    def _digests(self) -> str:
        """The digests of the order as it is read from now on: with units that were removed."""
        now = self.edit.now.digests
        removed = self.plan.removed(self.after) if self.plan and "lines" in self.groups else {}
        if not removed:
            return now
        order = self.edit.order
        lines = [replace(line, quantity=line.quantity + removed[line.id]) for line in order.lines]
        digests = self.edit.digester.of(replace(order, lines=tuple(lines)))
        return merged(now, digests, ["lines"])

    def _content(self) -> str:
        """Return the content of the step with the groups that are left."""
        if self.is_raced or not self.left or not self.applied:
            return ""
        return f"{'+'.join(self.left)}:{self._digests}"


def interrupt(attempts: Sequence[Attempt], outcome: Outcome) -> None:
    """Note that the account could not be read, so that the edits are tried again."""
    if outcome.state == "done":
        return
    for attempt in attempts:
        attempt.interrupted = attempt.interrupted or Outcome(
            state="unavailable",
            code=outcome.code or "unavailable",
            reason=outcome.reason,
            retry_after_s=outcome.retry_after_s,
        )


def _has_left(before: EditableOrder, now: EditableOrder) -> bool:
    """True if a label was made, or the order was sent, since it was read."""
    if now.has_label and not before.has_label:
        return True
    if before.order is None or now.order is None:
        return False
    # The last open units of a partially shipped order may have been removed by the edit.
    has_parcel = ("shipped", "partially_shipped")
    return now.order.status in has_parcel and before.order.status not in has_parcel
