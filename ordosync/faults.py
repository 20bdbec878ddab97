"""Named points at which a test can kill the process, to prove that nothing is lost there.

`ORDOSYNC_FAULT=NAME` kills at the first passage of NAME, `NAME:3` at the third. Without the
variable a point costs one comparison.
"""

import os
import signal

_name, _, _passage = os.environ.get("ORDOSYNC_FAULT", "").partition(":")
_left = int(_passage or 1)


def fault(name: str) -> None:
    """Die here, as by `kill -9`, where the environment asks for it."""
    global _left  # noqa: PLW0603 - counts passages of the one point in this process
    if name != _name:
        return
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
