"""Recipients of each transport on loopback, which can fail in each way for some time."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.http.server import Reaction, Server, answer, drips, hangs, reset
from tests.support.mail_server import PASSWORD, USER, MailServer, closes, refused

DOWN = "down"
SHORT_S = 0.3
SHORT = f"?rto={SHORT_S}&cto={SHORT_S}"
"""The limits of apprise while the recipient fails."""
HTTP_STATES: Mapping[str, bytes | Reaction] = {
    "unauthorized": answer("", 401),
    "failing": answer("", 500),
    "limited": answer("", 429, Retry_After="7200"),
    "redirecting": answer("", 302, Location="http://127.0.0.1:9/"),
    "silent": hangs(),
    "dripping": drips(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b" "),
    "dying": b"",
    "resetting": reset,
}
MAIL_STATES: Mapping[str, tuple[str, Reaction]] = {
    "wrong-password": ("AUTH", refused("535 no")),
    "refusing-sender": ("MAIL", refused("550 no")),
    "refusing-recipients": ("RCPT", refused("550 no")),
    "busy": ("DATA", refused("451 later")),
    "silent-at-first": ("CONNECT", hangs()),
    "dripping-at-first": ("CONNECT", drips(b"220-", b"x")),
    "dying-at-first": ("MAIL", closes),
    "silent": ("END", hangs()),
    "dripping": ("END", drips(b"250-", b"x")),
    "dying": ("END", closes),
    "resetting": ("END", reset),
}

COMMAND_STATES = ("failing", "hanging")
_COMMAND = """#!{python}
import signal, sys
state = open({state!r}).read()
if state == "failing":
    sys.exit(75)
with open({output!r}, "a") as output:
    print(sys.argv[1], file=output)
if state == "hanging":
    signal.pause()
"""


class Recipient(Protocol):
    """A recipient that can fail."""

    def section(self) -> str:
        """Return its configuration."""

    def fail(self, state: str) -> None:
        """Fail in this way from now on."""

    def recover(self) -> None:
        """Accept all messages from now on."""

    def received(self) -> Sequence[tuple[str, str]]:
        """Return the id, if there is one, and the title of each message that it got in full."""


@dataclass
class Http:
    """A webhook, or a service of apprise, which sends to it."""

    server: Server
    by_apprise: bool = False
    _state: str = ""

    def section(self) -> str:
        place = f"127.0.0.1:{9 if self._state == DOWN else self.server.port}"
        if self.by_apprise:
            return f'{{apprise: "json://{place}/{SHORT if self._state else ""}"}}'
        return f'{{webhook: "http://{place}/hook"}}'

    def fail(self, state: str) -> None:
        self._state = state
        if state != DOWN:
            self.server.script[:] = [HTTP_STATES[state]]

    def recover(self) -> None:
        self._state = ""
        self.server.script[:] = [answer()]

    def received(self) -> Sequence[tuple[str, str]]:
        bodies = [json.loads(seen.body) for seen in self.server.seen]
        return [(body.get("id", ""), body["title"]) for body in bodies]


@dataclass
class Mail:
    """A mail server, which is reached directly or by apprise."""

    server: MailServer
    ca_file: Path
    by_apprise: bool = False
    _state: str = ""

    def section(self) -> str:
        port = 9 if self._state == DOWN else self.server.port
        if self.by_apprise:
            mode = "ssl" if self.server.is_implicit else "starttls"
            where = f"{USER}:{PASSWORD.replace(' ', '%20')}@localhost:{port}"
            options = f"mode={mode}&smtp=localhost&from=sync@example.org&to=ops@example.org"
            limits = SHORT.replace("?", "&") if self._state else ""
            return f'{{apprise: "mailtos://{where}/?{options}{limits}"}}'
        tls = "implicit" if self.server.is_implicit else "starttls"
        return (
            f"{{mail: {{host: localhost, port: {port}, tls: {tls}, to: [ops@example.org],"
            f" from: sync@example.org, user: {USER}, password: {PASSWORD},"
            f" ca_file: {self.ca_file}}}}}"
        )

    def fail(self, state: str) -> None:
        self._state = state
        if state != DOWN:
            self.server.reactions = dict([MAIL_STATES[state]])

    def recover(self) -> None:
        self._state = ""
        self.server.reactions = {}

    def received(self) -> Sequence[tuple[str, str]]:
        id_ = "" if self.by_apprise else "Message-ID"
        return [(mail[id_] or "", mail["Subject"]) for mail in self.server.mails]


@dataclass
class Command:
    """A program that writes the titles to a file."""

    folder: Path
    _state: str = ""

    def __post_init__(self) -> None:
        self._titles.touch()
        self.recover()
        text = _COMMAND.format(
            python=sys.executable, state=str(self.folder / "state"), output=str(self._titles)
        )
        (self.folder / "page").write_text(text)
        (self.folder / "page").chmod(0o700)

    @property
    def _titles(self) -> Path:
        return self.folder / "titles"

    def section(self) -> str:
        name = "missing" if self._state == DOWN else "page"
        return f'{{command: [{self.folder / name}, "{{title}}"]}}'

    def fail(self, state: str) -> None:
        self._state = state
        (self.folder / "state").write_text(state)

    def recover(self) -> None:
        self.fail("")

    def received(self) -> Sequence[tuple[str, str]]:
        return [("", title) for title in self._titles.read_text().splitlines()]
