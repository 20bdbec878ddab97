"""Files that are fetched from an HTTP server."""

import io
from collections.abc import Iterator

import pytest

from ordosync.accounts.files.places.https import HttpsPlace
from ordosync.accounts.files.places.options import PlaceOptions
from ordosync.accounts.files.places.place import Mark
from ordosync.errors import (
    AccountError,
    NotFoundError,
    RefusedError,
    SignInError,
    UnavailableError,
)
from ordosync.secret import Secret
from tests.accounts.files.places.httpd import AT, Httpd, httpd
from tests.support.clock import VirtualClock

MB = 1 << 20
MARK = Mark(size=4, changed=AT, etag='"v1"')


@pytest.fixture(name="server")
def _server() -> Iterator[Httpd]:
    with httpd() as server:
        yield server


@pytest.fixture(name="place")
def _place(server: Httpd) -> Iterator[HttpsPlace]:
    options = server.options(user="acme", password=Secret("canary-51"))
    place = HttpsPlace(options, account="account acme", clock=VirtualClock())
    yield place
    place.close()


def fetched(place: HttpsPlace, path: bytes = b"a.csv") -> bytes:
    to = io.BytesIO()
    assert place.fetch(path, to, most_bytes=MB) is not None
    return to.getvalue()


def test_a_file_is_fetched_with_its_validators(server: Httpd, place: HttpsPlace) -> None:
    to = io.BytesIO()

    first = place.fetch(b"orders/a.csv?shop=1", to, most_bytes=MB)

    assert to.getvalue() == b"text"
    assert first is not None
    assert (first.before, first.after) == (MARK, MARK)
    [(path, headers)] = server.requests
    assert path == "/exports/orders/a.csv?shop=1"
    assert headers["Authorization"].startswith("Basic ")


def test_an_unchanged_file_is_not_sent_again(server: Httpd, place: HttpsPlace) -> None:
    unchanged = place.fetch(b"a.csv", io.BytesIO(), most_bytes=MB, known=MARK)
    server.etag = '"v2"'
    changed = place.fetch(b"a.csv", io.BytesIO(), most_bytes=MB, known=MARK)

    assert unchanged is None
    assert changed is not None
    assert changed.after.etag == '"v2"'
    assert server.requests[0][1]["If-None-Match"] == '"v1"'
    assert server.requests[0][1]["If-Modified-Since"] == "Tue, 14 Nov 2023 22:13:20 GMT"


def test_a_server_without_validators_sends_the_file_each_time(
    server: Httpd, place: HttpsPlace
) -> None:
    server.etag, server.changed = "", 0

    found = place.fetch(b"a.csv", io.BytesIO(), most_bytes=MB, known=Mark(size=4))

    assert found is not None
    assert found.after == Mark(size=4)


def test_a_file_that_is_cut_short_is_unavailable(server: Httpd, place: HttpsPlace) -> None:
    server.sent = 2

    with pytest.raises(UnavailableError):
        fetched(place)


@pytest.mark.parametrize(
    ("path", "is_read"),
    [(b"a.csv", False), (b"export.php?x=a.xml", False), (b"a.json", True), (b"a.xlsx", True)],
)
def test_a_response_without_a_length_must_prove_its_end(
    server: Httpd, place: HttpsPlace, path: bytes, *, is_read: bool
) -> None:
    server.has_length = False

    if is_read:
        assert fetched(place, path) == b"text"
        return
    with pytest.raises(UnavailableError, match="the response has no length"):
        fetched(place, path)


@pytest.mark.parametrize("content", [b"<!DOCTYPE html>", b"\xef\xbb\xbf \n<html>", b"a,b\n1,2"])
def test_a_sign_in_page_is_not_taken_for_a_file(
    server: Httpd, place: HttpsPlace, content: bytes
) -> None:
    server.content = content
    if b"<" not in content:
        server.headers["Content-Type"] = "text/html; charset=utf-8"

    with pytest.raises(UnavailableError, match="is a web page, not a file"):
        fetched(place)


def test_an_xml_document_begins_like_a_page(server: Httpd, place: HttpsPlace) -> None:
    server.content = b"<orders/>"

    assert fetched(place, b"a.xml") == b"<orders/>"


@pytest.mark.parametrize(
    ("status", "error", "text"),
    [
        (302, UnavailableError, "a redirect to login.example; redirects are not followed"),
        (401, SignInError, "HTTP 401"),
        (404, NotFoundError, "HTTP 404"),
        (410, RefusedError, "HTTP 410"),
        (503, UnavailableError, "HTTP 503"),
    ],
)
def test_each_status_is_the_right_error(
    server: Httpd, place: HttpsPlace, status: int, error: type[AccountError], text: str
) -> None:
    server.status, server.headers = status, {"Location": "https://login.example/?token=1"}

    with pytest.raises(error, match=text) as raised:
        fetched(place)

    assert "canary" not in str(raised.value)
    assert len(server.requests) == 1


def test_a_file_that_is_too_large_is_refused(server: Httpd) -> None:
    server.content = bytes(2 * MB)
    options = server.options(max_mb=1)
    place = HttpsPlace(options, account="account acme", clock=VirtualClock())

    with pytest.raises(UnavailableError, match="responded with more than"):
        fetched(place)
    place.close()


def test_a_secret_query_needs_encryption() -> None:
    with pytest.raises(ValueError, match="query: is only for https://"):
        PlaceOptions(url="http://127.0.0.1/", query=Secret("token=1"))
    with pytest.raises(ValueError, match=r"url: must not have \? or #"):
        PlaceOptions(url="https://shop.example/a?token=1")


def test_nothing_can_be_written(place: HttpsPlace) -> None:
    for change in (
        lambda: place.remove(b"a.csv"),
        lambda: place.rename(b"a.csv", b"b.csv"),
        lambda: place.publish(b"a.csv", b"b.csv"),
        lambda: place.list(b""),
    ):
        with pytest.raises(RefusedError):
            change()
