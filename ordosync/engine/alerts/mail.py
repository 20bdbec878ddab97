"""Alerts by mail: SMTP with TLS and a password, by the standard library."""

import smtplib
import socket
import ssl
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from threading import Event

from ordosync.config.alert_settings import MailConfig
from ordosync.engine.alerts.messages import Message
from ordosync.errors import DeliveryError
from ordosync.http.connection_errors import explain
from ordosync.text import plural

_TIMEOUT_S = 10
_ANSWER_S = 30
"""The timeout after the whole message was sent: many servers scan it before they accept it."""
_GOODBYE_S = 1
_OK, _WILL_FORWARD = 250, 251
# A server without 8BITMIME may damage other bytes.
_POLICY = SMTP.clone(cte_type="7bit")


def send_mail(mail: MailConfig, message: Message, *, at: datetime, sent: Event) -> str | None:
    """Send a message; return a warning if the server refuses some of the addresses.

    Raises `DeliveryError` if it refuses all of them, or the message. `sent` is set before the
    content is sent.
    """
    try:
        server = _connected(mail)
        try:
            refused = _address(server, mail)
            sent.set()
            _send_content(server, _email(mail, message, at).as_bytes())
        finally:
            _close(server)
    except smtplib.SMTPServerDisconnected as error:
        why = f"{mail.host} closed the connection early"
        raise DeliveryError(why, may_have_arrived=sent.is_set()) from error
    except smtplib.SMTPException as error:
        raise DeliveryError(_refusal(mail, error)) from error
    except OSError as error:
        raise DeliveryError(explain(error, mail.host), may_have_arrived=sent.is_set()) from error
    if not refused:
        return None
    return f"{mail.host} refuses {refused} of {len(mail.to)} addresses; the others got the message"


def _connected(mail: MailConfig) -> smtplib.SMTP:
    """Return a connection that is encrypted and signed in as configured."""
    context = ssl.create_default_context(cafile=str(mail.ca_file) if mail.ca_file else None)
    name = socket.gethostname()
    if mail.tls == "implicit":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            mail.host, mail.number, name, timeout=_TIMEOUT_S, context=context
        )
    else:
        server = smtplib.SMTP(mail.host, mail.number, name, timeout=_TIMEOUT_S)
    try:
        if mail.tls == "starttls":
            server.starttls(context=context)
        if mail.user is not None and mail.password is not None:
            server.login(mail.user, mail.password.reveal())
    except BaseException:
        server.close()
        raise
    return server


def _address(server: smtplib.SMTP, mail: MailConfig) -> int:
    """Send the addresses; return how many the server refuses. Raises `SMTPException`."""
    server.ehlo_or_helo_if_needed()
    code, answer = server.mail(mail.from_)
    if code != _OK:
        raise smtplib.SMTPSenderRefused(code, answer, mail.from_)
    answers = {address: server.rcpt(address) for address in mail.to}
    refused = {
        address: answer
        for address, answer in answers.items()
        if answer[0] not in (_OK, _WILL_FORWARD)
    }
    if len(refused) == len(answers):
        raise smtplib.SMTPRecipientsRefused(refused)
    return len(refused)


def _send_content(server: smtplib.SMTP, content: bytes) -> None:
    if server.sock:
        server.sock.settimeout(_ANSWER_S)
    code, answer = server.data(content)
    if code != _OK:
        raise smtplib.SMTPDataError(code, answer)


def _close(server: smtplib.SMTP) -> None:
    # The message was accepted, or not; the end of the connection does not change that.
    with suppress(OSError):
        if server.sock:
            server.sock.settimeout(_GOODBYE_S)
            server.quit()
    server.close()


def _email(mail: MailConfig, message: Message, at: datetime) -> EmailMessage:
    email = EmailMessage(policy=_POLICY)
    email["Subject"] = message.title
    email["From"] = mail.from_
    email["To"] = ", ".join(mail.to)
    email["Date"] = format_datetime(at)
    email["Message-ID"] = f"<{message.id}@{mail.from_.rpartition('@')[2]}>"
    # Otherwise a mailbox may answer that its owner is on holiday.
    email["Auto-Submitted"] = "auto-generated"
    email.set_content(message.text + "\n")
    return email


def _refusal(mail: MailConfig, error: smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"{mail.host} refuses the user or the password"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({code for code, _ in error.recipients.values()})
        word = plural(len(codes), "code", "codes")
        return f"{mail.host} refuses the recipients with {word} {', '.join(map(str, codes))}"
    if isinstance(error, smtplib.SMTPSenderRefused):
        return f"{mail.host} refuses the sender with code {error.smtp_code}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{mail.host} responds with code {error.smtp_code}"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return f"{mail.host} does not support `tls: {mail.tls}`, or no password"
    return f"{mail.host} does not respond as a mail server does"
