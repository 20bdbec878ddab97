"""Turns errors of PostgreSQL into those of ordosync: one line with SQLSTATE and without values.

The server quotes values in the messages of some classes of errors, so these are not shown.
"""

import psycopg
from psycopg.errors import Diagnostic

from ordosync.errors import DatabaseError, LeaseLostError, OrdosyncError

_WITH_VALUES = ("21", "22", "23", "44", "P0")
"""Classes of errors about values: data exceptions, constraints, and functions of users."""
_ADVICE = {
    "25006": "is read-only; give the address of the primary server",
    "42501": "the role lacks a right ({text}); it must own what this names",
    "53100": "the disk of the server is full; free some space; no data is lost",
    "53300": "the server has no free connection; raise its `max_connections`, or lower `--jobs`",
    "55P03": "another process holds what is needed here for longer than 15 s; try again",
    "57014": "a statement took longer than 30 s; try again",
}
_ENDED = ("25P03", "57P01", "57P02", "57P03", "57P05", "08")
"""The server has ended the session, or it is being restarted."""


def to_ordosync_error(location: str, error: psycopg.Error, *, is_lost: bool) -> OrdosyncError:
    """Return the error for a statement that failed; `is_lost` if its connection is gone."""
    state = error.sqlstate or ""
    if is_lost or state.startswith(_ENDED):
        return LeaseLostError(
            f"database {location}: the connection was lost{_in_brackets(state)}; the next run, or"
            " another host, continues"
        )
    text = _text(error.diag, state)
    advice = _ADVICE.get(state, "{text}; `ordosync health` shows if this database can be used")
    return DatabaseError(location, f"{advice.format(text=text)} (SQLSTATE {state or 'unknown'})")


def to_connection_error(location: str, error: psycopg.Error) -> DatabaseError:
    """Return the error for a connection that could not be opened. It names no password."""
    text = " ".join(str(error).split())
    if "session is read-only" in text or "hot standby" in text:
        return DatabaseError(location, "is a replica; give the address of the primary server")
    return DatabaseError(location, f"cannot connect: {_first_sentence(text)}; check `database:`")


def _first_sentence(text: str) -> str:
    """Return the message of the last address that was tried."""
    last = text.rpartition("connection to server ")
    return f"{last[1]}{last[2]}".removeprefix("connection failed: ").partition(" Is the server")[0]


def _text(diagnostic: Diagnostic, state: str) -> str:
    if state[:2] in _WITH_VALUES or not diagnostic.message_primary:
        name = psycopg.errors.lookup(state).__name__ if state else "error"
        return f"refused a statement: {name}"
    return f"refused a statement: {diagnostic.message_primary}"


def _in_brackets(state: str) -> str:
    return f" (SQLSTATE {state})" if state else ""
