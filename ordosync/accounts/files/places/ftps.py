"""A folder on an FTP server, over TLS."""

import ftplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import RLock
from typing import BinaryIO, TypeVar

from ordosync import progress
from ordosync.accounts.files.places.ftp_session import FtpSession, is_denied
from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.files.places.place import Entry, Fetched, Mark, shown
from ordosync.clock import SLICE_S, Clock, StoppedError
from ordosync.errors import (
    AccountError,
    ExistsError,
    NotFoundError,
    RefusedError,
    SignInError,
    StoppedCallError,
    UnavailableError,
    UnknownOutcomeError,
)
from ordosync.http.connection_errors import explain
from ordosync.http.interruptible import interruptible

T = TypeVar("T")
_NOT_SIGNED_IN = "530"
_IDLE_S = 15
"""The seconds without a request after which a connection is tried before it is used."""
_NO_FILE = ("550", "450")


class FtpsPlace:
    """The folder that a user sees after signing in, or a folder below it."""

    can_list = True

    def __init__(self, options: PlaceOptions, *, account: str, clock: Clock) -> None:
        self._options = options
        self._account = account
        self._clock = clock
        self._lock = RLock()
        self._session: FtpSession | None = None
        self._used_at = 0.0

    def connect(self) -> None:
        """Connect and sign in."""
        self._ask(lambda _: None, action="connect to the place")

    def list(
        self, folder: bytes, *, needs: Callable[[bytes], bool] | None = None
    ) -> Sequence[Entry]:
        """Return everything in a folder."""
        action = f"list {shown(folder) or 'the folder of the place'}"
        return self._ask(lambda session: session.entries(folder, needs), action=action)

    def fetch(
        self,
        path: bytes,
        to: BinaryIO,
        *,
        most_bytes: int,
        known: Mark | None = None,  # noqa: ARG002 - a listing has the mark
    ) -> Fetched | None:
        """Write the content of a file to `to`."""
        action, length, reached = f"fetch {shown(path)}", 0, progress.reporter()

        def take(block: bytes) -> None:
            nonlocal length
            length += to.write(block)
            reached(length)
            if length > most_bytes:
                reason = f"has more than {most_bytes >> 20} MB; raise `max_mb`"
                raise RefusedError(self._account, action, reason)

        def fetched(session: FtpSession) -> Fetched:
            before, changed_at = session.mark_while_read(path), session.changed_at(path)
            session.read(path, take)
            after = session.mark_while_read(path)
            if session.changed_at(path) not in (None, changed_at):
                raise UnavailableError(self._account, action, "it changed while it was read")
            return Fetched(before=before, after=after)

        try:
            found = self._ask(fetched, action=action)
        except RefusedError as error:
            if not isinstance(error, NotFoundError):
                # The rest of the file may still be on its way.
                self.close()
            raise
        for mark in (found.before, found.after):
            if mark.size not in (None, length):
                reason = f"has {mark.size} bytes, but {length} were read"
                raise UnavailableError(self._account, action, reason)
        return found

    def store(self, file: Path, path: bytes) -> int:
        """Write a local file to this path."""
        length, reached = 0, progress.reporter()

        def sent(block: bytes) -> None:
            nonlocal length
            length += len(block)
            reached(length)

        with file.open("rb") as source:
            self._ask(
                lambda session: session.write(path, source, sent), action=f"write {shown(path)}"
            )
        return length

    def size(self, path: bytes) -> int | None:
        """Return the size of a file; None if the server does not allow to ask for it."""
        action = f"ask for the size of {shown(path)}"
        return self._ask(lambda session: session.size(path), action=action)

    def publish(self, source: bytes, target: bytes, *, may_remove: bool = False) -> None:
        """Rename a file to its final name, in place of a file there."""
        action = f"rename {shown(source)} to {shown(target)}"

        def published(session: FtpSession) -> None:
            session.rename_from(source)
            try:
                session.rename_to(target)
            except ftplib.error_perm as error:
                if not _exists(session, target):
                    raise
                if not may_remove:
                    raise self._taken(action, error) from error
                session.delete(target)
                session.rename_from(source)
                session.rename_to(target)

        self._ask(published, action=action, changes=True)

    def rename(self, source: bytes, target: bytes) -> None:
        """Rename a file to a new name. Most servers would replace the target."""
        action = f"rename {shown(source)} to {shown(target)}"

        def renamed(session: FtpSession) -> None:
            if _exists(session, target):
                raise ExistsError(self._account, action, "the name is taken")
            session.rename_from(source)
            session.rename_to(target)

        self._ask(renamed, action=action, changes=True)

    def _taken(self, action: str, error: ftplib.Error) -> ExistsError:
        reason = f"the name is taken, and the server cannot replace a file ({error})"
        return ExistsError(self._account, action, reason)

    def remove(self, path: bytes) -> None:
        """Remove a file."""
        self._ask(
            lambda session: session.delete(path), action=f"remove {shown(path)}", changes=True
        )

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._session:
                self._session.close()
                self._session = None

    def _ask(self, request: Callable[[FtpSession], T], *, action: str, changes: bool = False) -> T:
        """Return the answer to a request; a signal ends the wait."""
        has_begun = False

        def asked() -> T:
            nonlocal has_begun
            idle_s = self._clock.monotonic() - self._used_at
            if self._session and idle_s >= _IDLE_S and not self._session.is_alive():
                self._session = None
            if self._session is None:
                self._session = FtpSession(self._options)
            has_begun = True
            return request(self._session)

        with self._lock:
            try:
                return interruptible(asked, self._slices())
            except AccountError:
                raise
            # The library lets errors of any type through.
            except Exception as error:
                if not isinstance(error, ftplib.error_perm):
                    self.close()
                raise self._error(error, action, may_have_arrived=changes and has_begun) from error
            finally:
                self._used_at = self._clock.monotonic()

    def _slices(self) -> Iterator[float]:
        # Each wait of the socket has its own timeout.
        while True:
            self._clock.check()
            yield SLICE_S

    def _error(self, error: Exception, action: str, *, may_have_arrived: bool) -> AccountError:
        kind, answer = self._known(error)
        is_answer = isinstance(error, ftplib.Error) and not isinstance(error, ftplib.error_proto)
        if may_have_arrived and issubclass(kind, UnavailableError) and not is_answer:
            return UnknownOutcomeError(self._account, action, answer)
        return kind(self._account, action, answer)

    def _known(self, error: Exception) -> tuple[type[AccountError], str]:
        text = str(error)
        match error:
            case StoppedError():
                return StoppedCallError, "stopped by a signal"
            case ssl.SSLCertVerificationError():
                return SignInError, explain(error, "the server")
            case ftplib.error_perm() if text.startswith(_NOT_SIGNED_IN):
                return SignInError, "the server rejects the user or password"
            case ftplib.error_perm() if text.startswith(_NO_FILE) and not is_denied(error):
                return NotFoundError, "does not exist"
            case ftplib.error_perm():
                return RefusedError, f"the server answers: {text}"
            case ftplib.Error():
                return UnavailableError, f"the server answers: {text}"
            case TimeoutError():
                return UnavailableError, f"no answer within {self._options.timeout_s} s"
            case OSError() | EOFError():
                return UnavailableError, explain(error, "the server")
            case _:
                return UnavailableError, f"the connection failed ({type(error).__name__})"


def _exists(session: FtpSession, path: bytes) -> bool:
    with suppress(ftplib.error_perm):
        return session.size(path) is not None
    return False
