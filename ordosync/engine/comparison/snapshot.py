"""A snapshot of both accounts in a temporary database, which comparisons read.

Orders are paired by the reference that the Supplier's order carries. An order that was only linked
has no reference and is paired by its link. An order and its pieces are a tree. Addresses and
notes are left out.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from ordosync import progress
from ordosync.accounts.account import Role
from ordosync.accounts.portal_account import OrderListing
from ordosync.database import sqlite3
from ordosync.engine.comparison.addressees import anonymous, digest_of
from ordosync.engine.comparison.left_out_lines import with_ignored
from ordosync.engine.comparison.order_trees import REQUESTED, LinkedOrders, OrderTree
from ordosync.engine.comparison.owed_lines import comparable
from ordosync.engine.private_folders import private_folder
from ordosync.models import Address, Order, OrderSnapshot, Page
from ordosync.tasks.base import Portal
from ordosync.tasks.orders.fields import lines_sent

if TYPE_CHECKING:
    from ordosync.store.links import Link

_PAGE = 500
_TABLES = """
    create table standing (
        role text, id text, number text, addressee text, requested integer, doc blob,
        primary key (role, id)
    );
    create index standing_number on standing (role, number);
    create table above (role text, ancestor text, id text, primary key (role, ancestor, id));
    create index above_id on above (role, id);
    create table linked (
        merchant_id text, generation integer, supplier_id text,
        primary key (merchant_id, generation, supplier_id)
    );
    create index linked_supplier on linked (supplier_id);
"""


class Snapshot:
    """The orders of both accounts of a portal, at one moment."""

    def __init__(self, db: "sqlite3.Connection", portal: Portal) -> None:
        self._db = db
        self.portal = portal
        self._supplier = portal.supplier
        self.other_origins: set[str] = set()
        """The origins of references of other portals."""
        self.unlisted: Mapping[Role, str] = {
            role: account.unlisted() for role, account in portal.sides
        }
        """The orders that an account cannot list, by role. They may exist nevertheless."""

    def load(self, now: datetime) -> None:
        """Read both accounts, the Merchant's first: an order placed later is not a difference."""
        self._read("merchant", self.portal.merchant.listing, now)
        self._read("supplier", self.portal.supplier.listing, now)
        if not self.portal.supplier.lists_all:
            self._look_up()
        self._add_linked()

    def load_supplier(self, now: datetime) -> None:
        """Read only the Supplier's account."""
        self._read("supplier", self.portal.supplier.listing, now)

    def pair_count(self) -> int:
        """Return how many orders `pairs` yields."""
        row = self._db.execute("select count(distinct merchant_id) from linked").fetchone()
        return int(row[0])

    def pairs(self) -> Iterator[LinkedOrders]:
        """Yield each order of the Merchant that the Supplier has, in the order of its ids."""
        last = ""
        while rows := self._db.execute(
            "select distinct merchant_id from linked where merchant_id > ? order by 1 limit ?",
            (last, _PAGE),
        ).fetchall():
            for (merchant_id,) in rows:
                supplier_ids = self._db.execute(
                    "select generation, supplier_id from linked where merchant_id = ?"
                    " order by 1, 2",
                    (merchant_id,),
                ).fetchall()
                suppliers = tuple(
                    (generation, self._tree("supplier", supplier_id))
                    for generation, supplier_id in supplier_ids
                )
                merchant = comparable(self.portal, self._tree("merchant", merchant_id), suppliers)
                yield LinkedOrders(merchant=merchant, suppliers=suppliers)
            last = rows[-1][0]

    def above(self, merchant_id: str) -> list[OrderTree]:
        """Return the Supplier's orders for the orders that this one was split from."""
        rows = self._db.execute(
            "select distinct supplier_id from above join linked on merchant_id = ancestor"
            " where role = 'merchant' and above.id = ?",
            (merchant_id,),
        )
        return [self._tree("supplier", row[0]) for row in rows.fetchall()]

    def only_at_merchant(self) -> Iterator[list[str]]:
        """Yield the ids of the Merchant's requested orders that the Supplier does not have."""
        last = ""
        while rows := self._db.execute(
            "select id from standing as this where role = 'merchant' and requested and id > ?"
            " and not exists (select 1 from linked where merchant_id = this.id)"
            " and not exists (select 1 from above join linked on merchant_id = ancestor"
            "  where role = 'merchant' and above.id = this.id)"
            " order by id limit ?",
            (last, _PAGE),
        ).fetchall():
            yield [row[0] for row in rows]
            last = rows[-1][0]

    def numbered(self, number: str) -> list[tuple[OrderSnapshot, bool]]:
        """Return the Supplier's orders with this number, each with True if it is linked."""
        rows = self._db.execute(
            "select doc, exists (select 1 from linked where supplier_id = this.id) from standing"
            " as this where role = 'supplier' and number = ?",
            (number,),
        )
        return [(msgspec.json.decode(row[0], type=OrderSnapshot), bool(row[1])) for row in rows]

    def standing(self, role: Role, id_: str) -> OrderSnapshot | None:
        """Return one order; None if it is not listed."""
        row = self._db.execute(
            "select doc from standing where role = ? and id = ?", (role, id_)
        ).fetchone()
        return msgspec.json.decode(row[0], type=OrderSnapshot) if row else None

    def addressee(self, role: Role, id_: str) -> str:
        """Return a digest of the addressee of an order."""
        row = self._db.execute(
            "select addressee from standing where role = ? and id = ?", (role, id_)
        ).fetchone()
        return row[0] if row else ""

    def _tree(self, role: Role, id_: str) -> OrderTree:
        rows = self._db.execute(
            # Not `id = :id or id in (...)`: that would read the whole table for each tree.
            "select doc from standing where role = :role and id in"
            " (select :id union select id from above where role = :role and ancestor = :id)",
            {"role": role, "id": id_},
        )
        members = [msgspec.json.decode(row[0], type=OrderSnapshot) for row in rows]
        # Ids are sorted by length first, so that piece 10 comes after piece 9.
        members.sort(key=lambda order: (len(order.order.id), order.order.id))
        return OrderTree(id_, tuple(members))

    def _read(self, role: Role, listing: OrderListing | None, now: datetime) -> None:
        account = getattr(self.portal, role).name
        with progress.phase(f"{self.portal.name}: read the orders of {account}"):
            for page in listing.read(now=now) if listing else ():
                self._add(role, page)
                progress.advance(len(page.items))

    def _add(self, role: Role, page: Page[OrderSnapshot]) -> None:
        for item in page.items:
            order = item.order
            is_requested = order.status in REQUESTED and not order.is_split
            self._db.execute(
                "insert or replace into standing values (?, ?, ?, ?, ?, ?)",
                (
                    role,
                    order.id,
                    order.number,
                    digest_of(order.ship_to.name),
                    is_requested and item.is_ours,
                    msgspec.json.encode(self._anonymous(item, role)),
                ),
            )
            self._db.executemany(
                "insert or ignore into above values (?, ?, ?)",
                [(role, ancestor, order.id) for ancestor in order.ancestors],
            )
            if role == "supplier" and order.reference:
                self._link_by_reference(order.reference, (order.id, *order.ancestors)[-1])

    def _anonymous(self, item: OrderSnapshot, role: Role) -> OrderSnapshot:
        """Return the order without personal data, with its lines named as at the Supplier."""
        if role == "supplier":
            return anonymous(item, item.order.lines)
        config = self.portal.config
        return anonymous(with_ignored(item, config), lines_sent(item.order.lines, config))

    def _link_by_reference(self, reference: str, supplier_id: str) -> None:
        origin, _, key = reference.partition(":")
        merchant_id, _, generation = key.rpartition("#")
        if not merchant_id or not generation.isdecimal():
            return
        if origin != self.portal.origin:
            self.other_origins.add(origin)
            return
        self._db.execute(
            "insert or ignore into linked values (?, ?, ?)",
            (merchant_id, int(generation), supplier_id),
        )

    def _look_up(self) -> None:
        """Look up each order by reference at a Supplier that cannot list its orders."""
        for ids in self._ids():
            generation, remaining = 1, ids
            while remaining:
                names = {f"{self.portal.origin}:{id_}#{generation}": id_ for id_ in remaining}
                outcomes = self._supplier.orders.find(list(names))
                statuses = self._supplier.orders.statuses([found.id for found in outcomes.values()])
                for reference, outcome in outcomes.items():
                    self._add_bare(outcome.id, statuses.get(outcome.id, ""), reference)
                remaining = [names[reference] for reference in outcomes]
                generation += 1

    def _add_bare(self, supplier_id: str, status: str, reference: str = "") -> None:
        order = Order(
            id=supplier_id,
            number=supplier_id,
            lines=(),
            ship_to=Address(),
            status=status,
            reference=reference,
        )
        self._add("supplier", Page(items=(OrderSnapshot(order=order),)))

    def _add_linked(self) -> None:
        """Pair orders by their link if no reference names the Supplier's order."""
        for ids in self._ids():
            links = list(self.portal.links.of_merchant("order", ids).values())
            missing = [link for link in links if not self._is_linked(link.merchant_id)]
            if not self._supplier.lists_all:
                statuses = self._supplier.orders.statuses([link.supplier_id for link in missing])
                for id_, status in statuses.items():
                    self._add_bare(id_, status)
            for link in missing:
                self._add_link(link)

    def _add_link(self, link: "Link") -> None:
        # A piece is found with the order that it was split from, not by its own link.
        self._db.execute(
            "insert or ignore into linked select ?, ?, id from standing as this"
            " where role = 'supplier' and id = ? and not exists (select 1 from above"
            "  where role = 'supplier' and above.id = this.id) and not exists"
            # A piece that only the Merchant has, for a parcel, is not paired either.
            " (select 1 from above join linked on merchant_id = ancestor and supplier_id = ?"
            "  where role = 'merchant' and above.id = ?)",
            (
                *(link.merchant_id, link.generation, link.supplier_id),
                *(link.supplier_id, link.merchant_id),
            ),
        )

    def _is_linked(self, merchant_id: str) -> bool:
        row = self._db.execute("select 1 from linked where merchant_id = ?", (merchant_id,))
        return row.fetchone() is not None

    def _ids(self) -> Iterator[list[str]]:
        last = ""
        while rows := self._db.execute(
            "select id from standing where role = 'merchant' and id > ? order by id limit ?",
            (last, _PAGE),
        ).fetchall():
            yield [row[0] for row in rows]
            last = rows[-1][0]


@contextmanager
def both_sides(portal: Portal, *, now: datetime) -> Iterator[Snapshot]:
    """Read both accounts into a temporary file, which is deleted at the end."""
    with _empty(portal) as snapshot:
        snapshot.load(now)
        yield snapshot


@contextmanager
def supplier_side(portal: Portal, *, now: datetime) -> Iterator[Snapshot]:
    """Read only the Supplier's account into a temporary file."""
    with _empty(portal) as snapshot:
        snapshot.load_supplier(now)
        yield snapshot


@contextmanager
def _empty(portal: Portal) -> Iterator[Snapshot]:
    # A named file: some builds of SQLite keep unnamed databases in memory, however large.
    with (
        private_folder("comparison") as folder,
        closing(sqlite3.connect(folder / "sides.db", isolation_level=None)) as db,
    ):
        db.execute("pragma journal_mode = off")
        db.execute("pragma synchronous = off")
        db.executescript(_TABLES)
        db.execute("begin")
        yield Snapshot(db, portal)
