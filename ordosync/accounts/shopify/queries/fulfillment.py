"""Fulfillment orders in the Merchant's shop: requests, states, parcels, splits."""

# Units to be shipped, with the address. Most orders have at most `$lines` lines.

_LINE = """
    id sku productTitle variantTitle remainingQuantity totalQuantity requiresShipping
    inventoryItemId lineItem {
      id isGiftCard customAttributes { key value }
      lineItemGroup { id title quantity variantSku customAttributes { key value } }
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
  deliveryMethod {{ presentedName methodType }}
  merchantRequests(first: 1, reverse: true) {{ nodes {{ kind }} }}
  order {{
    cancelledAt test note tags customAttributes {{ key value }}
    shippingLine {{ title }}
    billingAddress {{ name company address1 address2 city provinceCode zip countryCodeV2 phone }}
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

_COUNTS = """
    cancelledAt currentSubtotalLineItemsQuantity subtotalLineItemsQuantity
    lineItems(first: 10) { nodes { quantity currentQuantity } }
"""
_STANDING = f"""
fragment Standing on FulfillmentOrder {{
  id status requestStatus updatedAt orderId
  order {{
    {_COUNTS}
    split: metafield(namespace: "ordosync", key: $split) {{ value }}
  }}
  merchantRequests(first: 1, reverse: true) {{ nodes {{ kind }} }}
  fulfillments(first: 10) {{ nodes {{ id status }} }}
}}
"""

CHANGED_ORDERS = f"""
query ChangedOrders($first: Int!, $after: String, $query: String, $split: String!) {{
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
query Standings($ids: [ID!]!, $split: String!) {{ nodes(ids: $ids) {{ ...Standing }} }}
{_STANDING}
"""

TRACKED = """
query Tracked($ids: [ID!]!, $parcels: String!) {
  nodes(ids: $ids) {
    ... on FulfillmentOrder {
      id status requestStatus orderId
      merchantRequests(first: 1, reverse: true) { nodes { kind } }
      fulfillments(first: 2) { nodes { id status } }
      order {
        cancelledAt currentSubtotalLineItemsQuantity
        parcels: metafield(namespace: "ordosync", key: $parcels) { value }
        fulfillmentOrders(first: 2) { nodes { id } }
      }
    }
  }
}
"""

# All fulfillment orders of an order, with its parcels. `fulfillments` is a list, not a connection:
# it has no pages and costs little.

_PARTS = """
  pageInfo { hasNextPage endCursor } nodes {
    id status requestStatus
    assignedLocation { location { id } }
    merchantRequests(first: 1, reverse: true) { nodes { kind } }
    lineItems(first: $lines) {
      pageInfo { hasNextPage endCursor }
      nodes { id sku requiresShipping remainingQuantity totalQuantity lineItem { id isGiftCard } }
    }
  }
"""

_UNITS = "pageInfo { hasNextPage endCursor } nodes { quantity lineItem { id } }"

FAMILY = f"""
query Family(
  $ids: [ID!]!, $lines: Int!, $sent: String!, $split: String!, $void: String!, $parcels: String!
) {{
  nodes(ids: $ids) {{
    ... on FulfillmentOrder {{
      id
      order {{
        id
        {_COUNTS}
        sent: metafield(namespace: "ordosync", key: $sent) {{ value }}
        split: metafield(namespace: "ordosync", key: $split) {{ value }}
        void: metafield(namespace: "ordosync", key: $void) {{ value }}
        parcels: metafield(namespace: "ordosync", key: $parcels) {{ value }}
        fulfillments {{
          id status trackingInfo {{ number }}
          fulfillmentOrders(first: 20) {{ nodes {{ id }} }}
          fulfillmentLineItems(first: 10) {{ {_UNITS} }}
        }}
        fulfillmentOrders(first: 15) {{ {_PARTS} }}
      }}
    }}
  }}
}}
"""

MORE_PARTS = f"""
query MoreParts($id: ID!, $first: Int!, $after: String, $lines: Int!) {{
  order(id: $id) {{ fulfillmentOrders(first: $first, after: $after) {{ {_PARTS} }} }}
}}
"""

UNSENT = """
query Unsent(
  $first: Int!, $after: String, $query: String, $closed: Boolean!, $lines: Int!
  $sent: String!, $split: String!
) {
  fulfillmentOrders(
    first: $first, after: $after, query: $query, includeClosed: $closed, sortKey: UPDATED_AT
  ) {
    pageInfo { hasNextPage endCursor }
    nodes {
      id status updatedAt
      order {
        test sent: metafield(namespace: "ordosync", key: $sent) { value }
        split: metafield(namespace: "ordosync", key: $split) { value }
      }
      lineItems(first: $lines) {
        pageInfo { hasNextPage endCursor }
        nodes { id remainingQuantity inventoryItemId lineItem { id } }
      }
    }
  }
}
"""

MORE_UNSENT = """
query MoreUnsent($id: ID!, $first: Int!, $after: String) {
  fulfillmentOrder(id: $id) {
    lineItems(first: $first, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { id remainingQuantity inventoryItemId lineItem { id } }
    }
  }
}
"""

_ERRORS = "userErrors { field message }"

ACCEPT_REQUEST = f"""
mutation AcceptRequest($id: ID!) {{
  fulfillmentOrderAcceptFulfillmentRequest(id: $id) {{ {_ERRORS} }}
}}
"""

ACCEPT_CANCELLATION = f"""
mutation AcceptCancellation($id: ID!) {{
  fulfillmentOrderAcceptCancellationRequest(id: $id) {{ {_ERRORS} }}
}}
"""

REJECT_CANCELLATION = f"""
mutation RejectCancellation($id: ID!) {{
  fulfillmentOrderRejectCancellationRequest(
    id: $id, message: "It is shipped already"
  ) {{ {_ERRORS} }}
}}
"""

ADD_TRACKING = f"""
mutation AddTracking($fulfillment: FulfillmentInput!) {{
  fulfillmentCreate(fulfillment: $fulfillment) {{ fulfillment {{ id }} {_ERRORS} }}
}}
"""

CHANGE_TRACKING = f"""
mutation ChangeTracking($id: ID!, $tracking: FulfillmentTrackingInput!, $notify: Boolean) {{
  fulfillmentTrackingInfoUpdate(
    fulfillmentId: $id, trackingInfoInput: $tracking, notifyCustomer: $notify
  ) {{ {_ERRORS} }}
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

# All fulfillment orders, open or closed, for a comparison.

_LINES = """
pageInfo { hasNextPage endCursor } nodes {
  id sku requiresShipping inventoryItemId remainingQuantity totalQuantity
  lineItem { id isGiftCard lineItemGroup { id variantSku } }
}
"""

_LISTED_PARCELS = """
pageInfo { hasNextPage endCursor } nodes { id status createdAt trackingInfo { number company } }
"""

ALL_REQUESTED = f"""
query AllRequested(
  $first: Int!, $after: String, $query: String, $lines: Int!
  $sent: String!, $split: String!, $void: String!, $parcels: String!
) {{
  fulfillmentOrders(
    first: $first, after: $after, query: $query, includeClosed: true, sortKey: UPDATED_AT
  ) {{
    pageInfo {{ hasNextPage endCursor }}
    nodes {{
      id status requestStatus updatedAt orderName
      assignedLocation {{ location {{ id }} }}
      merchantRequests(first: 1, reverse: true) {{ nodes {{ kind }} }}
      fulfillments(first: 5) {{ {_LISTED_PARCELS} }}
      order {{
        cancelledAt currentSubtotalLineItemsQuantity
        sent: metafield(namespace: "ordosync", key: $sent) {{ value }}
        split: metafield(namespace: "ordosync", key: $split) {{ value }}
        void: metafield(namespace: "ordosync", key: $void) {{ value }}
        parcels: metafield(namespace: "ordosync", key: $parcels) {{ value }}
      }}
      lineItems(first: $lines) {{ {_LINES} }}
    }}
  }}
}}
"""

MORE_LISTED_PARCELS = f"""
query MoreListedParcels($id: ID!, $first: Int!, $after: String) {{
  fulfillmentOrder(id: $id) {{
    fulfillments(first: $first, after: $after) {{ {_LISTED_PARCELS} }}
  }}
}}
"""

PARCEL_UNITS = f"""
query ParcelUnits($ids: [ID!]!) {{
  nodes(ids: $ids) {{ ... on Fulfillment {{ id fulfillmentLineItems(first: 50) {{ {_UNITS} }} }} }}
}}
"""

MORE_PARCEL_UNITS = f"""
query MoreParcelUnits($id: ID!, $first: Int!, $after: String) {{
  fulfillment(id: $id) {{ fulfillmentLineItems(first: $first, after: $after) {{ {_UNITS} }} }}
}}
"""
