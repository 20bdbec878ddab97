"""Pages of a slow service are read ahead by one thread, in order, and never further than wanted."""

import threading
from collections.abc import Iterator

import pytest

from ordosync.accounts.pages_ahead import read_ahead
from ordosync.clock import Clock
from ordosync.errors import UnavailableError

AHEAD = 3


class Service:
    """Pages of a service, each of which takes `page_s` to read."""

    def __init__(self, count: int, *, page_s: float = 0.1, fails_at: int | None = None) -> None:
        self.clock = _Clock()
        self.readers: list[threading.Thread] = []
        """The thread that read each page."""
        self._count, self._page_s, self._fails_at = count, page_s, fails_at

    def pages(self) -> Iterator[int]:
        for number in range(self._count):
            self.clock.at_s += self._page_s
            self.readers.append(threading.current_thread())
            if number == self._fails_at:
                raise UnavailableError("account shop", "read orders", "HTTP 503")
            yield number


class _Clock(Clock):
    at_s = 0.0

    def monotonic(self) -> float:
        return self.at_s


def test_pages_of_a_slow_service_come_in_order_from_one_other_thread() -> None:
    service = Service(20)

    pages = list(read_ahead(service.pages(), AHEAD, service.clock))

    assert pages == list(range(20))
    assert {*service.readers[:2]} == {threading.main_thread()}
    assert len({*service.readers[2:]} - {threading.main_thread()}) == 1


@pytest.mark.parametrize(("page_s", "count"), [(0.001, AHEAD), (0.1, 0)])
def test_a_fast_service_and_other_reads_need_no_thread(page_s: float, count: int) -> None:
    service = Service(5, page_s=page_s)

    pages = list(read_ahead(service.pages(), count, service.clock))

    assert pages == list(range(5))
    assert {*service.readers} == {threading.main_thread()}


def test_no_more_pages_are_read_than_may_wait() -> None:
    service = Service(50)

    for number in read_ahead(service.pages(), AHEAD, service.clock):
        assert len(service.readers) <= number + 1 + AHEAD


def test_an_error_comes_after_the_pages_before_it() -> None:
    service = Service(20, fails_at=7)
    pages: list[int] = []

    def read() -> None:
        pages.extend(read_ahead(service.pages(), AHEAD, service.clock))

    with pytest.raises(UnavailableError, match="HTTP 503"):
        read()

    assert pages == list(range(7))
    assert len(service.readers) == 8


def test_who_stops_reading_ends_the_thread() -> None:
    service = Service(50)
    pages = read_ahead(service.pages(), AHEAD, service.clock)
    for _ in range(4):
        next(pages)
    before = threading.active_count()

    pages.close()  # type: ignore[attr-defined]

    read = len(service.readers)
    assert threading.active_count() == before - 1
    assert 4 <= read <= 4 + AHEAD
    assert not service.readers[-1].is_alive()
