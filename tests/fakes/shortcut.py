"""Answers the requests of this process to a fake without a socket, while no fault is due.

A request over a socket costs ten times as much as what the fake does with it. All but the socket
is the same: the request that was prepared, and the response as it is decoded and judged. What
crosses a real socket: requests of other processes, over TLS, through a proxy and to a fake that
has faults; all tests of `tests/http`; and everything with `pytest --sockets`.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import requests
from urllib3 import HTTPHeaderDict, HTTPResponse

from ordosync.http import deadlines
from ordosync.http.deadlines import Adapter
from tests.fakes.faults import Wire
from tests.fakes.server import Server
from tests.fakes.service import Request

_send_over_a_socket = Adapter.send


@contextmanager
def without_sockets() -> Iterator[None]:
    """Answer requests to fakes of this process directly, within this context."""
    with patch.object(Adapter, "send", _send):
        yield


def _send(
    adapter: Adapter, request: requests.PreparedRequest, *args: Any, **options: Any
) -> requests.Response:
    address = urlsplit(request.url or "")
    assert isinstance(address.netloc, str)
    server = Server.running.get(address.port or 0)
    if server is None or options["proxies"] or server.certificate or server.faults.remaining():
        return _send_over_a_socket(adapter, request, *args, **options)
    exchange = deadlines._current.get()
    with suppress(StopIteration):
        next(exchange.slices())
    exchange.begin_sending()
    wire = _answer(server, _received(request, address.netloc))
    with suppress(StopIteration):
        next(exchange.slices())
    return adapter.build_response(request, _response(wire, request))


def _received(request: requests.PreparedRequest, host: str) -> Request:
    path, _, query = deadlines._current.get().target(request.path_url).partition("?")
    body = request.body or b""
    headers = {name.lower(): str(value) for name, value in request.headers.items()}
    return Request(
        method=request.method or "",
        path=path,
        query=query,
        headers={"host": host, **headers},
        body=body.encode() if isinstance(body, str) else body,
    )


def _answer(server: Server, request: Request) -> Wire:
    try:
        return server.service.answer(request)
    except Exception as error:
        server.errors.append(error)
        return server.service.broken(HTTPStatus.INTERNAL_SERVER_ERROR)


def _response(wire: Wire, request: requests.PreparedRequest) -> HTTPResponse:
    assert isinstance(wire.body, bytes)
    headers = HTTPHeaderDict(wire.headers)
    if wire.status != HTTPStatus.NO_CONTENT:
        headers["Content-Length"] = str(len(wire.body))
    return HTTPResponse(
        io.BytesIO(wire.body),
        headers,
        wire.status,
        reason=HTTPStatus(wire.status).phrase,
        preload_content=False,
        request_method=request.method,
    )
