"""Signals and threads: only the main thread receives a signal.

Python runs a handler in the main thread. If the kernel gives the signal to another thread while
the main thread waits for a lock, the handler has to wait, too.
"""

import signal


def block_signals() -> None:
    """Block the signals that end a command, in the calling thread. Call it first in a thread."""
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
