"""Alerts by a command, which gets the text on its standard input."""

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress

from ordosync.clock import Clock
from ordosync.engine.alerts.messages import Message
from ordosync.engine.alerts.waiting import slices
from ordosync.errors import DeliveryError

_LIMIT_S = 10


def run_command(
    words: tuple[str, ...], message: Message, clock: Clock, show: Callable[[str], None] | None
) -> None:
    """Run a command without a shell. Raises `DeliveryError`, or `StoppedError` after a signal.

    `show` gets its output, which is ignored otherwise.
    """
    output = subprocess.DEVNULL if show is None else subprocess.PIPE
    try:
        process = subprocess.Popen(  # noqa: S603 - the operator configures it
            [word.replace("{title}", message.title) for word in words],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT if show else output,
            # A new group of processes, so that what the command started ends with it.
            start_new_session=True,
        )
    except OSError as error:
        raise DeliveryError(f"{words[0]} cannot be started: {error.strerror}") from error
    try:
        text = _communicate(process, f"{message.text}\n".encode(), clock)
    except TimeoutError as error:
        why = f"{words[0]} did not end within {_LIMIT_S} s"
        raise DeliveryError(why, may_have_arrived=True) from error
    finally:
        _end(process)
    if show:
        show(text.decode(errors="replace"))
    if process.returncode:
        raise DeliveryError(f"{words[0]} failed with exit code {process.returncode}")


def _communicate(process: "subprocess.Popen[bytes]", data: bytes, clock: Clock) -> bytes:
    """Return the output. Raises `TimeoutError`."""
    left: bytes | None = data
    for slice_s in slices(clock, _LIMIT_S):
        try:
            output, _ = process.communicate(left, timeout=slice_s)
        except subprocess.TimeoutExpired:
            # The first call has begun to send it.
            left = None
        else:
            return output or b""
    raise TimeoutError


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Kill a command that has not ended, with what it started."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with suppress(OSError):
                pipe.close()
