"""The tables of an embedded account, one small migration after the other.

A migration that has been released is never changed. Times are UTC as ISO text of fixed width, so
that they sort as text, and come from SQLite, since an account has no clock. Money is decimal
text. Addresses and tags are JSON: they are only ever read whole.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations

APPLICATION_ID = 0x4F534143  # "OSAC"
VERSION = 1


def migrations() -> "Migrations":
    """Return what makes an empty file an account of this version."""
    from sqlite_utils import Migrations  # noqa: PLC0415 - a third of a command's start-up

    steps = Migrations("ordosync-account")

    @steps()
    def m001_orders_and_products(db: "Database") -> None:
        for statement in _ORDERS_AND_PRODUCTS:
            db.execute(statement)
        db.execute("pragma user_version = 1")

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
    )
    """,
    """
    create table order_lines (
        id text primary key,            -- <order number>/<position>
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
        unique (order_number, position)
    )
    """,
    "create index order_lines_sku on order_lines (sku)",
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
