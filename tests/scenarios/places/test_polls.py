"""What a run costs at a real server when nothing is new, as the server counts it."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.accounts.files.places.conftest import _sshd  # noqa: F401 - a fixture
from tests.accounts.files.places.sshd import COUNTING, Sshd
from tests.scenarios.places.served import Served
from tests.support.command import wake

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not COUNTING.exists(), reason=f"{COUNTING} is not installed"),
]


@pytest.mark.parametrize("after", ["keep", "archive", "delete"])
@pytest.mark.parametrize("words", [("import-orders",), ("run-due",)], ids=" ".join)
def test_a_poll_with_nothing_new_is_one_connection_and_one_listing(
    tmp_path: Path, sshd: Sshd, words: tuple[str, ...], after: str
) -> None:
    world = Served.by_sftp(tmp_path, sshd, shape="counted")
    world.configure(after=after)
    world.drop("a", "1001")
    world.run("import-orders")
    world.run("import-orders")
    before = sshd.requests()
    assert before["open"]

    wake(tmp_path)
    done = world.run(*words)

    requests = sshd.requests() - before
    assert done.code == 0
    # A scheduled run also asks the depot for parcels.
    polls = 2 if words == ("run-due",) else 1
    assert requests == Counter(session=polls, opendir=polls)
    assert world.orders() == Counter(["1001"])


def test_a_file_is_asked_for_once(tmp_path: Path, sshd: Sshd) -> None:
    world = Served.by_sftp(tmp_path, sshd, shape="counted")
    world.configure()
    config = tmp_path / "config.yaml"
    config.write_text(config.read_text().replace("quiet_s: 0", "quiet_s: 2"))
    world.drop("a", "1001")
    before = sshd.requests()

    world.run("import-orders")
    (world.remote / "orders" / "a.csv").unlink()
    world.run("import-orders")

    requests = sshd.requests() - before
    # Two listings before the file is fetched, and one afterwards; the depot's file is written.
    assert (requests["opendir"], requests["open"]) == (3, 2)
    assert world.orders() == Counter(["1001"])


def test_an_idle_tick_imports_nothing_of_places(tmp_path: Path, sshd: Sshd) -> None:
    world = Served.by_sftp(tmp_path, sshd, shape="counted")
    world.configure()
    world.run("run-due")
    before = sshd.requests()
    code = (
        "import atexit, sys; sys.argv = ['ordosync', 'run-due']\n"
        "from ordosync.__main__ import main\n"
        "atexit.register(lambda: print(*sorted(name for name in sys.modules)))\n"
        "main()"
    )

    tick = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    ours = [name for name in tick.stdout.split() if name.startswith("ordosync")]
    assert ours == ["ordosync", "ordosync.__main__", "ordosync.idle", "ordosync.permissions"]
    assert not {"asyncssh", "asyncio", "ftplib", "ssl"} & {*tick.stdout.split()}
    assert sshd.requests() == before
