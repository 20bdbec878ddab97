"""Processes that are killed while they hand orders over to a real server.

A failure names its seed: `ORDOSYNC_SEED=... pytest` repeats it.
"""

import os
from pathlib import Path

import pytest

from tests.accounts.files.places.conftest import _sshd  # noqa: F401 - a fixture
from tests.accounts.files.places.sshd import Sshd
from tests.handover.world import Handover


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shape", "after"),
    [
        *(("plain", ""), ("without-posix-rename", ""), ("drop-only", "")),
        *(("plain", "keep"), ("plain", "archive"), ("without-posix-rename", "delete")),
    ],
)
def test_killed_processes_hand_each_order_over_once(
    sshd: Sshd, tmp_path: Path, shape: str, after: str
) -> None:
    seed = int(os.environ.get("ORDOSYNC_SEED", "0")) or int.from_bytes(os.urandom(3))
    world = Handover(tmp_path, sshd, seed=seed, orders=60, shape=shape, after=after)

    with world.consumer.taking():
        for _ in range(5):
            world.kill()
        summary = world.heal()

    assert not summary.is_broken, str(summary)
    assert summary.kills
