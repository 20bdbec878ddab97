"""Tables and columns of stock rules, as the fourth migration creates them."""

STOCK_TABLES = (
    """
    create table stock_stops (
        portal text not null,
        supplier_id text not null,  -- of the product
        sku text not null,          -- of the Merchant's product
        reason text not null,       -- operator, or of the Supplier's answer
        since text not null,
        until text,                 -- null: when it is resumed, or the quantity changes
        quantity integer,           -- the Supplier's when it was stopped
        primary key (portal, supplier_id)
    ) without rowid
    """,
    # When another portal changed what the Supplier can sell: the task is due if it has not started
    # since. Its slot stays.
    "alter table schedule add column woken_at text",
)
