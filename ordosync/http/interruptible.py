"""Runs a call that no signal can end, such as a name look-up, in its own thread."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, wait
from threading import Thread
from typing import TypeVar

from ordosync.threads import block_signals

T = TypeVar("T")


def interruptible(call: Callable[[], T], timeouts: Iterable[float]) -> T:
    """Return the result of the call; raise `TimeoutError` if all timeouts have passed.

    An exception from `timeouts` ends the wait; if it comes before the first timeout, the call is
    not made. A call that is not waited for any longer goes on in its thread, and its result is
    ignored. The thread does not keep the process alive.
    """
    result: Future[T] = Future()
    thread = Thread(target=_run, args=(call, result), daemon=True)
    for timeout_s in timeouts:
        if not thread.ident:
            thread.start()
        if wait([result], timeout_s).done:
            return result.result()
    raise TimeoutError


def _run(call: Callable[[], T], result: Future[T]) -> None:
    block_signals()
    try:
        result.set_result(call())
    # The waiting thread raises it.
    except BaseException as error:
        result.set_exception(error)
