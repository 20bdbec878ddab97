"""Shortages in the Merchant's shop: reports on orders, holds, rejected and returned requests."""

REPORTED = """
query Reported($ids: [ID!]!, $key: String!) {
  nodes(ids: $ids) {
    ... on FulfillmentOrder {
      id order { id remark: metafield(namespace: "ordosync", key: $key) { value } }
    }
  }
}
"""

HOLDS = """
query Holds($ids: [ID!]!, $holds: String!) {
  nodes(ids: $ids) {
    ... on Order {
      id
      held: metafield(namespace: "ordosync", key: $holds) { value }
      fulfillmentOrders(first: 20) {
        nodes { id fulfillmentHolds { id reason handle heldByRequestingApp } }
      }
    }
  }
}
"""

HOLD_UNITS = """
mutation HoldUnits($id: ID!, $hold: FulfillmentOrderHoldInput!) {
  fulfillmentOrderHold(id: $id, fulfillmentHold: $hold) { userErrors { field message code } }
}
"""

REJECT_REQUEST = """
mutation RejectRequest($id: ID!, $reason: FulfillmentOrderRejectionReason, $message: String) {
  fulfillmentOrderRejectFulfillmentRequest(id: $id, reason: $reason, message: $message) {
    userErrors { field message }
  }
}
"""

GIVE_BACK = """
mutation GiveBack($id: ID!, $message: String) {
  fulfillmentOrderClose(id: $id, message: $message) { userErrors { field message } }
}
"""
