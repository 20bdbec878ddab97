"""The contract of a task: `plan` reads and decides, `apply` writes.

The log, the retries and the clock belong to the engine.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal, Protocol

from msgspec import Struct

from ordosync.accounts.account import ReadRequest, Role
from ordosync.accounts.merchant import Merchant
from ordosync.accounts.portal_account import PortalAccount
from ordosync.accounts.supplier import Supplier
from ordosync.clock import Clock
from ordosync.config.settings import PortalConfig
from ordosync.digest_key import DigestKey
from ordosync.models import InvalidRecord, Outcome, Page
from ordosync.store.leases import Resource
from ordosync.store.links import Link
from ordosync.store.sent_units import SentSku
from ordosync.store.sku_map import SkuMap
from ordosync.store.step_rows import StepRef, StepRow
from ordosync.store.stock_stops import Stop
from ordosync.store.written import Written
from ordosync.tasks.feeds import FeedWatch
from ordosync.tasks.known_links import KnownLinks
from ordosync.tasks.stock.division import Offer
from ordosync.tasks.stock.portal_stock import PortalStock


@dataclass(frozen=True, kw_only=True)
class Portal:
    """A portal with both accounts open, and its links."""

    name: str
    origin: str
    """The portal's first name, with which every reference begins."""
    merchant: Merchant
    supplier: Supplier
    config: PortalConfig
    links: KnownLinks
    digest_key: DigestKey
    clock: Clock
    """For deadlines that count from the import of an order."""
    feeds: FeedWatch | None
    """The feeds whose age is limited; None if there is none."""
    open_stock: Callable[[], PortalStock]
    stock_portals: Callable[[], Sequence[str]]
    """Returns the portals that write the stock of this Supplier account back, with this one."""
    is_pooled: bool = False
    """True if the units of the Supplier are divided among its portals."""
    sku_map: SkuMap | None = None
    """None if the portal has no map: then both accounts have the same SKUs."""
    rivals: tuple[str, ...] = ()
    """The other portals of the same Merchant account, which may read the same lines."""
    in_use: Callable[[], AbstractContextManager[None]] = nullcontext
    """Keeps the connections of both accounts open within its context."""
    known_skus: set[str] = field(default_factory=set)
    """SKUs that the Supplier has, as far as a run has asked."""

    @cached_property
    def stock(self) -> PortalStock:
        """The rules and the state of the stock, opened at the first use: few tasks need them."""
        return self.open_stock()

    @property
    def shared_accounts(self) -> Sequence[str]:
        """The accounts whose claims of lines, or quotas, other portals may change meanwhile."""
        claimed = [self.merchant.name] if self.rivals else []
        return [*claimed, self.supplier.name] if self.is_pooled else claimed

    @property
    def sides(self) -> tuple[tuple[Role, PortalAccount], tuple[Role, PortalAccount]]:
        """Both accounts, each with its role."""
        return ("merchant", self.merchant), ("supplier", self.supplier)

    def collect_feeds(self) -> None:
        """Note what was seen of the feeds whose age is limited, before the accounts are closed."""
        if self.feeds:
            newest = {**self.merchant.newest(), **self.supplier.newest()}
            self.feeds.collect(newest, self.stock.age.attempt)

    def close(self) -> None:
        """Release what both accounts and the rules hold open. Idempotent."""
        if "stock" in self.__dict__:
            self.stock.rules.close()
        self.known_skus.clear()
        self.merchant.client.close()
        self.supplier.client.close()


class Decision(Struct, frozen=True, kw_only=True):
    """The reason why a step needs no write."""

    state: Literal["unchanged", "skipped", "waiting", "held", "failed"]
    code: str = ""
    reason: str = ""
    rest: timedelta | None = timedelta(minutes=1)
    """The time until the record of a waiting or held step is read again; None: by the next run."""
    until: datetime | None = None
    """When a held step can change by itself: its record is read again then."""

    @classmethod
    def of(cls, item: InvalidRecord) -> "Decision":
        """Return the decision about a record that cannot be used."""
        return cls(
            state="skipped" if item.is_skipped else "failed", code=item.code, reason=item.reason
        )


class Step(StepRef, frozen=True, kw_only=True):
    """A write that is needed, or the decision not to write."""

    key: str
    """Identifies the event or state; a second step with this key is the same step."""
    merchant_id: str | None
    content: str
    """Digest or text of the record; it differs if the record has changed."""
    summary: str = ""
    """What would be written, unless the task summarizes it from its payload."""
    supplier_id: str | None = None
    """The Supplier's id; None if only the write returns it."""
    is_destructive: bool = False
    """True if many such writes at once are probably a mistake, such as a quantity of 0."""
    is_at_risk: bool = False
    """True if a destructive write of this record would remove something."""
    is_exempt: bool = False
    """True if the safety limit does not hold it back, such as that of a stopped product."""
    cause: str = ""
    """The reason for a destructive write, if the source of the record is not the reason."""
    needs_redo: bool = False
    """True if the links show that the effect of this step was undone later."""
    cured: str = ""
    """Code of a failure whose cause no longer exists: a step that failed with it is done again."""
    is_family: bool = False
    """True if its order was split meanwhile: then its pieces are linked before the write."""
    as_of: str = ""
    """State of the source that was read: a text that sorts by age, or empty."""
    remark: str = ""
    """Text for the log, if the step is done."""
    written: Written | None = None
    """What its write sets, for the log."""
    digests: str | None = None
    """Of an order: keyed digests of what is sent, by group; of an edit: those from before it."""
    number: str = ""
    """Number of the Merchant's order, if it differs from its id."""
    payload: object = None
    """What `apply` writes. Never stored."""
    decision: Decision | None = None


class Result(Struct, frozen=True, kw_only=True):
    """The outcome of a step, and the links that it gives."""

    outcome: Outcome
    links: tuple[Link, ...] = ()
    frees: str = ""
    """Key of the step whose lines may go to another Supplier now."""
    written: Written | None = None
    """What was written, if it differs from the step, or although the write was refused."""
    rest: timedelta | None = None
    """If the account was asked and answers later: the time in which it should; None: any time."""
    stops: tuple[Stop, ...] = ()
    """Products that the Merchant does not sell for a while."""
    sent_units: Mapping[SentSku, int] | None = None
    """Units that the Supplier has got, now or by an earlier attempt."""
    offer: Offer | None = None
    """Units of the pool that the Merchant shows now, or does not show any more."""
    is_only_linked: bool = False
    """True if the account had the object already; its first link counts as done."""
    known: "Known | None" = None
    """Of an edit: the state of its order that was written, with which later reads are compared."""
    content: str = ""
    """Content that the step gets; empty if it keeps its own."""


class Apply(Protocol):
    """Writes a batch of steps."""

    def __call__(self, portal: Portal, steps: Sequence[Step], *, look_first: bool) -> list[Result]:
        """Write a batch; return one result for each step, in order.

        `look_first` is set if an earlier attempt may have written these steps.
        """


class Known(Struct, frozen=True, kw_only=True):
    """The state of a written record with which later reads are compared."""

    content: str
    """Empty if the order's step keeps its own."""
    digests: str = ""
    version: int = 0
    """The version of the order that was written; 0 if none was."""


class Compare(Protocol):
    """Compares a record whose step is done with the record as it was written."""

    def __call__(
        self, step: Step, row: StepRow | None, *, open_edit: StepRow | None
    ) -> Step | Known | None:
        """Return the step that reports an edit, with the key `edit_key`; None if there is no edit.

        `row` is the step as it was written; None if no step wrote it, such as a piece of an order.
        If the record cannot be compared with what was written, the record as it was read becomes
        the known one. `open_edit`: the step of an edit that is not settled; if the edit was taken
        back, that is reported, too.
        """


@dataclass(frozen=True, kw_only=True)
class PlanRequest(ReadRequest):
    """The start of a plan's read. A scheduled run sets `skip_recent`."""

    last_at: datetime | None = None
    """The time of the last complete read."""
    after_restore: bool = False
    """True if the store was restored or is new, so that links of records may be missing."""
    lacks_links: bool = False
    """True if links may still be added: then the same records are read again."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task, as functions and flags."""

    name: str
    resource: Resource
    """Resource of the lease: two runs of a portal never work on it at the same time."""
    plan: Callable[[Portal, PlanRequest], Iterator[Page[Step]]]
    """Yields a step for each record that changed since the cursor; only reads."""
    replan: Callable[[Portal, Sequence[StepRef]], Iterator[Page[Step]]]
    """Yields these steps as their records are now; omits deleted records; only reads."""
    apply: Apply
    writes_to: Role
    """Role of the account that `apply` writes."""
    look_up: Callable[[Portal, Sequence[str]], Mapping[str, Result]] = lambda _, __: {}
    """Finds the records that earlier attempts of these keys have created; only reads. By default
    no records are looked up, because the write is idempotent."""
    summarize: Callable[[Step], str] = lambda step: step.summary
    """Returns what a step would write, for `--dry-run`."""
    is_state: bool = False
    """True if a step is a state, such as a quantity, not an event: a newer state replaces it
    after any outcome."""
    max_refusals: int = 1
    """The number of refusals in a row after which a step fails until its content changes."""
    safety_limit: Callable[[Portal, int], int] | None = None
    """Returns the total by which the number of destructive writes is divided, given the number of
    steps at risk. None if the task has no safety limit. With a limit, the whole plan is made before
    the first write."""
    writes_plan: Callable[[Portal], bool] = lambda _: False
    """True if a recent plan may be written as it was read. Otherwise each of its records is read
    again just before its write."""
    limited: str = ""
    """Verb of the destructive writes, for the message of the safety limit."""
    closes: str = ""
    """Code and content of failed steps that report a state, such as `oversold`. If a complete read
    does not report the state again, the step is settled."""
    passing: frozenset[str] = frozenset()
    """Codes of failed steps whose cause may be temporary: they are planned again periodically."""
    needs_links_from: str | None = None
    """The task that links the records of this one. Records without a link are left out, so the
    cursor does not move while links may be missing."""
    reopens: tuple[str, ...] = ()
    """Tasks whose steps fail while the Merchant has cancelled an order. When this task reads the
    order as requested again, these steps are retried."""
    runs_immediately: bool = False
    """True if a change in a local account makes the task due. Its interval is not in the
    configuration, and a run that found nothing leaves no row unless a user started it."""
    claims_lines: bool = False
    """True if a step sends lines of the Merchant; each line goes to only one Supplier."""
    compare: Compare | None = None
    """Finds edits of a record whose step is done. By default an edit is only logged, once for each
    content."""
    skip_notes: Mapping[str, Callable[[Portal, int], str]] = field(default_factory=dict)
    """Remarks about a run that skipped or held so many steps, by the code of the steps."""
    notes: Callable[[Portal], Sequence[str]] = lambda _: ()
    """Returns other remarks about a run, from what its plan has found."""
    save: Callable[[Portal], None] = lambda _: None
    """Saves what the plan has found, in the transaction that ends the run."""
    due_again: Callable[[Portal, Sequence[StepRow]], Sequence[StepRow]] | None = None
    """Returns the failed edits that are tried again in this run, as the configuration changed, and
    the held orders that are judged again before their time."""
    settled: Callable[[Portal, Sequence[StepRow]], Mapping[str, Decision]] = lambda _, __: {}
    """Returns a decision for each failed step whose cause no longer exists, and for each held step
    whose answer came; only reads."""
    announce: Callable[[Portal, Sequence[StepRef], Mapping[str, Decision]], None] = (
        lambda _, __, ___: None
    )
    """Adds comments about the steps that `settled` has found. Idempotent."""

    def target(self, portal: Portal) -> PortalAccount:
        """Return the account that this task writes."""
        return portal.merchant if self.writes_to == "merchant" else portal.supplier
