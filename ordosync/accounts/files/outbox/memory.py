"""The memory of what was handed over: the outbox itself, which must not be lost.

Without it, a store that was restored could send orders again. So an account that sent orders before
and has no outbox sends nothing, until the option `memory` says where the old one is.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from ordosync.accounts.files.output.order_records import RECORDS, OrderRecords
from ordosync.accounts.option_types import text_of
from ordosync.atomic_write import sync_folder
from ordosync.permissions import make_folder

NONE = "none"
"""The value of `memory` for an account that begins without one."""


def missing(
    target: Path, memory: Path | None, what: str, *, take_over: Callable[[Path], bool]
) -> str:
    """Return why a part of an outbox cannot be used; empty if it has its memory.

    `take_over` copies it from `memory`, and returns False if that has none. Raises `OSError` and
    `AccountError`.
    """
    if target.is_dir():
        return ""
    if memory is None:
        return (
            f"{what} were sent before, and {target.parent} has no memory of them, so nothing is"
            " sent; set `memory:` to the old outbox, or to the folder or file that was written"
            " before; `memory: none` begins without one"
        )
    if text_of(memory) == NONE:
        make_folder(str(target), 0o700)
        return ""
    if not take_over(memory):
        return f"memory: {memory} has no memory of {what}; give the old outbox, folder or file"
    return ""


def take_over_orders(memory: Path, target: Path) -> bool:
    """Copy the records of an outbox or of a local order folder. Raises `OSError`."""
    source = memory if memory.name == RECORDS else memory / RECORDS
    if not source.is_dir():
        return False
    _finish(source.parent)
    copy_private(source, target)
    return True


def _finish(folder: Path) -> None:
    """Give the last files in a local order folder their names, as the next run would have done."""
    records = OrderRecords(folder, account="")
    for record in records.all():
        records.finish(record)


def copy_private(source: Path, target: Path) -> None:
    """Copy a folder, which then has all files or does not exist. Raises `OSError`."""
    make_folder(str(target.parent), 0o700)
    temporary = target.with_name(f".{target.name}-{os.getpid()}")
    shutil.rmtree(temporary, ignore_errors=True)
    shutil.copytree(source, temporary, copy_function=_copy_file)
    temporary.chmod(0o700)
    try:
        temporary.rename(target)
    except OSError:
        shutil.rmtree(temporary, ignore_errors=True)
        # Another process may have copied it meanwhile.
        if not target.is_dir():
            raise
    sync_folder(target.parent)


def _copy_file(source: str, target: str) -> str:
    shutil.copyfile(source, target)
    path = Path(target)
    path.chmod(0o600)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return target
