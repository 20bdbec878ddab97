"""Faults of the fake Ordoro, and the state after each."""

import socket
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.fakes.client import Api, body
from tests.fakes.faults import Kind
from tests.fakes.ordoro import FakeOrdoro, Fault
from tests.support.clock import VirtualClock


def ask(api: Api) -> requests.Response:
    return api.ask("POST", "/v3/order", body())


@pytest.mark.parametrize(
    ("kind", "orders"), [("reset", 0), ("close", 0), ("lost-reset", 1), ("lost-close", 1)]
)
def test_request_without_an_answer_was_processed_or_not(
    fake: FakeOrdoro, api: Api, kind: Kind, orders: int
) -> None:
    fake.faults.add(Fault(kind=kind, method="POST", path=r"/v3/order$"))

    with pytest.raises(requests.ConnectionError):
        ask(api)

    assert len(fake.effects("order created")) == orders
    assert fake.requests["POST /v3/order"] == 1
    assert fake.faults.remaining() == []


@pytest.mark.parametrize(
    ("kind", "status", "orders"),
    [
        ("unavailable", 503, 0),
        ("throttled", 429, 0),
        ("maintenance", 503, 0),
        ("firewall", 403, 0),
        ("unauthorized", 401, 0),
        ("lost-500", 500, 1),
        ("lost-502", 502, 1),
        ("twice", 201, 2),
        ("empty", 200, 1),
        ("no-content", 204, 1),
    ],
)
def test_error_status_does_not_show_whether_the_request_was_processed(
    fake: FakeOrdoro, api: Api, kind: Kind, status: int, orders: int
) -> None:
    fake.faults.add(Fault(kind=kind))

    answer = ask(api)

    assert answer.status_code == status
    assert len(fake.numbers()) == orders
    assert ask(api).status_code == 201


def test_refused_request_has_a_retry_time(fake: FakeOrdoro, api: Api) -> None:
    fake.faults.add(Fault(kind="throttled", retry_after="86400"))
    fake.faults.add(Fault(kind="unauthorized", status=403))

    answers = [ask(api), ask(api)]

    assert [answer.status_code for answer in answers] == [429, 403]
    assert answers[0].headers["Retry-After"] == "86400"


def test_redirect_leads_to_another_server(fake: FakeOrdoro, api: Api, clock: VirtualClock) -> None:
    with FakeOrdoro(clock=clock) as target:
        fake.faults.add(Fault(kind="redirect", status=302, to=f"{target.url}/v3/order"))

        answer = api.ask("POST", "/v3/order", body(), allow_redirects=False)

        assert answer.headers["Location"] == f"{target.url}/v3/order"
        assert sum(target.requests.values()) == 0


def _not_json(answer: requests.Response) -> bool:
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    return True


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("html", lambda answer: answer.headers["Content-Type"] == "text/html"),
        ("bom", lambda answer: answer.content.startswith(b"\xef\xbb\xbf{")),
        ("latin-1", lambda answer: answer.content.startswith(b'{"caf\xe9": ')),
        ("garbage", _not_json),
        ("notice", _not_json),
        ("cut-unframed", _not_json),
        ("gzip-bomb", lambda answer: len(answer.content) > 900_000),
        ("deep", lambda answer: answer.content == b"[" * 1000 + b"]" * 1000),
    ],
)
def test_answer_is_damaged(
    fake: FakeOrdoro, api: Api, kind: Kind, shown: Callable[[requests.Response], bool]
) -> None:
    fake.faults.add(Fault(kind=kind, size=1_000_000))

    answer = ask(api)

    assert answer.status_code in (200, 201)
    assert shown(answer)
    assert fake.numbers() == ["M-1001"]


def test_answer_is_shorter_than_its_content_length(fake: FakeOrdoro, api: Api) -> None:
    fake.faults.add(Fault(kind="cut"))

    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        ask(api)


@pytest.mark.parametrize("kind", ["drip", "endless"])
def test_answer_that_does_not_end_ends_with_the_server(clock: VirtualClock, kind: Kind) -> None:
    with FakeOrdoro(clock=clock) as fake:
        fake.faults.add(Fault(kind=kind, seconds=60))
        auth = (fake.key, fake.secret)
        url = f"{fake.url}/authenticated/"

        with requests.get(url, auth=auth, stream=True, timeout=5) as answer:
            first = answer.raw.read(1)

    assert first in (b"{", b" ")


def test_answer_is_edited(fake: FakeOrdoro, api: Api) -> None:
    def spoil(page: dict[str, Any]) -> dict[str, Any]:
        return {**page, "order": [{**order, "updated_date": None} for order in page["order"]]}

    fake.place_order("1001", {"MUG": 1})
    fake.faults.add(Fault(kind="edited", edit=spoil))

    first, second = (api.get("/v3/order")["order"][0]["updated_date"] for _ in range(2))

    assert first is None
    assert second is not None


def test_incomplete_request_has_no_effect(fake: FakeOrdoro, api: Api) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(fake.url).port or 0)) as client:
        client.sendall(b"POST /v3/order HTTP/1.1\r\nContent-Length: 900\r\n\r\n{}")

    assert api.numbers() == []
    assert fake.requests == {"GET /v3/order": 1}


def test_answer_comes_late(fake: FakeOrdoro, api: Api) -> None:
    fake.faults.add(Fault(kind="delay", seconds=0.05))
    before = time.monotonic()

    api.get("/authenticated/")

    assert time.monotonic() - before >= 0.05


def test_list_changes_while_it_is_paged(fake: FakeOrdoro, api: Api) -> None:
    for place in range(4):
        fake.place_order(str(place), {"MUG": 1})
    change = Fault(kind="callback", path="/v3/order$", after=1, do=lambda: fake.cancel("M-0"))
    fake.faults.add(change)

    listed = []
    for offset in (0, 2):
        query = {"status": "awaiting_fulfillment", "sort": "created_date", "limit": 2}
        listed += api.numbers(**query, offset=offset)

    # M-2 moved to the first page meanwhile.
    assert listed == ["M-0", "M-1", "M-3"]


def test_fault_occurs_as_often_as_it_should(fake: FakeOrdoro, api: Api) -> None:
    fake.faults.add(Fault(kind="unavailable", path="^/authenticated/$", after=1, times=2))

    api.get("/supplier/")
    statuses = [api.ask("GET", "/authenticated/").status_code for _ in range(4)]
    remaining = fake.faults.remaining()
    fake.faults.add(Fault(kind="unavailable"))
    fake.faults.clear()

    assert statuses == [200, 503, 503, 200]
    assert remaining == []
    assert api.get("/authenticated/")["success"]


def test_server_that_is_down_refuses_connections_and_remembers(fake: FakeOrdoro, api: Api) -> None:
    url = fake.url
    fake.place_order("1001", {"MUG": 1})
    api.get("/authenticated/")  # over a connection that is kept alive

    with fake.down(), pytest.raises(requests.ConnectionError):
        api.get("/authenticated/")

    assert fake.url == url
    assert api.numbers() == ["M-1001"]


def test_bug_of_the_fake_is_raised_at_the_end(clock: VirtualClock) -> None:
    def mistake() -> None:
        raise ZeroDivisionError

    fake = FakeOrdoro(clock=clock)
    fake.faults.add(Fault(kind="callback", do=mistake))
    fake.start()
    status = requests.get(f"{fake.url}/authenticated/", timeout=5).status_code

    with pytest.raises(ZeroDivisionError):
        fake.__exit__(None, None, None)

    assert status == 500


def test_rate_limit_uses_the_clock_of_the_account(api: Api, clock: VirtualClock) -> None:
    for _ in range(500):
        api.get("/authenticated/")
    throttled = api.ask("GET", "/authenticated/").status_code
    clock.at += timedelta(minutes=1)

    assert throttled == 429
    assert api.get("/authenticated/")["success"]
