"""A signal ends a command at once that waits for a name, a connection or a monitor."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.http.server import accepts_no_connection
from tests.support.command import AT_ONCE, HEADER, Done, finished, numbers, ordosync, row, shop

# The command of a separate process, which reports when its wait begins.
PROGRAM = """
import os, socket, sys, threading

really = socket.getaddrinfo

def report():
    os.write(1, b"waits\\n")

def hang(*words):
    report()
    threading.Event().wait({limit_s})

def repeat(*words):
    return really(*words) * {addresses}

sys.addaudithook(lambda event, words: event == "socket.connect" and report())
socket.getaddrinfo = {look_up}

from ordosync.__main__ import main
main()
"""
LIMIT_S = 90
ADDRESSES = 18
"""Each is waited for: 5 s by an account, 10 s by a ping."""
AT_ONCE_S = LIMIT_S / 3
"""Far below the limit and far above what a busy machine needs."""
WAITS = {"name": "hang", "connection": "repeat"}
SERVICE = """
accounts:
  shop: {kind: ordoro, key: K, secret: S, currency: USD, base_url: URL}
  warehouse: {kind: sqlite, path: warehouse.db}
portals:
  shop-warehouse:
    merchant: {account: shop, supplier: 101}
    supplier: warehouse
"""


def ended_by_signal(folder: Path, command: str, *, wait: str) -> Done:
    """Send the command SIGTERM as soon as it waits; it must end at once."""
    program = PROGRAM.format(look_up=WAITS[wait], limit_s=LIMIT_S, addresses=ADDRESSES)
    process = subprocess.Popen(
        [sys.executable, "-c", program, command],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"waits\n"
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    done = finished(process)

    assert time.monotonic() - began < AT_ONCE_S
    return done


@pytest.mark.slow
@pytest.mark.parametrize("wait", WAITS)
@pytest.mark.parametrize("command", ["import-orders", "run-due"])
def test_account_that_cannot_be_reached_is_left_at_once(
    tmp_path: Path, command: str, wait: str
) -> None:
    with accepts_no_connection() as url:
        # An address is not looked up.
        named = url.replace("127.0.0.1", "localhost") if wait == "name" else url
        shop(tmp_path, config=SERVICE.replace("URL", named))
        (tmp_path / "config.yaml").chmod(0o600)

        done = ended_by_signal(tmp_path, command, wait=wait)

    run = ordosync(tmp_path, "activity", "-n", "1", "--json").run
    assert done.code == 128 + signal.SIGTERM
    assert (run["status"], run["error"]["code"]) == ("interrupted", "signal")


@pytest.mark.parametrize("wait", WAITS)
def test_monitor_that_cannot_be_reached_is_left_at_once(tmp_path: Path, wait: str) -> None:
    with accepts_no_connection() as url:
        shop(tmp_path, HEADER + row("1"), config=AT_ONCE + f"    ping: {{start: {url}}}\n")
        (tmp_path / "config.yaml").chmod(0o600)

        done = ended_by_signal(tmp_path, "run-due", wait=wait)

    (tmp_path / "config.yaml").write_text(AT_ONCE)
    assert done.code == 128 + signal.SIGTERM
    assert ordosync(tmp_path, "run-due").code == 0
    assert numbers(tmp_path) == ["1"]
