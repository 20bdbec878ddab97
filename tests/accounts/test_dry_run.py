"""In a dry run no write reaches a service, and no part of the contract is forgotten."""

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from ordosync.accounts import merchant, portal_account, supplier
from ordosync.accounts.account import Account, PortalContext
from ordosync.accounts.connections import Connections
from ordosync.accounts.dry_run import READS, DryRunAccount
from ordosync.accounts.merchant import Merchant
from ordosync.accounts.supplier import Supplier
from ordosync.clock import Clock
from ordosync.models import Address, Line, Order, ParcelLine, Piece, PieceLine, Shipment, Split

PARTS = {
    "merchant": ("orders", "cancellations", "products", "stock", "tracking", "splits"),
    "supplier": ("orders", "cancellations", "products", "stock", "shipments", "splits"),
}
COMMON = ("timeline", "personal_data")
SHIPMENT = Shipment(
    id="1",
    order_id="7",
    tracking_number="1Z",
    carrier="UPS",
    shipped_at=datetime(2026, 11, 2, tzinfo=UTC),
    lines=(ParcelLine(line_id="a", quantity=1),),
    rest=(ParcelLine(line_id="a", quantity=2), ParcelLine(line_id="b", quantity=1)),
)
SPLIT = Split(
    order_id="7",
    pieces=(Piece(lines=(PieceLine(of_line="a", quantity=1),), reference="r"),) * 2,
)
ORDER = Order(
    id="",
    number="7",
    lines=(Line(id="", sku="MUG", name="Mug", quantity=1),) * 2,
    ship_to=Address(),
    reference="p:7",
)


class Part:
    """A part that notes each call."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        def call(*_: object, **__: object) -> dict[str, object]:
            self.calls.append(name)
            return {}

        return call


class Service(Account):
    """An account that notes what reaches it."""

    kind = "service"

    def __init__(self) -> None:
        self.part: Any = Part()

    def merchant(self, options: Any, portal: PortalContext, at: Connections) -> Merchant:  # noqa: ARG002
        return Merchant(name="shop", kind="service", client=self.part, **self._parts("merchant"))

    def supplier(self, options: Any, portal: PortalContext, at: Connections) -> Supplier:  # noqa: ARG002
        return Supplier(name="depot", kind="service", client=self.part, **self._parts("supplier"))

    def _parts(self, role: str) -> dict[str, Any]:
        return dict.fromkeys((*PARTS[role], *COMMON), self.part)


@pytest.fixture(name="service")
def _service() -> Service:
    return Service()


def opened(service: Service, role: str) -> Any:
    account = DryRunAccount(service)
    return getattr(account, role)(None, PortalContext(), Connections(Clock()))


def members(protocol: type) -> set[str]:
    return {name for name in vars(protocol) if not name.startswith("_")}


CONTRACT = [
    (role, part, getattr(module, f"{role.title()}{part.title()}"))
    for role, module in (("merchant", merchant), ("supplier", supplier))
    for part in PARTS[role]
] + [
    ("merchant", "timeline", portal_account.Timeline),
    ("supplier", "personal_data", portal_account.PersonalData),
]


@pytest.mark.parametrize(("role", "part", "protocol"), CONTRACT, ids=str)
def test_each_member_of_the_contract_is_read_or_answered(
    role: str, part: str, protocol: type, service: Service
) -> None:
    dry = getattr(opened(service, role), part)

    for name in members(protocol):
        is_answered = getattr(dry, name) is not None and name in cast("Any", dry).answers
        assert is_answered != (name in READS), name


def test_writes_are_answered_and_reach_no_service(service: Service) -> None:
    shop, depot = opened(service, "merchant"), opened(service, "supplier")

    [created] = depot.orders.create([ORDER])
    [split] = shop.splits.split([SPLIT])
    [added] = shop.tracking.add([SHIPMENT])
    others = [
        *shop.stock.write([SHIPMENT]),
        *shop.tracking.void([SHIPMENT]),
        *depot.cancellations.cancel(["7"], also_shipped=True),
        *depot.cancellations.reduce([SPLIT]),
        *depot.products.create([ORDER]),
    ]
    shop.orders.acknowledge(["7"])
    shop.cancellations.reply({"7": True})
    shop.comment([])
    depot.note([])

    assert service.part.calls == []
    assert {outcome.state for outcome in (created, split, added, *others)} == {"done"}
    assert len({created.id, *created.line_ids}) == 3
    assert [len(piece.lines) for piece in split.pieces] == [1, 1]
    assert [len(piece.lines) for piece in added.pieces] == [1, 2]


def test_an_order_that_may_exist_is_looked_up(service: Service) -> None:
    opened(service, "supplier").orders.create([ORDER], look_first=True)

    assert service.part.calls == ["find"]


def test_personal_data_is_only_looked_at(service: Service) -> None:
    service.part.remove = lambda order_id, *, dry: (order_id, dry)

    assert opened(service, "merchant").personal_data.remove("7", dry=False) == ("7", True)


def test_what_is_not_known_as_a_read_cannot_be_used(service: Service) -> None:
    with pytest.raises(AttributeError):
        opened(service, "supplier").stock.delete_everything()
