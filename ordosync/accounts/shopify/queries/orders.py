"""Orders in the Supplier's shop: created, found, cancelled, shipped, split."""

_CREATED = """
    id name sourceIdentifier
    lineItems(first: 50) { pageInfo { hasNextPage endCursor } nodes { id } }
"""

FIND_ORDERS = f"""
query FindOrders($first: Int!, $after: String, $query: String!) {{
  orders(first: $first, after: $after, query: $query, sortKey: CREATED_AT) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{ {_CREATED} }}
  }}
}}
"""

FIND_NAMES = """
query FindNames($first: Int!, $after: String, $query: String!) {
  orders(first: $first, after: $after, query: $query, sortKey: CREATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes { id name }
  }
}
"""

CREATE_ORDER = f"""
mutation CreateOrder($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput) {{
  orderCreate(order: $order, options: $options) {{
    order {{ {_CREATED} }}
    userErrors {{ field message }}
  }}
}}
"""

MORE_ORDER_LINES = """
query MoreOrderLines($id: ID!, $first: Int!, $after: String) {
  order(id: $id) {
    lineItems(first: $first, after: $after) {
      pageInfo { hasNextPage endCursor } nodes { id }
    }
  }
}
"""

PIECE_STATUSES = """
query PieceStatuses($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on FulfillmentOrder {
      id status requestStatus orderId
      order { cancelledAt }
      fulfillments(first: 10) { nodes { id status } }
    }
  }
}
"""

ORDER_STATUSES = """
query OrderStatuses($ids: [ID!]!) {
  nodes(ids: $ids) { ... on Order { id cancelledAt displayFulfillmentStatus } }
}
"""

CANCEL_ORDER = """
mutation CancelOrder($id: ID!, $note: String) {
  orderCancel(
    orderId: $id, reason: OTHER, restock: true, notifyCustomer: false, staffNote: $note
  ) {
    job { id done }
    orderCancelUserErrors { field message code }
  }
}
"""

JOB = """
query CancelJob($id: ID!) { job(id: $id) { id done } }
"""

# `fulfillments` and `trackingInfo` are lists, not connections: they have no pages and cost little.

_SENT_LINES = "pageInfo { hasNextPage endCursor } nodes { quantity lineItem { id sku } }"
_SENT_PARTS = """
  pageInfo { hasNextPage endCursor }
  nodes {
    id status requestStatus createdAt
    lineItems(first: 10) {
      pageInfo { hasNextPage endCursor } nodes {
        id sku remainingQuantity totalQuantity lineItem { id }
      }
    }
  }
"""
_SENT = f"""
  id sourceIdentifier updatedAt cancelledAt
  added: metafield(namespace: "ordosync", key: "added") {{ value }}
  fulfillments {{
    id status createdAt updatedAt
    location {{ name }}
    trackingInfo {{ number company }}
    fulfillmentOrders(first: 20) {{ nodes {{ id }} }}
    fulfillmentLineItems(first: 50) {{ {_SENT_LINES} }}
  }}
  fulfillmentOrders(first: 5) {{ {_SENT_PARTS} }}
"""

MORE_SENT = f"""
query MoreSent($id: ID!, $first: Int!, $after: String) {{
  order(id: $id) {{ fulfillmentOrders(first: $first, after: $after) {{ {_SENT_PARTS} }} }}
}}
"""

MORE_SENT_LINES = f"""
query MoreSentLines($id: ID!, $first: Int!, $after: String) {{
  fulfillment(id: $id) {{
    fulfillmentLineItems(first: $first, after: $after) {{ {_SENT_LINES} }}
  }}
}}
"""

SENT_ORDERS = f"""
query SentOrders($first: Int!, $after: String, $query: String) {{
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{ {_SENT} }}
  }}
}}
"""

SENT_BY_ID = f"""
query SentById($ids: [ID!]!) {{
  nodes(ids: $ids) {{ ... on Fulfillment {{ id order {{ {_SENT} }} }} }}
}}
"""

SPLIT_BY_ID = f"""
query SplitById($ids: [ID!]!) {{
  nodes(ids: $ids) {{ ... on Order {{ {_SENT} }} }}
}}
"""

UNITS_BY_ID = f"""
query UnitsById($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ... on Order {{ {_SENT} lineItems(first: 50) {{ nodes {{ id quantity }} }} }}
  }}
}}
"""

_ADDRESS = """
  firstName lastName company address1 address2 city province provinceCode zip countryCodeV2 phone
"""
_EDITABLE_LINES = """
  pageInfo { hasNextPage endCursor } nodes { id sku title quantity customAttributes { key value } }
"""

EDITABLE_ORDERS = f"""
query EditableOrders($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ... on Order {{
      {_SENT}
      name email note merchantEditable
      customAttributes {{ key value }}
      shippingAddress {{ {_ADDRESS} }}
      billingAddress {{ {_ADDRESS} }}
      shippingLine {{ title }}
      lineItems(first: 50) {{ {_EDITABLE_LINES} }}
      holdable: fulfillmentOrders(first: 20) {{
        nodes {{
          id status
          supportedActions {{ action }}
          fulfillmentHolds {{ id handle heldByRequestingApp }}
          destination {{ firstName lastName company address1 address2 city zip countryCode }}
        }}
      }}
    }}
  }}
}}
"""

MORE_EDITABLE_LINES = f"""
query MoreEditableLines($id: ID!, $first: Int!, $after: String) {{
  order(id: $id) {{ lineItems(first: $first, after: $after) {{ {_EDITABLE_LINES} }} }}
}}
"""

CHANGE_ORDER = """
mutation ChangeOrder($input: OrderInput!) {
  orderUpdate(input: $input) { userErrors { field message } }
}
"""

HOLD = """
mutation Hold($id: ID!, $hold: FulfillmentOrderHoldInput!) {
  fulfillmentOrderHold(id: $id, fulfillmentHold: $hold) {
    fulfillmentHold { id }
    userErrors { code field message }
  }
}
"""

RELEASE = """
mutation Release($id: ID!, $holds: [ID!]!) {
  fulfillmentOrderReleaseHold(id: $id, holdIds: $holds) { userErrors { code field message } }
}
"""

# An edit of an order is a session: begun, changed line by line, and committed.

BEGIN_EDIT = """
mutation BeginEdit($id: ID!) {
  orderEditBegin(id: $id) {
    calculatedOrder { id lineItems(first: 250) { nodes { id quantity editableQuantity } } }
    userErrors { field message }
  }
}
"""

SET_QUANTITY = """
mutation SetQuantity($id: ID!, $line: ID!, $quantity: Int!) {
  orderEditSetQuantity(id: $id, lineItemId: $line, quantity: $quantity, restock: true) {
    userErrors { field message }
  }
}
"""

ADD_VARIANT = """
mutation AddVariant($id: ID!, $variant: ID!, $quantity: Int!) {
  orderEditAddVariant(id: $id, variantId: $variant, quantity: $quantity, allowDuplicates: true) {
    userErrors { field message }
  }
}
"""

STAGED_LINES = """
query StagedLines($id: ID!) {
  node(id: $id) { ... on CalculatedOrder { addedLineItems(first: 250) { nodes { id quantity } } } }
}
"""

COMMIT_EDIT = """
mutation CommitEdit($id: ID!, $note: String) {
  orderEditCommit(id: $id, notifyCustomer: false, staffNote: $note) {
    userErrors { field message }
  }
}
"""

# All orders of every status, for a comparison.

ALL_RECEIVED = f"""
query AllReceived($first: Int!, $after: String, $query: String) {{
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{ name {_SENT} }}
  }}
}}
"""

# Orders with the units that the Supplier has removed, cancelled or put on hold.

_SOLD_LINES = "pageInfo { hasNextPage endCursor } nodes { id sku currentQuantity }"
_SHORT = f"""
  {_SENT}
  cancelReason
  lineItems(first: 20) {{ {_SOLD_LINES} }}
  held: fulfillmentOrders(first: 20) {{
    nodes {{ id fulfillmentHolds {{ reason handle heldByRequestingApp }} }}
  }}
"""

SHORT_ORDERS = f"""
query ShortOrders($first: Int!, $after: String, $query: String) {{
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{ {_SHORT} }}
  }}
}}
"""

SHORT_BY_ID = f"""
query ShortById($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Order {{ {_SHORT} }} }} }}
"""

MORE_SOLD_LINES = f"""
query MoreSoldLines($id: ID!, $first: Int!, $after: String) {{
  order(id: $id) {{ lineItems(first: $first, after: $after) {{ {_SOLD_LINES} }} }}
}}
"""
