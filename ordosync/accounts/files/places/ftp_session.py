"""The FTP commands of one connection, with TLS for all of them unless the scheme is `ftp`.

Python's FTP over TLS needs two corrections: it trusts any certificate unless it gets a context, and
it starts a new TLS session for each transfer, which vsftpd refuses (github.com/python/cpython,
issue 63699). Paths are text in Latin-1, which has a character for each byte.
"""

import ftplib
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import BinaryIO

from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.files.places.place import Entry, Mark

_TIME = re.compile(r"(\d{14})(\.\d+)?")
_UNKNOWN_COMMAND = ("500", "501", "502", "504")
_DENIED = re.compile(r"denied|not allowed|permission|read.only|prohibited|forbidden", re.IGNORECASE)


class _TlsSession(ftplib.FTP_TLS):
    """Continues the TLS session of the commands in each transfer."""

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int]:
        """Begin a transfer."""
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)  # noqa: S321 - TLS follows
        commands = self.sock
        if isinstance(commands, ssl.SSLSocket):
            connection = self.context.wrap_socket(
                connection, server_hostname=self.host, session=commands.session
            )
        return connection, size or 0


class FtpSession:
    """A connection after signing in."""

    def __init__(self, options: PlaceOptions) -> None:
        """Connect and sign in. Raises errors of `ftplib`, and `OSError`."""
        self._ftp = _connected(options)
        self._home = self._ftp.pwd().encode("latin-1")
        self._folder = options.folder
        self._has_mlsd = True

    def close(self) -> None:
        """Close the connection."""
        self._ftp.close()

    def is_alive(self) -> bool:
        """True if the server still answers; otherwise the connection is closed."""
        try:
            self._ftp.voidcmd("NOOP")
        except (ftplib.Error, OSError, EOFError):
            self.close()
            return False
        return True

    def path(self, path: bytes) -> str:
        """Return an absolute path as text."""
        parts = [part for part in (self._folder, path) if part]
        whole = b"/".join(parts)
        if not whole.startswith(b"/"):
            whole = self._home.rstrip(b"/") + b"/" + whole
        return whole.decode("latin-1")

    def entries(self, folder: bytes, needs: Callable[[bytes], bool] | None) -> list[Entry]:
        """Return everything in a folder."""
        self._ftp.cwd(self.path(folder))
        if self._has_mlsd:
            try:
                return list(self._listed())
            except ftplib.error_perm as error:
                if not str(error).startswith(_UNKNOWN_COMMAND):
                    raise
                self._has_mlsd = False
        return list(self._asked(folder, needs))

    def _listed(self) -> Iterator[Entry]:
        for name, facts in self._ftp.mlsd():
            kind = facts.get("type", "file").lower()
            if kind in ("cdir", "pdir"):
                continue
            size, changed = facts.get("size", ""), _time(facts.get("modify", ""))
            mark = Mark(size=int(size) if size.isdecimal() else None, changed=changed)
            yield Entry(name=name.encode("latin-1"), mark=mark, is_file=kind == "file")

    def _asked(self, folder: bytes, needs: Callable[[bytes], bool] | None) -> Iterator[Entry]:
        names = [name.rpartition("/")[2].encode("latin-1") for name in self._ftp.nlst()]
        self._ftp.voidcmd("TYPE I")
        for name in names:
            if name in (b"", b".", b".."):
                continue
            if needs and not needs(name):
                yield Entry(name=name, mark=Mark())
                continue
            path = folder + b"/" + name if folder else name
            mark = self.mark(path)
            yield Entry(name=name, mark=mark, is_file=mark.size is not None)

    def mark(self, path: bytes) -> Mark:
        """Return the mark of a file, as far as the server tells."""
        size = self._answer(f"SIZE {self.path(path)}")
        changed = self._answer(f"MDTM {self.path(path)}")
        return Mark(size=int(size) if size.isdecimal() else None, changed=_time(changed))

    def _answer(self, command: str) -> str:
        """Return the answer to a question; empty if the server does not answer it."""
        try:
            return self._ftp.sendcmd(command).partition(" ")[2].strip()
        except ftplib.error_perm:
            return ""

    def mark_while_read(self, path: bytes) -> Mark:
        """Return a mark to compare with that of the listing."""
        self._ftp.voidcmd("TYPE I")
        mark = self.mark(path)
        # The times in a listing and of a single file may have different zones.
        return Mark(size=mark.size) if self._has_mlsd else mark

    def changed_at(self, path: bytes) -> float | None:
        """Return the time of the last change of a file, as it is asked for a single file."""
        return _time(self._answer(f"MDTM {self.path(path)}"))

    def size(self, path: bytes) -> int | None:
        """Return the size of a file; None if the server does not allow to ask for it."""
        self._ftp.voidcmd("TYPE I")
        try:
            return self._ftp.size(self.path(path))
        except ftplib.error_perm as error:
            if str(error).startswith(_UNKNOWN_COMMAND) or is_denied(error):
                return None
            raise

    def read(self, path: bytes, take: Callable[[bytes], object]) -> None:
        """Give each part of the content of a file to `take`."""
        self._ftp.retrbinary(f"RETR {self.path(path)}", take, blocksize=1 << 16)

    def write(self, path: bytes, source: BinaryIO, sent: Callable[[bytes], object]) -> None:
        """Write a file; `sent` gets each part after it was sent."""
        self._ftp.storbinary(f"STOR {self.path(path)}", source, blocksize=1 << 16, callback=sent)

    def rename_from(self, path: bytes) -> None:
        """Name the file to rename. The server answers if it exists."""
        self._ftp.sendcmd(f"RNFR {self.path(path)}")

    def rename_to(self, path: bytes) -> None:
        """Rename the file."""
        self._ftp.voidcmd(f"RNTO {self.path(path)}")

    def delete(self, path: bytes) -> None:
        """Remove a file."""
        self._ftp.delete(self.path(path))


def _connected(options: PlaceOptions) -> ftplib.FTP:
    password = options.password.reveal() if options.password else ""
    if options.scheme == "ftp":
        ftp = ftplib.FTP(timeout=options.timeout_s, encoding="latin-1")  # noqa: S321 - was allowed
    else:
        context = ssl.create_default_context(cafile=options.ca_file)
        ftp = _TlsSession(context=context, timeout=options.timeout_s, encoding="latin-1")
    try:
        ftp.connect(options.host, options.port)
        ftp.login(options.user_name or "anonymous", password)
        if isinstance(ftp, ftplib.FTP_TLS):
            ftp.prot_p()
    except BaseException:
        ftp.close()
        raise
    return ftp


def _time(text: str) -> float | None:
    """Return the seconds of a time in UTC, without fractions; None if it is not one."""
    if not (found := _TIME.fullmatch(text)):
        return None
    try:
        return datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def is_denied(error: ftplib.Error) -> bool:
    """True if the server denies a request; code 550 also means that there is no such file."""
    return bool(_DENIED.search(str(error)))
