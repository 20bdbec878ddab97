"""The timeline of an order. Comments on it record that a tracking number is void or valid."""

from ordosync.accounts.ordoro.client import OrdoroClient
from ordosync.accounts.ordoro.schema import OrderShape
from ordosync.accounts.service_client import ServiceTimeline
from ordosync.models import Comment


def timeline(client: OrdoroClient) -> ServiceTimeline:
    """Return the timeline part."""

    def put(comment: Comment) -> None:
        order = client.order(comment.order_id, f"read the timeline of {comment.order_id}")
        if order and not order.has_comment(comment.text):
            client.comment(comment.order_id, comment.text)

    return ServiceTimeline(client.service, put)


def is_void(order: OrderShape, tracking_number: str) -> bool:
    """True if the last comment on a tracking number says that it is void."""
    times = times_void(order, tracking_number)
    return times > 0 and not order.has_comment(valid_text(tracking_number, times))


def times_void(order: OrderShape, tracking_number: str) -> int:
    """Return the number of times that a number became void; it may have been valid in between."""
    times = 0
    while order.has_comment(void_text(tracking_number, times + 1)):
        times += 1
    return times


def void_text(tracking_number: str, times: int) -> str:
    """Return the comment that a number is void, for the nth time."""
    suffix = f" ({times})" if times > 1 else ""
    return f"ordosync: tracking {tracking_number} is void{suffix}, the Supplier deleted its label"


def valid_text(tracking_number: str, times: int) -> str:
    """Return the comment that a number is valid again after it was void for the nth time."""
    suffix = f" ({times})" if times > 1 else ""
    return f"ordosync: tracking {tracking_number} is valid again{suffix}"
