"""Sends a message by the transport of a recipient: a command, mail, a webhook, or apprise."""

import hashlib
import hmac
import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from typing import Any

from ordosync.clock import SLICE_S, Clock
from ordosync.config.alert_settings import Form, TargetConfig
from ordosync.engine.alerts.messages import Message
from ordosync.http.interruptible import interruptible
from ordosync.secret import Secret

_COMMAND_S = 10
_TOTAL_S = 40
_MOST_BYTES = 65_536
SIGNATURE = "X-Ordosync-Signature"
"""Header of a webhook with the HMAC of its body."""


class DeliveryError(Exception):
    """The message was not sent. The text has no secret, and no address."""


def send(
    target: TargetConfig,
    message: Message,
    clock: Clock,
    *,
    show: Callable[[str], None] | None = None,
) -> None:
    """Send a message. Raises `DeliveryError`, or `StoppedError` after a signal.

    `show` gets the output of a command, which is ignored otherwise.
    """
    call = partial(_send, target, message, clock, show)
    try:
        interruptible(call, _slices(clock))
    except TimeoutError as error:
        raise DeliveryError(f"no response within {_TOTAL_S} s") from error


def _slices(clock: Clock) -> Iterator[float]:
    """Yield the timeouts of the parts of the wait. Raises `StoppedError` after a signal."""
    left_s: float = _TOTAL_S
    while left_s > 0:
        clock.check()
        yield SLICE_S
        left_s -= SLICE_S


def _send(
    target: TargetConfig, message: Message, clock: Clock, show: Callable[[str], None] | None
) -> None:
    if target.command is not None:
        _run(target.command, message, show)
    elif target.webhook is not None:
        _post(target.webhook, target, message, clock)
    elif target.apprise is not None:
        _notify(target.apprise, message)
    elif target.mail is not None:
        from ordosync.engine.alerts.mail import MailError, send_mail  # noqa: PLC0415 - one of four

        try:
            send_mail(target.mail, message, at=clock.now())
        except MailError as error:
            raise DeliveryError(str(error)) from error


def _run(words: tuple[str, ...], message: Message, show: Callable[[str], None] | None) -> None:
    """Run a command without a shell, with the text on its standard input."""
    output = subprocess.DEVNULL if show is None else subprocess.PIPE
    try:
        result = subprocess.run(  # noqa: S603 - the operator configures it
            [word.replace("{title}", message.title) for word in words],
            input=f"{message.text}\n".encode(),
            stdout=output,
            stderr=subprocess.STDOUT if show else output,
            timeout=_COMMAND_S,
            check=False,
        )
    except OSError as error:
        raise DeliveryError(f"{words[0]} cannot be started: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise DeliveryError(f"{words[0]} did not end within {_COMMAND_S} s") from error
    if show:
        show(result.stdout.decode(errors="replace"))
    if result.returncode:
        raise DeliveryError(f"{words[0]} failed with exit code {result.returncode}")


def _post(url: Secret, target: TargetConfig, message: Message, clock: Clock) -> None:
    from ordosync.http.webhook import WebhookError, post  # noqa: PLC0415 - one of four

    body = webhook_body(target.form or "json", message)
    headers = {}
    if target.secret is not None:
        key = target.secret.reveal().encode()
        headers[SIGNATURE] = f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}"
    try:
        post(url, body, headers, clock)
    except WebhookError as error:
        raise DeliveryError(str(error)) from error


def webhook_body(form: Form, message: Message) -> bytes:
    """Return the body of a webhook, of at most 64 kB."""
    body = json.dumps(_BODIES[form](message)).encode()
    if len(body) <= _MOST_BYTES:
        return body
    # All texts are short, so only their number can be too large.
    few = {**message.document, "attention": [], "is_shortened": True}
    text = message.text[: _MOST_BYTES // 16]
    return json.dumps(_BODIES[form](Message(title=message.title, text=text, document=few))).encode()


def _json_body(message: Message) -> Mapping[str, Any]:
    return {**message.document, "text": message.text}


def _slack_body(message: Message) -> Mapping[str, Any]:
    text = f"{message.title}\n{message.text}"
    # These three characters are all that Slack interprets without mrkdwn.
    for character, escape in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(character, escape)
    return {"text": text, "mrkdwn": False}


def _teams_body(message: Message) -> Mapping[str, Any]:
    """Return an adaptive card; its text runs are never interpreted as Markdown."""
    blocks = [
        {
            "type": "RichTextBlock",
            "inlines": [{"type": "TextRun", "text": line, "weight": weight}],
        }
        for line, weight in (
            (message.title, "Bolder"),
            *((line, "Default") for line in message.text.splitlines() if line),
        )
    ]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": blocks,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attachment]}


_BODIES: Mapping[Form, Callable[[Message], Mapping[str, Any]]] = {
    "json": _json_body,
    "slack": _slack_body,
    "teams": _teams_body,
}


def _notify(url: Secret, message: Message) -> None:
    """Send by apprise, which is an optional dependency."""
    try:
        apprise = import_module("apprise")
    except ImportError as error:
        hint = "run `pip install 'ordosync[alerts]'`"
        raise DeliveryError(f"apprise is not installed; {hint}") from error
    notifier = apprise.Apprise()
    if not notifier.add(url.reveal()):
        raise DeliveryError("apprise does not know this kind of URL")
    text_format = apprise.NotifyFormat.TEXT
    if not notifier.notify(title=message.title, body=message.text, body_format=text_format):
        raise DeliveryError("apprise could not send the message")
