"""Named points at which a test can kill or freeze the process, to prove that nothing is lost there.

`ORDOSYNC_FAULT=NAME` kills at the first passage of NAME, `NAME:3` at the third, and `NAME:1:STOP`
sends SIGSTOP instead. Without the variable a point costs one comparison.
"""

import os
import signal
import threading

_name, _, _rest = os.environ.get("ORDOSYNC_FAULT", "").partition(":")
_passage, _, _signal = _rest.partition(":")
_left = int(_passage or 1)


def fault(name: str) -> None:
    """Meet here, by default as by `kill -9`, what the environment asks for."""
    global _left  # noqa: PLW0603 - counts passages of the one point in this process
    if name != _name:
        return
    _left -= 1
    if _left == 0 and _signal == "STOP":
        # To this thread: sent to the process, it might go on for a moment before all stands still.
        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
    elif _left == 0:
        os.kill(os.getpid(), signal.Signals[f"SIG{_signal or 'KILL'}"])
