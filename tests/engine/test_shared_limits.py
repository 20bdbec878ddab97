"""Requests of an account, counted by all hosts if several portals use it."""

import json
import socket
from contextlib import closing
from pathlib import Path

import pytest

from ordosync.config import Config, load_config
from ordosync.engine.portals import connect, supplier_of
from ordosync.http.rate_limit import LocalRateLimit
from ordosync.postgres.connection import connect as connect_to
from ordosync.postgres.rates import SharedRateLimit
from tests.accounts.contract.examples import order
from tests.accounts.ordoro.people import OrdoroSupplierPeople
from tests.postgres.limits import UsedLimits
from tests.support.clock import VirtualClock


def config_of(folder: Path, shipping: OrdoroSupplierPeople, **top: object) -> Config:
    """Write a configuration of two shops with one Supplier."""
    host = {"host": socket.gethostname()} if "database" in top else {}
    shops = ("acme", "bolt")
    settings = {
        **top,
        "accounts": {
            **{name: {"kind": "sqlite", "path": f"{name}.db", **host} for name in shops},
            "northwind": shipping.options,
        },
        "portals": {
            f"{name}-northwind": {
                "merchant": name,
                "supplier": {"account": "northwind", **shipping.pair},
            }
            for name in shops
        },
    }
    path = folder / "config.yaml"
    path.touch(0o600)
    path.write_text(json.dumps(settings))
    return load_config(path)


def test_requests_of_all_portals_of_an_account_count_together(
    tmp_path: Path, postgres: str
) -> None:
    clock = VirtualClock()
    with (
        closing(OrdoroSupplierPeople(tmp_path, clock)) as shipping,
        closing(connect_to(postgres, "test")) as sql,
    ):
        config = config_of(tmp_path, shipping, database=postgres)
        with closing(UsedLimits(lambda: sql, clock, shared={"northwind"})) as limits:
            limits.rate("northwind", 500, 60)
            before = shipping.calls
            for host, portal in enumerate(config.portals.values()):
                with closing(connect(config, clock)) as connections:
                    supplier = supplier_of(config, portal, at=connections)
                    supplier.orders.create([order(f"100{host}")])
            used = limits._tables.row("select count(*) from rates where free_at > now()")

        assert shipping.calls - before > 0
        assert used == (shipping.calls - before,)


def test_account_of_one_portal_is_counted_by_its_process(tmp_path: Path, postgres: str) -> None:
    clock = VirtualClock()
    with closing(OrdoroSupplierPeople(tmp_path, clock)) as shipping:
        config = config_of(tmp_path, shipping, database=postgres)

    with closing(connect(config, clock)) as connections:
        assert isinstance(connections.limits.rate("northwind", 500, 60), SharedRateLimit)
        assert isinstance(connections.limits.rate("acme", 500, 60), LocalRateLimit)


@pytest.mark.parametrize("account", ["acme", "northwind"])
def test_store_of_one_machine_shares_no_limit(tmp_path: Path, account: str) -> None:
    clock = VirtualClock()
    with closing(OrdoroSupplierPeople(tmp_path, clock)) as shipping:
        config = config_of(tmp_path, shipping)

    with closing(connect(config, clock)) as connections:
        assert isinstance(connections.limits.rate(account, 500, 60), LocalRateLimit)
