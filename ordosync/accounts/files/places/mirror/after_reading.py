"""Archives or deletes files at a place, after the records in them are stored.

A file is only touched if the place still shows the mark that was fetched. It is deleted only if, in
addition, every portal of the account has read it and has settled all its records. A place that
refuses harms nothing: it is reported once for each mark.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Literal

from msgspec.structs import replace

from ordosync.accounts.files.input_options.after_reading import After
from ordosync.accounts.files.places.mirror.file_list import MirroredFile
from ordosync.accounts.files.places.mirror.mirror import Mirror
from ordosync.errors import AccountError, ExistsError, NotFoundError, RefusedError
from ordosync.failpoints import fault

_MOST_NAMES = 100


def put_away(
    mirror: Mirror, names: Sequence[bytes], after: After, is_settled: Callable[[str], bool]
) -> list[str]:
    """Archive or delete these files; return remarks about files that the place refuses.

    `is_settled` tells by the name of a file if it may be deleted. Call it with the mirror locked.
    Raises `AccountError` if the place does not answer; a later run tries it again.
    """
    files = mirror.folder.load()
    candidates = [
        name
        for name in names
        if name in files
        and _may_touch(files[name])
        and (after.archive or is_settled(files[name].name))
    ]
    if not candidates:
        return []
    listed = {entry.name: entry.mark for entry in mirror.entries()}
    notes = []
    for name in candidates:
        file = files[name]
        if listed.get(name) != file.fetched:
            continue
        # Before the request, since a crash must not make the file look as if the partner took it.
        files[name] = replace(file, taken=_word(after))
        mirror.folder.save(files)
        fault("before-archive")
        try:
            _put_away(mirror, name, after)
        except RefusedError as error:
            if reason := _reason(mirror, name, error):
                notes.append(f"{file.name} was not {_word(after)} at the place: {reason}")
            files[name] = replace(file, after_problem=reason)
        fault("after-archive")
        mirror.folder.save(files)
    return notes


def _word(after: After) -> Literal["archived", "deleted"]:
    return "archived" if after.archive else "deleted"


def _reason(mirror: Mirror, name: bytes, error: RefusedError) -> str:
    """Return the reason of a refusal; empty if the partner has taken the file meanwhile."""
    if not isinstance(error, NotFoundError):
        return error.answer
    try:
        mirror.place.size(mirror.pattern.path(name))
    except NotFoundError:
        return ""
    return "the folder of the archive does not exist"


def _may_touch(file: MirroredFile) -> bool:
    return not (file.is_changed or file.gone_at or file.after_problem) and file.is_final


def _put_away(mirror: Mirror, name: bytes, after: After) -> None:
    _put_away_one(mirror, name, after)
    if marker := mirror.marker_of(name):
        # Without its file, a marker means nothing.
        with suppress(AccountError):
            _put_away_one(mirror, marker, after)


def _put_away_one(mirror: Mirror, name: bytes, after: After) -> None:
    path = mirror.pattern.path(name)
    if after.archive:
        _archive(mirror, path, f"{after.archive.rstrip('/')}/".encode() + name)
    else:
        mirror.place.remove(path)


def _archive(mirror: Mirror, path: bytes, target: bytes) -> None:
    for count in range(1, _MOST_NAMES):
        try:
            mirror.place.rename(path, target if count == 1 else _numbered(target, count))
        except ExistsError:
            if count == _MOST_NAMES - 1:
                raise
        else:
            return


def _numbered(target: bytes, count: int) -> bytes:
    folder, _, name = target.rpartition(b"/")
    stem, dot, suffix = name.partition(b".")
    return folder + b"/" + stem + f"-{count}".encode() + dot + suffix
