"""The shop: its objects, its time zone, and its scheduled jobs."""

import itertools
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from tests.fakes.books import Books
from tests.fakes.shopify.state import (
    Fulfillment,
    FulfillmentOrder,
    InventoryItem,
    InventoryLevel,
    Job,
    Json,
    Node,
    Order,
)
from tests.fakes.shopify.switches import Switches

N = TypeVar("N")
Kept = TypeVar("Kept", bound=Node)

SCOPES = frozenset(
    f"{may}_{kind}"
    for may in ("read", "write")
    for kind in (
        "orders",
        "order_edits",
        "products",
        "inventory",
        "assigned_fulfillment_orders",
        "merchant_managed_fulfillment_orders",
        "third_party_fulfillment_orders",
    )
) | {"read_locations"}


class Shop(Books):
    """One shop."""

    def __init__(
        self, now: Callable[[], datetime], switches: Switches, *, name: str, currency: str
    ) -> None:
        super().__init__(now)
        self.switches = switches
        self.id = "gid://shopify/Shop/7001"
        self.name, self.currency_code = name, currency
        self.myshopify_domain = "fake.myshopify.com"
        self.email = "shop@example.com"
        self.zone = ZoneInfo("America/New_York")
        self.plan = {"publicDisplayName": "Basic", "partnerDevelopment": False}
        self.scopes = set(SCOPES)
        self.nodes: dict[str, Any] = {}
        self._kinds: dict[type, dict[str, Any]] = {}
        self.jobs: list[Job] = []
        self.created: deque[datetime] = deque()
        """Times of the latest `orderCreate` calls, for the limit of trial shops."""
        self.keys: dict[str, tuple[datetime, str, Json]] = {}
        """Time, input and result of each idempotency key."""
        self.numbers = itertools.count(1001)
        self._ids = itertools.count(8_881_237_980_001)

    @property
    def iana_timezone(self) -> str:
        """Return the name of the shop's time zone, in which search reads times without offset."""
        return self.zone.key

    def stamp(self, kind: str, suffix: str = "") -> Json:
        """Return the first fields of a new object of a type: its id and its times."""
        at = self.now()
        gid = f"gid://shopify/{kind}/{next(self._ids)}{suffix}"
        return {"id": gid, "created_at": at, "updated_at": at}

    def add(self, node: Kept) -> Kept:
        """Store a new object, also on the object that it belongs to."""
        self.nodes[node.id] = node
        self._kinds.setdefault(type(node), {})[node.id] = node
        if isinstance(node, FulfillmentOrder):
            self.sure(Order, node.order_id).pieces.append(node)
        elif isinstance(node, Fulfillment):
            self.sure(Order, node.order_id).sent.append(node)
        elif isinstance(node, InventoryLevel):
            self.sure(InventoryItem, node.item_id).levels[node.location_id] = node
        return node

    def drop(self, node: Node) -> None:
        """Delete an object."""
        del self.nodes[node.id]
        del self._kinds[type(node)][node.id]

    def all(self, kind: type[N]) -> Iterator[N]:
        """Return all objects of a type, in the sequence of their creation."""
        return iter(list(self._kinds.get(kind, {}).values()))

    def get(self, kind: type[N], gid: str | None) -> N | None:
        """Return an object of a type, or None."""
        node = self.nodes.get(gid or "")
        return node if isinstance(node, kind) else None

    def sure(self, kind: type[N], gid: str) -> N:
        """Return an object that must exist, since another object has its id."""
        node = self.get(kind, gid)
        assert node is not None, f"there is no {kind.__name__} {gid}"
        return node

    def touch(self, *nodes: Node) -> None:
        """Mark objects as changed."""
        for node in nodes:
            node.updated_at = self.now()

    def job(self, due_in_s: float, act: Callable[[], object]) -> Job:
        """Schedule an action, not before the next request."""
        gid = f"gid://shopify/Job/{next(self._ids):032x}"
        job = Job(id=gid, due_at=self.now() + timedelta(seconds=due_in_s), act=act)
        self.jobs.append(job)
        self.nodes[gid] = job
        return job

    def catch_up(self) -> None:
        """Run the actions that are due."""
        for job in [job for job in self.jobs if job.due_at <= self.now()]:
            self.jobs.remove(job)
            job.done = True
            job.act()
