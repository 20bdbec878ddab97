"""A store that is lost, rebuilt or restored, with files at a real server: everything once.

The programs of the partners count, as they take files away. An order and a parcel wait for the
server when the store is lost.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.accounts.files.places.conftest import _sshd  # noqa: F401 - a fixture
from tests.accounts.files.places.sshd import Sshd
from tests.scenarios.places.served import Served
from tests.support.combinations import covering

pytestmark = pytest.mark.slow


def kept(world: Served) -> None:
    """Lose nothing."""


def lost(world: Served) -> None:
    world.lose_store()


def rebuilt(world: Served) -> None:
    """Follow the advice for accounts of files, which cannot list all orders."""
    world.lose_store()
    advised = world.run("rebuild-state", "--yes")
    assert "run `ordosync import-orders`" in advised.err


def restored_first(world: Served) -> None:
    assert world.run("restore", "first.backup", "--yes").code == 0


def restored_last(world: Served) -> None:
    assert world.run("restore", "last.backup", "--yes").code == 0


@pytest.mark.parametrize(
    ("lose", "after", "has_moved"),
    covering(
        [kept, lost, rebuilt, restored_first, restored_last],
        ["keep", "archive", "delete"],
        [False, True],
        rest=pytest.mark.matrix,
    ),
)
def test_each_order_and_parcel_arrives_once(
    tmp_path: Path, sshd: Sshd, lose: Callable[[Served], None], after: str, *, has_moved: bool
) -> None:
    world = Served.by_sftp(tmp_path, sshd)
    world.configure_locally()
    if has_moved:
        world.drop("first", "1000", locally=True)
        world.ship("1000", locally=True)
    world.run_all()
    world.run("backup", "first.backup")
    # The partners have the files of the local folders at the server, too.
    world.configure(after=after, has_moved=has_moved)
    world.drop("first", "1000", "1001")
    world.ship("1000")
    world.run_all()
    world.run("backup", "last.backup")
    world.drop("second", "1002")
    world.ship("1001")
    world.run_all()
    closed = [world.remote / name for name in ("in", "tracking")]
    for folder in closed:
        folder.rename(f"{folder}-closed")
    world.drop("third", "1003")
    world.ship("1002")
    waits = [world.run(task, "--json").counts for task in ("import-orders", "update-tracking")]
    world.run("import-orders")
    world.run("update-tracking")

    lose(world)
    for folder in closed:
        Path(f"{folder}-closed").rename(folder)
    world.drop("fourth", "1004")
    last = world.run_all()
    world.ship("1003", "1004")
    world.run_all()

    numbers = ["1000", "1001", "1002", "1003", "1004"]
    assert waits == [{"seen": 1, "waiting": 1}] * 2
    assert last.run["status"] == "ok", last.err
    assert world.orders() == Counter(numbers)
    assert world.parcels() == Counter(f"1Z{number}" for number in numbers)
    left = [path.stem for path in world.remote.glob("*/*.csv")]
    names = ["first", "second", "third", "fourth", "1000", "1001", "1002", "1003-1004"]
    assert sorted(left) == (sorted(names) if after == "keep" else [])
