"""HTTP sessions and places that all portals and threads of one process share."""

import threading
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from ordosync.clock import Clock

if TYPE_CHECKING:
    from ordosync.accounts.files.places.place import Place
    from ordosync.http import HttpClient


class Connections:
    """One session and one rate limit for each account of a configuration, one of each place."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._sessions: dict[str, HttpClient] = {}
        self._places: dict[Hashable, Place] = {}
        self._lock = threading.Lock()

    def session(self, account: str, make: Callable[[], "HttpClient"]) -> "HttpClient":
        """Return the session of this account, with separate counters."""
        with self._lock:
            if account not in self._sessions:
                self._sessions[account] = make()
            return self._sessions[account].counted()

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
