"""A configuration with a feed of every kind."""

MERCHANT = """
accounts:
  shop:
    kind: files
    orders:
      glob: feeds/*
      columns: {order_number: order, sku: sku, quantity: qty, ship_to.name: to}
    products: {glob: products, columns: {sku: sku, name: name}}
    cancellations: {glob: cancelled, columns: {order_number: order}}
    inventory: {path: out/stock.csv, columns: {sku: SKU, quantity: Qty}}
    tracking:
      path: out/tracking.csv
      columns: {order_number: Order, tracking_number: Number, carrier: By, voided: Void}
  warehouse:
    WAREHOUSE
portals:
  shop-warehouse: {merchant: shop, supplier: warehouse, manage_inventory: true}
"""


FILES = """kind: files
    order_files: {folder: orders, columns: {order_number: No, sku: SKU, quantity: Qty}}
    stock: {glob: counted, columns: {sku: sku, quantity: qty}}
    shipments:
      glob: sent
      columns: {order_number: no, tracking_number: number, carrier: by, shipped_at: at}
      date_format: "%Y-%m-%d"
      timezone: UTC
      skip: [{column: number, matches: "^$", reason: not sent yet}]"""


def config(warehouse: str) -> str:
    config = MERCHANT.replace("WAREHOUSE", warehouse)
    return config.replace("warehouse:\n    {", "warehouse: {")
