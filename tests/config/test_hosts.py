"""Accounts in files, where several hosts share a store, name the host that has them."""

import socket

from ordosync.config.hosts import other_host_reason

from .conftest import Load, Problems

HOST = socket.gethostname()
CONFIG = """\
database: postgresql://ordosync@db/ordosync
accounts:
  acme: {kind: sqlite, path: acme.db, host: w1}
  northwind: {kind: depot}
  depot: {kind: sqlite, path: depot.db, host: w2}
portals:
  acme-northwind: {merchant: acme, supplier: northwind}
"""


def test_local_account_without_a_host_is_a_problem(problems: Problems) -> None:
    assert problems(CONFIG.replace(", host: w1", "")) == [
        (
            "line 3: accounts.acme: a sqlite account consists of files of one machine; name it:"
            " `host: w1`"
        )
    ]


def test_portal_runs_on_the_host_of_its_accounts(load: Load) -> None:
    elsewhere = load(CONFIG)
    here = load(CONFIG.replace("host: w1", f"host: {HOST}"))

    assert other_host_reason(elsewhere, elsewhere.portals["acme-northwind"]) == (
        "portal acme-northwind: account acme is on host w1; run it there"
    )
    assert other_host_reason(here, here.portals["acme-northwind"]) is None


def test_portal_between_two_hosts_is_a_problem(problems: Problems) -> None:
    assert problems(CONFIG.replace("supplier: northwind", "supplier: depot")) == [
        (
            "line 7: portals.acme-northwind: account acme is on host w1 and account depot is on"
            " host w2; a portal runs on one host"
        )
    ]


def test_host_is_a_name(problems: Problems) -> None:
    [problem] = problems(CONFIG.replace("w1", '"w 1"'))

    assert problem == (
        'line 3: accounts.acme.host: "w 1" is not the name of a host, as `hostname` prints it'
    )


def test_service_has_no_host(problems: Problems) -> None:
    [problem] = problems(CONFIG.replace("kind: depot}", "kind: depot, host: w1}"))

    assert problem == "line 4: accounts.northwind.host: unknown option"


def test_store_of_one_machine_needs_no_host_and_has_its_spool_beside_it(
    load: Load, problems: Problems
) -> None:
    config = CONFIG.replace("postgresql://ordosync@db/ordosync", "ordosync.db")

    named, unnamed = load(config), load(config.replace(", host: w1", ""))

    assert other_host_reason(named, named.portals["acme-northwind"]) is None
    assert other_host_reason(unnamed, unnamed.portals["acme-northwind"]) is None
    assert problems(config.replace("accounts:", "spool: spool\naccounts:")) == [
        (
            "line 2: spool: is for a `database: postgresql://...`; without one, the spool is beside"
            " the store"
        )
    ]


def test_spool_is_beside_the_configuration_or_where_it_says(load: Load) -> None:
    default = load(CONFIG)
    moved = load(CONFIG.replace("accounts:", "spool: /var/lib/ordosync\naccounts:"))

    assert default.database.spool.parent == default.path.parent
    assert {str(moved.database.spool.parent), str(moved.places.parent)} == {"/var/lib/ordosync"}
