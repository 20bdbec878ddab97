"""Case 47: the disk fills up at any moment; every write is recorded before it is sent."""

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.fakes.ordoro import FakeOrdoro, Switches
from tests.support.combinations import some
from tests.support.command import HEADER, ordosync, row

ORDERS = 120
CONFIG = """
accounts:
  shop:
    kind: files
    orders:
      glob: feeds/*
      columns: {{order_number: order, sku: sku, quantity: qty}}
  depot:
    kind: ordoro
    base_url: {url}
    key: {key}
    secret: {secret}
    currency: EUR
    settle_s: 0
portals:
  shop-depot:
    merchant: shop
    supplier: {{account: depot, sales_channel: {channel}}}
"""


@pytest.fixture(name="fake")
def _fake(tmp_path: Path) -> Iterator[FakeOrdoro]:
    with FakeOrdoro(switches=Switches(rate_limit=100_000)) as fake:
        path = tmp_path / "config.yaml"
        path.touch(0o600)
        channel = fake.add_cart("portal")
        path.write_text(
            CONFIG.format(url=fake.url, key=fake.key, secret=fake.secret, channel=channel)
        )
        (tmp_path / "feeds").mkdir()
        (tmp_path / "feeds" / "a.csv").write_text(HEADER)
        # This run creates the store.
        assert ordosync(tmp_path, "import-orders").code == 0
        rows = "".join(row(str(1001 + place)) for place in range(ORDERS))
        (tmp_path / "feeds" / "a.csv").write_text(HEADER + rows)
        yield fake


def with_room(folder: Path, room: int) -> "subprocess.CompletedProcess[bytes]":
    """Import while no file may grow beyond the store's size plus this many bytes."""
    limit = (folder / "ordosync.db").stat().st_size + room
    return subprocess.run(
        [sys.executable, "-m", "ordosync", "import-orders"],
        cwd=folder,
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )


@pytest.mark.parametrize("room", some([0, 4_096, 12_288, 20_480, 32_768], 4_096, 20_480))
def test_writes_are_recorded_first_and_continue_when_there_is_space(
    tmp_path: Path, fake: FakeOrdoro, room: int
) -> None:
    full = with_room(tmp_path, room)

    with closing(sqlite3.connect(tmp_path / "ordosync.db")) as db:
        recorded = {key.partition("#")[0] for (key,) in db.execute("select key from steps")}
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)
    sent = {number.partition("-")[2] for number in fake.numbers()}
    assert sent <= recorded
    assert b"Traceback" not in full.stderr
    if full.returncode:
        assert full.returncode == 4, full
        assert len(full.stderr.splitlines()) == 1
    assert ordosync(tmp_path, "import-orders").code == 0
    assert sorted(fake.numbers()) == [f"1-{1001 + place}" for place in range(ORDERS)]


def test_at_least_one_of_the_limits_is_met(tmp_path: Path, fake: FakeOrdoro) -> None:
    full = with_room(tmp_path, 0)

    assert full.returncode == 4
    assert full.stderr.startswith(b"error: database ")
    assert len(fake.numbers()) < ORDERS
