"""Client of the fake Shopify, and its GraphQL documents."""

from typing import Any

import requests

from tests.fakes.shopify import FakeShopify

SHOP = "query ShopCheck { shop { name currencyCode ianaTimezone } }"
ORDERS = """
query Orders($first: Int!, $after: String, $q: String) {
  orders(first: $first, after: $after, query: $q, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes { id name updatedAt cancelledAt closed }
  }
}
"""
CREATE = """
mutation OrderCreate($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput) {
  orderCreate(order: $order, options: $options) {
    order { id name fulfillmentOrders(first: 5) { nodes { id status } } }
    userErrors { code field message }
  }
}
"""
CANCEL = """
mutation OrderCancel($id: ID!) {
  orderCancel(orderId: $id, reason: OTHER, restock: true) {
    job { id done }
    orderCancelUserErrors { code field message }
  }
}
"""
SET = """
mutation InventorySet($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { changes { name delta } }
    userErrors { code field message }
  }
}
"""
ASSIGNED = """
query Assigned($status: FulfillmentOrderAssignmentStatus) {
  assignedFulfillmentOrders(first: 10, assignmentStatus: $status) { nodes { id orderName } }
}
"""
SHIP = """
mutation Ship($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id name trackingInfo { number company } }
    userErrors { field message }
  }
}
"""


def answer(act: str) -> str:
    """Return the mutation for a response of a service, such as `AcceptFulfillmentRequest`."""
    return f"""
    mutation Answer($id: ID!) {{
      fulfillmentOrder{act}(id: $id) {{
        fulfillmentOrder {{ id status requestStatus }}
        userErrors {{ field message }}
      }}
    }}
    """


def an_order(sku: str = "MUG", quantity: int = 1, **fields: Any) -> dict[str, Any]:
    price = {"shopMoney": {"amount": "9.90", "currencyCode": "USD"}}
    line = {"sku": sku, "title": sku, "quantity": quantity, "priceSet": price}
    return {"lineItems": [line | {"requiresShipping": True}], **fields}


class Api:
    """Sends requests to the fake as a client does."""

    def __init__(self, fake: FakeShopify, session: requests.Session) -> None:
        self.fake, self.session = fake, session
        session.headers["X-Shopify-Access-Token"] = fake.token

    def ask(
        self, query: str, *, version: str = "", body: Any = None, **variables: Any
    ) -> requests.Response:
        path = f"/admin/api/{version or self.fake.version}/graphql.json"
        payload = body or {"query": query, "variables": variables}
        return self.session.post(self.fake.url + path, json=payload, timeout=5)

    def get(self, query: str, **variables: Any) -> Any:
        """Return the data of a successful operation."""
        answered = self.ask(query, **variables)
        assert answered.status_code == 200, answered.text
        body = answered.json()
        assert "errors" not in body, body
        return body["data"]

    def do(self, query: str, **variables: Any) -> Any:
        """Return the payload of a successful mutation."""
        [payload] = self.get(query, **variables).values()
        assert [value for key, value in payload.items() if key.endswith("rrors") and value] == []
        return payload

    def wrong(self, query: str, **variables: Any) -> list[str]:
        """Return the user errors of a mutation."""
        [payload] = self.get(query, **variables).values()
        [errors] = [value for key, value in payload.items() if key.endswith("rrors")]
        return [error["message"] for error in errors]

    def code(self, query: str, **variables: Any) -> str | None:
        """Return the code of the only top-level error."""
        [error] = self.ask(query, **variables).json()["errors"]
        code: str | None = error.get("extensions", {}).get("code")
        return code

    def names(self, q: str | None = None) -> list[str]:
        return [row["name"] for row in self.get(ORDERS, first=50, q=q)["orders"]["nodes"]]
