"""What a task is: `plan` reads and decides, `apply` writes; neither knows of log or clock."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from msgspec import Struct

from ordosync.accounts.account import ReadRequest, Role
from ordosync.accounts.merchant import Merchant
from ordosync.accounts.portal_account import PortalAccount
from ordosync.accounts.supplier import Supplier
from ordosync.config.settings import PortalConfig
from ordosync.models import Outcome, Page, Unusable
from ordosync.store.leases import Resource
from ordosync.store.links import Link, LinkKind
from ordosync.store.steps import StepRef


class KnownLinks(Protocol):
    """The part of the portal's links that a task may ask."""

    def of_merchant(self, kind: LinkKind, ids: Sequence[str]) -> Mapping[str, Link]:
        """Return the newest link of each of the Merchant's ids that has one."""

    def of_supplier(self, kind: LinkKind, ids: Sequence[str]) -> Mapping[str, Link]:
        """Return the newest link of each of the Supplier's ids that has one."""

    def live(self, kind: LinkKind) -> Iterator[list[Link]]:
        """Yield the links that nothing has ended, in pages."""

    def unreported(self, *, linked_after: datetime, shipped_after: datetime) -> Sequence[Link]:
        """Return the orders without a label that were linked after then.

        Left out are those that were known to be shipped without one at `shipped_after`.
        """

    def reopened(self) -> Sequence[Link]:
        """Return the orders whose label was deleted after their cancellation was refused."""


@dataclass(frozen=True, kw_only=True)
class Portal:
    """A portal at work: both accounts open, and what the store knows of the pair."""

    name: str
    origin: str
    """The portal's first name, with which every reference begins."""
    merchant: Merchant
    supplier: Supplier
    config: PortalConfig
    links: KnownLinks
    rivals: tuple[str, ...] = ()
    """The other portals of the same Merchant account, which may read the same lines."""

    @property
    def sides(self) -> tuple[tuple[Role, PortalAccount], tuple[Role, PortalAccount]]:
        """Both accounts, each with its role."""
        return ("merchant", self.merchant), ("supplier", self.supplier)


class Decision(Struct, frozen=True, kw_only=True):
    """What is decided about a step before anything is written."""

    state: Literal["unchanged", "skipped", "waiting", "failed"]
    code: str = ""
    reason: str = ""
    rest: timedelta = timedelta(minutes=1)
    """How long a waiting step rests before it is read again."""

    @classmethod
    def of(cls, item: Unusable) -> "Decision":
        """Say of something that cannot be used what its account says."""
        return cls(state="skipped" if item.skip else "failed", code=item.code, reason=item.reason)


class Step(StepRef, frozen=True, kw_only=True):
    """One write that is owed, or the reason why it is not."""

    key: str
    """Names what happened; a second step with this key is the same one."""
    merchant_id: str | None
    content: str
    """What was read, so that the same thing read again is told from a new one."""
    summary: str = ""
    """For `--dry-run`: what would be written."""
    supplier_id: str | None = None
    """The Supplier's id; None if only the write returns it."""
    is_destructive: bool = False
    """A write of which many at once are probably a mistake, such as a quantity of 0."""
    is_at_risk: bool = False
    """Whether such a write of this object would take something away."""
    needs_redo: bool = False
    """Whether the links say that what this step has done is so no more, and it is owed again."""
    cured: str = ""
    """The code of a failure whose cause is gone: a step that failed with it is owed again."""
    is_family: bool = False
    """True if its order was split since, so that its pieces are to be linked before the write."""
    as_of: str = ""
    """Which state of its source was read: texts that sort by age, or empty."""
    remark: str = ""
    """What the log says beside a step that is done."""
    payload: object = None
    """What `apply` writes. Never stored."""
    decision: Decision | None = None


def step_of_source(item: Unusable) -> Step:
    """Return the step of a file or row that is no object at all.

    It has no id of either account. That tells it from the steps of objects, whatever their ids.
    """
    return Step(key=item.id, merchant_id=None, content=item.content, decision=Decision.of(item))


class Result(Struct, frozen=True, kw_only=True):
    """What came of a step, and which things are now known to be the same on both sides."""

    outcome: Outcome
    links: tuple[Link, ...] = ()
    frees: str = ""
    """The key of the step whose lines may go to another Supplier now."""


class Apply(Protocol):
    """How a task writes."""

    def __call__(self, portal: Portal, steps: Sequence[Step], *, look_first: bool) -> list[Result]:
        """Write a batch; one result for each step, in order.

        `look_first` is set for steps that an earlier attempt may have written already.
        """


class Compare(Protocol):
    """Compares a record whose step is done with what it was then."""

    def __call__(self, step: Step, before: str, *, has_open_edit: bool) -> Step | str | None:
        """Return the step that reports an edit, with the key `edit_key`; None if there is no edit.

        A text is returned if `before` cannot be compared: it becomes the content of the step.
        `has_open_edit`: an edit was reported; if it was taken back, that is reported, too.
        """


def edit_key(key: str) -> str:
    """Return the key of the step that an edit of a done step has: one, however often edited."""
    return f"{key}:edit"


@dataclass(frozen=True, kw_only=True)
class PlanRequest(ReadRequest):
    """Where and how a plan starts to read. A scheduled run has `skip_recent`."""

    last_at: datetime | None = None
    """When the last complete read ended."""
    after_restore: bool = False
    """True if the store was restored or is new, so that links of what is read may be missing."""
    lacks_links: bool = False
    """True if links may still come by themselves: then the same is read again."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """A kind of work, as functions."""

    name: str
    resource: Resource
    """What no two runs of a portal may work on at once."""
    plan: Callable[[Portal, PlanRequest], Iterator[Page[Step]]]
    """A step for each object that changed since the cursor; reads only."""
    replan: Callable[[Portal, Sequence[StepRef]], Iterator[Page[Step]]]
    """These steps as they are owed now; none for one whose object is gone; reads only."""
    apply: Apply
    writes_to: Role
    """Whose account `apply` writes."""
    look_up: Callable[[Portal, Sequence[str]], Mapping[str, Result]] = lambda _, __: {}
    """Find what earlier attempts of these keys made; reads only. By default nothing: the write
    may be repeated."""
    is_state: bool = False
    """A step says how something is to be, not what happened: a newer one takes its place, and
    what came of an older one rules nothing out."""
    max_refusals: int = 1
    """After so many refusals in a row a step is left alone until it says something else."""
    brake: Callable[[Portal, int], int] | None = None
    """Of how many things the destructive writes are a share, given how many steps are at risk;
    None: no brake. With one, nothing is written before all is planned."""
    closes: str = ""
    """The code, and the content, of failed steps that say how something stands. A complete reading
    without such a step has settled it."""
    passing: frozenset[str] = frozenset()
    """The codes of failed steps that settle themselves: they are planned again now and then."""
    needs_links_from: str | None = None
    """The task that links what this one reads. What has no link yet is passed over, so as long as
    links may be missing a later run has to read the same again."""
    reopens: tuple[str, ...] = ()
    """The tasks whose steps fail while the Merchant has cancelled an order. Once this task reads
    the order as requested, they are tried again."""
    runs_immediately: bool = False
    """Woken by the desk; has an interval of its own that is not in the configuration. A run that
    found nothing leaves no row, unless a person asked for it."""

    claims_lines: bool = False
    """True if a step sends lines of the Merchant's, of which each goes to one Supplier only."""
    compare: Compare | None = None
    """How an object whose step is done is compared with what it was. By default an edit is only
    said, once for each content."""
    over: Callable[[Portal, Sequence[StepRef]], Mapping[str, Decision]] = lambda _, __: {}
    """Which of these failed steps have no cause any more, and why; reads only."""

    def target(self, portal: Portal) -> PortalAccount:
        """Return the account that this task writes."""
        return portal.merchant if self.writes_to == "merchant" else portal.supplier
