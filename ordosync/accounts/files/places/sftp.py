"""A folder on an SFTP server.

The protocol has no rename that replaces a file, but OpenSSH and many others have an extension for
it. Servers may deny the extension, and servers for drops may deny everything but uploads.
"""

import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import asyncssh

from ordosync import progress
from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.files.places.place import Entry, Fetched, Mark, shown
from ordosync.accounts.files.places.sftp_connection import SftpConnection
from ordosync.clock import Clock
from ordosync.errors import ExistsError, RefusedError, UnavailableError

_BLOCK = 1 << 18
"""The bytes of one request, which must be answered in time also over a slow line."""
_CANNOT_REPLACE = (asyncssh.SFTPOpUnsupported, asyncssh.SFTPPermissionDenied, asyncssh.SFTPFailure)
_UNASKED = (asyncssh.SFTPPermissionDenied, asyncssh.SFTPOpUnsupported, asyncssh.SFTPFailure)


class SftpPlace:
    """The folder that a user sees after signing in, or a folder below it."""

    can_list = True

    def __init__(self, options: PlaceOptions, *, account: str, clock: Clock) -> None:
        self._options = options
        self._account = account
        self._connection = SftpConnection(options, account=account, clock=clock)

    @property
    def connections(self) -> int:
        """The number of connections that were made."""
        return self._connection.opened

    def connect(self) -> None:
        """Connect and sign in."""

        async def connected(_: asyncssh.SFTPClient) -> None:
            """Do nothing more."""

        self._connection.ask(connected, action="connect to the place")

    def list(
        self,
        folder: bytes,
        *,
        needs: Callable[[bytes], bool] | None = None,  # noqa: ARG002
    ) -> Sequence[Entry]:
        """Return everything in a folder."""
        action = f"list {shown(folder) or 'the folder of the place'}"
        return self._connection.ask(lambda sftp: self._list(sftp, folder), action=action)

    async def _list(self, sftp: asyncssh.SFTPClient, folder: bytes) -> Sequence[Entry]:
        entries = []
        names = aiter(sftp.scandir(self._at(folder) or b"."))
        while (found := await self._connection.answer(anext(names, None))) is not None:
            name, attrs = _bytes(found.filename), found.attrs
            if name in (b".", b".."):
                continue
            if _type(attrs) == stat.S_IFLNK:
                path = self._at(_joined(folder, name))
                attrs = await self._target(sftp, path) or attrs
            is_file = _type(attrs) in (stat.S_IFREG, 0)
            entries.append(Entry(name=name, mark=_mark(attrs), is_file=is_file))
        return entries

    async def _target(self, sftp: asyncssh.SFTPClient, path: bytes) -> asyncssh.SFTPAttrs | None:
        """Return the attributes of the file to which a link leads; None if it leads nowhere."""
        try:
            return await self._connection.answer(sftp.stat(path))
        except asyncssh.SFTPError:
            return None

    def fetch(
        self,
        path: bytes,
        to: BinaryIO,
        *,
        most_bytes: int,
        known: Mark | None = None,  # noqa: ARG002 - a listing has the mark
    ) -> Fetched | None:
        """Write the content of a file to `to`."""
        action = f"fetch {shown(path)}"

        async def fetched(sftp: asyncssh.SFTPClient) -> Fetched:
            answer = self._connection.answer
            async with sftp.open(self._at(path), "rb") as file:
                before = await self._mark_of(file)
                length = 0
                while block := await answer(file.read(_BLOCK, length)):
                    length += to.write(_bytes(block))
                    progress.reached(length)
                    if length > most_bytes:
                        reason = f"has more than {most_bytes >> 20} MB; raise `max_mb`"
                        raise RefusedError(self._account, action, reason)
                after = await self._mark_of(file)
            for mark in (before, after):
                if mark.size not in (None, length):
                    reason = f"has {mark.size} bytes, but {length} were read"
                    raise UnavailableError(self._account, action, reason)
            return Fetched(before=before, after=after)

        return self._connection.ask(fetched, action=action)

    async def _mark_of(self, file: asyncssh.SFTPClientFile) -> Mark:
        try:
            return _mark(await self._connection.answer(file.stat()))
        except _UNASKED:
            return Mark()

    def store(self, file: Path, path: bytes) -> int:
        """Write a local file to this path."""
        with file.open("rb") as source:

            async def stored(sftp: asyncssh.SFTPClient) -> int:
                answer, length = self._connection.answer, 0
                async with sftp.open(self._at(path), "wb") as target:
                    while block := source.read(_BLOCK):
                        length += await answer(target.write(block, length))
                        progress.reached(length)
                    await self._synced(target)
                return length

            return self._connection.ask(stored, action=f"write {shown(path)}")

    async def _synced(self, target: asyncssh.SFTPClientFile) -> None:
        """Flush a file to the disk of the server, if the server can."""
        with suppress(*_UNASKED):
            await self._connection.answer(target.fsync())

    def size(self, path: bytes) -> int | None:
        """Return the size of a file; None if the server does not allow to ask for it."""

        async def sized(sftp: asyncssh.SFTPClient) -> int | None:
            try:
                return (await self._connection.answer(sftp.stat(self._at(path)))).size
            except _UNASKED:
                return None

        return self._connection.ask(sized, action=f"ask for the size of {shown(path)}")

    def publish(self, source: bytes, target: bytes, *, may_remove: bool = False) -> None:
        """Rename a file to its final name, in place of a file there."""
        action = f"rename {shown(source)} to {shown(target)}"

        async def published(sftp: asyncssh.SFTPClient) -> None:
            old, new = self._at(source), self._at(target)
            try:
                await self._connection.answer(sftp.posix_rename(old, new))
            except _CANNOT_REPLACE:
                if may_remove and await self._exists(sftp, new) is not False:
                    await self._removed(sftp, new)
                await self._renamed(sftp, old, new, action)

        self._connection.ask(published, action=action, changes=True)

    def rename(self, source: bytes, target: bytes) -> None:
        """Rename a file to a new name."""
        action = f"rename {shown(source)} to {shown(target)}"
        old, new = self._at(source), self._at(target)
        self._connection.ask(
            lambda sftp: self._renamed(sftp, old, new, action), action=action, changes=True
        )

    async def _renamed(
        self, sftp: asyncssh.SFTPClient, old: bytes, new: bytes, action: str
    ) -> None:
        try:
            await self._connection.answer(sftp.rename(old, new))
        except asyncssh.SFTPFailure as error:
            # Version 3 of the protocol has no code for a name that is taken.
            if await self._exists(sftp, new) is False or await self._exists(sftp, old) is False:
                raise
            reason = f"the name is taken, and the server cannot replace a file ({error.reason})"
            raise ExistsError(self._account, action, reason) from error

    async def _removed(self, sftp: asyncssh.SFTPClient, path: bytes) -> None:
        with suppress(asyncssh.SFTPNoSuchFile):
            await self._connection.answer(sftp.remove(path))

    async def _exists(self, sftp: asyncssh.SFTPClient, path: bytes) -> bool | None:
        """True if a file exists; None if the server does not allow to ask."""
        try:
            await self._connection.answer(sftp.stat(path))
        except asyncssh.SFTPNoSuchFile:
            return False
        except _UNASKED:
            return None
        return True

    def remove(self, path: bytes) -> None:
        """Remove a file."""
        self._connection.ask(
            lambda sftp: self._connection.answer(sftp.remove(self._at(path))),
            action=f"remove {shown(path)}",
            changes=True,
        )

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _at(self, path: bytes) -> bytes:
        return _joined(self._options.folder, path)


def _joined(folder: bytes, name: bytes) -> bytes:
    if not folder or not name:
        return folder or name
    return folder + name if folder.endswith(b"/") else folder + b"/" + name


def _bytes(name: str | bytes) -> bytes:
    return name if isinstance(name, bytes) else name.encode("utf-8", "surrogateescape")


def _type(attrs: asyncssh.SFTPAttrs) -> int:
    """Return the type of a file; 0 if the server does not tell."""
    return stat.S_IFMT(attrs.permissions or 0)


def _mark(attrs: asyncssh.SFTPAttrs) -> Mark:
    changed = None if attrs.mtime is None else float(attrs.mtime)
    return Mark(size=attrs.size, changed=changed)
