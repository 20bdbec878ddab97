"""Failpoints: named places at which a test kills or freezes the process, to test recovery.

`ORDOSYNC_FAULT=NAME` kills the process at the first pass of NAME, `NAME:3` at the third, and
`NAME:1:STOP` sends SIGSTOP instead. Without the variable, a failpoint costs one comparison.
"""

import os
import signal
import threading

_name, _, _rest = os.environ.get("ORDOSYNC_FAULT", "").partition(":")
_passage, _, _signal = _rest.partition(":")
_left = int(_passage or 1)


def fault(name: str) -> None:
    """Send this process the signal that the environment asks for at this failpoint."""
    global _left  # noqa: PLW0603 - counts the passes in this process
    if name != _name:
        return
    _left -= 1
    if _left == 0 and _signal == "STOP":
        # Sent to this thread: a signal to the process could let it run on for a moment.
        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
    elif _left == 0:
        os.kill(os.getpid(), signal.Signals[f"SIG{_signal or 'KILL'}"])
