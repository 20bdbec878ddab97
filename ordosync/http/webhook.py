"""Webhooks: one POST to the URL of a chat or another service."""

from collections.abc import Mapping

from ordosync.clock import Clock
from ordosync.http.transport import Limits, NoResponseError, Transport
from ordosync.secret import Secret

_LIMITS = Limits(read_s=10, total_s=10, size=65_536)
_OK, _REDIRECT = 200, 300


class WebhookError(Exception):
    """The message was not accepted. The text has no part of the URL but its host."""


def post(url: Secret, body: bytes, headers: Mapping[str, str], clock: Clock) -> None:
    """Send a POST request. Raises `WebhookError`.

    Redirects are not followed, and the response is not read beyond a limit.
    """
    try:
        transport = Transport(
            url.reveal(),
            clock=clock,
            auth={},
            limits=_LIMITS,
            ca_file=None,
            proxy=None,
            connections=1,
        )
    except ValueError as error:
        raise WebhookError(str(error)) from error
    try:
        request = transport.prepare("POST", url.reveal(), params=None, body=body)
        request.headers.update(headers)
        response = transport.exchange(request, total_s=_LIMITS.total_s, writes=True)
    except (NoResponseError, ValueError) as error:
        raise WebhookError(str(error)) from error
    finally:
        transport.close()
    if not _OK <= response.status < _REDIRECT:
        raise WebhookError(f"the webhook responds with HTTP {response.status}")
