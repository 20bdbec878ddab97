"""Bundles in the Merchant's orders."""

# All lines of a sale: a fulfillment order may have only some contents of a bundle.

_GROUPED = """
  pageInfo { hasNextPage endCursor }
  nodes { id quantity currentQuantity lineItemGroup { id quantity variantSku } }
"""

GROUPED_ORDERS = f"""
query GroupedOrders($ids: [ID!]!) {{
  nodes(ids: $ids) {{ ... on Order {{ id lineItems(first: 50) {{ {_GROUPED} }} }} }}
}}
"""

MORE_GROUPED_LINES = f"""
query MoreGroupedLines($id: ID!, $first: Int!, $after: String) {{
  order(id: $id) {{ lineItems(first: $first, after: $after) {{ {_GROUPED} }} }}
}}
"""
