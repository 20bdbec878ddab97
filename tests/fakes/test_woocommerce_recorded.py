"""Recorded responses of real shops: the fake WooCommerce gives the same."""

import re
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path

import pytest

from tests.fakes.woocommerce import FakeWooCommerce, Switches
from tests.fakes.woocommerce.probe import Finding, Shop, Visit, findings
from tests.fakes.woocommerce.switches import Version
from tests.support.clock import VirtualClock

RECORDED = Path(__file__).parents[3] / "shared/contracts/woocommerce/recorded"
pytestmark = pytest.mark.skipif(
    not RECORDED.exists(), reason=f"the recorded answers are not there: {RECORDED}"
)

DIFFERENCES: Mapping[str, str] = {
    "speed": "it says how fast the recorded shop was",
    "speed.batch50": "it says how fast the recorded shop was",
}
"""Questions with a different response of the fake, with the reason."""

CUT = {"fulfillment.create_partial": 275, "fulfillment.list": 185, "order.qty_zero": 215}
"""Long responses that were recorded only in part."""

EARLIER = {"7.8.2": 0, "11.0.1": 86}
"""Number of orders in the recorded shop before the questions."""

_VALUES = (
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", "<time>"),
    (r"wc_order_\w+", "<order key>"),
    (
        r"""(["'](?:number|resource_id|product_id|id|item_id|entity_id)["']: \D{0,8})\d+""",
        r"\1<id>",
    ),
    (r"\('variation', \d+, \d+\)", "('variation', <id>, <id>)"),
    (r"\('Widget', \d+", "('Widget', <id>"),
)


def recorded(version: str) -> list[Finding]:
    lines = (RECORDED / f"answers-{version}.txt").read_text("utf-8").splitlines()
    return [(line[:28].rstrip(), line[28:].strip()) for line in lines]


def compared(findings: list[Finding]) -> list[str]:
    """Return the findings without the values that differ from shop to shop."""
    return [
        f"{name} {_without_values(words)[: CUT.get(name)]}".strip()
        for name, words in findings
        if name not in DIFFERENCES
    ]


def _without_values(words: str) -> str:
    for pattern, instead in _VALUES:
        words = re.sub(pattern, instead, words)
    return words


def findings_of(version: Version, run: str) -> list[Finding]:
    clock = VirtualClock()
    switches = Switches(version=version, trusts_forwarded_proto=True, fulfillments=True)
    if version == "7.8.2":
        switches.zone = UTC
    with FakeWooCommerce(clock=clock, switches=switches) as fake:
        fake.add_key("ck_read", "cs_read", permissions="read")
        for _ in range(EARLIER[version]):
            fake.place_order([])
        shop = Shop(fake.url, (fake.key, fake.secret), ("ck_read", "cs_read"))
        return list(findings(Visit(shop=shop, run=run, wait=clock.sleep)))


@pytest.mark.parametrize("version", ["7.8.2", "11.0.1"])
def test_responses_equal_the_recorded_ones(version: Version) -> None:
    theirs = recorded(version)
    run = dict(theirs)["product.create"].partition("W-")[2][:6]

    ours = findings_of(version, run)

    assert compared(ours) == compared(theirs)


@pytest.mark.parametrize("version", ["7.8.2", "11.0.1"])
def test_listed_differences_belong_to_recorded_requests(version: Version) -> None:
    assert DIFFERENCES.keys() <= dict(recorded(version)).keys()
