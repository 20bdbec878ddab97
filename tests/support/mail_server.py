"""A strict mail server on loopback: STARTTLS, then AUTH, then mail; anything else is refused."""

import base64
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Self

USER, PASSWORD = "sync", "correct horse"


@dataclass
class MailServer:
    """Accepts mail on an encrypted connection with the right password."""

    tls: ssl.SSLContext
    refuses: str = ""
    """The command that is refused, such as `RCPT`."""
    mails: list[EmailMessage] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _listen(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            # The client may go away at any time.
            with suppress(OSError), sock:
                sock.settimeout(5)
                _Session(self, sock).serve()


class _Session:
    """One connection."""

    def __init__(self, server: MailServer, sock: socket.socket) -> None:
        self._server, self._sock = server, sock
        self._stream = sock.makefile("rb")
        self._is_encrypted = self._is_signed_in = False

    def serve(self) -> None:
        self._say("220 mail.test ESMTP")
        while line := self._stream.readline().decode().strip():
            word = line.split()[0].upper()
            self._server.commands.append(word)
            if word == "QUIT":
                self._say("221 bye")
                break
            if word == self._server.refuses:
                self._say(f"550 {line} is refused")
            else:
                self._answer(word, line)
        self._stream.close()
        self._sock.close()

    def _answer(self, word: str, line: str) -> None:
        if word == "EHLO":
            extension = "AUTH PLAIN" if self._is_encrypted else "STARTTLS"
            self._say(f"250-mail.test\r\n250 {extension}")
        elif word == "STARTTLS" and not self._is_encrypted:
            self._encrypt()
        elif word == "AUTH" and self._is_encrypted:
            self._sign_in(line.rsplit(maxsplit=1)[-1])
        elif word in ("MAIL", "RCPT", "RSET") and self._is_signed_in:
            self._say("250 ok")
        elif word == "DATA" and self._is_signed_in:
            self._receive()
        else:
            self._say("503 not now")

    def _encrypt(self) -> None:
        self._say("220 go ahead")
        self._stream.close()
        self._sock = self._server.tls.wrap_socket(self._sock, server_side=True)
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
            lines.append(line.removeprefix(b"."))
        mail = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self._server.mails.append(mail)
        self._say("250 queued")

    def _say(self, text: str) -> None:
        self._sock.sendall(f"{text}\r\n".encode())
