"""Migrations of the store; each sets `user_version`.

A released migration is never changed. Times are UTC in ISO format with a fixed width, so that
they sort as text. The SQL uses no type that only SQLite has.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from ordosync.store.alert_schema import ALERT_TABLES
from ordosync.store.first_schema import FIRST_TABLES
from ordosync.store.held_schema import HELD_STEPS
from ordosync.store.order_contents import key_contents
from ordosync.store.pool_schema import POOL_TABLES
from ordosync.store.sku_schema import SKU_TABLES
from ordosync.store.stock_schema import STOCK_TABLES

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations


def migrations(path: Path) -> "Migrations":
    """Return the migrations that turn an empty file into a store of this version.

    `path` is that of the store, also if a copy of it is migrated: the digest key is beside it.
    """
    from sqlite_utils import Migrations  # noqa: PLC0415 - a third of a command's start-up

    steps = Migrations("ordosync")

    @steps()
    def m001_first_tables(db: "Database") -> None:
        for statement in FIRST_TABLES:
            db.execute(statement)
        db.execute("pragma user_version = 1")

    @steps()
    def m002_concerns_and_claims(db: "Database") -> None:
        for statement in _CONCERNS_AND_CLAIMS:
            db.execute(statement)
        db.execute("pragma user_version = 2")

    @steps()
    def m003_ledger(db: "Database") -> None:
        for statement in _LEDGER:
            db.execute(statement)
        db.execute("pragma user_version = 3")

    @steps()
    def m004_order_numbers_and_written_values(db: "Database") -> None:
        for statement in _FOURTH:
            db.execute(statement)
        key_contents(db.conn, path)
        db.execute("pragma user_version = 4")

    @steps()
    def m005_sku_maps(db: "Database") -> None:
        for statement in _FIFTH:
            db.execute(statement)
        db.execute("pragma user_version = 5")

    @steps()
    def m006_several_hosts(db: "Database") -> None:
        for statement in _SIXTH:
            db.execute(statement)
        db.execute("pragma user_version = 6")

    return steps


_CONCERNS_AND_CLAIMS = (
    # Which state of its source a step was decided by: texts that sort by age, or empty.
    "alter table steps add column as_of text not null default ''",
    # Seconds since this boot (CLOCK_BOOTTIME) until which a living owner keeps its lease.
    "alter table leases add column until_boot_s real",
    # When the step was sent last, on the same clock. A look-up is not believed before it settled.
    "alter table steps add column sent_boot_s real",
    # When a look-up that could be believed has not settled it.
    "alter table steps add column looked_at text",
    """
    create table concerns (
        key text primary key,       -- stable: the same trouble has the same key
        portal text not null,
        task text not null,
        severity text not null,     -- low, normal or critical
        code text not null,
        content text not null,      -- new content under a dismissed key opens it again
        since text not null,
        told_at text,
        dismissed_at text,
        note text                   -- what the operator wrote when dismissing it
    )
    """,
    """
    create table claims (
        account text not null,      -- the Merchant account
        line_id text not null,      -- of a line in that account
        portal text not null,       -- whose Supplier gets the line
        key text not null,          -- the step that claimed it
        primary key (account, line_id)
    )
    """,
    "create index claims_step on claims (portal, key)",
    # A file is no object of either account, so its step has no id there.
    """
    update steps set merchant_id = null, supplier_id = null
    where code in ('invalid.file', 'mended') or (code = 'skip-rule' and key like 'file:%')
    """,
    # Whether the Merchant has a live tracking number of an order, so that what every run asks for,
    # the orders without one, takes no longer the more orders there are.
    "alter table links add column reported integer not null default 0",
    """
    update links set reported = 1 where kind = 'order' and exists (
        select 1 from links as told where told.portal = links.portal and told.kind = 'shipment'
        and told.merchant_id = links.merchant_id and told.state = 'live'
    )
    """,
    """
    create index links_unreported on links (portal, linked_at)
        where kind = 'order' and state = 'live' and reported = 0
    """,
)

_LEDGER = (
    # Of a line or parcel: the Merchant's order that it is of. Null: linked before the ledger.
    "alter table links add column order_id text",
    # Of a line, in units of the Supplier: ordered = open + sent + cancelled. Null: not known.
    "alter table links add column ordered integer",
    "alter table links add column sent integer",
    "alter table links add column cancelled integer",
    # Of a parcel: the units of the Merchant's lines in it, as a JSON object. Null: not known.
    "alter table links add column units text",
    "create index links_of_order on links (portal, order_id) where order_id is not null",
)

_WRITTEN_VALUES = (
    # A remark about the run, such as that there was no file to read.
    "alter table runs add column note text",
    # What the last write set, old and new; see `written.Written`. Null: nothing, or not known.
    "alter table steps add column written text",
    # What earlier writes of the same steps had set.
    """
    create table past_writes (
        run_id integer not null,    -- the run that wrote it
        portal text not null,
        task text not null,
        key text not null,          -- of the step
        written text not null,
        written_at text not null,
        primary key (run_id, key)
    )
    """,
    "create index past_writes_step on past_writes (portal, task, key)",
    # `activity` leaves out the runs that changed nothing, of which a log has most.
    """
    create index runs_with_changes on runs (id)
        where done > 0 or failed > 0 or status not in ('ok', 'partial')
    """,
)

_PAUSES = (
    # When a task was paused. Null: it is not, or an earlier version paused it.
    "alter table schedule add column paused_at text",
    # When the pause ends. Null: when the operator resumes the task.
    "alter table schedule add column resumes_at text",
)

_ORDER_NUMBERS = (
    """
    create table order_numbers (
        portal text not null,
        merchant_id text not null,
        number text not null,       -- as the Merchant shows it, if it is not the id
        primary key (portal, merchant_id)
    ) without rowid
    """,
    "create index order_numbers_number on order_numbers (portal, number collate nocase)",
)

_GROUP_DIGESTS = (
    # Of an order: keyed digests of its groups as they were sent; see `group_digests`. Null: not
    # known. The step has them until the write arrived, and an edit those from before the edit.
    "alter table links add column digests text",
    # Of an order: 1 as it was sent; it grows with each edit that was written.
    "alter table links add column version integer not null default 1",
    "alter table steps add column digests text",
)

_SHORT_UNITS = (
    # Of a line: `links.ShortUnits` as a JSON object. Null: it was never short.
    "alter table links add column short text",
)

_FOURTH = (
    *(*_ORDER_NUMBERS, *_WRITTEN_VALUES, *_PAUSES, *_GROUP_DIGESTS),
    *(*ALERT_TABLES, *HELD_STEPS, *_SHORT_UNITS, *STOCK_TABLES),
)

_FIFTH = (*SKU_TABLES, *POOL_TABLES)

_SIXTH = (
    # PostgreSQL does not know the collation `nocase`.
    "drop index order_numbers_number",
    "create index order_numbers_number on order_numbers (portal, lower(number))",
    # The host that did it. Null: the store was a file then, so it was on this machine.
    "alter table runs add column host text",
)

STATEMENTS = (FIRST_TABLES, _CONCERNS_AND_CLAIMS, _LEDGER, _FOURTH, _FIFTH, _SIXTH)
"""The statements of each version, for a new store. The digests of an older one are keyed, too."""
