"""HTTP sessions that all portals and threads of one process share."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from ordosync.clock import Clock

if TYPE_CHECKING:
    from ordosync.http import HttpClient


class Connections:
    """One session and one rate limit for each account of a configuration."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._sessions: dict[str, HttpClient] = {}
        self._lock = threading.Lock()

    def session(self, account: str, make: Callable[[], "HttpClient"]) -> "HttpClient":
        """Return the session of this account, with separate counters."""
        with self._lock:
            if account not in self._sessions:
                self._sessions[account] = make()
            return self._sessions[account].counted()

    def close(self) -> None:
        """Close all sessions. `session` creates new ones after that."""
        with self._lock:
            sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            session.close()
