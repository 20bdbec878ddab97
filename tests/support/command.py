"""Runs the whole command line, in this process or, where that matters, in a separate one."""

import contextlib
import fcntl
import io
import json
import os
import pty
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Union
from unittest.mock import patch

from ordosync.__main__ import main
from tests.support import forking, json_documents
from tests.support.forking import Forked
from tests.support.stores import opened

CONFIG = """
accounts:
  shop:
    kind: files
    orders:
      glob: feeds/*
      columns: {order_number: order, sku: sku, name: name, quantity: qty, unit_price: price,
                ship_to.name: to, ship_to.country: country}
      values: {ship_to.country: {Germany: DE}}
      currency: EUR
  warehouse:
    kind: sqlite
    path: warehouse.db
portals:
  shop-warehouse:
    merchant: shop
    supplier: warehouse
"""
AT_ONCE = CONFIG.replace("      currency: EUR\n", "      currency: EUR\n      quiet_s: 0\n")
"""The same configuration, but scheduled runs do not wait for a feed to be quiet."""
PROGRAM = ("-m", "ordosync")
Started = Union["subprocess.Popen[bytes]", Forked]
HEADER = "order,sku,name,qty,price,to,country\n"


@dataclass(frozen=True, kw_only=True)
class Done:
    """Output and exit code of a command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def run(self) -> dict[str, Any]:
        run: dict[str, Any] = self.json["runs"][0]
        return run

    @property
    def counts(self) -> dict[str, int]:
        """The counts of the only run that are not 0, and `seen`."""
        names = ("seen", "done", "unchanged", "skipped", "waiting", "failed")
        return {name: self.run[name] for name in names if self.run[name] or name == "seen"}


def ordosync(folder: Path, *words: str, fault: str | None = None) -> Done:
    """Run `ordosync WORDS` in a folder; it must not end with a traceback.

    It runs in this process, which is ten times as fast, unless a fault must kill it, and there it
    repeats a request at once. What it writes with --json must be as its JSON Schema says.
    """
    if fault:
        return finished(started(folder, *words, fault=fault))
    out, err = _Captured(), _Captured()
    with (
        contextlib.chdir(folder),
        patch.object(sys, "argv", ["ordosync", *words]),
        patch.object(sys, "stdout", out),
        patch.object(sys, "stderr", err),
        patch.dict(os.environ),
        patch.multiple("ordosync.http.client", backoff_s=_no_backoff, _FLOOR_S=0),
    ):
        os.environ.pop("ORDOSYNC_CONFIG", None)
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    assert "Traceback" not in err.text, err.text
    if "--json" in words and out.text:
        json_documents.check(words, out.text)
    return Done(code=code, out=out.text, err=err.text)


def _no_backoff(attempt: int, random: Random) -> float:  # noqa: ARG001 - as `backoff_s` takes them
    return 0


class _Captured(io.TextIOWrapper):
    """A pipe that is read at the end."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="ascii", write_through=True)

    @property
    def text(self) -> str:
        written: bytes = self.buffer.getvalue()  # type: ignore[attr-defined]
        return written.decode()


def started(
    folder: Path,
    *words: str,
    fault: str | None = None,
    program: Sequence[str] = PROGRAM,
) -> Started:
    """Start `ordosync WORDS` in a folder, with this fault; `program` is what Python runs."""
    environment = {k: v for k, v in os.environ.items() if k != "ORDOSYNC_CONFIG"}
    if fault:
        environment["ORDOSYNC_FAULT"] = fault
    if program == PROGRAM and forking.is_on():
        return Forked(words, folder=folder, env=environment)
    return subprocess.Popen(
        [sys.executable, *program, *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def finished(process: Started) -> Done:
    """Wait for a command and return its output."""
    out, err = (output.decode() for output in process.communicate())
    assert "Traceback" not in err, err
    assert process.returncode is not None
    return Done(code=process.returncode, out=out, err=err)


def ended_within(process: Started, longest_s: float) -> int | None:
    """Kill a process unless it ends by itself in time, and return its exit code."""
    timer = threading.Timer(longest_s, process.kill)
    timer.start()
    process.communicate()
    timer.cancel()
    return process.returncode


def wait_until_frozen(process: Started) -> None:
    """Wait until a command has stopped itself at a failpoint."""
    if isinstance(process, Forked):
        process.wait_until_frozen()
        return
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status), status


def shop(folder: Path, feed: str | bytes | None = None, *, config: str = CONFIG) -> Path:
    """Write a configuration and, if given, a feed into a folder; return the feed's path."""
    (folder / "config.yaml").write_text(config)
    (folder / "feeds").mkdir(exist_ok=True)
    path = folder / "feeds" / "orders.csv"
    if feed is not None:
        path.write_bytes(feed.encode() if isinstance(feed, str) else feed)
    return path


def wake(folder: Path) -> None:
    """Make every scheduled task due, as if its slot had passed."""
    with closing(opened(folder / "ordosync.db")) as db, db:
        db.execute(
            "update schedule set next_at = '2020-01-01T00:00:00.000Z',"
            " done_at = '2020-01-01T00:00:00.000Z'"
        )


_END_OF_INPUT = b"\x04"
"""The key Control-D."""
_AT_ONCE = """
from ordosync.__main__ import main
from ordosync.cli.output import progress

progress._DELAY_S = progress._INTERVAL_S = progress._LEAST_S = 0.01
main()
"""
"""The program, which shows its progress without the usual delay."""


def on_a_terminal(
    folder: Path,
    *words: str,
    columns: int = 120,
    lines: int = 40,
    raw: bool = False,
    answer: str = "",
) -> str:
    """Run `ordosync WORDS` on a pseudo-terminal, and return what it shows at the end.

    With `raw`, the progress is shown at once, and included although it was deleted. `answer` is
    typed, with Enter; a further question reads the end of the input, so that no command waits for
    an answer.
    """
    program = ["-c", _AT_ONCE] if raw else ["-m", "ordosync"]
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, *program, *words],
        cwd=folder,
        env={**os.environ, "TERM": "xterm", "COLUMNS": str(columns), "LINES": str(lines)},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, (f"{answer}\n" if answer else "").encode() + _END_OF_INPUT)
    seen = b""
    # Linux raises this error when the other end is closed.
    with contextlib.suppress(OSError):
        while part := os.read(ours, 65536):
            seen += part
    os.close(ours)
    process.wait()
    text = seen.decode()
    return text if raw else "\n".join(line.rpartition("\r\x1b[K")[2] for line in text.split("\n"))


def row(order: str, quantity: str = "1", *, name: str = "Mug", country: str = "DE") -> str:
    """Return one line item of the feed."""
    return f"{order},MUG,{name},{quantity},9.50,Ada,{country}\n"


def steps(folder: Path, run: int) -> list[dict[str, Any]]:
    """Return the current steps of a run."""
    rows: list[dict[str, Any]] = ordosync(folder, "show", str(run), "--json").run["steps"]
    return rows


def numbers(folder: Path) -> list[str]:
    """Return the Supplier's order numbers, sorted."""
    listed = ordosync(folder, "orders", "list", "--json").json
    return sorted(order["number"] for order in listed["orders"])
