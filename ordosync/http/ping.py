"""Pings of a monitor such as Healthchecks."""

import requests

from ordosync.secret import Secret

_TIMEOUT_S = 10


def ping(url: Secret | None) -> None:
    """Send a GET request to the URL of a monitor, and ignore errors.

    A monitor that cannot be reached raises its own alert about the missing ping.
    """
    if url is None:
        return
    try:
        requests.get(url.reveal(), timeout=_TIMEOUT_S, allow_redirects=False, stream=True).close()
    except requests.RequestException:
        return
