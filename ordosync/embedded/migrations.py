"""The tables of a local account, in small migrations.

A migration that has been released is never changed. Times are UTC as ISO text of fixed width, so
that they sort as text. They come from SQLite, since an account has no clock. Money is decimal
text. Addresses and tags are JSON, because they are always read as a whole.
"""

from typing import TYPE_CHECKING

from ordosync.skus import folded

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations

APPLICATION_ID = 0x4F534143  # "OSAC"
VERSION = 5


def migrations() -> "Migrations":
    """Return the migrations from an empty file to this version."""
    from sqlite_utils import Migrations  # noqa: PLC0415 - a third of a command's start-up

    steps = Migrations("ordosync-account")

    @steps()
    def m001_orders_and_products(db: "Database") -> None:
        for statement in _ORDERS_AND_PRODUCTS:
            db.execute(statement)
        db.execute("pragma user_version = 1")

    @steps()
    def m002_both_roles(db: "Database") -> None:
        for statement in _BOTH_ROLES:
            db.execute(statement)
        db.execute("pragma user_version = 2")

    @steps()
    def m003_parcels_with_lines(db: "Database") -> None:
        for statement in _PARCELS_WITH_LINES:
            db.execute(statement)
        db.execute("pragma user_version = 3")

    @steps()
    def m004_search(db: "Database") -> None:
        for statement in (*_SEARCH, *_HOLDS, *_SHORTAGES):
            db.execute(statement)
        db.execute("pragma user_version = 4")

    @steps()
    def m005_near_skus(db: "Database") -> None:
        # What `skus.folded` returns. Null: a product that a script has added.
        db.execute("alter table products add column folded_sku text")
        db.conn.create_function("folded", 1, folded, deterministic=True)
        db.execute("update products set folded_sku = folded(sku)")
        db.execute("create index products_folded_sku on products (folded_sku)")
        db.execute("pragma user_version = 5")

    return steps


_NOW = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))"

_ORDERS_AND_PRODUCTS = (
    f"""
    create table orders (
        sequence integer primary key,   -- the order in which they were made
        number text not null unique,    -- also the id
        reference text unique,          -- chosen by ordosync; null: made at the desk
        status text not null,
        placed_at text not null default {_NOW},
        currency text not null,
        ship_to text not null,
        bill_to text,
        shipping_method text not null,
        customer_notes text not null,
        internal_notes text not null,
        discount text,
        tags text not null
    )
    """,
    f"""
    create table products (             -- how many there are is said elsewhere, or unset
        sku text primary key,
        name text not null,
        created_at text not null default {_NOW}
    ) without rowid
    """,
    """
    create table order_lines (
        id text not null,               -- <order number>/<position>
        order_number text not null references orders (number),
        position integer not null,      -- from 1
        sku text not null references products (sku),
        name text not null,             -- as on the order; the product has its own
        quantity integer not null,
        unit_price text,
        details text not null,
        total text,
        discount text,
        supplier_sku text not null,
        supplier_unit_cost text,
        primary key (order_number, position)
    ) without rowid                     -- each index of a long list costs as much as the list
    """,
    f"""
    create table timeline (
        id integer primary key,
        order_number text not null references orders (number),
        at text not null default {_NOW},
        actor text not null,
        text text not null
    )
    """,
    "create index timeline_order on timeline (order_number, id)",
    f"""
    create table changes (
        sequence integer primary key autoincrement,     -- a cursor: never given twice
        kind text not null,                             -- order or product
        object_id text not null,
        what text not null,
        at text not null default {_NOW}
    )
    """,
)

_BOTH_ROLES = (
    "alter table orders add column supplier text",  # who ships it; null: we do
    "alter table orders add column parent text references orders (number)",
    "alter table orders add column is_split integer not null default 0",  # only to be looked at
    "alter table orders add column warehouse text not null default 'main'",  # commits its stock
    "create index orders_parent on orders (parent) where parent is not null",
    "create index orders_status on orders (status, number)",
    """
    create table assignments (          -- every supplier that an order was ever requested from
        order_number text not null references orders (number),
        supplier text not null,
        primary key (order_number, supplier)
    )
    """,
    "alter table order_lines add column of_line text",  # the id of the line that was split
    "alter table products add column price text",
    "alter table products add column weight_g text",
    "alter table products add column supplier text",
    "alter table products add column supplier_sku text not null default ''",
    "alter table products add column is_kit integer not null default 0",
    "alter table products add column archived integer not null default 0",
    """
    create table components (
        kit_sku text not null references products (sku),
        sku text not null references products (sku),
        quantity text not null,         -- decimal, above 0
        primary key (kit_sku, sku)
    )
    """,
    "create index components_sku on components (sku)",
    """
    create table stock (                -- no row: never counted
        sku text not null references products (sku),
        warehouse text not null,
        physical text not null,         -- decimal: kits may hold parts of a product
        primary key (sku, warehouse)
    )
    """,
    f"""
    create table shipments (
        id text primary key,            -- <order number>:<count>
        order_number text not null references orders (number),
        told_as text,                   -- the id at the Supplier; null: sent from here
        tracking_number text not null,
        carrier text not null,
        method text not null,
        cost text,
        currency text not null,
        warehouse text not null,
        shipped_at text not null,       -- with the offset that it was given with
        voided_at text,
        created_at text not null default {_NOW}
    )
    """,
    "create index shipments_order on shipments (order_number)",
    """
    create table comments (             -- remarks that are made once
        order_number text not null references orders (number),
        key text not null,
        primary key (order_number, key)
    )
    """,
    "create index changes_kind on changes (kind, sequence)",
    "create index changes_object on changes (kind, object_id, sequence)",
)

_PARCELS_WITH_LINES = (
    # Units that were cancelled one by one; the others of a cancelled order follow from its status.
    "alter table order_lines add column cancelled integer not null default 0",
    "alter table shipments add column more_numbers text not null default '[]'",  # sent from here
    """
    create table shipment_lines (       -- no row: a number without units
        shipment_id text not null references shipments (id),
        line_id text not null,
        quantity integer not null,
        primary key (shipment_id, line_id)
    ) without rowid
    """,
    # Until version 2, a parcel was the whole order.
    """
    insert into shipment_lines (shipment_id, line_id, quantity)
    select shipments.id, order_lines.id, quantity from shipments
    join order_lines on order_lines.order_number = shipments.order_number where quantity > 0
    """,
)

_SEARCH = (
    "create index orders_placed on orders (placed_at)",
    "create index orders_supplier on orders (supplier) where supplier is not null",
    "create index order_lines_sku on order_lines (sku collate nocase)",
    "create index shipments_tracking on shipments (tracking_number collate nocase)",
    "create index shipments_more_numbers on shipments (order_number) where more_numbers <> '[]'",
    # The text has the offset that it was given with, so it does not sort.
    "create index shipments_shipped on shipments (julianday(shipped_at)) where voided_at is null",
    "create index orders_number_nocase on orders (number collate nocase)",
    "create index products_sku_nocase on products (sku collate nocase)",
    "alter table products add column bin text not null default ''",  # empty: it has none
)

_HOLDS = (
    # What the Merchant edited, `address` or `other`; such an order is not shipped. Empty: no hold.
    "alter table orders add column held text not null default ''",
)

_SHORTAGES = (
    """
    create table shortages (            -- why units are not sent, or are sent later
        order_number text not null references orders (number),
        line_id text not null,          -- empty: the whole order
        reason text not null,           -- see `ordosync.shortages.ShortageReason`
        backordered integer not null,   -- units that come later
        expected text,                  -- the day on which they are expected
        note text not null,
        primary key (order_number, line_id)
    ) without rowid
    """,
    # Why a person must look at an order. Null: nothing, or it was cleared.
    "alter table orders add column attention text",
)
