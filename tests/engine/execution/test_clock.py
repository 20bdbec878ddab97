"""Waits of the clock, which a signal ends."""

import threading
import time

import pytest

from ordosync.clock import Clock, StoppedError


def test_waiting_takes_no_time_where_there_is_nothing_to_wait_for() -> None:
    began = time.monotonic()

    Clock().sleep(0)
    Clock().sleep(-1)

    assert time.monotonic() - began < 0.2


def test_a_stopped_clock_waits_no_more() -> None:
    clock = Clock()
    clock.stop()

    with pytest.raises(StoppedError):
        clock.sleep(3600)


def test_those_who_wait_in_other_threads_are_stopped_as_well() -> None:
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
