"""Tries at a place what a handover needs, with files that the partner does not take.

Their names begin with a point, and are removed at the end if the place allows that.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from ordosync.accounts.files.outbox.outboxes import Outboxes
from ordosync.accounts.files.outbox.publishing import Publish, joined
from ordosync.accounts.files.output.options import OutputFiles
from ordosync.accounts.files.places.place import Place
from ordosync.accounts.option_types import text_of
from ordosync.accounts.place_requests import PlaceRequest
from ordosync.errors import AccountError

_CONTENT = b"ordosync tries this folder, and removes this file\n"


def try_places(outboxes: Outboxes) -> Iterator[PlaceRequest]:
    """Try the folder of each kind of file that is handed over."""
    tried: set[object] = set()
    for files in outboxes.written.named.values():
        place = outboxes.written.place_of(files)
        folder = _folder_of(files)
        if place is None or (place, folder, files.publish) in tried:
            continue
        tried.add((place, folder, files.publish))
        yield from _Trial(outboxes.place(files), folder, files.publish).run()


def _folder_of(files: OutputFiles) -> str:
    folder = getattr(files, "folder", None)
    return text_of(folder) if folder else text_of(files.path).rpartition("/")[0]  # type: ignore[attr-defined]


class _Trial:
    """The requests in one folder."""

    def __init__(self, place: Place, folder: str, publish: Publish) -> None:
        self._place = place
        self._folder = folder
        self._needs_rename = publish.mode == "rename"
        name = f".ordosync-try-{os.urandom(6).hex()}"
        self._first = joined(publish.folder or folder, f"{name}.tmp").encode()
        self._second = joined(folder, name).encode()

    def run(self) -> Iterator[PlaceRequest]:
        """Yield each request with its answer; the rest is not tried if nothing can be written."""
        written = self._try("write", self._write, is_needed=True)
        yield written
        if written.answer:
            return
        yield self._try("size", self._size)
        yield self._try("list", lambda: self._place.list(self._folder.encode()))
        renamed = self._try("rename", self._rename, is_needed=self._needs_rename)
        yield renamed
        if not renamed.answer:
            yield self._try("replace", self._replace)
        yield self._try("remove", self._remove_all)

    def _try(
        self, name: str, request: Callable[[], object], *, is_needed: bool = False
    ) -> PlaceRequest:
        answer = ""
        try:
            request()
        except AccountError as error:
            answer = error.answer
        return PlaceRequest(folder=self._folder, name=name, answer=answer, is_needed=is_needed)

    def _write(self) -> None:
        with TemporaryDirectory(prefix="ordosync-try-") as folder:
            file = Path(folder) / "file"
            file.write_bytes(_CONTENT)
            self._place.store(file, self._first)

    def _size(self) -> None:
        size = self._place.size(self._first)
        if size is None:
            raise AccountError("", "", "is not allowed")
        if size != len(_CONTENT):
            raise AccountError("", "", f"is {size} of {len(_CONTENT)} bytes")

    def _rename(self) -> None:
        self._place.rename(self._first, self._second)

    def _replace(self) -> None:
        self._write()
        self._place.publish(self._first, self._second)

    def _remove_all(self) -> None:
        """Remove both files; raise the last error if one remains."""
        error: AccountError | None = None
        removed = 0
        for path in (self._second, self._first):
            try:
                self._place.remove(path)
                removed += 1
            except AccountError as failure:
                error = failure
        if error and not removed:
            raise error
