"""Tables and columns of SKU maps, as the fifth migration creates them."""

SKU_TABLES = (
    """
    create table sku_map (
        portal text not null,
        merchant_sku text not null,     -- as it is in the file, also its case and its spaces
        supplier_sku text not null,
        pack integer not null,          -- units of the Supplier in one unit of the Merchant
        primary key (portal, merchant_sku)
    ) without rowid
    """,
    "create index sku_map_supplier on sku_map (portal, supplier_sku, merchant_sku)",
    """
    create table sku_map_files (
        portal text primary key,
        digest text not null            -- of the file that the rows of `sku_map` are from
    ) without rowid
    """,
    # Of a line or product: units of the Supplier in one unit of the Merchant, when it was linked.
    # Null: 1, and never mapped.
    "alter table links add column pack integer",
    # Of a mapped line or product: the SKUs of both accounts when it was linked.
    "alter table links add column merchant_sku text",
    "alter table links add column supplier_sku text",
)
