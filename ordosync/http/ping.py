"""Pings of a monitor such as Healthchecks."""

from functools import partial

import requests
from urllib3.exceptions import HTTPError

from ordosync.clock import Clock, StoppedError
from ordosync.http.deadlines import Exchange
from ordosync.http.interruptible import interruptible
from ordosync.secret import Secret


def ping(url: Secret | None, clock: Clock, *, timeout_s: float = 10) -> None:
    """Send a GET request to the URL of a monitor, and ignore errors.

    A monitor that cannot be reached raises its own alert about the missing ping. A signal ends the
    wait at once; after a signal no ping is sent, since the command must end.
    """
    if url is None:
        return
    exchange = Exchange(clock, read_s=timeout_s, total_s=timeout_s)
    try:
        interruptible(partial(_get, url, timeout_s), exchange.slices())
    except (requests.RequestException, HTTPError, StoppedError, TimeoutError):
        return


def _get(url: Secret, timeout_s: float) -> None:
    # `requests` limits each wait, not all of them together.
    requests.get(url.reveal(), timeout=timeout_s, allow_redirects=False, stream=True).close()
