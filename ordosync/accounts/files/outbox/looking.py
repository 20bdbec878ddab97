"""Finds out at the place if a file was handed over.

Only the final rename ends the temporary name. So a file whose two names are both missing was
renamed, and the partner has taken it away.
"""

from typing import Literal

from ordosync.accounts.files.outbox.publishing import Route
from ordosync.accounts.files.outbox.records import Outgoing
from ordosync.accounts.files.places.place import Place
from ordosync.errors import NotFoundError, RefusedError

Found = Literal["there", "taken", "temporary", "unclear"]
"""`temporary`: it still has its temporary name. `unclear`: the place does not show it."""


def look(place: Place, record: Outgoing) -> Found:
    """Return where a file is that may have been handed over. Raises `AccountError`."""
    route = record.route
    has_target = exists(place, route.target)
    if not route.source:
        # A partner may have taken a part of it, or an earlier file may have the name.
        is_whole = has_target and place.size(route.target.encode()) == record.size
        return "there" if is_whole else "unclear"
    if has_target:
        return "there"
    has_source = exists(place, route.source)
    if has_source:
        return "temporary"
    is_listed = has_target is not None and has_source is not None
    return "taken" if is_listed and _are_listed(place, route) else "unclear"


def exists(place: Place, path: str) -> bool | None:
    """True if a file is there; None if the place allows neither to ask for it nor to list."""
    try:
        if place.size(path.encode()) is not None:
            return True
    except NotFoundError:
        return False
    except RefusedError:
        pass
    folder, _, name = path.encode().rpartition(b"/")
    try:
        return any(entry.name == name for entry in place.list(folder, needs=_no_marks))
    except RefusedError:
        return None


def _are_listed(place: Place, route: Route) -> bool:
    """True if both folders can be listed, so that they exist and are not only out of reach."""
    folders = {path.encode().rpartition(b"/")[0] for path in (route.source, route.target)}
    try:
        for folder in folders:
            place.list(folder, needs=_no_marks)
    except RefusedError:
        # `NotFoundError` is one: without its folder, a missing file proves nothing.
        return False
    return True


def _no_marks(name: bytes) -> bool:  # noqa: ARG001
    return False
