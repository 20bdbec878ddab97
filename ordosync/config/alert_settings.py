"""Settings of alerts: who is notified, of which problems, and when; and of pings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from ordosync.secret import Secret

Form = Literal["json", "slack", "teams"]
Level = Literal["normal", "critical"]
Encryption = Literal["starttls", "implicit", "off"]
TRANSPORTS = ("command", "mail", "webhook", "apprise")
_PORTS: Mapping[Encryption, int] = {"starttls": 587, "implicit": 465, "off": 25}
_HIGHEST_PORT = 65_535


@dataclass(frozen=True, kw_only=True)
class MailConfig:
    """A mail server, and the addresses of its messages."""

    host: str
    to: tuple[str, ...]
    from_: str
    port: int | None = None
    """By default 587, 465 or 25, depending on `tls`."""
    tls: Encryption = "starttls"
    user: str | None = None
    password: Secret | None = None
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        for name, addresses in (("to", self.to), ("from", (self.from_,))):
            for address in addresses or ("",):
                if not _is_address(address):
                    raise ValueError(f"{name}: {address!r} is not a mail address")
        if self.port is not None and not 0 < self.port <= _HIGHEST_PORT:
            raise ValueError(f"port: {self.port} is not a port")
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password belong together")
        if self.password is not None and self.tls == "off":
            raise ValueError("tls: off would send the password unencrypted; use starttls")

    @property
    def number(self) -> int:
        """The port."""
        return self.port or _PORTS[self.tls]


def _is_address(text: str) -> bool:
    name, _, host = text.rpartition("@")
    is_plain = text.isascii() and text.isprintable() and not set(text) & set(' ,;:<>()[]"\\')
    return bool(name and host) and is_plain


@dataclass(frozen=True, kw_only=True)
class TargetConfig:
    """A recipient of alerts, by one transport."""

    command: tuple[str, ...] | None = None
    mail: MailConfig | None = None
    webhook: Secret | None = None
    form: Form | None = None
    """The form of the body of a webhook; `json` by default."""
    secret: Secret | None = None
    """The key of the signature of a webhook."""
    apprise: Secret | None = None

    def __post_init__(self) -> None:
        given = [name for name in TRANSPORTS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of {', '.join(TRANSPORTS)}")
        if self.command is not None and not all((self.command, *(self.command or ()))):
            raise ValueError("command: needs a program, and no empty word")
        for name in ("form", "secret"):
            if getattr(self, name) is not None and self.webhook is None:
                raise ValueError(f"{name}: belongs to a webhook")
        if self.webhook is not None and not _is_safe(self.webhook.reveal()):
            raise ValueError("webhook: must be a URL that begins with https://")

    @property
    def transport(self) -> str:
        """The name of the transport."""
        return next(name for name in TRANSPORTS if getattr(self, name) is not None)


def _is_safe(url: str) -> bool:
    """True if a request to this URL is encrypted, or stays on this machine."""
    from urllib.parse import urlsplit  # noqa: PLC0415 - only for a webhook

    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_local(parts.hostname))


def _is_local(host: str) -> bool:
    from ipaddress import ip_address  # noqa: PLC0415 - only for a webhook

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, kw_only=True)
class RuleConfig:
    """A rule that says who is notified; the first rule that fits a problem applies."""

    to: tuple[str, ...]
    """Names of recipients; empty: no message is sent."""
    portals: tuple[str, ...] = ()
    """Shell patterns of portals; empty: all portals."""
    from_: Level = "normal"
    """The lowest severity that the rule fits."""

    def fits(self, portal: str, severity: str) -> bool:
        """True if the rule is for a problem of this portal and severity."""
        is_named = not self.portals or any(fnmatchcase(portal, name) for name in self.portals)
        return is_named and (self.from_ == "normal" or severity == "critical")


@dataclass(frozen=True, kw_only=True)
class QuietConfig:
    """Hours in which nothing is sent; what lasts is sent at their end."""

    from_: time
    to: time
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    but: Literal["critical"] | None = None
    """The severity that is sent nevertheless."""

    def __post_init__(self) -> None:
        if self.from_ == self.to:
            raise ValueError("to: must differ from `from`")


@dataclass(frozen=True, kw_only=True)
class DigestConfig:
    """A daily summary."""

    at: time
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    to: tuple[str, ...]
    when_empty: bool = False
    """Also sent on a day on which nothing happened."""


@dataclass(frozen=True, kw_only=True)
class AlertsConfig:
    """The alerts of all portals."""

    to: Mapping[str, TargetConfig]
    rules: tuple[RuleConfig, ...] = ()
    """Empty: every recipient gets all alerts."""
    quiet: QuietConfig | None = None
    digest: DigestConfig | None = None
    again: timedelta = timedelta(days=1)
    """The time after which a problem that lasts is reported again."""
    cron_mail: bool = True
    """False: `run-due` writes no alerts to standard error, so that cron sends no mail of them."""

    def __post_init__(self) -> None:
        if not self.to:
            raise ValueError("to: no recipient is configured")

    def targets(self, portal: str, severity: str) -> tuple[str, ...]:
        """Return the names of those who are notified of a problem."""
        if not self.rules:
            return tuple(self.to)
        fitting = (rule.to for rule in self.rules if rule.fits(portal, severity))
        return next(fitting, ())


@dataclass(frozen=True, kw_only=True)
class PingConfig:
    """URLs to call when scheduled work of a portal starts and ends."""

    start: Secret | None = None
    success: Secret | None = None
    failure: Secret | None = None

    def __post_init__(self) -> None:
        for name in ("start", "success", "failure"):
            url = getattr(self, name)
            if url is not None and not url.reveal().startswith(("http://", "https://")):
                raise ValueError(f"{name} must be a URL that begins with https:// or http://")


NO_PINGS = PingConfig()
