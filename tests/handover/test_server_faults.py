"""A real server that is frozen, cut, full, or shows another key.

Each order is there once in the end, and no file is cut.
"""

import os
import signal
from pathlib import Path

import pytest

from tests.accounts.files.places.conftest import _sshd  # noqa: F401 - a fixture
from tests.accounts.files.places.sshd import Sshd, frozen, sessions, signalled
from tests.handover.world import Handover

pytestmark = pytest.mark.slow
ORDERS = 6


@pytest.fixture(name="world")
def _world(sshd: Sshd, tmp_path: Path) -> Handover:
    return Handover(tmp_path, sshd, seed=1, orders=ORDERS)


def test_frozen_server(world: Handover, sshd: Sshd) -> None:
    with frozen(sshd.pid):
        first = world.run_json("import-orders", "--json")

    summary = world.heal()

    assert first["runs"][0]["done"] == 0
    assert not summary.is_broken, str(summary)


def test_connection_that_is_cut_again_and_again(world: Handover, sshd: Sshd) -> None:
    with world.consumer.taking():
        for _ in range(4):
            process = world.start("import-orders")
            while process.poll() is None and not sessions(sshd.pid):
                os.sched_yield()
            signalled(sessions(sshd.pid), signal.SIGKILL)
            process.communicate()
        summary = world.heal()

    assert not summary.is_broken, str(summary)


def test_full_disk_of_the_server(world: Handover) -> None:
    part = world.remote / "in" / ".PO_1000.csv.tmp"
    part.symlink_to("/dev/full")

    first = world.run_json("import-orders", "--json")
    summary = world.heal()

    assert first["runs"][0]["waiting"] == 1
    assert first["runs"][0]["done"] == ORDERS - 1
    assert not summary.is_broken, str(summary)


def test_server_with_another_key_gets_nothing(world: Handover) -> None:
    config = world.folder / "config.yaml"
    text = config.read_text()
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIEfzW3QIFNVVTzuCCPfJrmMSMRDfQ9l4WIpxDBaJ2Av"
    start = text.index('host_key: "') + len('host_key: "')
    config.write_text(text[:start] + key + text[text.index('"', start) :])

    refused = world.run_json("import-orders", "--json")
    left = list((world.remote / "in").iterdir())
    config.write_text(text)
    summary = world.heal()

    assert refused["runs"][0]["error"]["code"] == "auth"
    assert left == []
    assert not summary.is_broken, str(summary)


def test_drop_only_server_of_whom_nothing_is_asked(sshd: Sshd, tmp_path: Path) -> None:
    world = Handover(tmp_path, sshd, seed=1, orders=ORDERS, shape="drop-only")

    first = world.run_json("import-orders", "--json")
    summary = world.heal()

    assert first["runs"][0]["done"] == ORDERS
    assert not summary.is_broken, str(summary)


def test_read_only_server_is_reported_and_takes_nothing(sshd: Sshd, tmp_path: Path) -> None:
    world = Handover(tmp_path, sshd, seed=1, orders=1, shape="read-only")

    first = world.run_json("import-orders", "--json")
    tried = world.run_json("place", "try", "depot", "--json")

    assert first["runs"][0]["waiting"] == 1
    assert tried["tried"][0]["ok"] is False
