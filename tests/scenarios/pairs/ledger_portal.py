"""The portal of the state machine, and what holds in it after each step and in the end."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from hypothesis.stateful import RuleBasedStateMachine, invariant

from ordosync.config import load_config
from ordosync.store import Store
from ordosync.store.links import Link
from ordosync.tasks import TASKS
from tests.accounts.contract.examples import line, sold
from tests.accounts.contract.opening import PORTAL
from tests.accounts.ordoro.people import AtOrdoro
from tests.accounts.shopify.shop import AtShopify
from tests.accounts.sqlite.people import AtDesk
from tests.accounts.woocommerce.people import AtShop
from tests.scenarios.pairs.comparing import compared, fill
from tests.scenarios.pairs.kinds import Kinds
from tests.scenarios.pairs.ledger_orders import SoldOrder
from tests.scenarios.pairs.pair import Pair
from tests.support.clock import START, VirtualClock, never_back

MEMORY = Path("/dev/shm")  # noqa: S108 - thousands of commits, and no power to lose


class LedgerPortal(RuleBasedStateMachine):
    """Orders between two accounts of any kinds."""

    kinds: ClassVar[Kinds]

    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        clock = VirtualClock(START)
        merchant, supplier = self.kinds
        self.pair = Pair(self.folder, merchant(self.folder, clock), supplier(self.folder, clock))
        for people in (self.pair.merchant, self.pair.supplier):
            if isinstance(people, (AtOrdoro, AtShopify, AtShop)):
                # Only this machine's clock is set back, never that of a service.
                people.fake.shop.now = never_back(clock)
        self.tasks = [task for task in TASKS if self.pair.can_run(task)]
        self.orders: list[SoldOrder] = []
        self.numbers = 0
        self.is_restored = False
        self.place_order()
        self.pair.run("import-orders")

    def teardown(self) -> None:
        if not hasattr(self, "pair"):
            return
        try:
            self.agree()
        finally:
            with closing(self.pair.merchant), closing(self.pair.supplier):
                shutil.rmtree(self.folder)

    def place_order(self) -> None:
        number = str(1001 + len(self.orders))
        merchant_id = self.pair.merchant.request(sold(number, line("CUP", 2), line("MUG", 1)))
        self.orders.append(SoldOrder(merchant_id=merchant_id, units=Counter(CUP=2, MUG=1)))

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Check that a run shows no number at the Merchant whose parcel is not on its way."""
        before = self._shown_numbers()
        yield
        live = {number for order in self.orders for number in order.parcels}
        assert self._shown_numbers() - before <= live, self.orders

    @invariant()
    def adds_up(self) -> None:
        """Check that no line has more units than were ordered, and no live number is void."""
        if not hasattr(self, "pair"):
            return
        for link in self.lines():
            assert link.ordered is not None
            assert link.sent is not None
            assert link.cancelled is not None
            assert min(link.sent, link.cancelled, link.open_units or 0) >= 0, link
        for order in self.orders:
            self._is_shown_truly(order)

    def _is_shown_truly(self, order: SoldOrder) -> None:
        merchant = self.pair.merchant
        shown = merchant.tracking(order.merchant_id)
        void = {each.number for each in shown if each.voided}
        assert not void & {*order.parcels}, (void, order)
        if "parcel-lines" not in merchant.lacks:
            units = Counter(merchant.sent_units(order.merchant_id))
            assert units <= order.ever_sent, (units, order)
        if not order.is_touched and not order.is_cancelled:
            is_all = order.ever_sent >= order.units + order.raised
            assert is_all or not self.is_shown_as_shipped(order), order

    def is_shown_as_shipped(self, order: SoldOrder) -> bool:
        """True if the Merchant shows the whole order as shipped."""
        merchant, ids = self.pair.merchant, [order.merchant_id]
        if isinstance(merchant, AtShopify):
            # The first piece has the id of the order, and may be shipped before the others.
            ids += merchant.pieces(order.merchant_id)
        return all(merchant.status(id_) == "shipped" for id_ in ids)

    def agree(self) -> None:
        """Run all tasks until they are quiet; check that the accounts show the same parcels."""
        if self.is_restored:
            # What a restored store finds again has no units until `reconcile` adds them.
            for task in ("import-orders", "split-order"):
                if task in self.tasks:
                    self.pair.run(task)
            fill(self.pair)
        for _ in range(3):
            for task in self.tasks:
                self.pair.run(task)
            # Waiting steps may be retried.
            self.pair.merchant.clock.at += timedelta(hours=25)
        self.pair.stays_quiet(*self.tasks)
        self.adds_up()
        for order in self.orders:
            self._agrees(order)
        self._is_split_alike()
        self._is_unedited()

    def _is_unedited(self) -> None:
        """Check that nothing is reported as edited unless people edited an order."""
        if not any(order.is_edited for order in self.orders):
            with self.store() as store:
                assert [step for step in store.steps.open() if step.code == "edited"] == []

    def _is_split_alike(self) -> None:
        """Check that `reconcile` reports a split in one account only if a task cannot copy it."""
        problems = self._problems()
        split_there = {order.merchant_id for order in self.orders if order.is_split_there}
        for it in compared(self.pair):
            is_known = it.supplier in problems or it.merchant in split_there
            assert it.kind != "split-on-one-side" or is_known, (it, self.orders)

    def _agrees(self, order: SoldOrder) -> None:
        merchant = self.pair.merchant
        valid = {*merchant.all_numbers(order.merchant_id)}
        assert valid <= {*order.parcels}, (valid, order)
        problems = self._problems()
        missing = {*order.parcels} - valid - problems
        assert not missing or "more-numbers" in merchant.lacks, (missing, order)
        sent = order.sent_units
        # A piece whose label is void stays shipped, or it would be sent twice.
        if not {"parcel-lines", *(["more-numbers"] if order.voided else [])} & merchant.lacks:
            shown = Counter(merchant.sent_units(order.merchant_id))
            # What was cancelled before its parcel was reported is a surplus there.
            is_less = order.is_touched or order.is_cancelled or problems & {*order.parcels}
            assert shown <= sent if is_less else shown == sent, (shown, order)
        self._is_ended(order)
        if not order.is_touched and not order.is_cancelled and not problems & {*order.parcels}:
            self._is_recorded(order)

    def _is_recorded(self, order: SoldOrder) -> None:
        """Check that the ledger has what was sent, and what is open at the Supplier."""
        supplier_id = self.supplier_id(order)
        assert supplier_id, order
        open_units = sum(
            sum(self.pair.supplier.open_units(id_).values())
            for id_ in self.open_ids(order, supplier_id)
        )
        lines = self._lines_of(supplier_id, *order.pieces)
        recorded = sum(line.sent or 0 for line in lines), sum(it.open_units or 0 for it in lines)
        assert recorded == (order.sent_units.total(), open_units), (recorded, order)

    def _lines_of(self, *supplier_ids: str) -> Sequence[Link]:
        """Return the links of the lines of the Supplier's orders."""
        with self.store() as store:
            links = store.links(PORTAL)
            linked = links.all_of_supplier("order", supplier_ids).values()
            ids = {link.merchant_id for of_order in linked for link in of_order}
            # A piece at Shopify has the id of an ended fulfillment order that it replaced.
            for link in (link for page in links.live("order") for link in page):
                if link.supplier_id.partition("/")[0] in supplier_ids:
                    ids.add(link.merchant_id)
            return [line for found in links.lines_of(sorted(ids)).values() for line in found]

    def _is_ended(self, order: SoldOrder) -> None:
        """Check that a cancelled order has no open unit at the Supplier, or that it is reported."""
        supplier_id = self.supplier_id(order)
        if order.is_cancelled and supplier_id and "cancel-orders" in self.tasks:
            is_open = bool(self.pair.supplier.open_units(supplier_id))
            with self.store() as store:
                reported = {step.supplier_id for step in store.steps.open()}
            assert not is_open or supplier_id in reported, order

    def _problems(self) -> frozenset[str]:
        """Return the numbers of parcels with a failed step, which the operator sees."""
        with self.store() as store:
            return frozenset(step.key.split(":")[-1] for step in store.steps.open())

    def _shown_numbers(self) -> frozenset[str]:
        all_numbers = self.pair.merchant.all_numbers
        return frozenset(n for order in self.orders for n in all_numbers(order.merchant_id))

    def any_order(self, pick: int) -> SoldOrder:
        return self.orders[pick % len(self.orders)]

    def supplier_id(self, order: SoldOrder) -> str | None:
        """Return the Supplier's order; None if it was not imported yet."""
        with self.store() as store:
            links = store.links(PORTAL).of_either("merchant", order.merchant_id)
        return links[-1].supplier_id if links else None

    def open_ids(self, order: SoldOrder, supplier_id: str) -> Sequence[str]:
        """Return the Supplier's orders that may have open units of an order.

        If a parcel from before a split is void, a local order that was split has its units.
        """
        if order.pieces and isinstance(self.pair.supplier, AtDesk):
            return [*sorted(order.pieces), supplier_id]
        return sorted(order.pieces) or [supplier_id]

    def lines(self) -> Sequence[Link]:
        """Return the links of all lines."""
        with self.store() as store:
            links = store.links(PORTAL)
            ids = [link.merchant_id for page in links.live("order") for link in page]
            found: Mapping[str, Sequence[Link]] = links.lines_of(ids)
        return [line for lines in found.values() for line in lines]

    @contextmanager
    def store(self) -> Iterator[Store]:
        with Store.open(load_config(self.pair.path).database) as store:
            yield store
