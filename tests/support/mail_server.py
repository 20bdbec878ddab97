"""A strict mail server on loopback: TLS, then AUTH, then mail; anything else is refused."""

import base64
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Self

USER, PASSWORD = "sync", "correct horse"
Reaction = Callable[[socket.socket], None]


def refused(text: str) -> Reaction:
    """Return a reaction that sends a response such as `550 no`."""
    return lambda sock: sock.sendall(f"{text}\r\n".encode())


def closes(sock: socket.socket) -> None:
    """Close the connection without a response."""
    sock.shutdown(socket.SHUT_RDWR)


@dataclass
class MailServer:
    """Accepts mail on an encrypted connection with the right password."""

    tls: ssl.SSLContext
    is_implicit: bool = False
    """True if a connection begins with TLS, without STARTTLS."""
    reactions: dict[str, Reaction] = field(default_factory=dict)
    """Reactions instead of the response to `CONNECT`, a command, or `END` of a message."""
    refused_addresses: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        for sock in (self._listener, *self.open):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _listen(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.open.append(sock)
            thread = threading.Thread(target=self._serve, args=(sock,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        # The client may go away at any time.
        with suppress(OSError), sock:
            sock.settimeout(5)
            _Session(self, sock).serve()


class _Session:
    """One connection."""

    def __init__(self, server: MailServer, sock: socket.socket) -> None:
        self._server, self._sock = server, sock
        self._is_encrypted = self._is_signed_in = False
        if server.is_implicit:
            self._encrypt()
        else:
            self._stream = sock.makefile("rb")

    def serve(self) -> None:
        try:
            if not self._reacts("CONNECT"):
                self._say("220 mail.test ESMTP")
            while line := self._stream.readline().decode().strip():
                word = line.split()[0].upper()
                self._server.commands.append(word)
                if word == "QUIT":
                    self._say("221 bye")
                    break
                if not self._reacts(word):
                    self._answer(word, line)
        finally:
            self._stream.close()
            self._sock.close()

    def _reacts(self, word: str) -> bool:
        reaction = self._server.reactions.get(word)
        if reaction:
            reaction(self._sock)
        return reaction is not None

    def _answer(self, word: str, line: str) -> None:
        if word == "EHLO":
            extension = "AUTH PLAIN" if self._is_encrypted else "STARTTLS"
            self._say(f"250-mail.test\r\n250 {extension}")
        elif word == "STARTTLS" and not self._is_encrypted:
            self._say("220 go ahead")
            self._stream.close()
            self._encrypt()
        elif word == "AUTH" and self._is_encrypted:
            self._sign_in(line.rsplit(maxsplit=1)[-1])
        elif word == "RCPT" and any(one in line for one in self._server.refused_addresses):
            self._say(f"550 {line} is refused")
        elif word in ("MAIL", "RCPT", "RSET") and self._is_signed_in:
            self._say("250 ok")
        elif word == "DATA" and self._is_signed_in:
            self._receive()
        else:
            self._say("503 not now")

    def _encrypt(self) -> None:
        self._sock = self._server.tls.wrap_socket(self._sock, server_side=True)
        self._server.open.append(self._sock)
        self._stream = self._sock.makefile("rb")
        self._is_encrypted = True

    def _sign_in(self, response: str) -> None:
        _, user, password = base64.b64decode(response).decode().split("\0")
        self._is_signed_in = (user, password) == (USER, PASSWORD)
        self._say("235 welcome" if self._is_signed_in else "535 wrong password")

    def _receive(self) -> None:
        self._say("354 end with a point")
        lines = []
        while (line := self._stream.readline()) != b".\r\n":
            assert line.isascii(), "8BITMIME is not offered"
            lines.append(line.removeprefix(b"."))
        mail = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self._server.mails.append(mail)
        if not self._reacts("END"):
            self._say("250 queued")

    def _say(self, text: str) -> None:
        self._sock.sendall(f"{text}\r\n".encode())
