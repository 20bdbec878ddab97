"""Products and their stock, in the Merchant's shop and in the Supplier's."""

_VARIANT = "id sku title price requiresComponents"
_OFFERED = f"""
  pageInfo {{ hasNextPage endCursor }}
  nodes {{
    {_VARIANT}
    inventoryItem {{
      id requiresShipping measurement {{ weight {{ value unit }} }}
      inventoryLevel(locationId: $location) {{ id }}
    }}
  }}
"""

PRODUCTS = f"""
query Products($first: Int!, $after: String, $query: String, $variants: Int!, $location: ID!) {{
  products(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{
      id updatedAt title status vendor tags isGiftCard
      variants(first: $variants) {{ {_OFFERED} }}
    }}
  }}
}}
"""

MORE_VARIANTS = f"""
query MoreVariants($id: ID!, $first: Int!, $after: String, $location: ID!) {{
  product(id: $id) {{ variants(first: $first, after: $after) {{ {_OFFERED} }} }}
}}
"""

ITEMS = f"""
query Items($ids: [ID!]!, $location: ID!) {{
  nodes(ids: $ids) {{
    ... on InventoryItem {{
      id requiresShipping measurement {{ weight {{ value unit }} }}
      inventoryLevel(locationId: $location) {{ id }}
      variants(first: 1) {{
        nodes {{ {_VARIANT} product {{ title status vendor tags isGiftCard }} }}
      }}
    }}
  }}
}}
"""

ITEMS_STOCK = """
query ItemsStock($ids: [ID!]!, $location: ID!) {
  nodes(ids: $ids) {
    ... on InventoryItem {
      id sku tracked
      inventoryLevel(locationId: $location) {
        quantities(names: ["available", "committed"]) { name quantity }
      }
      variants(first: 1) { nodes { requiresComponents product { status vendor tags } } }
    }
  }
}
"""

SELLING_POLICIES = """
query SellingPolicies($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on InventoryItem { id sku variants(first: 1) { nodes { inventoryPolicy } } }
  }
}
"""

_SELLABLE = """
  id sku tracked
  inventoryLevel(locationId: $location) { quantities(names: ["available"]) { name quantity } }
"""

SELLABLE = f"""
query Sellable($first: Int!, $after: String, $query: String, $location: ID!) {{
  inventoryItems(first: $first, after: $after, query: $query) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{ {_SELLABLE} }}
  }}
}}
"""

SELLABLE_BY_ID = f"""
query SellableById($ids: [ID!]!, $location: ID!) {{
  nodes(ids: $ids) {{ ... on InventoryItem {{ {_SELLABLE} }} }}
}}
"""

SET_STOCK = """
mutation SetStock($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    userErrors { field message code }
  }
}
"""

STOCK_AT = """
mutation StockAt($item: ID!, $location: ID!, $available: Int, $key: String!) {
  inventoryActivate(
    inventoryItemId: $item, locationId: $location, available: $available
  ) @idempotent(key: $key) { userErrors { field message } }
}
"""

KNOWN_SKUS = """
query KnownSkus($first: Int!, $after: String, $query: String!) {
  productVariants(first: $first, after: $after, query: $query, sortKey: ID) {
    pageInfo { hasNextPage endCursor }
    nodes { id sku inventoryItem { id } }
  }
}
"""

CREATE_PRODUCT = """
mutation CreateProduct($input: ProductSetInput!) {
  productSet(input: $input, synchronous: true) {
    product { variants(first: 1) { nodes { id sku inventoryItem { id } } } }
    userErrors { field message code }
  }
}
"""
