"""Accounts in files of another machine, when several hosts share the store."""

import socket
from pathlib import Path

import pytest

from tests.support.command import HEADER, Done, ordosync, row, shop
from tests.support.screen import seen

ORDERS = """{glob: feeds/*, currency: EUR, quiet_s: 0, columns: {order_number: order, sku: sku,
    name: name, quantity: qty, unit_price: price, ship_to.name: to, ship_to.country: country}}"""
CONFIG = f"""
database: URL
accounts:
  shop: {{kind: files, host: HERE, orders: {ORDERS}}}
  warehouse: {{kind: sqlite, path: warehouse.db, host: HERE}}
  outlet: {{kind: files, host: w2, orders: {ORDERS}}}
  depot: {{kind: sqlite, path: depot.db, host: w2}}
portals:
  shop-warehouse: {{merchant: shop, supplier: warehouse}}
  outlet-depot: {{merchant: outlet, supplier: depot}}
"""
ELSEWHERE = "portal outlet-depot: account outlet is on host w2; run it there"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, postgres: str) -> Path:
    """Return the folder of a host which has the files of one of two portals."""
    config = CONFIG.replace("URL", postgres).replace("HERE", socket.gethostname())
    (tmp_path / "config.yaml").write_text(config)
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "orders.csv").write_text(f"{HEADER}1001,MUG,Mug,1,4.50,Ann Ray,DE\n")
    return tmp_path


def runs(done: Done) -> list[tuple[str, str]]:
    return [(run["portal"], run["status"]) for run in done.json["runs"]]


def test_scheduled_tasks_run_where_the_files_are(folder: Path) -> None:
    first = ordosync(folder, "run-due", "--json")

    assert first.code == 0, first
    assert ("shop-warehouse", "ok") in runs(first)
    assert {portal for portal, _ in runs(first)} == {"shop-warehouse"}
    assert not (folder / "depot.db").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("import-orders", "outlet-depot"),
        ("import-orders", "outlet-depot", "--dry-run"),
        ("reconcile", "outlet-depot"),
        ("rebuild-state", "outlet-depot"),
        ("why", "1001", "--portal", "outlet-depot"),
    ],
)
def test_command_about_a_portal_elsewhere_names_its_host(
    folder: Path, words: tuple[str, ...]
) -> None:
    done = ordosync(folder, *words)

    assert done.code == 1
    assert ELSEWHERE in done.err, done


def test_command_about_all_portals_runs_those_of_this_host(folder: Path) -> None:
    done = ordosync(folder, "import-orders", "--json")

    assert done.code == 0
    assert runs(done) == [("shop-warehouse", "ok")]
    assert f"left out: {ELSEWHERE}" in done.err


@pytest.mark.parametrize("is_default", [False, True])
def test_desk_of_an_account_elsewhere_names_its_host(folder: Path, *, is_default: bool) -> None:
    path = folder / "config.yaml"
    if is_default:
        path.write_text(f"default_account: depot\n{path.read_text()}")
    words = () if is_default else ("--account", "depot")

    done = ordosync(folder, "orders", "list", *words)

    assert (done.code, done.out) == (1, "")
    assert done.err == "error: account depot is on host w2; run it there\n"
    assert not (folder / "depot.db").exists()


@pytest.mark.parametrize("words", [(), ("--dry-run",)])
def test_desk_takes_the_account_of_this_host(folder: Path, words: tuple[str, ...]) -> None:
    line = ("--line", "MUG=1@4.50", "--currency", "EUR")

    done = ordosync(folder, "orders", "add", "7", *line, *words)

    assert done.code == 0, done
    assert not (folder / "depot.db").exists()


def test_desk_of_a_host_without_local_accounts_names_the_other_host(folder: Path) -> None:
    path = folder / "config.yaml"
    path.write_text(path.read_text().replace(socket.gethostname(), "w3"))

    done = ordosync(folder, "orders", "list")

    assert (done.code, done.err) == (1, "error: account warehouse is on host w3; run it there\n")


def test_configuration_is_shown_with_hosts_and_the_folder_of_the_spool(folder: Path) -> None:
    shown = ordosync(folder, "config", "show", "--json").json

    assert shown["accounts"]["depot"]["host"] == "w2"
    assert shown["spool"] == str(folder)


def test_check_of_the_accounts_says_where_to_check_the_others(folder: Path) -> None:
    done = ordosync(folder, "config", "check", "--online")

    assert "note: portal outlet-depot, merchant outlet: is on host w2; check it there" in done.out
    assert "depot.db" not in done.out


def test_health_names_the_host_that_does_not_run(folder: Path) -> None:
    ordosync(folder, "run-due")

    done = ordosync(folder, "health")

    assert done.code == 1
    assert "outlet-depot" in done.out
    assert "has never succeeded; it runs on host w2 only" in done.out


def test_run_is_shown_with_its_host(folder: Path) -> None:
    host = socket.gethostname()
    run = ordosync(folder, "import-orders", "--json").run

    shown, log = ordosync(folder, "show", str(run["id"])), ordosync(folder, "activity", "--all")

    assert run["host"] == host
    assert f"\non host {host}\n" in shown.out
    heading, line = log.out.splitlines()
    assert (heading.split("\t")[-1], line.split("\t")[-1]) == ("host", host)
    for words in (("activity", "--all"), ("show", str(run["id"]))):
        assert ordosync(folder, *words, "--json").run["host"] == host
    heading, line = ordosync(folder, "activity", "--all", "--csv").out.splitlines()
    assert (heading.split(",")[-1], line.split(",")[-1]) == ("host", host)
    assert "host" in " ".join(seen(folder, "activity", "--all")).split()


def test_host_that_does_not_fit_is_left_out_of_the_log(folder: Path) -> None:
    ordosync(folder, "import-orders")

    words = " ".join(seen(folder, "activity", "--all", columns=50)).split()

    assert "counts" in words
    assert "host" not in words


@pytest.mark.of_files
def test_run_of_a_single_machine_names_no_host(tmp_path: Path) -> None:
    shop(tmp_path, HEADER + row("1"))
    run = ordosync(tmp_path, "import-orders", "--json").run

    assert "host" not in run
    assert "host" not in ordosync(tmp_path, "activity").out
    heading, line = ordosync(tmp_path, "activity", "--csv").out.splitlines()
    assert (heading.split(",")[-1], line.split(",")[-1]) == ("host", "")
    assert "on host" not in ordosync(tmp_path, "show", str(run["id"])).out
