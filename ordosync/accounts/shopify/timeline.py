"""Comments on orders, as metafields and a tag: apps cannot write on a timeline at Shopify."""

from ordosync.accounts.service_client import ServiceTimeline
from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.fulfillment_orders import FulfillmentOrders
from ordosync.accounts.shopify.ids import gid
from ordosync.models import Comment


def merchant_timeline(
    client: ShopifyClient, fulfillment_orders: FulfillmentOrders
) -> ServiceTimeline:
    """Return the timeline of a Merchant's orders: a comment is on the whole order."""

    def put(comment: Comment) -> None:
        for part in fulfillment_orders.states([comment.order_id]).values():
            client.remark(part.order_id, comment)

    return ServiceTimeline(client.service, put)


def supplier_timeline(client: ShopifyClient) -> ServiceTimeline:
    """Return the timeline of a Supplier's orders: a comment on a piece is on its order."""

    def put(comment: Comment) -> None:
        client.remark(gid("Order", comment.order_id.partition("/")[0]), comment)

    return ServiceTimeline(client.service, put)
