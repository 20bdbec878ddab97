"""Checks that no other user can change a file that ordosync trusts, such as the configuration.

Each call by cron runs these checks, so this module imports nothing slow and reads only modes.
"""

import os
import stat

TYPE_CHECKING = False  # `typing` takes as long as the rest of the tick
if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE = "ORDOSYNC_CONFIG_OWNER"
"""Environment variable with the number of one more trusted owner, such as a container host's."""
_MOST_DIGITS = 10
_MOST_LINKS = 40


def doubt(path: str) -> str:
    """Return why another user could change what is at `path`, and a fix; empty if none could.

    Checks the file, each link on the way to it, and each folder that contains one of them.
    Raises `OSError`.
    """
    named = os.environ.get(VARIABLE) or "0"
    if not (named.isascii() and named.isdigit() and len(named) <= _MOST_DIGITS):
        return f"{VARIABLE} is not the number of a user; write a number, or unset it"
    owners = (0, os.geteuid(), int(named))
    return next((why for place, found in _way(path) if (why := _why(place, found, owners))), "")


def shared(path: str) -> "list[tuple[str, int]]":
    """Return the folders and files on the way to `path` that a group can write, with its number."""
    return [
        (place, found.st_gid)
        for place, found in _way(path)
        if found.st_mode & stat.S_IWGRP
        and not stat.S_ISLNK(found.st_mode)
        and not (stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_ISVTX)
    ]


def make_folder(folder: str, mode: int) -> None:
    """Create a folder and its parents with this mode, minus the umask."""
    if os.path.isdir(folder):  # noqa: PTH112
        return
    if above := os.path.dirname(folder):  # noqa: PTH120
        make_folder(above, mode)
    try:
        os.mkdir(folder, mode)  # noqa: PTH102
    except FileExistsError:
        # Another process may have created it meanwhile.
        if not os.path.isdir(folder):  # noqa: PTH112
            raise


def _way(path: str) -> "Iterator[tuple[str, os.stat_result]]":
    """Yield each folder and link on the way to `path`, and last the file itself."""
    place, links = "/", 0
    left = os.path.join(os.getcwd(), path).split("/")[::-1]  # noqa: PTH109, PTH118 - as in `tick`
    yield place, os.lstat(place)
    while left:
        name = left.pop()
        if name in ("", "."):
            continue
        if name == "..":
            # `place` is never a link, so its parent is the folder above it.
            place = os.path.dirname(place)  # noqa: PTH120
            continue
        inner = os.path.join(place, name)  # noqa: PTH118
        found = os.lstat(inner)
        yield inner, found
        if not stat.S_ISLNK(found.st_mode):
            place = inner
            continue
        links += 1
        target = os.readlink(inner)  # noqa: PTH115
        if links > _MOST_LINKS:
            # Opening the file will fail with a message about the links.
            return
        if target.startswith("/"):
            place = "/"
        left += target.split("/")[::-1]


def _why(place: str, found: os.stat_result, owners: "tuple[int, ...]") -> str:
    mode, uid = found.st_mode, found.st_uid
    # The mode of a link has no meaning.
    is_open = mode & stat.S_IWOTH and not stat.S_ISLNK(mode)
    if stat.S_ISDIR(mode):
        if not is_open or (mode & stat.S_ISVTX and uid in owners) or _is_read_only(place):
            return ""
        if mode & stat.S_ISVTX:
            return (
                f"{place} can be written by all users and belongs to user {uid}; use another folder"
            )
        return f"all users can replace files in {place}; run `chmod o-w {place}`"
    if uid not in owners:
        return (
            f"{place} belongs to user {uid}, not to you or root; change its owner, or, if you trust"
            f" that user, set {VARIABLE}={uid}"
        )
    if is_open and not _is_read_only(place):
        return f"all users can write to {place}; run `chmod o-w {place}`"
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        return f"{place} is not a regular file; give the path of one"
    return ""


def _is_read_only(place: str) -> bool:
    """True if it is on a read-only mount, as in many containers."""
    return bool(os.statvfs(place).f_flag & os.ST_RDONLY)
