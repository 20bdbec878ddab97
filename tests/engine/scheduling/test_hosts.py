"""Several hosts with one store: which configuration is followed, and which version."""

from pathlib import Path

import psycopg
import pytest

from ordosync import idle
from ordosync.clock import Clock
from ordosync.config import load_config
from ordosync.engine import register
from ordosync.store import Store
from tests.support.command import Done, ordosync
from tests.support.stores import configured
from tests.tasks.portal import CONFIG

NEWER = CONFIG + "    tasks: {import-orders: 10-minutes}\n"
MAPPED = CONFIG + "    sku_map: map.csv\n"
MAP = "merchant_sku,supplier_sku,units\nMUG,{},1\n"


class Host:
    """A host with its own configuration."""

    def __init__(self, folder: Path, url: str, name: str) -> None:
        self.folder = folder / name
        self.folder.mkdir()
        self._url = url
        self.name = name

    def edit(self, config: str) -> None:
        (self.folder / "config.yaml").write_text(configured(config, self._url, "w1"))

    def edit_map(self, supplier_sku: str) -> None:
        (self.folder / "map.csv").write_text(MAP.format(supplier_sku))

    def make_due(self) -> None:
        """Let all tasks be due, since a call that has nothing to do reads no CSV file."""
        with psycopg.connect(self._url, autocommit=True) as db:
            db.execute("update schedule set next_at = '2026-11-01T00:00:00.000Z'")

    def run(self, *words: str) -> Done:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("socket.gethostname", lambda: self.name)
            return ordosync(self.folder, *words)


@pytest.fixture(name="hosts")
def _hosts(tmp_path: Path, postgres: str) -> tuple[Host, Host]:
    hosts = Host(tmp_path, postgres, "w1"), Host(tmp_path, postgres, "w2")
    for host in hosts:
        host.edit(CONFIG)
        assert host.run("run-due").code == 0
    return hosts


def interval(host: Host) -> str:
    [entry] = [
        entry
        for entry in host.run("autosync", "--json").json["schedule"]
        if (entry["task"], entry["portal"]) == ("import-orders", "outlet-northwind")
    ]
    return str(entry["interval"])


def test_a_newer_configuration_is_followed_by_the_first_host_that_has_it(
    hosts: tuple[Host, Host],
) -> None:
    one, _ = hosts
    one.edit(NEWER)

    assert one.run("run-due").code == 0
    assert interval(one) == "10-minutes"


def test_a_host_with_an_older_configuration_starts_nothing_and_says_so_once(
    hosts: tuple[Host, Host],
) -> None:
    one, other = hosts
    one.edit(NEWER)
    one.run("run-due")

    first, second = other.run("run-due"), other.run("run-due")

    assert (first.code, second.code) == (3, 3)
    assert "host w2 has an older configuration than the one in use since" in first.err
    assert "(from host w1); copy that one here, or run `ordosync config use`" in first.err
    assert (second.out, second.err) == ("", "")
    assert one.run("run-due").code == 0


@pytest.fixture(name="mapped")
def _mapped(hosts: tuple[Host, Host]) -> tuple[Host, Host]:
    """Return two hosts, of which the second has the older SKU map."""
    one, other = hosts
    for host in hosts:
        host.edit_map("N-MUG")
        host.edit(MAPPED)
        assert host.run("run-due").code == 0
    one.edit_map("N-MUG-2")
    assert one.run("import-orders").code == 0
    return one, other


def test_host_with_an_older_csv_file_starts_nothing_and_names_the_file(
    mapped: tuple[Host, Host],
) -> None:
    _, other = mapped
    other.make_due()

    refused = other.run("run-due")

    assert refused.code == 3
    assert refused.err.count("\n") == 1
    path = other.folder / "map.csv"
    assert f"host w2 has an older version of a CSV file ({path}) than the one" in refused.err
    assert "(from host w1); copy all of them here, or run `ordosync config use`" in refused.err


def test_checks_of_a_host_that_starts_nothing_say_why(mapped: tuple[Host, Host]) -> None:
    one, other = mapped
    reason = "host w2 has an older version of a CSV file"

    health, verbose, document, check = (
        other.run("health"),
        other.run("health", "-v"),
        other.run("health", "--json"),
        other.run("config", "check", "--online"),
    )

    assert (health.code, check.code) == (1, 1), (health, check)
    assert health.out.startswith(f"trouble: {reason}")
    assert f"trouble: configuration: {reason}" in verbose.out
    assert [each["name"] for each in document.json["checks"]] == ["configuration"]
    assert sum(reason in line for line in check.out.splitlines()) == 1
    assert "has an older" not in one.run("health", "-v").out
    assert "ok: configuration: the one in use since" in one.run("health", "-v").out


def test_an_older_csv_file_can_be_used_again(mapped: tuple[Host, Host]) -> None:
    one, other = mapped

    assert other.run("config", "use").code == 0

    other.make_due()
    assert (other.run("run-due").code, other.run("health").code) == (0, 0)
    one.make_due()
    assert one.run("run-due").code == 3


def test_an_edit_that_no_host_has_used_is_no_problem_of_a_check(hosts: tuple[Host, Host]) -> None:
    one, _ = hosts
    one.edit(NEWER)

    health = one.run("health", "-v")

    assert "ok: configuration: is new; all hosts follow it after its first run" in health.out


def test_an_older_configuration_can_be_used_again(hosts: tuple[Host, Host]) -> None:
    one, other = hosts
    one.edit(NEWER)
    one.run("run-due")

    used = other.run("config", "use")

    assert used.code == 0, used
    assert other.run("run-due").code == 0
    assert one.run("run-due").code == 3


def test_the_copied_configuration_of_another_host_is_the_same(hosts: tuple[Host, Host]) -> None:
    one, other = hosts
    one.edit(NEWER)
    one.run("run-due")
    other.edit(NEWER)

    assert other.run("run-due").code == 0


def test_an_older_version_beside_a_newer_one_changes_nothing(
    hosts: tuple[Host, Host], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = hosts
    older = load_config(other.folder / "config.yaml")
    with monkeypatch.context() as patch:
        patch.setattr(idle, "__version__", "99.0")
        assert one.run("run-due").code == 0
        newer = load_config(one.folder / "config.yaml").digest

    with Store.open(older.database) as store:
        register(older, store, Clock())

        assert store.config_digest == newer
        assert other.run("run-due").code == 0


@pytest.mark.of_files
def test_an_edit_of_one_host_with_a_file_is_always_followed(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    for config in (CONFIG, NEWER, CONFIG):
        path.write_text(config)
        loaded = load_config(path)
        with Store.open(loaded.database) as store:
            register(loaded, store, Clock())
            assert store.config_digest == loaded.digest
