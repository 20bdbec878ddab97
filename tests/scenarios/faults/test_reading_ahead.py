"""A service whose pages are read ahead hangs, or fails, while orders are written."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.benchmarks.portals import configured, embedded, opened, ordoro
from tests.benchmarks.server import Server
from tests.support.command import Done, finished, ordosync, started

COUNT = 700
IN_SIX = 595
"""Orders on the first six pages: each page but the first repeats one of the page before."""
AHEAD = """
from ordosync.__main__ import main
from ordosync.accounts import pages_ahead

pages_ahead._SLOW_S = 0
main()
"""
SEVENTH = 7
"""The page that is read while the first batch is written, or after that."""
AT_ONCE_S = 20


class Troubled(Server):
    """A service that refuses its seventh list, or does not answer it, until it is healed."""

    def __init__(self, *, hangs: bool) -> None:
        super().__init__(orders=COUNT, latency_s=0, calls=0, per_s=60)
        self._hangs, self._lists, self._is_healed = hangs, 0, False
        self.is_asked, self.may_answer = threading.Event(), threading.Event()

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, bytes]:
        self._lists += 1
        if self._lists >= SEVENTH and not self._is_healed:
            self.is_asked.set()
            if not self._hangs:
                return 403, b'{"error_message": "not now"}'
            assert self.may_answer.wait(3 * AT_ONCE_S)
        return super().answer(method, target, body)

    def heal(self) -> None:
        self._is_healed = True
        self.may_answer.set()


@contextmanager
def troubled(folder: Path, *, hangs: bool) -> Iterator[Troubled]:
    """Serve orders to a portal in a folder."""
    with Troubled(hangs=hangs) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        configured(folder, merchant=ordoro(url), supplier=embedded("w"))
        try:
            yield server
        finally:
            server.heal()
            server.shutdown()


def last_run(folder: Path) -> Done:
    return ordosync(folder, "activity", "-n", "1", "--json")


def imported(folder: Path) -> int:
    with closing(opened(folder / "w.db")) as db:
        count: int = db.execute("select count(*) from orders").fetchone()[0]
    return count


def test_signal_ends_a_page_that_is_read_ahead_at_once(tmp_path: Path) -> None:
    with troubled(tmp_path, hangs=True) as server:
        process = started(tmp_path, "import-orders", program=("-c", AHEAD))
        assert server.is_asked.wait(AT_ONCE_S)
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        done, took_s = finished(process), time.monotonic() - began
        stopped, before = last_run(tmp_path), imported(tmp_path)
        server.heal()
        healed = ordosync(tmp_path, "import-orders", "--json")

    assert done.code == 128 + signal.SIGTERM
    assert took_s < AT_ONCE_S
    assert (stopped.run["status"], stopped.run["error"]["code"]) == ("interrupted", "signal")
    assert stopped.counts.get("done", 0) == before
    assert (healed.counts["done"], imported(tmp_path)) == (COUNT - before, COUNT)


def test_orders_before_a_page_that_cannot_be_read_are_written(tmp_path: Path) -> None:
    with troubled(tmp_path, hangs=False) as server:
        done = finished(started(tmp_path, "import-orders", program=("-c", AHEAD)))
        failed = last_run(tmp_path)

        server.heal()
        healed = ordosync(tmp_path, "import-orders", "--json")

    assert done.code == 1
    assert "not now" in done.err
    assert (failed.run["calls"], failed.counts) == (SEVENTH, {"seen": IN_SIX, "done": IN_SIX})
    assert healed.counts == {"seen": COUNT, "done": COUNT - IN_SIX, "unchanged": IN_SIX}
