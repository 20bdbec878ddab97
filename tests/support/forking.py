"""Processes that are forked from one that has imported the package, which takes most of a start.

The rest is as in a process of a user: it has a folder, an environment, streams and a main thread of
its own, is killed, frozen and continued by signals, and shares no open file with the tests.
"""

import multiprocessing
import multiprocessing.util
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import reload
from multiprocessing.reduction import DupFd
from pathlib import Path
from typing import Any

FORKING = multiprocessing.get_context("forkserver")
# The libraries are for mutants: they run pytest, and not this package but a copy of it.
FORKING.set_forkserver_preload(
    [
        *("tests.support.package", "tests.support.published", "tests.support.stores"),
        *("pytest", "jsonschema", "openapi_core", "graphql"),
    ]
)
_POLL_S = 0.005
_is_on = False


@contextmanager
def forking() -> Iterator[None]:
    """Fork the processes that are started within this context."""
    global _is_on  # noqa: PLW0603 - a switch of the session
    # The folder of the sockets: that of a test may have too long a path for one, or be looked at.
    multiprocessing.util.get_temp_dir()
    _is_on = True
    try:
        yield
    finally:
        _is_on = False


def is_on() -> bool:
    """True if a process may be forked. One that was forked itself can have other code."""
    return _is_on and multiprocessing.parent_process() is None


class Forked:
    """A process that runs `ordosync`, with the interface of `subprocess.Popen`."""

    def __init__(self, words: Sequence[str], *, folder: Path, env: Mapping[str, str]) -> None:
        self._streams = [os.memfd_create("output"), os.memfd_create("errors")]
        copies = [_Stream(stream) for stream in self._streams]
        # A frozen process must not keep the session from ending.
        self._process = FORKING.Process(
            target=_run, args=(copies, [*words], str(folder), {**env}, _umask()), daemon=True
        )
        self._process.start()
        assert self._process.pid
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        """Return the exit code, None while the process runs."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Send a signal."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill the process."""
        self.send_signal(signal.SIGKILL)

    def communicate(self) -> tuple[bytes, bytes]:
        """Wait for the end, and return what was written."""
        self._process.join()
        out, err = (_content(stream) for stream in self._streams)
        for stream in self._streams:
            os.close(stream)
        assert b"Traceback" not in err, err.decode()
        return out, err

    def wait_until_frozen(self) -> None:
        """Wait until the process has stopped itself."""
        while Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
            assert self.poll() is None, self.poll()
            time.sleep(_POLL_S)


class _Stream:
    """An open file that a process inherits."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __reduce__(self) -> Any:
        return _received, (DupFd(self._number),)


def _received(inherited: Any) -> int:
    return int(inherited.detach())


def _content(stream: int) -> bytes:
    return os.pread(stream, os.fstat(stream).st_size, 0)


def _umask() -> int:
    umask = os.umask(0o077)
    os.umask(umask)
    return umask


def _run(
    streams: Sequence[Any], words: list[str], folder: str, env: Mapping[str, str], umask: int
) -> None:
    """Run the command line in a new process.

    The server was started by any test, and has the environment of that one.
    """
    from ordosync import failpoints  # noqa: PLC0415 - imported by the process that forks
    from ordosync.__main__ import main  # noqa: PLC0415
    from tests.support.published import checked_quantities  # noqa: PLC0415
    from tests.support.stores import elsewhere  # noqa: PLC0415

    for number, stream in enumerate(streams, 1):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.umask(umask)
    tempfile.tempdir = None
    os.environ.clear()
    os.environ.update(env)
    reload(failpoints)
    sys.argv = ["ordosync", *words]
    with checked_quantities() as quantities, elsewhere():
        try:
            main()
        finally:
            # A traceback fails the test.
            wrong = quantities.take_wrong()
            assert not wrong, wrong
