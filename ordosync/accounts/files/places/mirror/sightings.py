"""Compares a listing with what the mirror knows. Pure functions; all times are those of our clock.

A new mark waits until a later listing shows it again, since the file may still be written. SFTP
has times in whole seconds: content that is fetched within two seconds of the first sighting of its
mark may have been replaced under the same mark, so it is fetched again later.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from ordosync.accounts.files.places.mirror.file_list import Files, MirroredFile, first_seen
from ordosync.accounts.files.places.place import Entry

RECHECK = timedelta(seconds=2)


def updated(files: Files, entries: Sequence[Entry], now: datetime) -> dict[bytes, MirroredFile]:
    """Return the files after a listing; `entries` are those that the reading wants."""
    listed = {entry.name: entry for entry in entries}
    found = {name: _seen(files.get(name), entry, now) for name, entry in listed.items()}
    missing = {
        name: file if file.gone_at else replace(file, gone_at=now)
        for name, file in files.items()
        # A file that was never fetched and is not there any more leaves nothing to keep.
        if name not in listed and (file.file or file.problem or file.is_fetching)
    }
    return {**missing, **found}


def _seen(file: MirroredFile | None, entry: Entry, now: datetime) -> MirroredFile:
    if file is None:
        return first_seen(entry.name, entry.mark, now)
    is_same = file.seen == entry.mark and file.first_seen_at <= now
    return replace(
        file,
        seen=entry.mark,
        first_seen_at=file.first_seen_at if is_same else now,
        failures=file.failures if is_same else 0,
        problem=file.problem if is_same else "",
        after_problem=file.after_problem if is_same else "",
        gone_at=None,
        taken="",
    )


def wanted(files: Files) -> list[bytes]:
    """Return the names that must be fetched, the oldest first."""
    names = [
        name
        for name, file in files.items()
        if not file.gone_at and (file.is_changed or not file.is_final)
    ]
    return sorted(names, key=lambda name: (files[name].seen.changed or 0, name))


def is_settled(
    file: MirroredFile, now: datetime, quiet: timedelta, markers: Mapping[bytes, bool] | None
) -> bool:
    """True if a file may be fetched: its mark stayed the same, or its marker is there."""
    if markers is not None:
        return markers.get(file.raw_name, False)
    if not file.is_changed:
        # Only a second look at a file that was fetched early. Our clock may have been set back.
        return file.fetched_at is None or not now - RECHECK < file.fetched_at <= now
    return now - file.first_seen_at >= quiet


def is_final(file: MirroredFile, began_at: datetime) -> bool:
    """True if content that was read from then on is certainly that of its mark."""
    return began_at - file.first_seen_at >= RECHECK
