"""Alerts by mail: SMTP with TLS and a password, by the standard library."""

import smtplib
import socket
import ssl
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from ordosync.config.alert_settings import MailConfig
from ordosync.engine.alerts.messages import Message
from ordosync.http.connection_errors import explain

_TIMEOUT_S = 10


class MailError(Exception):
    """The server did not accept the message. The text has no address."""


def send_mail(mail: MailConfig, message: Message, *, at: datetime) -> None:
    """Send a message to all addresses. Raises `MailError`.

    It counts as sent if the server accepts one of the addresses.
    """
    try:
        server = _connected(mail)
        try:
            server.send_message(_email(mail, message, at))
        finally:
            # The message was accepted, or not; the end of the connection does not change that.
            with suppress(OSError):
                server.quit()
            server.close()
    except smtplib.SMTPException as error:
        raise MailError(_refusal(mail, error)) from error
    except OSError as error:
        raise MailError(explain(error, mail.host)) from error


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


def _email(mail: MailConfig, message: Message, at: datetime) -> EmailMessage:
    email = EmailMessage(policy=SMTP)
    email["Subject"] = message.title
    email["From"] = mail.from_
    email["To"] = ", ".join(mail.to)
    email["Date"] = format_datetime(at)
    email["Message-ID"] = make_msgid(domain=mail.from_.rpartition("@")[2])
    # Otherwise a mailbox may answer that its owner is on holiday.
    email["Auto-Submitted"] = "auto-generated"
    email.set_content(message.text + "\n")
    return email


def _refusal(mail: MailConfig, error: smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"{mail.host} refuses the user or the password"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"{mail.host} refuses the recipients"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{mail.host} responds with code {error.smtp_code}"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return f"{mail.host} does not support `tls: {mail.tls}`, or no password"
    return f"{mail.host} closed the connection early"
