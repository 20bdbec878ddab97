"""One Supplier, several Merchants and one SKU, until the SKU is gone: what the real tasks do.

Each Merchant is a local account whose quantity falls with each sale, as that of a webshop does. The
store, the schedule, the tasks and the safety limit are the real ones; only the time is simulated.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Literal

from ordosync.accounts.connections import Connections
from ordosync.accounts.merchant import MerchantStock
from ordosync.config import load_config
from ordosync.config.settings import Config
from ordosync.embedded.desk import Desk
from ordosync.engine import AlreadyRunning, Stop, open_portal, register, run_if_due, run_task
from ordosync.models import Order, Outcome, Page, Product, Stock
from ordosync.store import Store
from ordosync.store.leases import LEASE
from ordosync.store.runs import Run
from ordosync.tasks import TASKS
from ordosync.tasks.base import Portal
from tests.support.clock import VirtualClock
from tests.support.kills import killed_at, paused_at
from tests.support.published import with_merchant_stock
from tests.tasks.portal import line, order, physical, succeeded

SKU = "MUG"
_SUPPLIER = "northwind"
_MINUTE = timedelta(minutes=1)
_A_RUN = timedelta(milliseconds=20)
_NAMES = {10: "10-minutes", 60: "hourly"}
_IMPORT, _WRITE = "import-orders", "write-inventory-back"
_RECOUNTS, _KILLS, _MEETINGS = 0.005, 0.1, 0.25
"""The share of minutes with a count, with a kill, and with two processes at the same time."""
_POINTS = (
    *("claim-after-commit", "reading", "intent-before-commit", "intent-after-commit"),
    *("result-before-commit", "result-after-commit", "cursor-before-commit"),
    "finish-after-commit",
)
_PAUSES = (
    *("claim-after-commit", "reading", "intent-after-commit", "result-before-commit"),
    *("result-after-commit", "cursor-after-commit", "finish-after-commit"),
)
"""Failpoints at which no transaction is open, so that another process can write."""
_DRY = 6 * 60
"""Minutes without a unit after which a shop has starved: several intervals and kills."""
_PRODUCT = Product(id=SKU, sku=SKU, name=SKU)


@dataclass(frozen=True, kw_only=True)
class World:
    """What the histories have in common; intervals are in minutes."""

    portals: int
    imports: int
    writes: int
    buffer: int = 2
    stock: int = 20
    buyers_per_hour: float = 4
    hours: int = 48
    pool: Literal["shared", "quota"] = "shared"
    """`pool` of the Supplier's account."""
    troubles: bool = False
    """True if runs are killed, and the Supplier finds more units when it counts."""
    two_processes: bool = False
    """True if a second process works while the first one is in the middle of a run."""


@dataclass(frozen=True, kw_only=True)
class Ending:
    """The units that were sold and do not exist, and those that were never sold."""

    oversold: int
    left: int
    has_starved: bool = False
    """True if a shop showed no unit for hours, while there were enough for all."""


class FallingStock:
    """The stock of a Merchant's account: its quantity falls with a sale, not with a parcel."""

    def __init__(self, stock: MerchantStock, desk: Desk) -> None:
        self._stock = stock
        self._desk = desk

    @property
    def falls_with_sales(self) -> bool:
        """True: a sale lowers the quantity."""
        return True

    def current(self, ids: Sequence[str]) -> Mapping[str, Stock]:
        """Return the quantities that the shop shows."""
        return self._stock.current(ids)

    def unimported_sales(self) -> Iterator[Page[Order]]:
        """Yield all orders, since none of them is ever shipped."""
        yield Page(items=tuple(self._desk.list_orders()))

    def write(self, stock: Sequence[Stock]) -> list[Outcome]:
        """Set quantities."""
        return self._stock.write(stock)


class Shop:
    """A Merchant, and what its buyers do."""

    def __init__(self, folder: Path, name: str) -> None:
        self.desk = Desk(name=name, path=folder / f"{name}.db")
        self.sold = 0
        self.shown = 0
        self.dry_minutes = 0

    def read(self) -> None:
        """Read the quantity that the shop shows."""
        self.shown = physical(self.desk, SKU) or 0

    def buy(self) -> None:
        """Buy one unit, if the shop shows one."""
        if self.shown > 0:
            self.sold += 1
            self.shown -= 1
            succeeded(self.desk.add_order(order(str(self.sold), line(SKU)), supplier=_SUPPLIER))
            succeeded(self.desk.set_stock(SKU, "main", self.shown))


class History:
    """One history, with portals whose names, and so their slots, are random."""

    def __init__(self, folder: Path, world: World, seed: int) -> None:
        self._world = world
        self._dice = Random(seed)  # noqa: S311 - buyers, no secret
        self._clock = VirtualClock()
        names = [f"p{self._dice.randrange(10**9)}" for _ in range(world.portals)]
        self._shops = {name: Shop(folder, f"shop-{name}") for name in names}
        path = folder / "config.yaml"
        path.write_text(_config(world, names))
        self._config = load_config(path)
        self._found = 0
        self._has_starved = False
        self._supplier = Desk(name=_SUPPLIER, path=folder / f"{_SUPPLIER}.db")

    @property
    def shops(self) -> Sequence[Shop]:
        """The shops, in the order of their portals."""
        return list(self._shops.values())

    @property
    def sold(self) -> int:
        """The units that all shops have sold."""
        return sum(shop.sold for shop in self.shops)

    @contextmanager
    def engine(self) -> Iterator["Engine"]:
        """Count the stock, link the product in all portals, and open the engine."""
        succeeded(self._supplier.add_product(_PRODUCT))
        succeeded(self._supplier.set_stock(SKU, "main", self._world.stock))
        for shop in self.shops:
            succeeded(shop.desk.add_product(_PRODUCT))
        with self._process() as engine:
            engine.link()
            yield engine

    @contextmanager
    def _process(self) -> Iterator["Engine"]:
        with (
            Store.open(self._config.database, clock=self._clock) as store,
            closing(Connections(self._clock)) as connections,
        ):
            register(self._config, store, self._clock)
            yield Engine(
                *(self._config, store, self._clock, connections, self._shops),
                is_alone=not (self._world.troubles or self._world.two_processes),
            )

    def run(self) -> Ending:
        """Let buyers and cron work until nothing can change any more."""
        with self.engine() as engine, self._process() as other:
            start = self._clock.at
            for minute in range(self._world.hours * 60):
                self._clock.at = max(start + minute * _MINUTE, self._clock.at)
                self._let_buy()
                if self._world.troubles:
                    self._count_again()
                with self._trouble(), self._meeting(other):
                    engine.tick()
                self._note_shown()
                if self._is_over():
                    break
        return self._ending()

    @property
    def _units(self) -> int:
        """The units that exist or existed."""
        return self._world.stock + self._found

    def _let_buy(self) -> None:
        chance = self._world.buyers_per_hour / self._world.portals / 60
        for shop in self.shops:
            if self._dice.random() < chance:
                shop.buy()

    def _count_again(self) -> None:
        """Count the stock, seldom: the Supplier finds units that it did not know of."""
        if self._dice.random() < _RECOUNTS:
            found = self._dice.randrange(1, 5)
            self._found += found
            on_hand = (physical(self._supplier, SKU) or 0) + found
            succeeded(self._supplier.set_stock(SKU, "main", on_hand))

    @contextmanager
    def _trouble(self) -> Iterator[None]:
        """Kill a run, at times: at a random failpoint, as if its process ended there."""
        if not self._world.troubles or self._dice.random() > _KILLS:
            yield
            return
        with killed_at(self._dice.choice(_POINTS), self._dice.randrange(1, 3)) as killed:
            yield
        if killed:
            # Another process takes over once the lease has ended.
            self._clock.at += LEASE

    @contextmanager
    def _meeting(self, other: "Engine") -> Iterator[None]:
        """Let a user start all tasks in another process in the middle of a run, at times."""
        if not self._world.two_processes or self._dice.random() > _MEETINGS:
            yield
            return
        with paused_at(self._dice.choice(_PAUSES), self._dice.randrange(1, 4), other.start_all):
            yield

    def _note_shown(self) -> None:
        has_enough = self._units - self.sold >= 2 * len(self.shops)
        for shop in self.shops:
            shop.read()
            shop.dry_minutes = 0 if shop.shown or not has_enough else shop.dry_minutes + 1
            self._has_starved |= shop.dry_minutes > _DRY

    def _is_over(self) -> bool:
        """True if no shop shows a unit, and the buffer is the rest."""
        if any(shop.shown for shop in self.shops):
            return False
        return self._units - self.sold <= self._world.buffer

    def _ending(self) -> Ending:
        left = self._units - self.sold
        return Ending(oversold=max(-left, 0), left=max(left, 0), has_starved=self._has_starved)


class Engine:
    """Does what one call by cron does."""

    def __init__(
        self,
        config: Config,
        store: Store,
        clock: VirtualClock,
        connections: Connections,
        shops: Mapping[str, Shop],
        *,
        is_alone: bool,
    ) -> None:
        self._config, self._store, self._clock = config, store, clock
        self._connections, self._shops = connections, shops
        self._is_alone = is_alone

    def link(self) -> None:
        """Link the product in all portals."""
        for name in self._shops:
            self._run(name, "import-products")

    def write(self) -> None:
        """Write the stock back in all portals, although it may not be due."""
        for name, shop in self._shops.items():
            assert isinstance(self._start(name, _WRITE), Run)
            shop.read()

    def start_all(self) -> None:
        """Run all tasks that no other process works on, as a user does."""
        for name, shop in self._shops.items():
            for task in (_IMPORT, _WRITE):
                self._start(name, task)
                shop.read()

    def tick(self) -> None:
        """Run what is due; the shops then show other quantities."""
        due = {(row.portal, row.task) for row in self._store.schedule.due(self._clock.now())}
        for name, shop in self._shops.items():
            for task in (_IMPORT, _WRITE):
                if (name, task) in due:
                    self._run(name, task)
                    shop.read()

    def _start(self, name: str, task: str) -> Run | AlreadyRunning:
        portal, stop = self._open(name), Stop(self._clock)
        return run_task(TASKS[task], portal, self._store, self._clock, stop, trigger="manual")

    def _run(self, name: str, task: str) -> None:
        # Two runs never start in the same instant.
        self._clock.at += _A_RUN
        portal = self._open(name)
        run = run_if_due(TASKS[task], portal, self._store, self._clock, Stop(self._clock))
        if not isinstance(run, Run):
            # Another process holds the lease or has done it, or was killed too often in this slot.
            assert not self._is_alone, (name, task, run)
            return
        # A product of which too many units are sold is a failed step.
        assert run.status in ("ok", "partial"), run

    def _open(self, name: str) -> Portal:
        """Open a portal whose Merchant's quantity falls with each sale."""
        portal = open_portal(
            self._config, self._config.portals[name], self._store, self._connections
        )
        desk = self._shops[name].desk
        return with_merchant_stock(portal, lambda stock: FallingStock(stock, desk))


def _config(world: World, names: Sequence[str]) -> str:
    accounts = "".join(f"  shop-{name}: {{kind: sqlite, path: shop-{name}.db}}\n" for name in names)
    portals = "".join(
        f"  {name}:\n    merchant: shop-{name}\n    supplier: {_SUPPLIER}\n"
        f"    manage_inventory: true\n    stock: {{buffer: {world.buffer}}}\n"
        f"    tasks:\n      import-orders: {_NAMES[world.imports]}\n"
        f"      write-inventory-back: {_NAMES[world.writes]}\n      import-products: daily\n"
        for name in names
    )
    selling = f"selling: {{pool: {world.pool}}}"
    supplier = f"  {_SUPPLIER}: {{kind: sqlite, path: {_SUPPLIER}.db, {selling}}}\n"
    return f"accounts:\n{supplier}{accounts}portals:\n{portals}"
