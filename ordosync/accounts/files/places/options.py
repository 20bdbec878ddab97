"""Options of a place, and the addresses that it may have."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Literal
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

from ordosync.accounts.option_types import FirstOf, names_of
from ordosync.secret import PrivateKey, Secret

Scheme = Literal["sftp", "ftps", "ftp", "https", "http"]
PORTS: Mapping[str, int] = {"sftp": 22, "ftps": 21, "ftp": 21, "https": 443, "http": 80}
_LOCAL = ("localhost", "127.0.0.1", "::1")
_ONLY_SFTP = ("key", "passphrase", "host_key", "known_hosts", "algorithms")
_HOST_KEY = re.compile(r"[a-z0-9@.-]+ [A-Za-z0-9+/]+=*( .*)?")


@dataclass(frozen=True, kw_only=True)
class PlaceOptions:
    """The address of a place, the way to sign in, and its limits."""

    is_concise: ClassVar[bool] = True

    url: str
    """`sftp://`, `ftps://` or `https://`; the user may be in it, but never a password.

    A path is relative to the folder after signing in; one that begins with `//` is absolute.
    """
    user: str = ""
    password: Secret | None = None
    """Also the answer to the only question of a keyboard-interactive sign-in."""
    key: PrivateKey | None = None
    """The private key of the user."""
    passphrase: Secret | None = None
    host_key: FirstOf | None = None
    """Keys of the server, each as in `ssh-ed25519 AAAA...`; several during a change of its key.

    Without `host_key` and `known_hosts` no connection is made; `ordosync config check --online`
    shows the key.
    """
    known_hosts: Path | None = None
    """A file with the keys of servers, in place of `host_key`."""
    algorithms: Literal["current", "legacy"] = "current"
    """`legacy` also accepts algorithms of old servers; see `sftp_algorithms.py`."""
    ca_file: Path | None = None
    """Certificates that are trusted, in place of those of this machine."""
    header_auth: Secret | None = None
    """The whole `Authorization` header of a request over HTTPS."""
    query: Secret | None = None
    """The whole query of a request over HTTPS, such as `token=...`; it is never shown."""
    allow_plain: bool = False
    """True if FTP or HTTP without encryption may be used to another machine."""
    timeout_s: int = 30
    """The longest wait for one answer, or for the next part of a file."""
    max_mb: int = 64
    """The largest file that is read, also when it is unpacked."""
    max_files: int = 1000
    """The most files of one pattern that are read."""
    check: Literal["size", "none"] = "size"
    """`size`: after an upload the place is asked for the size, if it allows that."""
    replace: Literal["rename", "remove"] = "rename"
    """`remove`: a target is removed first, at a server whose rename cannot replace a file."""

    @classmethod
    def of_text(cls, text: str) -> "PlaceOptions":
        """Return the place at an address, without other options."""
        return cls(url=text)

    def as_text(self) -> str | None:
        """Return the address if the place has no other options."""
        return self.url if self == PlaceOptions(url=self.url) else None

    def __post_init__(self) -> None:
        if self.address.scheme not in PORTS:
            raise ValueError("url: must begin with sftp://, ftps:// or https://")
        if not self.host:
            raise ValueError("url: has no host")
        if self.address.password is not None:
            raise ValueError("url: must not have a password; write `password: ${NAME}`")
        if self.user and self.address.username:
            raise ValueError("user: is in `url`, too")
        if self.address.query or self.address.fragment:
            raise ValueError(
                "url: must not have ? or #; over https://, write it in `glob` or `query`"
            )
        self._check_protection()
        self._check_limits()

    def _check_protection(self) -> None:
        if self.scheme in ("ftp", "http") and self.host not in _LOCAL and not self.allow_plain:
            raise ValueError(
                f"url: {self.scheme}:// is not encrypted; write {self.scheme}s://, or"
                " `allow_plain: true` if the partner has nothing else"
            )
        if self.scheme != "sftp":
            for name in _ONLY_SFTP:
                if getattr(self, name) not in (None, "current"):
                    raise ValueError(f"{name}: is only for sftp://")
        if self.host_key and self.known_hosts:
            raise ValueError("known_hosts: is not possible together with `host_key`")
        for line in names_of(self.host_key) if self.host_key else ():
            if not _HOST_KEY.fullmatch(line):
                raise ValueError("host_key: write it as in `ssh-ed25519 AAAA...`")
        if self.passphrase and not self.key:
            raise ValueError("passphrase: is only for `key`")
        for name in ("header_auth", "query"):
            if getattr(self, name) and (self.scheme != "https" or self.password):
                raise ValueError(f"{name}: is only for https://, without a password")
        if self.header_auth and self.query:
            raise ValueError("query: is not possible together with `header_auth`")

    def _check_limits(self) -> None:
        for name in ("timeout_s", "max_mb", "max_files"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: must be 1 or more")

    @cached_property
    def address(self) -> SplitResult:
        """The parts of the URL. Raises `ValueError`."""
        try:
            parts = urlsplit(self.url)
            _ = parts.port
        except ValueError as error:
            raise ValueError(f"url: {error}") from error
        return parts

    @property
    def scheme(self) -> str:
        """The protocol."""
        return self.address.scheme

    @property
    def is_http(self) -> bool:
        """True if the place is a file that is read over HTTP."""
        return self.scheme in ("https", "http")

    @property
    def host(self) -> str:
        """The name of the server."""
        return self.address.hostname or ""

    @property
    def port(self) -> int:
        """The port of the server."""
        return self.address.port or PORTS[self.scheme]

    @property
    def user_name(self) -> str:
        """The name of the user; empty if there is none."""
        return self.user or self.address.username or ""

    @property
    def folder(self) -> bytes:
        """The folder of the place; empty for the folder after signing in."""
        return unquote_to_bytes(self.address.path.removeprefix("/")).rstrip(b"/") or (
            b"/" if self.address.path.startswith("//") else b""
        )

    @property
    def most_bytes(self) -> int:
        """The size of the largest file that is read."""
        return self.max_mb << 20
