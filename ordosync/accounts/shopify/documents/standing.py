"""All orders as they stand, open or not."""

_LINES = "pageInfo { hasNextPage endCursor } nodes { id sku totalQuantity lineItem { id } }"
_PARTS = f"""
  pageInfo {{ hasNextPage endCursor }}
  nodes {{ id status requestStatus lineItems(first: $lines) {{ {_LINES} }} }}
"""
_PARCEL = "id status createdAt trackingInfo { number company }"

ALL_REQUESTED = f"""
query AllRequested(
  $first: Int!, $after: String, $query: String, $lines: Int!
  $sent: String!, $split: String!, $void: String!
) {{
  fulfillmentOrders(
    first: $first, after: $after, query: $query, includeClosed: true, sortKey: UPDATED_AT
  ) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{
      id status requestStatus updatedAt orderName
      assignedLocation {{ location {{ id }} }}
      merchantRequests(first: 1, reverse: true) {{ nodes {{ kind }} }}
      fulfillments(first: 5) {{ nodes {{ {_PARCEL} }} }}
      order {{
        cancelledAt
        sent: metafield(namespace: "ordosync", key: $sent) {{ value }}
        split: metafield(namespace: "ordosync", key: $split) {{ value }}
        void: metafield(namespace: "ordosync", key: $void) {{ value }}
      }}
      lineItems(first: $lines) {{ {_LINES} }}
    }}
  }}
}}
"""

ALL_RECEIVED = f"""
query AllReceived($first: Int!, $after: String, $query: String, $lines: Int!) {{
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{
      id name sourceIdentifier updatedAt cancelledAt displayFulfillmentStatus
      fulfillments {{
        {_PARCEL}
        location {{ name }}
        fulfillmentOrders(first: 20) {{ nodes {{ id }} }}
      }}
      fulfillmentOrders(first: 5) {{ {_PARTS} }}
    }}
  }}
}}
"""

MORE_RECEIVED = f"""
query MoreReceived($id: ID!, $first: Int!, $after: String, $lines: Int!) {{
  order(id: $id) {{ fulfillmentOrders(first: $first, after: $after) {{ {_PARTS} }} }}
}}
"""
