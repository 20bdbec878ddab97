"""The files of one reading that the mirror knows: what the place shows, and what was fetched.

The list is a JSON file beside the files, written in one step and flushed to the disk, before and
after each fetch. So a crash at any point leaves a list from which the next run can go on.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from ordosync.accounts.files.places.place import Mark, shown
from ordosync.atomic_write import replace_file
from ordosync.regular_files import read_regular

LIST = "list.json"
_ESCAPE = re.compile(rb"\\x([0-9a-f]{2})")


class MirroredFile(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file of the place."""

    name: str
    """As `shown` returns it."""
    seen: Mark
    """The mark in the last listing that had the file."""
    first_seen_at: datetime
    """The first listing with this mark, by our clock."""
    fetched: Mark | None = None
    """The mark of the content in the mirror; None if nothing was fetched yet."""
    fetched_at: datetime | None = None
    digest: str = ""
    """Of the content as it was fetched, before it is unpacked."""
    file: str = ""
    """The name of the file in the mirror."""
    as_of: int = 0
    """The time of its last change in seconds, on our clock; see `as_of_times.py`."""
    is_final: bool = False
    """False if a file that was written twice in a second may still have this mark."""
    is_fetching: bool = False
    """True from just before a fetch until its end; after a crash, its content may be there."""
    failures: int = 0
    """Failed fetches in a row."""
    problem: str = ""
    """The reason why the file cannot be fetched."""
    gone_at: datetime | None = None
    """The first listing without the file."""
    taken: Literal["", "archived", "deleted"] = ""
    """Set before ordosync itself removes the file from the place."""
    readers: tuple[str, ...] = ()
    """The portals that have read the content in the mirror."""
    after_problem: str = ""
    """The reason why the place refuses to archive or delete the file."""

    @property
    def raw_name(self) -> bytes:
        """The name at the place."""
        return _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), self.name.encode("ascii"))

    @property
    def is_changed(self) -> bool:
        """True if the content in the mirror is not that of the place."""
        return self.fetched is None or self.fetched != self.seen


Files = Mapping[bytes, MirroredFile]
"""The files by their names at the place."""


def load(folder: Path) -> dict[bytes, MirroredFile]:
    """Return the list of a folder; empty if there is none. Raises `OSError` and `ValueError`."""
    try:
        content = read_regular(folder / LIST)
    except FileNotFoundError:
        return {}
    files = msgspec.json.decode(content, type=list[MirroredFile])
    return {file.raw_name: file for file in files}


def save(folder: Path, files: Files) -> None:
    """Write the list of a folder. Raises `OSError`."""
    content = msgspec.json.format(msgspec.json.encode(list(files.values())), indent=1)
    replace_file(folder / LIST, content, mode=0o600)


def first_seen(name: bytes, mark: Mark, now: datetime) -> MirroredFile:
    """Return the record of a file that was not listed before."""
    return MirroredFile(name=shown(name), seen=mark, first_seen_at=now)
