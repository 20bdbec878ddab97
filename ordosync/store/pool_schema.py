"""Tables of the pools of Suppliers, as the fifth migration creates them."""

POOL_TABLES = (
    """
    create table quotas (
        account text not null,      -- of the Supplier
        key text not null,          -- its SKU, as `models.normalized_sku` returns it
        portal text not null,
        merchant_id text not null,  -- the product of the Merchant
        sku text not null,          -- its SKU
        units integer not null,     -- of the Supplier, that this product may sell
        rule text not null,         -- its stock rule as JSON; empty: all units are shown
        pack integer not null,      -- units of the Supplier in one unit of the Merchant
        primary key (account, key, portal, merchant_id)
    ) without rowid
    """,
    "create index quotas_product on quotas (account, portal, merchant_id)",
    """
    create table pool_imports (
        id integer primary key autoincrement,   -- grows, so that a reading knows what came later
        account text not null,
        key text not null,
        units integer not null,     -- that arrived at the Supplier
        at text not null
    )
    """,
    "create index pool_imports_key on pool_imports (account, key, id)",
)
