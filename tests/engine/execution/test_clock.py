"""Waits of the clock, which a signal ends."""

import threading

import pytest

from ordosync.clock import Clock, StoppedError


def test_a_wait_of_no_time_returns_at_once() -> None:
    clock = Clock()
    # After a stop, any wait raises.
    clock.stop()

    clock.sleep(0)
    clock.sleep(-1)


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
