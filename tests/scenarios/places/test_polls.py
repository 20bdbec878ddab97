"""What a run costs at a real server when nothing is new, as the server counts it."""

from collections import Counter
from pathlib import Path

import pytest

from tests.accounts.files.places.conftest import _sshd  # noqa: F401 - a fixture
from tests.accounts.files.places.sshd import Sshd
from tests.scenarios.places.served import Served
from tests.support.command import wake

pytestmark = pytest.mark.slow


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
    assert requests == Counter(session=1, opendir=1)
    assert world.orders() == Counter(["1001"])
