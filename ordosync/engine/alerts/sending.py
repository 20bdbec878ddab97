"""Sends a message by the transport of a recipient: a command, mail, a webhook, or apprise."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from threading import Event
from typing import Any

from ordosync.clock import Clock
from ordosync.config.alert_settings import Form, TargetConfig
from ordosync.engine.alerts.commands import run_command
from ordosync.engine.alerts.messages import Message
from ordosync.engine.alerts.services import notify
from ordosync.engine.alerts.waiting import slices
from ordosync.errors import DeliveryError
from ordosync.http.interruptible import interruptible
from ordosync.secret import Secret

_TOTAL_S = 60
_MOST_BYTES = 65_536
SIGNATURE = "X-Ordosync-Signature"
"""Header of a webhook with the HMAC of its body."""


def send(
    target: TargetConfig,
    message: Message,
    clock: Clock,
    *,
    show: Callable[[str], None] | None = None,
) -> str | None:
    """Send a message; return a warning if only some of the addresses got it.

    Raises `DeliveryError`, or `StoppedError` after a signal. `show` gets the output of a command,
    which is ignored otherwise.
    """
    if target.command is not None:
        # In this thread: a command inherits the signals that other threads block.
        run_command(target.command, message, clock, show)
        return None
    sent = Event()
    try:
        return interruptible(partial(_send, target, message, clock, sent), slices(clock, _TOTAL_S))
    except TimeoutError as error:
        why = f"no complete response within {_TOTAL_S} s"
        raise DeliveryError(why, may_have_arrived=sent.is_set()) from error


def _send(target: TargetConfig, message: Message, clock: Clock, sent: Event) -> str | None:
    if target.mail is not None:
        from ordosync.engine.alerts.mail import send_mail  # noqa: PLC0415 - one of four

        return send_mail(target.mail, message, at=clock.now(), sent=sent)
    # The others do not say when they send it.
    sent.set()
    if target.webhook is not None:
        _post(target.webhook, target, message, clock)
    elif target.apprise is not None:
        notify(target.apprise, message)
    return None


def _post(url: Secret, target: TargetConfig, message: Message, clock: Clock) -> None:
    from ordosync.http.webhook import post  # noqa: PLC0415 - one of four

    body = webhook_body(target.form or "json", message)
    headers = {}
    if target.secret is not None:
        key = target.secret.reveal().encode()
        headers[SIGNATURE] = f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}"
    post(url, body, headers, clock)


def webhook_body(form: Form, message: Message) -> bytes:
    """Return the body of a webhook, of at most 64 kB."""
    body = json.dumps(_BODIES[form](message)).encode()
    if len(body) <= _MOST_BYTES:
        return body
    # All texts are short, so only their number can be too large.
    few = {**message.document, "attention": [], "is_shortened": True}
    text = message.text[: _MOST_BYTES // 16]
    return json.dumps(_BODIES[form](replace(message, text=text, document=few))).encode()


def _json_body(message: Message) -> Mapping[str, Any]:
    return {"id": message.id, **message.document, "text": message.text}


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
