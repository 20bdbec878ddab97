"""Units of an edit by line: which lines of the Supplier's order are raised, reduced or added.

Lines are compared by the ledger, and by their ids, never by SKU: an order may have a SKU twice.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ordosync.edits import EditableOrder, LineEdit
from ordosync.models import Line, Order, ParcelLine, normalized_sku
from ordosync.store.links import Link
from ordosync.store.sent_units import SentSku
from ordosync.tasks.edits.edit import (
    BELOW_SENT,
    CHANGED_THERE,
    NOT_EDITABLE,
    NOT_TAKEN,
    Edit,
    Problem,
)
from ordosync.tasks.orders.group_digests import group_of
from ordosync.tasks.sku_maps.packs import with_pack

_OTHER_GOODS = Problem(
    code=NOT_EDITABLE, reason="the SKU or the details of a line were edited, not only its units"
)
_UNKNOWN = Problem(
    code=NOT_EDITABLE, reason="the units of its lines are not known; `ordosync reconcile` adds them"
)
_BELOW_SENT = Problem(code=BELOW_SENT, reason="a line has fewer units than were sent")
_NOT_TAKEN = Problem(
    code=NOT_TAKEN, reason="the Supplier's account accepted more units, and does not show them"
)
_CHANGED_THERE = Problem(
    code=CHANGED_THERE, reason="the Supplier's order has other units than were sent to it"
)
_EXTRA_LINE = Problem(
    code=CHANGED_THERE,
    reason="the Supplier's order has a line that the Merchant's does not have, perhaps from an"
    " attempt to add it; remove it there, unless the Supplier has added it, and retry",
)


class LinePlan(Struct, frozen=True, kw_only=True):
    """The units that are wanted of each line, and what has to be written for that."""

    wanted: tuple[tuple[Link, int], ...]
    """All units of each linked line: those that were sent and those that are still to be sent."""
    before: Mapping[str, int]
    """The units of the Supplier's lines before the write, by their ids."""
    added: tuple[Line, ...]
    lines: Mapping[str, Line]
    """The Merchant's lines, by id."""

    @property
    def edits(self) -> tuple[LineEdit, ...]:
        """The lines to raise and to add."""
        raised = (
            LineEdit(line=self.lines[link.merchant_id], quantity=n, line_id=link.supplier_id)
            for link, n in self.wanted
            if n > self.before[link.supplier_id] and link.merchant_id in self.lines
        )
        return (*raised, *(LineEdit(line=line, quantity=line.quantity) for line in self.added))

    @property
    def more_units(self) -> Mapping[SentSku, int]:
        """The units that are written in addition."""
        units: Counter[SentSku] = Counter()
        for edit in self.edits:
            units[SentSku(edit.line.sku, edit.line.own_sku)] += edit.quantity - self.before.get(
                edit.line_id, 0
            )
        return units

    @property
    def lowered(self) -> tuple[ParcelLine, ...]:
        """The lines to reduce, with the units that stay."""
        return tuple(
            ParcelLine(line_id=link.supplier_id, quantity=n)
            for link, n in self.wanted
            if n < self.before[link.supplier_id]
        )

    @property
    def changes_units(self) -> bool:
        """True if units differ from those of the ledger, or lines are added."""
        return bool(self.added) or any(n != expected(link) for link, n in self.wanted)

    def misfit(self, after: Order) -> Problem | None:
        """Return what the write has not changed, given the Supplier's order as it is now."""
        units = {line.id: line.quantity for line in after.lines}
        now = [(units.get(link.supplier_id, 0), n) for link, n in self.wanted]
        if any(shown_line > n for shown_line, n in now):
            return _BELOW_SENT
        return _NOT_TAKEN if any(shown_line < n for shown_line, n in now) else None

    def removed(self, after: Order | None) -> Counter[str]:
        """Return the units of each of the Merchant's lines that the write removed."""
        units = {line.id: line.quantity for line in after.lines} if after else {}
        return Counter(
            {
                link.merchant_id: less
                for link, n in self.wanted
                if (less := expected(link) - units.get(link.supplier_id, n)) > 0
            }
        )

    def links(self, order: Link, line_ids: Sequence[str], after: Order | None) -> Iterator[Link]:
        """Yield the links with the units that the Supplier's order has now; the order's is last."""
        units = {line.id: line.quantity for line in after.lines} if after else {}
        for link, n in self.wanted:
            stays = units.get(link.supplier_id, n)
            if stays > expected(link):
                yield replace(
                    link, ordered=None, cancelled=None, raised_to=stays + (link.cancelled or 0)
                )
            elif stays < expected(link):
                yield replace(link, ordered=None, cancelled=(link.ordered or 0) - stays)
        for line, line_id in zip(self.added, line_ids, strict=False):
            link = Link(
                kind="line",
                merchant_id=line.id,
                supplier_id=line_id,
                generation=order.generation,
                order_id=order.merchant_id,
                ordered=line.quantity,
            )
            yield with_pack(link, line)
        is_empty = not self.added and not any(n for _, n in self.wanted)
        if is_empty and not any(units.get(link.supplier_id) for link, _ in self.wanted):
            yield replace(order, state="cancelled_by_task")


def plan_of(
    edit: Edit,
    links: Sequence[Link],
    state: EditableOrder,
    *,
    history: Sequence[Link],
    if_missing: Callable[[Link], int],
) -> LinePlan | Problem:
    """Return what changes, or why nothing of it is written.

    `if_missing` returns the units that a line keeps if the Merchant's order lacks it.
    """
    if not links:
        return _UNKNOWN
    current = state.order
    lines = {line.id: line for line in edit.order.lines}
    linked = {link.merchant_id for link in history}
    shown = {line.id: line.quantity for line in current.lines} if current else {}
    plan = LinePlan(
        wanted=tuple((link, _wanted(link, lines, if_missing)) for link in links),
        before={
            link.supplier_id: shown.get(link.supplier_id, 0) if current else expected(link)
            for link in links
        },
        added=tuple(line for line in lines.values() if line.id not in linked and line.quantity),
        lines=lines,
    )
    return _problem(edit, plan, state) or _extra(edit, plan, current, history) or plan


def expected(link: Link) -> int:
    """Return the units of a line that the Supplier's order has, by the ledger."""
    return (link.ordered or 0) - (link.cancelled or 0)


def _wanted(link: Link, lines: Mapping[str, Line], if_missing: Callable[[Link], int]) -> int:
    """Return the units that a line keeps."""
    if link.merchant_id not in lines:
        return if_missing(link)
    return lines[link.merchant_id].quantity - (link.cancelled or 0)


def _problem(edit: Edit, plan: LinePlan, state: EditableOrder) -> Problem | None:
    current = state.order
    # A parcel that is not reported yet is not in the ledger.
    if any(n < max(link.sent or 0, state.sent.get(link.supplier_id, 0)) for link, n in plan.wanted):
        return _BELOW_SENT
    is_certain = current is not None and "lines" not in edit.attempted
    if is_certain and any(
        plan.before[link.supplier_id] not in (expected(link), n) for link, n in plan.wanted
    ):
        return _CHANGED_THERE
    return _OTHER_GOODS if _has_other_goods(edit, plan, current) else None


def _extra(
    edit: Edit, plan: LinePlan, current: Order | None, history: Sequence[Link]
) -> Problem | None:
    """Return the problem of a line that an attempt of unknown outcome may have added."""
    if current is None or "lines" not in edit.attempted:
        return None
    known = {link.supplier_id for link in history}
    unknown = Counter(
        normalized_sku(line.sku) for line in current.lines if line.quantity and line.id not in known
    )
    unknown.subtract(normalized_sku(line.sku) for line in plan.added)
    return _EXTRA_LINE if +unknown else None


def _has_other_goods(edit: Edit, plan: LinePlan, current: Order | None) -> bool:
    """True if more than the units of lines was edited, or may have been."""
    if _is_of_units(edit, plan):
        return False
    if current is None or not plan.changes_units:
        # What a line was is not known once it is gone.
        return all(link.merchant_id in plan.lines for link, _ in plan.wanted)
    shown = {line.id: line for line in current.lines}
    return any(
        (normalized_sku(shown_line.sku), shown_line.details)
        != (normalized_sku(line.sku), line.details)
        or (link.merchant_sku or line.own_sku) != line.own_sku
        for link, _ in plan.wanted
        if (line := plan.lines.get(link.merchant_id))
        and (shown_line := shown.get(link.supplier_id))
    )


def _is_of_units(edit: Edit, plan: LinePlan) -> bool:
    """True if the lines would be those that were sent, had they the units that were sent."""
    ordered = {link.merchant_id: link.ordered or 0 for link, _ in plan.wanted}
    sent = tuple(
        replace(line, quantity=ordered[line.id]) for line in edit.order.lines if line.id in ordered
    )
    digest = edit.digester.group("lines", replace(edit.order, lines=sent))
    return digest == group_of(edit.known, "lines")
