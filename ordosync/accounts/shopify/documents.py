"""What is asked of Shopify and sent to it: all documents, with no field that is not used.

Each is one operation, whose name is its first word after `query` or `mutation`. They hold in every
version since 2026-04, and a test validates them against each. Of connections the pages are small:
what a question may cost at most goes by what it could return.
"""

SHOP = """
query Shop {
  shop { name currencyCode }
  currentAppInstallation { accessScopes { handle } }
}
"""

LOCATIONS = """
query Locations($first: Int!, $after: String) {
  locations(first: $first, after: $after, includeLegacy: true) {
    pageInfo { hasNextPage endCursor }
    nodes { id name isActive fulfillmentService { id handle serviceName } }
  }
}
"""

# What is to be sent, and to whom. `$lines` are enough for most orders.

_LINE = """
    id sku productTitle variantTitle remainingQuantity
    lineItem {
      id customAttributes { key value }
      originalUnitPriceSet { shopMoney { amount currencyCode } }
      discountedUnitPriceSet { shopMoney { amount } }
    }
"""
_REQUESTED = f"""
fragment Requested on FulfillmentOrder {{
  id status requestStatus updatedAt orderId orderName orderProcessedAt
  assignedLocation {{ location {{ id }} }}
  destination {{
    firstName lastName company address1 address2 city province zip countryCode phone email
  }}
  deliveryMethod {{ presentedName }}
  merchantRequests(first: 1, reverse: true, kind: CANCELLATION_REQUEST) {{ nodes {{ sentAt }} }}
  order {{
    cancelledAt note tags customAttributes {{ key value }}
    shippingLine {{ title }}
    billingAddress {{
      name company address1 address2 city provinceCode zip countryCodeV2 phone
    }}
    sent: metafield(namespace: "ordosync", key: $sent) {{ value }}
    split: metafield(namespace: "ordosync", key: $split) {{ value }}
  }}
  lineItems(first: $lines) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ {_LINE} }} }}
}}
"""

REQUESTED_ORDERS = f"""
query RequestedOrders(
  $first: Int!, $after: String, $query: String, $lines: Int!, $sent: String!, $split: String!
) {{
  fulfillmentOrders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{ ...Requested }}
  }}
}}
{_REQUESTED}
"""

REQUESTED_ORDERS_BY_ID = f"""
query RequestedOrdersById($ids: [ID!]!, $lines: Int!, $sent: String!, $split: String!) {{
  nodes(ids: $ids) {{ ...Requested }}
}}
{_REQUESTED}
"""

MORE_LINES = f"""
query MoreLines($id: ID!, $first: Int!, $after: String) {{
  fulfillmentOrder(id: $id) {{
    lineItems(first: $first, after: $after) {{
      pageInfo {{ hasNextPage endCursor }} nodes {{ {_LINE} }}
    }}
  }}
}}
"""

_STANDING = """
fragment Standing on FulfillmentOrder {
  id status requestStatus updatedAt orderId
  assignedLocation { location { id } }
  order { cancelledAt }
  merchantRequests(first: 1, reverse: true, kind: CANCELLATION_REQUEST) { nodes { sentAt } }
  fulfillments(first: 3) { nodes { id status trackingInfo(first: 3) { number } } }
}
"""

CHANGED_ORDERS = f"""
query ChangedOrders($first: Int!, $after: String, $query: String) {{
  fulfillmentOrders(
    first: $first, after: $after, query: $query, includeClosed: true, sortKey: UPDATED_AT
  ) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{ ...Standing }}
  }}
}}
{_STANDING}
"""

STANDINGS = f"""
query Standings($ids: [ID!]!) {{ nodes(ids: $ids) {{ ...Standing }} }}
{_STANDING}
"""

TRACKED = """
query Tracked($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on FulfillmentOrder {
      id status requestStatus orderId
      assignedLocation { location { id } }
      merchantRequests(first: 1, reverse: true, kind: CANCELLATION_REQUEST) { nodes { sentAt } }
      fulfillments(first: 3) { nodes { id status trackingInfo(first: 3) { number } } }
      order { cancelledAt fulfillmentOrders(first: 2) { nodes { id } } }
    }
  }
}
"""

# All that was ever to be sent of an order from one place, and what was.

FAMILY = """
query Family($id: ID!, $lines: Int!, $sent: String!, $split: String!, $void: String!) {
  fulfillmentOrder(id: $id) {
    id
    order {
      id cancelledAt
      sent: metafield(namespace: "ordosync", key: $sent) { value }
      split: metafield(namespace: "ordosync", key: $split) { value }
      void: metafield(namespace: "ordosync", key: $void) { value }
      fulfillmentOrders(first: 15) {
        pageInfo { hasNextPage }
        nodes {
          id status requestStatus
          assignedLocation { location { id } }
          merchantRequests(first: 1, reverse: true, kind: CANCELLATION_REQUEST) {
            nodes { sentAt }
          }
          fulfillments(first: 3) { nodes { id status trackingInfo(first: 3) { number } } }
          lineItems(first: $lines) {
            pageInfo { hasNextPage endCursor }
            nodes { id remainingQuantity totalQuantity lineItem { id } }
          }
        }
      }
    }
  }
}
"""

UNSENT = """
query Unsent(
  $first: Int!, $after: String, $query: String, $closed: Boolean!, $lines: Int!, $sent: String!
) {
  fulfillmentOrders(
    first: $first, after: $after, query: $query, includeClosed: $closed, sortKey: UPDATED_AT
  ) {
    pageInfo { hasNextPage endCursor }
    nodes {
      id status updatedAt
      order { sent: metafield(namespace: "ordosync", key: $sent) { value } }
      lineItems(first: $lines) {
        pageInfo { hasNextPage endCursor }
        nodes { id remainingQuantity inventoryItemId }
      }
    }
  }
}
"""

MORE_UNSENT = """
query MoreUnsent($id: ID!, $first: Int!, $after: String) {
  fulfillmentOrder(id: $id) {
    lineItems(first: $first, after: $after) {
      pageInfo { hasNextPage endCursor } nodes { id remainingQuantity inventoryItemId }
    }
  }
}
"""

_TOLD = "userErrors { field message }"

ACCEPT_REQUEST = f"""
mutation AcceptRequest($id: ID!) {{
  fulfillmentOrderAcceptFulfillmentRequest(id: $id) {{ {_TOLD} }}
}}
"""

ACCEPT_CANCELLATION = f"""
mutation AcceptCancellation($id: ID!) {{
  fulfillmentOrderAcceptCancellationRequest(id: $id) {{ {_TOLD} }}
}}
"""

REJECT_CANCELLATION = f"""
mutation RejectCancellation($id: ID!) {{
  fulfillmentOrderRejectCancellationRequest(
    id: $id, message: "It is shipped already"
  ) {{ {_TOLD} }}
}}
"""

ADD_TRACKING = f"""
mutation AddTracking($fulfillment: FulfillmentInput!) {{
  fulfillmentCreate(fulfillment: $fulfillment) {{ fulfillment {{ id }} {_TOLD} }}
}}
"""

CHANGE_TRACKING = f"""
mutation ChangeTracking($id: ID!, $tracking: FulfillmentTrackingInput!, $notify: Boolean) {{
  fulfillmentTrackingInfoUpdate(
    fulfillmentId: $id, trackingInfoInput: $tracking, notifyCustomer: $notify
  ) {{ fulfillment {{ id }} {_TOLD} }}
}}
"""

SPLIT = """
mutation Split($splits: [FulfillmentOrderSplitInput!]!) {
  fulfillmentOrderSplit(fulfillmentOrderSplits: $splits) {
    fulfillmentOrderSplits { remainingFulfillmentOrder { id } }
    userErrors { field message code }
  }
}
"""

KEEP = """
mutation Keep($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) { userErrors { field message code } }
}
"""

REMARK = """
mutation Remark($id: ID!, $tags: [String!]!, $metafields: [MetafieldsSetInput!]!) {
  tagsAdd(id: $id, tags: $tags) { userErrors { field message } }
  metafieldsSet(metafields: $metafields) { userErrors { field message code } }
}
"""

# Products and how many there are.

_VARIANT = """
  id sku title price updatedAt requiresComponents
  product { title status vendor tags }
"""

VARIANTS = f"""
query Variants($first: Int!, $after: String, $query: String, $location: ID!) {{
  productVariants(first: $first, after: $after, query: $query, sortKey: ID) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{
      {_VARIANT}
      inventoryItem {{
        id measurement {{ weight {{ value unit }} }}
        inventoryLevel(locationId: $location) {{ id }}
      }}
    }}
  }}
}}
"""

ITEMS = f"""
query Items($ids: [ID!]!, $location: ID!) {{
  nodes(ids: $ids) {{
    ... on InventoryItem {{
      id measurement {{ weight {{ value unit }} }}
      inventoryLevel(locationId: $location) {{ id }}
      variants(first: 1) {{ nodes {{ {_VARIANT} }} }}
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

# The Supplier's orders.

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
      id status requestStatus
      order { cancelledAt }
      fulfillments(first: 3) { nodes { id status } }
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

_SENT = """
  id updatedAt
  fulfillments(first: 5) {
    id status createdAt
    location { name }
    trackingInfo(first: 3) { number company }
    fulfillmentOrders(first: 1) { nodes { id } }
  }
  fulfillmentOrders(first: 5) {
    pageInfo { hasNextPage }
    nodes {
      id status requestStatus
      lineItems(first: 10) {
        pageInfo { hasNextPage endCursor } nodes { id totalQuantity lineItem { id } }
      }
    }
  }
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
