"""What is told to a monitor such as Healthchecks."""

import requests

from ordosync.secret import Secret

_TIMEOUT_S = 10


def ping(url: Secret | None) -> None:
    """Ask for a URL of a monitor; nothing depends on its answer.

    A monitor that cannot be reached finds out by itself: it misses us.
    """
    if url is None:
        return
    try:
        requests.get(url.reveal(), timeout=_TIMEOUT_S, allow_redirects=False, stream=True).close()
    except requests.RequestException:
        return
