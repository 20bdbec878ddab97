"""Several portals: outages are reported once, the environment is ignored, stock is right."""

import json
from collections.abc import Callable
from datetime import timedelta
from math import inf
from pathlib import Path

import pytest

from tests.accounts.contract.examples import product
from tests.accounts.contract.opening import PORTAL
from tests.accounts.sqlite.people import SqliteMerchantPeople
from tests.scenarios.faults.conftest import foreign
from tests.scenarios.faults.kinds import MERCHANTS
from tests.scenarios.faults.portal import Troubled, add_portal
from tests.scenarios.faults.reading import imported, requested
from tests.support.clock import Cron


class OtherMerchant(SqliteMerchantPeople):
    """The people of another Merchant."""

    def __init__(self, folder: Path, name: str, troubled: Troubled) -> None:
        self.name = name
        super().__init__(folder, troubled.clock)


def import_often(path: Path) -> None:
    known = json.loads(path.read_text())
    for portal in known["portals"].values():
        portal["tasks"] = {"import-orders": "10-minutes"}
    path.write_text(json.dumps(known))


@pytest.mark.slow
@pytest.mark.parametrize("kind", MERCHANTS)
def test_outage_of_one_portal_is_reported_at_its_start_and_at_its_end(
    tmp_path: Path, kind: str
) -> None:
    """Case 24: 503 for two hours, on one of three portals."""
    with foreign("merchant", kind, tmp_path) as troubled:
        for name in ("second", "third"):
            merchant = OtherMerchant(tmp_path, name, troubled)
            add_portal(tmp_path, name, merchant, f"{name}-warehouse")
        import_often(tmp_path / "config.yaml")
        cron = Cron(tmp_path, troubled.clock)
        start = troubled.clock.now()

        for minute in range(200):
            if minute == 30:
                requested(troubled, 1)
                troubled.foreign.meet("unavailable", "anything", times=inf)
            if minute == 150:
                troubled.foreign.heal()
            cron.tick(start + timedelta(minutes=minute))

        assert [(alert.kind, alert.portal) for alert in cron.alerts] == [
            ("starts", PORTAL),
            ("ends", PORTAL),
        ]
        others = [run for run in cron.runs if run.portal != PORTAL]
        assert {run.status for run in others} == {"ok"}
        assert imported(troubled) == ["1"]


def test_proxies_and_passwords_of_the_environment_are_ignored(
    as_merchant: Troubled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 33."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password stranger\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    requested(as_merchant, 1)

    assert as_merchant.run("import-orders").run.status == "ok"
    assert imported(as_merchant) == ["1"]


def sells_at_the_supplier(troubled: Troubled) -> None:
    troubled.supplier.sell("MUG", 1)


def sells_and_imports(troubled: Troubled) -> None:
    requested(troubled, 1)


@pytest.mark.parametrize("sells", [sells_at_the_supplier, sells_and_imports])
def test_sale_between_reading_and_writing_of_stock_is_corrected(
    as_merchant: Troubled, sells: Callable[[Troubled], None]
) -> None:
    """Case 41: without a comparison it is one too many, but only until the next run."""
    as_merchant.merchant.add_product(product("MUG"))
    as_merchant.merchant.count("MUG", 10)
    as_merchant.pair.run("import-products")
    as_merchant.supplier.count("MUG", 5)
    as_merchant.foreign.meet("callback", "write-stock", do=lambda: sells(as_merchant))

    as_merchant.run("write-inventory-back")
    as_merchant.pair.run("import-orders")
    # The Supplier's count may not include an order that it has just received.
    as_merchant.later(600)
    as_merchant.pair.run("write-inventory-back")

    assert as_merchant.foreign.are_all_met()
    assert as_merchant.merchant.physical("MUG") == 4
    as_merchant.pair.stays_quiet("write-inventory-back")
