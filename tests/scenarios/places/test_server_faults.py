"""A real server, read and written, that is frozen, cut, full or shows another key.

Each order and parcel arrives once in the end, as the programs of the partners count.
"""

import os
import resource
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from tests.accounts.files.places.conftest import _sshd  # noqa: F401 - a fixture
from tests.accounts.files.places.sshd import Sshd, frozen, sessions, signalled
from tests.scenarios.places.served import Served
from tests.support.command import ended_within, started

pytestmark = pytest.mark.slow
TASKS = ("import-orders", "update-tracking")
OTHER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIEfzW3QIFNVVTzuCCPfJrmMSMRDfQ9l4WIpxDBaJ2Av"
LONGEST_S = 1.2
LARGE = "\n" * 3_000_000


@pytest.fixture(
    name="world",
    params=[
        "archive",
        *(pytest.param(after, marks=pytest.mark.matrix) for after in ("keep", "delete")),
    ],
)
def _world(request: pytest.FixtureRequest, sshd: Sshd, tmp_path: Path) -> Served:
    world = Served.by_sftp(tmp_path, sshd)
    world.configure(after=request.param)
    world.drop("first", "1001", "1002")
    world.run_all()
    world.drop("second", "1003")
    world.ship("1001")
    return world


def recovers(world: Served) -> None:
    """Check that nothing is lost or doubled once the server works again."""
    last = world.run_all()
    world.ship("1003")
    world.run_all()
    assert last.run["status"] == "ok", last.err
    assert world.orders() == Counter(["1001", "1002", "1003"])
    assert world.parcels() == Counter(["1Z1001", "1Z1003"])


def test_frozen_server(world: Served, sshd: Sshd) -> None:
    with frozen(sshd.pid):
        codes = [world.run(task).code for task in TASKS]

    assert codes == [1, 1]
    recovers(world)


def test_connection_that_is_cut_again_and_again(world: Served, sshd: Sshd) -> None:
    with (world.remote / "orders" / "second.csv").open("a") as file:
        file.write(LARGE)

    mirror = world.folder / "ordosync.db.places" / "shop" / "in" / "orders"

    for _ in range(3):
        process = started(world.folder, "import-orders")
        while process.poll() is None and not any(mirror.glob("*.part")):
            os.sched_yield()
        signalled(sessions(sshd.pid), signal.SIGKILL)
        process.communicate()

    recovers(world)


def test_full_disk_of_this_machine(world: Served) -> None:
    with (world.remote / "orders" / "second.csv").open("a") as file:
        file.write(LARGE)
    limit = len(LARGE) // 2

    failed = subprocess.run(
        [sys.executable, "-m", "ordosync", "import-orders"],
        cwd=world.folder,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )

    assert failed.returncode == 1
    assert "Traceback" not in failed.stderr
    assert "File too large" in failed.stderr
    recovers(world)


def test_full_disk_of_the_server(world: Served) -> None:
    (world.remote / "in" / ".PO_1003.csv.tmp").symlink_to("/dev/full")

    counts = world.run("import-orders", "--json").counts

    assert counts == {"seen": 1, "waiting": 1}
    recovers(world)


def test_server_with_another_key(world: Served, sshd: Sshd) -> None:
    config = world.folder / "config.yaml"
    text = config.read_text()
    config.write_text(text.replace(sshd.host_key, OTHER_KEY))

    refused = [world.run(task, "--json") for task in TASKS]

    assert [done.run["error"]["code"] for done in refused] == ["auth", "auth"]
    assert [*(world.remote / "in").iterdir(), *(world.remote / "tracking").iterdir()] == []
    config.write_text(text)
    recovers(world)


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.matrix) for seed in range(2, 9))]
)
def test_processes_that_are_killed(world: Served, seed: int) -> None:
    random, killed = Random(seed), 0  # noqa: S311 - guards nothing
    numbers = [str(2000 + number) for number in range(10)]

    shipped = {"1001"}
    for number in numbers:
        world.drop(number, number)
        process = started(world.folder, random.choice(TASKS))
        killed += ended_within(process, random.uniform(0, LONGEST_S)) not in (0, 1)
        if random.random() < 0.5:
            got = sorted({*world.orders()} - shipped)
            shipped |= {*got}
            if got:
                world.ship(*got)
    world.run_all()
    world.ship(*sorted({*world.orders()} - shipped))
    world.run_all()

    expected = ["1001", "1002", "1003", *numbers]
    assert killed
    assert world.orders() == Counter(expected)
    assert world.parcels() == Counter(f"1Z{number}" for number in expected)
