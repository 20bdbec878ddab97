"""Processes that are killed at random while they read a real SFTP server."""

import json
from pathlib import Path
from random import Random

import pytest

from tests.accounts.files.places.conftest import _sshd  # noqa: F401 - a fixture
from tests.accounts.files.places.sshd import Sshd
from tests.scenarios.places.reading import CONFIG as SHOP
from tests.scenarios.places.reading import PLACE
from tests.support.command import HEADER, ended_within, numbers, ordosync, row, started

pytestmark = pytest.mark.slow
FILES_A_ROUND = 4
LONGEST_S = 1.2


class Partner:
    """Drops order files, and takes away those that were downloaded."""

    def __init__(self, remote: Path, mirror: Path) -> None:
        self._remote = remote
        self._mirror = mirror
        self.dropped: list[str] = []

    def drop(self) -> None:
        for _ in range(FILES_A_ROUND):
            number = str(1001 + len(self.dropped))
            temporary = self._remote / f".{number}.tmp"
            # Large enough that some fetches are killed in the middle.
            temporary.write_text(HEADER + row(number) + "\n" * 200_000)
            temporary.rename(self._remote / f"{number}.csv")
            self.dropped.append(number)

    def take(self) -> None:
        """Take away each file whose content has arrived at the other side."""
        try:
            files = json.loads((self._mirror / "list.json").read_text())
        except FileNotFoundError:
            return
        for file in files:
            if file.get("fetched"):
                (self._remote / file["name"]).unlink(missing_ok=True)


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.matrix) for seed in range(2, 11))]
)
def test_no_order_is_lost_or_doubled(tmp_path: Path, sshd: Sshd, seed: int) -> None:
    random, rounds = Random(seed), 10  # noqa: S311 - guards nothing
    remote = tmp_path / "remote"
    (remote / "out").mkdir(parents=True)
    (tmp_path / "key").write_text(sshd.key)
    (tmp_path / "key").chmod(0o600)
    options = f'url: "{sshd.options(remote).url}", host_key: "{sshd.host_key}", key: "file:key"'
    config = SHOP.replace(PLACE, f"place: {{{options}}}")
    (tmp_path / "config.yaml").write_text(config)
    partner = Partner(remote / "out", tmp_path / "ordosync.db.places" / "shop" / "in" / "orders")
    killed = 0

    for _ in range(rounds):
        partner.drop()
        process = started(tmp_path, "import-orders")
        killed += ended_within(process, random.uniform(0, LONGEST_S)) not in (0, 1)
        if random.random() < 0.5:
            partner.take()
    for _ in range(2):
        last = ordosync(tmp_path, "import-orders", "--json")

    assert killed
    assert last.run["status"] == "ok"
    assert numbers(tmp_path) == sorted(partner.dropped)
