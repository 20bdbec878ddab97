"""Clocks that are off by an hour, ours or that of a real server: everything arrives once."""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.accounts.files.places import ftpd
from tests.accounts.files.places.conftest import _sshd  # noqa: F401 - a fixture
from tests.scenarios.places.served import Served
from tests.support.combinations import covering

pytestmark = pytest.mark.slow
HOUR = timedelta(hours=1)
AHEAD, RIGHT, BEHIND = HOUR, timedelta(), -HOUR


@pytest.fixture(name="world")
def _world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    if request.param == "sshd":
        yield Served.by_sftp(tmp_path, request.getfixturevalue("sshd"))
        return
    if request.param == "vsftpd" and (ftpd.VSFTPD is None or os.geteuid()):
        pytest.skip("vsftpd is not installed, or this is not root")
    (tmp_path / "ftpd").mkdir()
    is_vsftpd = request.param == "vsftpd"
    with ftpd.vsftpd() if is_vsftpd else ftpd.pyftpdlib(tmp_path / "ftpd") as server:
        yield Served.by_ftps(tmp_path, server)


@pytest.mark.parametrize(
    ("world", "server_ahead", "ours"),
    covering(
        ["sshd", "pyftpdlib", "vsftpd"],
        [AHEAD, BEHIND, RIGHT],
        [(AHEAD, AHEAD), (BEHIND, BEHIND), (AHEAD, RIGHT), (BEHIND, RIGHT), (RIGHT, BEHIND)],
        rest=pytest.mark.matrix,
    ),
    indirect=["world"],
)
@pytest.mark.parametrize("after", ["keep", "archive"])
def test_each_order_and_parcel_arrives_once(
    world: Served, server_ahead: timedelta, ours: tuple[timedelta, timedelta], after: str
) -> None:
    world.server_ahead = server_ahead
    world.configure(after=after)

    for round_, ahead in enumerate((*ours, RIGHT)):
        world.ahead = ahead + timedelta(minutes=round_)
        world.drop(f"new-{round_}", f"100{round_}")
        # A file that grows with each round, as some partners write it.
        world.drop("all", *(f"200{number}" for number in range(round_ + 1)))
        last = world.run_all()
        world.ship(f"100{round_}", f"200{round_}")
        world.run_all()

    numbers = [f"{thousand}00{number}" for thousand in (1, 2) for number in range(3)]
    assert last.run["status"] == "ok", last.err
    assert world.orders() == Counter(numbers)
    assert world.parcels() == Counter(f"1Z{number}" for number in numbers)
    left = [path.name for path in world.remote.glob("*/*.csv")]
    assert (left == []) == (after == "archive"), left
