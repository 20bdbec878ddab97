"""Waits of the clock, which a signal ends."""

import threading

import pytest

from ordosync.clock import Clock, StoppedError


def test_nothing_is_waited_for_where_no_time_is_left() -> None:
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
