"""Alerts by apprise, an optional dependency that knows about a hundred other services."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from ordosync.engine.alerts.messages import Message
from ordosync.errors import DeliveryError
from ordosync.secret import Secret

_STATUS = re.compile(r"error=(\d{3})\b")
_EXCEPTION = "Socket Exception: "
_MAY_HAVE_ARRIVED = (
    "Connection aborted",
    "Read timed out",
    "read operation timed out",
    "reset by peer",
    "unexpectedly closed",
)
"""Texts of exceptions that end a connection after something was sent."""


def notify(url: Secret, message: Message) -> None:
    """Send a message by the service of this URL. Raises `DeliveryError`."""
    try:
        apprise = import_module("apprise")
    except ImportError as error:
        hint = "run `pip install 'ordosync[alerts]'`"
        raise DeliveryError(f"apprise is not installed; {hint}") from error
    with _listening() as listener:
        notifier = apprise.Apprise()
        if not notifier.add(url.reveal()):
            raise DeliveryError("apprise does not know this kind of URL, or a part of it is wrong")
        text = apprise.NotifyFormat.TEXT
        is_sent = notifier.notify(title=message.title, body=message.text, body_format=text)
    if not is_sent:
        raise listener.error()


class _Listener(logging.Handler):
    """Records how a request of apprise ended. It keeps no text, which may have addresses."""

    def __init__(self) -> None:
        super().__init__()
        self._status = ""
        self._may_have_arrived = False

    def emit(self, record: logging.LogRecord) -> None:
        """Record the status of a response, or the kind of an exception."""
        text = record.getMessage()
        if status := _STATUS.search(text):
            self._status = status[1]
        if text.startswith(_EXCEPTION):
            self._may_have_arrived = any(part in text for part in _MAY_HAVE_ARRIVED)

    def error(self) -> DeliveryError:
        """Return the error of the request."""
        if self._status:
            return DeliveryError(f"the service responds with HTTP {self._status}")
        return DeliveryError(
            "apprise could not send the message", may_have_arrived=self._may_have_arrived
        )


@contextmanager
def _listening() -> Iterator[_Listener]:
    """Yield a listener of apprise's log, the only place with the reason of a failure.

    Nothing else gets its records, since they have the message and the secrets: also not later, as
    a call that took too long may still go on in its thread.
    """
    log, listener = logging.getLogger("apprise"), _Listener()
    log.propagate = False
    log.setLevel(logging.DEBUG)
    log.addHandler(listener)
    try:
        yield listener
    finally:
        log.removeHandler(listener)
