"""HTTP sessions and places that all portals and threads of one process share."""

import threading
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from ordosync.clock import Clock

if TYPE_CHECKING:
    from ordosync.accounts.files.places.place import Place
    from ordosync.http import HttpClient
    from ordosync.http.account_limits import AccountLimits


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
        self._places: dict[Hashable, Place] = {}
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

    def place(self, key: Hashable, make: Callable[[], "Place"]) -> "Place":
        """Return the place with this key, such as its account and options."""
        with self._lock:
            if key not in self._places:
                self._places[key] = make()
            return self._places[key]

    def close(self) -> None:
        """Close all sessions and places. `session` and `place` create new ones after that."""
        with self._lock:
            sessions, self._sessions = self._sessions, {}
            places, self._places = self._places, {}
        for session in sessions.values():
            session.close()
        for place in places.values():
            place.close()
        if self._limits is not None:
            self._limits.close()
