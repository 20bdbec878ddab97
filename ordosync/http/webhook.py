"""Webhooks: one POST to the URL of a chat or another service."""

from collections.abc import Mapping

from ordosync.clock import Clock
from ordosync.errors import DeliveryError
from ordosync.http.retries import parse_retry_after
from ordosync.http.transport import Limits, NoResponseError, Transport
from ordosync.secret import Secret

_LIMITS = Limits(read_s=10, total_s=10, size=65_536)
_OK, _REDIRECT = 200, 300


def post(url: Secret, body: bytes, headers: Mapping[str, str], clock: Clock) -> None:
    """Send a POST request. Raises `DeliveryError`, with no part of the URL but its host.

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
        raise DeliveryError(str(error)) from error
    try:
        request = transport.prepare("POST", url.reveal(), params=None, body=body)
        request.headers.update(headers)
        response = transport.exchange(request, total_s=_LIMITS.total_s, writes=True)
    except NoResponseError as error:
        raise DeliveryError(str(error), may_have_arrived=error.may_have_arrived) from error
    except ValueError as error:
        raise DeliveryError(str(error)) from error
    finally:
        transport.close()
    if not _OK <= response.status < _REDIRECT:
        raise DeliveryError(
            f"the webhook responds with HTTP {response.status}",
            retry_after_s=parse_retry_after(response.headers, clock.now()),
        )
