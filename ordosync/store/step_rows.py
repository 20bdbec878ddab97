"""The values of the table `steps`: a step's row, its states and codes, and a change of it.

::

    (new) --> sending --+--> done      written, or found by a look-up
                        +--> failed    refused: needs the operator
                        +--> waiting   unavailable or refused for now: sent again later
                        +--> unknown   may have arrived: looked up, then done or sent again
                        +--> held      the account was asked, and has not answered yet

    (new) --> done | waiting | held | skipped | failed      a decision without a write

A process that dies leaves `sending`, which the next run handles like `unknown`. `done` and
`skipped` are settled. `failed` is settled by a retry, a dismissal or a later read. `held` is as
planned, so it counts as skipped; its record is read again at `not_before`, or by the next run.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordosync.clock import from_text
from ordosync.store.written import Written, from_json

if TYPE_CHECKING:
    from ordosync.sql import Row


State = Literal["sending", "unknown", "waiting", "held", "done", "skipped", "failed"]


class StepRef(Struct, frozen=True, kw_only=True):
    """The ids of a step, by which a task plans it again."""

    key: str
    merchant_id: str | None = None
    supplier_id: str | None = None


class StepRow(StepRef, frozen=True, kw_only=True):
    """A step as recorded in the store."""

    id: int
    portal: str
    task: str
    state: State
    code: str | None
    reason: str | None
    content: str
    attempts: int
    not_before: datetime | None
    """The earliest time of its next attempt or look-up."""
    created_at: datetime
    """When the write became due."""
    updated_at: datetime
    last_run_id: int
    """The run that recorded it last."""
    sent_boot_s: float | None = None
    """When it was last sent, in seconds since the boot; None if by an older version."""
    looked_at: datetime | None = None
    """When a reliable look-up did not settle it."""
    as_of: str = ""
    """State of the source that it was decided by: a text that sorts by age, or empty."""
    written_json: str | None = None
    """The values that its last write set, as `written.to_json` returns them."""
    digests: str | None = None
    """As in `Link`, until its order is linked; of an edit: those from before the edit."""
    released_at: datetime | None = None
    """When the operator released its order from the rules that held it."""

    @property
    def written(self) -> Written | None:
        """The values that its last write set; None if there are none, or if they are not known."""
        return from_json(self.written_json)

    @property
    def is_held_by_rule(self) -> bool:
        """True if a rule of its portal holds the order before the import."""
        return self.state == "held" and (self.code or "").startswith(HOLD)

    @property
    def is_of_source(self) -> bool:
        """True if it belongs to a file or row of a source, not to an object of an account."""
        return self.merchant_id is None and self.supplier_id is None


class Write(StepRef, frozen=True, kw_only=True):
    """The values that a run has written of one step."""

    written: Written


class StepChange(Struct, frozen=True, kw_only=True):
    """A change of a step by a run."""

    key: str
    state: State
    content: str
    merchant_id: str | None
    supplier_id: str | None = None
    code: str | None = None
    reason: str | None = None
    not_before: datetime | None = None
    as_of: str = ""
    written_json: str | None = None
    """The values that its write sets, as `written.to_json` returns them."""
    digests: str | None = None
    """As in `StepRow`."""


UNSETTLED = "state in ('sending', 'unknown', 'waiting', 'held', 'failed')"
"""Condition of the partial index; SQLite uses the index only for queries that contain it."""
UNPROVEN = "unproven"
"""Code of a failed step that may have arrived, at an account whose look-ups prove nothing."""
ADDED = "added-lines"
"""Code of a split that the Merchant's order does not need: the Supplier only added lines."""
PLANNED = "planned"
"""Code of a step that waits only for the rest of the plan of its run."""
PATIENT = ("partially-shipped", "which-lines", "parcels-first", "no-link")
"""Codes of steps that wait for something that may take days, which is no problem."""
ASKED = "asked"
"""Code of a held step: the account was asked for the write, and has not answered yet."""
HOLD = "hold-"
"""Prefix of the codes of held orders: a rule of the portal holds them before the import."""
DISMISSED = "dismissed"
"""Code of a step that the operator has dismissed: it is not retried automatically."""
NO_TRACKING = "no-tracking"
"""Code of a skipped step: the order was shipped without a tracking number."""
STOCK_NOT_MOVED = "stock-not-moved"
"""Code of a done step: an edit changed the units of an order, and not the Supplier's stock."""


def step_row(row: "Row") -> StepRow:
    """Return a step from a row of the table."""
    return StepRow(
        id=row["id"],
        portal=row["portal"],
        task=row["task"],
        key=row["key"],
        state=row["state"],
        code=row["code"],
        reason=row["reason"],
        content=row["content"],
        merchant_id=row["merchant_id"],
        supplier_id=row["supplier_id"],
        attempts=row["attempts"],
        not_before=from_text(row["not_before"]) if row["not_before"] else None,
        created_at=from_text(row["created_at"]),
        updated_at=from_text(row["updated_at"]),
        last_run_id=row["last_run_id"],
        sent_boot_s=row["sent_boot_s"],
        looked_at=from_text(row["looked_at"]) if row["looked_at"] else None,
        as_of=row["as_of"],
        written_json=row["written"],
        digests=row["digests"],
        released_at=from_text(row["released_at"]) if row["released_at"] else None,
    )
