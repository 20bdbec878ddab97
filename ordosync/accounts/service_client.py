"""Calls to a service: one session, concurrent writes, one outcome per item.

The client of each kind wraps a `ServiceClient` and adds the API calls of both roles. Parts have no
`try`: the session converts responses into errors, and `write_each` converts errors into outcomes.
"""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from ordosync.accounts.account import MAX_FAILURES_IN_A_ROW, outcome_of
from ordosync.accounts.connections import Connections
from ordosync.accounts.pages_ahead import read_ahead
from ordosync.accounts.portal_account import Limits
from ordosync.clock import Clock
from ordosync.errors import (
    ExistsError,
    OrdosyncError,
    RefusedError,
    UnavailableError,
    UnknownOutcomeError,
)
from ordosync.models import Comment, Outcome
from ordosync.threads import block_signals

if TYPE_CHECKING:
    from ordosync.http import HttpClient

STOCK_CACHE_S = 300
"""The time for which a read of all stock is reused: tasks read stock in pages."""
# `product_invalid_sku` is WooCommerce's "Invalid or duplicated SKU", in any language.
_EXISTS = re.compile(r"already|\bexists?\b|duplicate|\btaken\b|product_invalid_sku", re.IGNORECASE)
_ROUNDS = 10
"""The minimum number of items per thread in a batch. With fewer, most threads wait for the last."""
Item = TypeVar("Item")
Result = TypeVar("Result")


class ServiceClient:
    """A service opened for one portal, with `concurrency` requests at the same time.

    `connect` creates the session, once for all portals of this process.
    """

    def __init__(
        self,
        name: str,
        connections: Connections,
        connect: Callable[[Connections], "HttpClient"],
        *,
        concurrency: int,
        timezone: str | None = None,
    ) -> None:
        self.name = name
        self.notes: Sequence[str] = ()
        self.concurrency = concurrency
        self.timezone = timezone
        """The time zone of the account; None for UTC. Set later if the service reports it."""
        self.lock = threading.RLock()
        """Held by a thread that reads shared data, so that it is read once for all threads."""
        self._connections = connections
        # The session may be opened later than the run begins.
        self._before_write = connections.write_guard()
        self._connect = connect
        self._session: HttpClient | None = None
        self._at_close: list[Callable[[], None]] = []

    @property
    def account(self) -> str:
        """The account as errors name it."""
        return f"account {self.name}"

    @property
    def clock(self) -> Clock:
        """The clock of this process."""
        return self._connections.clock

    @property
    def http(self) -> "HttpClient":
        """The session as this portal has it. Raises `RefusedError` if it cannot be created."""
        if self._session is None:
            # Two sessions would count their calls separately.
            with self.lock:
                self._session = self._session or self._connected()
        return self._session

    def _connected(self) -> "HttpClient":
        try:
            return self._connections.session(
                self.name, lambda: self._connect(self._connections), self._before_write
            )
        # An address or a certificate that cannot be used.
        except ValueError as error:
            raise RefusedError(self.account, "connect", str(error)) from error

    @property
    def calls(self) -> int:
        """The number of requests made for this portal, retries included."""
        return self._session.calls if self._session else 0

    @property
    def cost(self) -> int:
        """The points that the service has charged for them; 0 if it does not use points."""
        return self._session.cost if self._session else 0

    def at_close(self, forget: Callable[[], None]) -> None:
        """Call `forget` at each `close`, to clear the caches of one run."""
        self._at_close.append(forget)

    def close(self) -> None:
        """Clear the caches of one run. The session is shared and stays open."""
        for forget in self._at_close:
            forget()

    def limits(self, *, batch_size: int = 20, settle_s: float = 0) -> Limits:
        """Return the limits of writes. A batch is large enough for all threads."""
        size = max(batch_size, _ROUNDS * self.concurrency)
        return Limits(batch_size=size, settle_s=settle_s)

    def reading_ahead(
        self, since: Callable[[datetime | None], Iterator[Item]], count: int
    ) -> Callable[[datetime | None], Iterator[Item]]:
        """Return a function that reads the same pages since a time; see `pages_ahead`."""
        return lambda after: read_ahead(since(after), count, self.clock)

    def write_each(
        self,
        items: Sequence[Item],
        write: Callable[[Item], Outcome],
        *,
        key: Callable[[Item], str],
    ) -> list[Outcome]:
        """Write concurrently; return one outcome per item, in order. Raises `SignInError`.

        Items with the same key are written one after the other: a write first reads the result of
        the write before. After too many failures in a row, the remaining items are not tried.
        """
        breaker = _CircuitBreaker()
        groups: dict[str, list[int]] = {}
        for place, item in enumerate(items):
            groups.setdefault(key(item), []).append(place)

        def write_group(places: list[int]) -> list[tuple[int, Outcome]]:
            return [(place, breaker.outcome_of(items[place], write)) for place in places]

        groups_of_outcomes = self.map_concurrently(list(groups.values()), write_group)
        outcomes = dict(pair for group in groups_of_outcomes for pair in group)
        return [outcomes[place] for place in range(len(items))]

    def map_concurrently(
        self, items: Sequence[Item], ask: Callable[[Item], Result]
    ) -> list[Result]:
        """Return the result of `ask` for each item, in order. The first error is raised."""
        if len(items) <= 1 or self.concurrency == 1:
            return [ask(item) for item in items]
        errors: list[OrdosyncError] = []

        def ask_unless_failed(item: Item) -> Result:
            # An expired key, or a lost lease, would fail for every item.
            if errors:
                raise errors[0]
            try:
                return ask(item)
            except OrdosyncError as error:
                errors.append(error)
                raise

        count = min(self.concurrency, len(items))
        with ThreadPoolExecutor(max_workers=count, initializer=block_signals) as pool:
            return list(pool.map(ask_unless_failed, items))


class ServiceTimeline:
    """Comments on a service's orders. Successes are omitted: they would hide other comments."""

    def __init__(self, service: ServiceClient, put: Callable[[Comment], None]) -> None:
        self._service = service
        self._put = put

    def comment(self, comments: Sequence[Comment]) -> None:
        """Add comments that do not exist yet; a refused comment is only in the log.

        Raises a temporary error. The batch of the comment is then looked up and repeated.
        """
        self._service.map_concurrently(comments, self._put_unless_refused)

    def note(self, comments: Sequence[Comment]) -> None:
        """Do nothing."""

    def _put_unless_refused(self, comment: Comment) -> None:
        with suppress(RefusedError):
            self._put(comment)


class _CircuitBreaker:
    """Counts consecutive failed writes of a batch, over all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._last: Outcome | None = None

    def outcome_of(self, item: Item, write: Callable[[Item], Outcome]) -> Outcome:
        """Write an item, unless too many consecutive writes have failed."""
        with self._lock:
            last = self._last if self._in_a_row >= MAX_FAILURES_IN_A_ROW else None
        if last:
            return replace(last, state="unavailable", code=UnavailableError.code)
        outcome = outcome_of(item, write)
        with self._lock:
            failed = outcome.state == "unavailable" or outcome.code == UnknownOutcomeError.code
            self._in_a_row = self._in_a_row + 1 if failed else 0
            self._last = outcome
        return outcome


def recheck_refusals(write: Callable[[Item], Outcome]) -> Callable[[Item], Outcome]:
    """Return a write that repeats itself once after a refusal.

    If a request is delivered twice, the first delivery is executed and the second one is refused.
    A write checks first if its result exists, so the repetition finds it.
    """

    def write_or_recheck(item: Item) -> Outcome:
        try:
            return write(item)
        except RefusedError:
            return _as_first(write(item))

    return write_or_recheck


def recheck_outcomes(write: Callable[[Item], Outcome], code: str) -> Callable[[Item], Outcome]:
    """Return a write that repeats itself once if it is refused with this code.

    See `recheck_refusals`.
    """

    def write_or_recheck(item: Item) -> Outcome:
        outcome = write(item)
        return _as_first(write(item)) if outcome.code == code else outcome

    return write_or_recheck


def _as_first(outcome: Outcome) -> Outcome:
    """Return the outcome of a repetition: what it finds was written by the first delivery."""
    return replace(outcome, state="done") if outcome.state == "unchanged" else outcome


def unless_it_exists(create: Callable[[Item], Outcome]) -> Callable[[Item], Outcome]:
    """Return a create with a separate code if it is refused because the object exists."""

    def create_with_code(item: Item) -> Outcome:
        try:
            outcome = create(item)
        except RefusedError as error:
            if not _EXISTS.search(error.answer):
                raise
            return Outcome(state="refused", code=ExistsError.code, reason=error.answer)
        if (outcome.state, outcome.code) == ("refused", RefusedError.code) and _EXISTS.search(
            outcome.reason
        ):
            return replace(outcome, code=ExistsError.code)
        return outcome

    return create_with_code
