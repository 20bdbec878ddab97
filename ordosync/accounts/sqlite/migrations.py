"""The tables of an embedded account. A migration that has been released is never changed."""

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
        number text primary key,
        reference text unique,      -- whose order this is; refused twice
        status text not null,
        created_at text not null default {_NOW},
        currency text not null,
        ship_to text not null,      -- an address as JSON
        bill_to text,
        shipping_method text not null,
        customer_notes text not null,
        internal_notes text not null,
        discount text,              -- money is decimal text
        tags text not null          -- a JSON list
    )
    """,
    "create index orders_status on orders (status)",
    """
    create table order_lines (
        id text primary key,        -- <order number>/<position>
        number text not null references orders (number),
        position integer not null,
        sku text not null,
        name text not null,
        quantity integer not null,
        unit_price text,
        details text not null,
        total text,
        discount text,
        unique (number, position)
    )
    """,
    f"""
    create table products (
        sku text primary key,
        name text not null,
        created_at text not null default {_NOW}
    )
    """,
    f"""
    create table timeline (
        id integer primary key,
        number text not null references orders (number),
        at text not null default {_NOW},
        actor text not null,
        text text not null
    )
    """,
    "create index timeline_number on timeline (number, id)",
    f"""
    create table changes (          -- the feed that tells what happened, in order
        sequence integer primary key,
        kind text not null,         -- order or product
        id text not null,
        what text not null,
        at text not null default {_NOW}
    )
    """,
)
