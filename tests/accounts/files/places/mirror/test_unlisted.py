"""The mirror of a file over HTTP, which cannot be listed."""

from collections.abc import Iterator

import pytest

from ordosync.accounts.files.places.https import HttpsPlace
from ordosync.accounts.files.places.mirror import file_list
from ordosync.errors import NotFoundError, UnavailableError
from tests.accounts.files.places.httpd import Httpd, httpd
from tests.accounts.files.places.mirror.conftest import Open, contents
from tests.support.clock import VirtualClock


@pytest.fixture(name="server")
def _server() -> Iterator[Httpd]:
    with httpd() as server:
        yield server


@pytest.fixture(name="http")
def _http(server: Httpd, clock: VirtualClock) -> Iterator[HttpsPlace]:
    place = HttpsPlace(server.options(), account="account shop", clock=clock)
    yield place
    place.close()


def test_a_file_is_read_again_only_when_it_changed(
    mirror: Open, http: HttpsPlace, server: Httpd
) -> None:
    opened = mirror("export.csv", http)

    opened.refresh()
    before = opened.folder.path.joinpath(file_list.LIST).stat()
    opened.refresh()
    unchanged = opened.folder.path.joinpath(file_list.LIST).stat() == before
    server.content, server.etag = b"changed", '"v2"'
    opened.refresh()

    assert unchanged
    assert contents(opened) == {"export.csv": "changed"}
    assert len(server.requests) == 3


def test_without_validators_the_content_decides(
    mirror: Open, http: HttpsPlace, server: Httpd, clock: VirtualClock
) -> None:
    server.etag, server.changed = "", 0
    opened = mirror("export.csv", http)
    [first] = opened.refresh().values()
    server.content = b"changed"

    clock.sleep(60)
    [second] = opened.refresh().values()
    clock.sleep(60)
    [third] = opened.refresh().values()

    assert contents(opened) == {"export.csv": "changed"}
    assert first.file != second.file
    assert second.file == third.file
    assert second.as_of - first.as_of == 60
    assert third.as_of == second.as_of


def test_a_new_validator_is_a_sign_of_life(
    mirror: Open, http: HttpsPlace, server: Httpd, clock: VirtualClock
) -> None:
    server.changed = 0
    opened = mirror("export.csv", http)
    [first] = opened.refresh().values()
    server.etag = '"v2"'

    clock.sleep(60)
    [second] = opened.refresh().values()

    assert first.file == second.file
    assert second.as_of - first.as_of == 60


def test_a_missing_file_is_told_each_time(mirror: Open, http: HttpsPlace, server: Httpd) -> None:
    opened = mirror("export.csv", http)
    opened.refresh()
    server.status = 404
    server.etag = '"v2"'

    for _ in range(2):
        with pytest.raises(NotFoundError, match=r"account shop: fetch export\.csv: HTTP 404"):
            opened.refresh()


def test_a_server_that_is_down_is_unavailable(
    mirror: Open, http: HttpsPlace, server: Httpd
) -> None:
    server.status = 503

    with pytest.raises(UnavailableError):
        mirror("export.csv", http).refresh()
