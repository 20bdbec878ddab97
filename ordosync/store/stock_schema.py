"""Tables and columns of stock rules, as the fourth migration creates them."""

STOCK_TABLES = (
    """
    create table stock_stops (
        portal text not null,
        key text not null,          -- the Supplier's SKU, as `models.normalized_sku` returns it
        sku text not null,          -- as it was given
        reason text not null,       -- operator, or of the Supplier's answer
        note text not null,         -- what the operator wrote, or the order of the answer
        since text not null,
        until text,                 -- null: it does not end by itself
        quantity integer,           -- the Supplier's, as it was read next
        primary key (portal, key)
    ) without rowid
    """,
    """
    create table sent_units (
        account text not null,      -- of the Supplier
        key text not null,          -- its SKU, as `models.normalized_sku` returns it
        units integer not null,     -- that ordosync has sent since it was last 0 or more
        at text not null,           -- when the last of them were sent
        primary key (account, key)
    ) without rowid
    """,
    """
    create table feeds (
        portal text not null,
        reading text not null,      -- orders, products, stock or shipments
        since text not null,        -- when its age was first watched
        tried_at text not null,     -- the last attempt to read it
        watched_since text not null,    -- the first attempt since the last interruption here
        newest_at text,             -- the time of its newest content; null: there was none
        ahead_at text,              -- the same, if it was in the future
        failures integer not null,  -- attempts in a row in which the account did not answer
        failing_since text,
        old integer not null,       -- linked products whose quantity was too old
        zeroed_at text,             -- when such quantities were set to 0
        primary key (portal, reading)
    ) without rowid
    """,
    # When another portal changed what the Supplier can sell: the task is due if it has not started
    # since. Its slot stays.
    "alter table schedule add column woken_at text",
)
