"""Waits of the clock, which a signal ends."""

import threading
import time

import pytest

from ordosync.clock import Clock, StoppedError


def test_a_wait_of_no_time_returns_at_once() -> None:
    began = time.monotonic()

    Clock().sleep(0)
    Clock().sleep(-1)

    assert time.monotonic() - began < 0.2


def test_a_stopped_clock_waits_no_more() -> None:
    clock = Clock()
    clock.stop()

    with pytest.raises(StoppedError):
        clock.sleep(3600)


def test_waits_in_other_threads_end_as_well() -> None:
    clock, ended = Clock(), threading.Event()

    def wait() -> None:
        with pytest.raises(StoppedError):
            clock.sleep(3600)
        ended.set()

    thread = threading.Thread(target=wait)
    thread.start()
    clock.stop()

    assert ended.wait(5)
    thread.join()
