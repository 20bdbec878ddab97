"""The time of the last change of a mirrored file, on our clock.

The clock of a place may be wrong, so its times are only compared with each other: they tell which
of two files is newer, and by how much. A file with a new mark has changed before the listing that
showed it. If the place shows a later change of another file, it has changed before that, too.
"""

from collections.abc import Iterable

from ordosync.accounts.files.places.mirror.file_list import MirroredFile


def as_of(file: MirroredFile, others: Iterable[MirroredFile], *, is_first_listing: bool) -> int:
    """Return the time of a file whose new mark was first seen at `first_seen_at`.

    In the first listing of a place, all marks are new, whatever their age. There the time of the
    place is used, unless it is in the future.
    """
    seen_at, changed = int(file.first_seen_at.timestamp()), file.seen.changed
    if changed is None:
        return seen_at
    if is_first_listing:
        return max(0, min(seen_at, int(changed)))
    others = [other for other in others if other.name != file.name]
    later = [(at, known) for at, known in map(_latest, others) if at is not None and at >= changed]
    earlier = [
        other.as_of
        for other in others
        if other.fetched and other.fetched.changed is not None and other.fetched.changed < changed
    ]
    newest = min((known - int(at - changed) for at, known in later), default=seen_at)
    return max(min(seen_at, newest), min(max(earlier, default=0), seen_at))


def _latest(file: MirroredFile) -> tuple[float | None, int]:
    """Return the time of the last change of a file at the place, and the latest it can be here."""
    if file.is_changed:
        return file.seen.changed, int(file.first_seen_at.timestamp())
    return file.seen.changed, file.as_of
