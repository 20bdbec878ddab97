"""Temporary folders with copies of accounts, which only their owner can read.

A process that is killed cannot delete its folder. The folder names its process, so that the next
process that makes one, and the daily pruning, delete the folders of processes that have ended.
"""

import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Literal

from ordosync.store.leases import is_alive, this_process

Purpose = Literal["dry-run", "comparison"]
_NAME = re.compile("ordosync-(dry-run|comparison)-[a-z0-9_]{8}")
_OWNER = "owner"
"""The file with the id of the process."""
_A_DAY_S = 86_400


@contextmanager
def private_folder(purpose: Purpose) -> Iterator[Path]:
    """Make a folder for copies, and delete it at the end, and those that others have left."""
    with TemporaryDirectory(prefix=f"ordosync-{purpose}-") as name:
        folder = Path(name)
        (folder / _OWNER).write_text(this_process())
        delete_abandoned(now_s=folder.stat().st_mtime)
        yield folder


def delete_abandoned(*, now_s: float) -> None:
    """Delete the folders of this user whose processes have ended."""
    with suppress(OSError), os.scandir(gettempdir()) as entries:
        names = [entry.path for entry in entries if _NAME.fullmatch(entry.name)]
        for folder in map(Path, names):
            with suppress(OSError):
                if _is_abandoned(folder, now_s):
                    shutil.rmtree(folder, ignore_errors=True)


def _is_abandoned(folder: Path, now_s: float) -> bool:
    """True if a folder of this user, no link, names a process that has ended.

    A folder that does not name its process is new, or its process was killed at once.
    """
    facts = folder.lstat()
    is_private = stat.S_ISDIR(facts.st_mode) and stat.S_IMODE(facts.st_mode) == stat.S_IRWXU
    if not is_private or facts.st_uid != os.geteuid():
        return False
    try:
        return not is_alive((folder / _OWNER).read_text())
    except (FileNotFoundError, ValueError, TypeError):
        return now_s - facts.st_mtime > _A_DAY_S
