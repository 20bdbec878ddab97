"""SKU maps in the tasks: the Merchant's lines in SKUs and units of the Supplier, and packs."""
