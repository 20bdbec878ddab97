"""The flat base of services, until each kind has parts. Goes away then."""

import threading
from abc import abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ordosync.accounts.connections import Connections
from ordosync.accounts.flat import FlatAccount
from ordosync.accounts.service_client import _ROUNDS, _CircuitBreaker
from ordosync.errors import AccountError, RefusedError
from ordosync.models import Comment, Outcome

if TYPE_CHECKING:
    from ordosync.http import HttpClient

Item = TypeVar("Item")
Found = TypeVar("Found")


class HttpAccount(FlatAccount):
    """A foreign account. Writes and look-ups of one batch go side by side, `concurrency` at once.

    An adapter says with `connect` how its session is made, and has no `try`: the session turns
    answers into our errors, and `each` turns those into one outcome an item.
    """

    tells_addresses: bool = True

    def __init__(self, *, name: str, spool: Path = Path(), concurrency: int) -> None:
        super().__init__(name=name, spool=spool)
        if concurrency < 1:
            raise ValueError("concurrency: must be 1 or more")
        self.concurrency = concurrency
        self.batch_size = max(self.batch_size, _ROUNDS * concurrency)
        self._session: HttpClient | None = None
        self.asking = threading.RLock()
        """Held while what all threads need is asked for by the first of them."""

    @abstractmethod
    def connect(self) -> "HttpClient":
        """Make the session, once for all portals of this process."""

    @property
    def http(self) -> "HttpClient":
        """The session as this portal has it. Raises `RefusedError` where none can be made."""
        if self._session is None:
            with self.asking:  # two sessions would count their calls apart
                self._session = self._session or self._connected()
        return self._session

    def _connected(self) -> "HttpClient":
        try:
            return self.needed_connections.session(self.name, self.connect)
        except ValueError as error:  # an address or a certificate that cannot be used
            raise RefusedError(f"account {self.name}", "connect", str(error)) from error

    @property
    def needed_connections(self) -> Connections:
        """What the session is made from; an account has it once it is `paired`."""
        if self.connections is None:
            raise RuntimeError(f"account {self.name} was not paired, so it has no network")
        return self.connections

    @property
    def calls(self) -> int:
        """Requests made for this portal so far, repetitions included."""
        return self._session.calls if self._session else 0

    @property
    def cost(self) -> int:
        """What the service has charged for them, where it counts in points."""
        return self._session.cost if self._session else 0

    def each(
        self,
        items: Sequence[Item],
        write: Callable[[Item], Outcome],
        *,
        about: Callable[[Item], str],
    ) -> list[Outcome]:
        """Write side by side; one outcome an item, in order. Raises `SignInError`.

        What is `about` the same thing is written one after the other: each looks first at what
        the one before has left. In an outage the rest is not tried.
        """
        outage = _CircuitBreaker()
        groups: dict[str, list[int]] = {}
        for place, item in enumerate(items):
            groups.setdefault(about(item), []).append(place)

        def write_group(places: list[int]) -> list[tuple[int, Outcome]]:
            return [(place, outage.outcome_of(items[place], write)) for place in places]

        written = self.side_by_side(list(groups.values()), write_group)
        outcomes = dict(pair for group in written for pair in group)
        return [outcomes[place] for place in range(len(items))]

    def side_by_side(self, items: Sequence[Item], ask: Callable[[Item], Found]) -> list[Found]:
        """Ask for each item, several at once; answers in order. The first error ends it."""
        if len(items) < 2 or self.concurrency == 1:  # noqa: PLR2004 - nothing to be beside
            return [ask(item) for item in items]
        errors: list[AccountError] = []

        def ask_while_well(item: Item) -> Found:
            if errors:  # a key that is not valid any more is not tried with every item
                raise errors[0]
            try:
                return ask(item)
            except AccountError as error:
                errors.append(error)
                raise

        with ThreadPoolExecutor(max_workers=min(self.concurrency, len(items))) as pool:
            return list(pool.map(ask_while_well, items))

    def comment(self, comments: Sequence[Comment]) -> None:
        """Tell people of refusals and conflicts; where a comment is refused, the log tells it.

        Raises what may pass, so that the batch that it belongs to is looked up and told again.
        """
        self.side_by_side(comments, self._comment_if_taken)

    def _comment_if_taken(self, comment: Comment) -> None:
        with suppress(RefusedError):
            self.put_comment(comment)

    @abstractmethod
    def put_comment(self, comment: Comment) -> None:
        """Put a remark on a timeline, if it is not there yet."""
