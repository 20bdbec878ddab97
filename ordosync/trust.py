"""Whether a file can only be changed by those who may: what a configuration says is obeyed.

Every tick asks, so this imports what is loaded anyway and asks the system for modes alone.
"""

import os
import stat

TYPE_CHECKING = False  # `typing` takes as long as the rest of the tick
if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE = "ORDOSYNC_CONFIG_OWNER"
"""Names one further owner by number, such as the user of the host a container runs on."""
_MOST_DIGITS = 10
_MOST_LINKS = 40


def doubt(path: str) -> str:
    """Return why somebody else may decide what is at `path`, and what to do; empty if nobody may.

    Looks at the file, each link on the way to it, and each folder that holds one of them.
    Raises `OSError`.
    """
    named = os.environ.get(VARIABLE) or "0"
    if not (named.isascii() and named.isdigit() and len(named) <= _MOST_DIGITS):
        return f"{VARIABLE} is not the number of a user: write a number, or unset it"
    owners = (0, os.geteuid(), int(named))
    return next((why for place, found in _way(path) if (why := _why(place, found, owners))), "")


def shared(path: str) -> "list[tuple[str, int]]":
    """Return what on the way to `path` a group can write, and the number of the group."""
    return [
        (place, found.st_gid)
        for place, found in _way(path)
        if found.st_mode & stat.S_IWGRP
        and not stat.S_ISLNK(found.st_mode)
        and not (stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_ISVTX)
    ]


def make_folder(folder: str, mode: int) -> None:
    """Make a folder, and those above it, with this mode or less, whatever the umask allows."""
    if os.path.isdir(folder):  # noqa: PTH112
        return
    if above := os.path.dirname(folder):  # noqa: PTH120
        make_folder(above, mode)
    try:
        os.mkdir(folder, mode)  # noqa: PTH102
    except FileExistsError:
        if not os.path.isdir(folder):  # noqa: PTH112 - else another process was faster
            raise


def _way(path: str) -> "Iterator[tuple[str, os.stat_result]]":
    """Yield each folder and link on the way to `path`, and at last what is there."""
    place, links = "/", 0
    left = os.path.join(os.getcwd(), path).split("/")[::-1]  # noqa: PTH109, PTH118 - as in `tick`
    yield place, os.lstat(place)
    while left:
        name = left.pop()
        if name in ("", "."):
            continue
        if name == "..":
            place = os.path.dirname(place)  # noqa: PTH120 - it is no link
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
            return  # opening it fails, and says why
        if target.startswith("/"):
            place = "/"
        left += target.split("/")[::-1]


def _why(place: str, found: os.stat_result, owners: "tuple[int, ...]") -> str:
    mode, uid = found.st_mode, found.st_uid
    is_open = mode & stat.S_IWOTH and not stat.S_ISLNK(mode)  # the modes of a link mean nothing
    if stat.S_ISDIR(mode):
        if not is_open or (mode & stat.S_ISVTX and uid in owners) or _is_read_only(place):
            return ""
        if mode & stat.S_ISVTX:
            return f"{place} is open to everybody and belongs to user {uid}; use another folder"
        return f"everybody can replace what is in {place}: `chmod o-w {place}`"
    if uid not in owners:
        return (
            f"{place} belongs to user {uid}, and not to you or root: change its owner, or, if you"
            f" trust that user, set {VARIABLE}={uid}"
        )
    if is_open and not _is_read_only(place):
        return f"everybody can write to {place}: `chmod o-w {place}`"
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        return f"{place} is not a regular file; name one"
    return ""


def _is_read_only(place: str) -> bool:
    """Return whether it is on a mount that nobody here can write to, as in many containers."""
    return bool(os.statvfs(place).f_flag & os.ST_RDONLY)
