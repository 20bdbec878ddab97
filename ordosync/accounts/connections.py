"""HTTP sessions and places that all portals and threads of one process share."""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ordosync.clock import Clock

if TYPE_CHECKING:
    from ordosync.accounts.files.places.place import Place
    from ordosync.http import HttpClient
    from ordosync.http.account_limits import AccountLimits


_MOST_IDLE = 32
"""Accounts that keep their connections while no portal uses them: a process may open few files."""


class Connections:
    """One session for each account of a configuration, and one of each place.

    `limits` are those of the accounts; without them, this process counts its own requests.
    `write_guard` makes the check before each write of one portal's run.
    """

    def __init__(
        self,
        clock: Clock,
        limits: "AccountLimits | None" = None,
        write_guard: Callable[[], Callable[[], None]] = lambda: lambda: None,
    ) -> None:
        self.clock = clock
        self.write_guard = write_guard
        self._limits = limits
        self._sessions: dict[str, HttpClient] = {}
        self._places: dict[str, dict[Hashable, Place]] = {}
        self._users: Counter[str] = Counter()
        """The number of portals that use each account now."""
        self._idle: dict[str, None] = {}
        """The accounts that were used and are not any more, the last one at the end."""
        self._lock = threading.Lock()

    @property
    def limits(self) -> "AccountLimits":
        """The limits of the accounts."""
        if self._limits is None:
            from ordosync.http.account_limits import LocalLimits  # noqa: PLC0415 - slow to import

            self._limits = LocalLimits(self.clock)
        return self._limits

    def session(
        self,
        account: str,
        make: Callable[[], "HttpClient"],
        before_write: Callable[[], None],
    ) -> "HttpClient":
        """Return the session of this account, with separate counters, for one portal."""
        with self._lock:
            if account not in self._sessions:
                self._sessions[account] = make()
            return self._sessions[account].counted(before_write)

    def place(self, account: str, options: Hashable, make: Callable[[], "Place"]) -> "Place":
        """Return the place of this account with these options."""
        with self._lock:
            places = self._places.setdefault(account, {})
            if options not in places:
                places[options] = make()
            return places[options]

    @contextmanager
    def in_use(self, *accounts: str) -> Iterator[None]:
        """Keep the connections of these accounts open within this context, by one thread.

        After that they stay open until many other accounts were used. Then they are closed, and a
        later request connects again. Limits and counts are kept.
        """
        with self._lock:
            self._users.update(accounts)
            for account in accounts:
                self._idle.pop(account, None)
        try:
            yield
        finally:
            for each in self._left(accounts):
                each.close()

    def _left(self, accounts: Collection[str]) -> "list[HttpClient | Place]":
        """Note that a portal uses these accounts no more; return the connections to close."""
        to_close: list[HttpClient | Place] = []
        with self._lock:
            # Only accounts that are still in use remain in the counter.
            self._users -= Counter(accounts)
            self._idle |= dict.fromkeys(name for name in accounts if name not in self._users)
            for account in list(self._idle)[:-_MOST_IDLE]:
                del self._idle[account]
                if account in self._sessions:
                    to_close.append(self._sessions[account])
                to_close += self._places.get(account, {}).values()
        return to_close

    def close(self) -> None:
        """Close all sessions and places. `session` and `place` create new ones after that."""
        with self._lock:
            sessions, self._sessions = self._sessions, {}
            places, self._places = self._places, {}
        for session in sessions.values():
            session.close()
        for place in (place for of_account in places.values() for place in of_account.values()):
            place.close()
        if self._limits is not None:
            self._limits.close()
