"""Temporary folders with copies of accounts, which only their owner can read.

A process that is killed cannot delete its folder. The next process that makes one, and the daily
pruning, delete the folders of processes that have ended. The name of a folder has the id of its
process: a file in it would be missing at first, and while the folder is deleted.
"""

import os
import re
import shutil
import stat
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Literal

from ordosync.store.leases import is_alive, this_process

Purpose = Literal["dry-run", "comparison"]
_NAME = re.compile("ordosync-(?:dry-run|comparison)-([A-Za-z0-9_=-]+)-[a-z0-9_]{8}")
"""The name of a folder, with the id of its process as Base64."""


@contextmanager
def private_folder(purpose: Purpose) -> Iterator[Path]:
    """Make a folder for copies, and delete it at the end, and those that others have left."""
    owner = urlsafe_b64encode(this_process().encode()).decode()
    with TemporaryDirectory(prefix=f"ordosync-{purpose}-{owner}-") as name:
        delete_abandoned()
        yield Path(name)


def delete_abandoned() -> None:
    """Delete the folders of this user whose processes have ended."""
    with suppress(OSError), os.scandir(gettempdir()) as entries:
        named = [(entry.path, match) for entry in entries if (match := _NAME.fullmatch(entry.name))]
        for path, match in named:
            with suppress(OSError):
                if _has_ended(match[1]) and _is_own(Path(path)):
                    shutil.rmtree(path, ignore_errors=True)


def _has_ended(owner: str) -> bool:
    try:
        return not is_alive(urlsafe_b64decode(owner).decode())
    except (ValueError, TypeError):
        return False


def _is_own(folder: Path) -> bool:
    """True if this is a private folder of this user, and no link."""
    facts = folder.lstat()
    is_private = stat.S_ISDIR(facts.st_mode) and stat.S_IMODE(facts.st_mode) == stat.S_IRWXU
    return is_private and facts.st_uid == os.geteuid()
