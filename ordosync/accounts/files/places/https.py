"""A file that is fetched over HTTPS. Names below the address cannot be listed.

A response that ends early looks complete if it has no length. So one without a length is refused,
unless the format of the file proves its end. A sign-in page is not taken for a file.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from threading import RLock
from types import NoneType
from typing import BinaryIO
from urllib.parse import urlsplit, urlunsplit

from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.files.places.place import Entry, Fetched, Mark, shown
from ordosync.clock import Clock
from ordosync.errors import AccountError, RefusedError, UnavailableError
from ordosync.http.query_key import QueryKey
from ordosync.http.redaction import Redactor
from ordosync.http.responses import AttemptError, Request, to_attempt_error, value_of
from ordosync.http.transport import (
    Auth,
    Limits,
    NoResponseError,
    Response,
    Transport,
    secrets_in,
)
from ordosync.secret import Secret

_NOT_MODIFIED = 304
_ENDS = (".xlsx", ".xls", ".json", ".xml", ".zip", ".gz")
"""The suffixes of formats that prove their end."""
_ONLY_READ = "files over HTTPS can only be read"


@dataclass(frozen=True, kw_only=True)
class _WholeQuery(QueryKey):
    """A query that is secret as a whole."""

    @property
    def query(self) -> Secret:
        """The query, as it is sent."""
        return self.secret


class HttpsPlace:
    """The files below an address, each known by its whole name."""

    can_list = False

    def __init__(self, options: PlaceOptions, *, account: str, clock: Clock) -> None:
        self._options = options
        self._account = account
        self._clock = clock
        self._lock = RLock()
        self._opened: Transport | None = None

    def connect(self) -> None:
        """Do nothing: each request signs in."""

    def list(
        self,
        folder: bytes,
        *,
        needs: Callable[[bytes], bool] | None = None,  # noqa: ARG002
    ) -> Sequence[Entry]:
        """Refuse: there is no listing."""
        raise RefusedError(self._account, f"list {shown(folder)}", "HTTPS has no listing")

    def fetch(
        self, path: bytes, to: BinaryIO, *, most_bytes: int, known: Mark | None = None
    ) -> Fetched | None:
        """Write the content of a file to `to`; None if the server says that it did not change."""
        action = f"fetch {shown(path)}"
        response = self._response(path, known, action)
        if response.status == _NOT_MODIFIED:
            return None
        if len(response.body) > most_bytes:
            reason = f"has more than {most_bytes >> 20} MB; raise `max_mb`"
            raise RefusedError(self._account, action, reason)
        if reason := _why_not(response, urlsplit(path.decode("utf-8", "replace")).path):
            raise UnavailableError(self._account, action, reason)
        to.write(response.body)
        mark = _mark(response)
        return Fetched(before=mark, after=mark)

    def _response(self, path: bytes, known: Mark | None, action: str) -> Response:
        request = Request(method="GET", path="", shape=NoneType, action=action, effect="safe")
        try:
            try:
                response = self._exchange(path, known)
            except NoResponseError as error:
                if error.is_permanent or error.is_stopped:
                    raise
                # The server may just have closed an idle connection.
                self.close()
                response = self._exchange(path, known)
            if response.status != _NOT_MODIFIED or not known:
                value_of(response, request, Redactor(secrets_in(self._auth)), self._clock.now())
        except ValueError as error:
            raise RefusedError(self._account, action, str(error)) from error
        except NoResponseError as error:
            raise self._error(to_attempt_error(error, request), action) from error
        except AttemptError as error:
            raise self._error(error, action) from error
        return response

    def _exchange(self, path: bytes, known: Mark | None) -> Response:
        with self._lock:
            transport = self._transport()
            prepared = transport.prepare("GET", self._url(path), params=None, body=None)
            prepared.headers["Accept"] = "*/*"
            prepared.headers.update(_conditions(known))
            return transport.exchange(prepared, total_s=self._limits.total_s, writes=False)

    def _error(self, error: AttemptError, action: str) -> AccountError:
        return error.kind(self._account, action, error.answer)

    @property
    def _limits(self) -> Limits:
        timeout_s = self._options.timeout_s
        size = self._options.most_bytes + 1
        return Limits(read_s=timeout_s, total_s=20 * timeout_s, size=size)

    @property
    def _auth(self) -> Auth:
        options = self._options
        if options.query:
            query = options.query
            return _WholeQuery(key=query.reveal(), secret=query, names=("", ""))
        if options.header_auth:
            return {"Authorization": options.header_auth}
        if options.password:
            return options.user_name, options.password
        return {}

    def _transport(self) -> Transport:
        if self._opened is None:
            parts = self._options.address
            origin = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], "", "", ""))
            self._opened = Transport(
                origin,
                clock=self._clock,
                auth=self._auth,
                limits=self._limits,
                ca_file=self._options.ca_file,
                proxy=None,
                connections=1,
            )
        return self._opened

    def _url(self, path: bytes) -> str:
        parts = self._options.address
        host = parts.netloc.rpartition("@")[2]
        folder = parts.path.rstrip("/")
        return f"{parts.scheme}://{host}{folder}/{path.decode('utf-8', 'surrogateescape')}"

    def store(self, file: Path, path: bytes) -> int:  # noqa: ARG002
        """Refuse."""
        raise RefusedError(self._account, f"write {shown(path)}", _ONLY_READ)

    def size(self, path: bytes) -> int | None:  # noqa: ARG002
        """Return None."""
        return None

    def publish(
        self,
        source: bytes,
        target: bytes,  # noqa: ARG002
        *,
        may_remove: bool = False,  # noqa: ARG002
    ) -> None:
        """Refuse."""
        raise RefusedError(self._account, f"rename {shown(source)}", _ONLY_READ)

    def rename(self, source: bytes, target: bytes) -> None:  # noqa: ARG002
        """Refuse."""
        raise RefusedError(self._account, f"rename {shown(source)}", _ONLY_READ)

    def remove(self, path: bytes) -> None:
        """Refuse."""
        raise RefusedError(self._account, f"remove {shown(path)}", _ONLY_READ)

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._opened:
                self._opened.close()
                self._opened = None


def _conditions(known: Mark | None) -> Mapping[str, str]:
    conditions = {}
    if known and known.etag:
        conditions["If-None-Match"] = known.etag
    if known and known.changed is not None:
        at = datetime.fromtimestamp(known.changed, UTC)
        conditions["If-Modified-Since"] = format_datetime(at, usegmt=True)
    return conditions


def _mark(response: Response) -> Mark:
    etag = response.headers.get("ETag", "")
    try:
        changed = parsedate_to_datetime(response.headers["Last-Modified"]).timestamp()
    except (KeyError, ValueError, TypeError):
        changed = None
    return Mark(size=len(response.body), changed=changed, etag=etag)


def _why_not(response: Response, path: str) -> str:
    """Return why a response is not a whole file; empty if it is."""
    headers, suffix = response.headers, Path(path).suffix.lower()
    has_length = "Content-Length" in headers or "chunked" in headers.get("Transfer-Encoding", "")
    if not has_length and suffix not in _ENDS:
        return "the response has no length, so it may be cut; ask the partner for Content-Length"
    is_page = "html" in headers.get("Content-Type", "").lower() and suffix not in _ENDS
    begins = response.body[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if is_page or (begins == b"<" and suffix != ".xml"):
        return "the response is a web page, not a file; check the address and the sign-in"
    return ""
