"""The files of a place, with what the mirror knows of them, for `place list`. Fetches nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ordosync.accounts.account import PortalContext
from ordosync.accounts.connections import Connections
from ordosync.accounts.files.input_options.read_files import ReadFiles
from ordosync.accounts.files.places.mirror.file_list import MirroredFile
from ordosync.accounts.files.places.mirror.mirror import Mirror
from ordosync.accounts.files.places.mirror.opening import mirror_of
from ordosync.accounts.files.places.place import Entry, Mark, shown
from ordosync.accounts.place_files import PlaceFile, PlaceFileState
from ordosync.text import plural

_State = tuple[PlaceFileState, str]
"""The state of a file, and the reason."""


def shown_files(
    read: ReadFiles, folder: Path, at: Connections, *, account: str
) -> Iterator[PlaceFile]:
    """Yield the files of all readings at places. `folder` has the mirrors of the account."""
    portal = PortalContext(places=folder)
    for name, options in read.by_name.items():
        if options.place:
            yield from _files(name, mirror_of(name, options, portal, at, account=account))


def _files(reading: str, mirror: Mirror) -> Iterator[PlaceFile]:
    known, pattern = mirror.folder.load(), mirror.pattern
    entries = mirror.entries() if mirror.place.can_list else ()
    for entry in sorted(entries, key=lambda each: each.name):
        file = known.pop(entry.name, None)
        reason = pattern.why_not(entry)
        state: _State = ("left-out", reason) if reason else _state(file, entry)
        yield _shown(reading, pattern.path(entry.name), entry.mark, state)
    for name, file in known.items():
        state = _kept(file) if mirror.place.can_list else _state(file, None)
        yield _shown(reading, pattern.path(name), file.fetched or file.seen, state)


def _state(file: MirroredFile | None, entry: Entry | None) -> _State:
    """Return the state of a file that the reading wants."""
    if file is None:
        return "waits", "is new"
    if file.problem:
        return "failed", file.problem
    if file.fetched is None or (entry and entry.mark != file.fetched):
        return "waits", "has changed" if file.file else "is new"
    if file.after_problem:
        return "read", f"stays at the place: {file.after_problem}"
    if not file.readers:
        return "fetched", ""
    portals = plural(len(file.readers), "portal", "portals")
    return "read", f"by {portals} {', '.join(file.readers)}"


def _kept(file: MirroredFile) -> _State:
    if file.taken:
        return "gone", f"{file.taken} by ordosync"
    return "gone", "was removed by the partner" if file.file else file.problem


def _shown(reading: str, path: bytes, mark: Mark, state: _State) -> PlaceFile:
    changed_at = None
    if mark.changed is not None:
        changed_at = datetime.fromtimestamp(mark.changed, UTC)
    return PlaceFile(
        reading=reading,
        path=shown(path),
        size=mark.size,
        changed_at=changed_at,
        state=state[0],
        reason=state[1],
    )
