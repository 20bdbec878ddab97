"""`work` and `workers`: only for a store that several hosts share."""

from pathlib import Path

import pytest

from ordosync.clock import Clock
from ordosync.config import load_config
from ordosync.store import Store
from tests.support.command import ordosync, shop

SHARED = """
database: {url}
accounts:
  shop: {{kind: ordoro, base_url: "http://127.0.0.1:9", key: k, secret: s, currency: USD}}
  depot: {{kind: ordoro, base_url: "http://127.0.0.1:9", key: other, secret: s, currency: USD}}
portals:
  shop-depot:
    merchant: {{account: shop, supplier: 1}}
    supplier: {{account: depot, sales_channel: 1}}
"""


def share(folder: Path, url: str) -> None:
    """Write a configuration with a store that hosts share."""
    path = folder / "config.yaml"
    path.write_text(SHARED.format(url=url))
    path.chmod(0o600)


@pytest.mark.parametrize("command", ["work", "workers"])
def test_a_store_in_a_file_has_no_workers(tmp_path: Path, command: str) -> None:
    shop(tmp_path)

    result = ordosync(tmp_path, command)

    assert result.code == 2
    assert "cron" in result.err


def test_workers_are_listed_and_an_unknown_one_cannot_be_drained(
    tmp_path: Path, postgres: str
) -> None:
    share(tmp_path, postgres)

    assert ordosync(tmp_path, "workers", "--json").json == {"workers": []}
    assert "`ordosync work` starts one" in ordosync(tmp_path, "workers").err
    unknown = ordosync(tmp_path, "workers", "drain", "w1")
    assert (unknown.code, unknown.out) == (2, "")
    assert "no live worker 'w1'; known: no worker is alive" in unknown.err
    assert ordosync(tmp_path, "workers", "drain").code == 2


def test_health_says_that_nothing_calls_until_something_does(tmp_path: Path, postgres: str) -> None:
    share(tmp_path, postgres)
    config = load_config(tmp_path / "config.yaml")
    with Store.open(config.database) as store:
        before = [check for check in store.checks() if check.name == "workers"]
        store.schedule.note_call(Clock().now())
        after = [check for check in store.checks() if check.name == "workers"]

    assert [check.state for check in before + after] == ["trouble", "ok"]
    assert "start `ordosync work`, or cron" in before[0].text


@pytest.mark.parametrize("program", [None, "true"])
def test_host_of_several_needs_no_crontab(
    tmp_path: Path, postgres: str, program: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    share(tmp_path, postgres)
    folder = tmp_path / "bin"
    folder.mkdir()
    if program:
        (folder / "crontab").symlink_to(f"/bin/{program}")
    monkeypatch.setenv("PATH", str(folder))

    health = ordosync(tmp_path, "health", "-v")

    assert "ok: crontab: has no lines for this configuration\n" in health.out
