"""The timeline of an order: its private notes, by `/orders/<id>/notes`."""

from typing import TYPE_CHECKING

from ordosync.accounts.service_client import ServiceClient, ServiceTimeline
from ordosync.accounts.woocommerce.order_metadata import order_id_of
from ordosync.accounts.woocommerce.schema import NoteShape
from ordosync.errors import NotFoundError
from ordosync.models import Comment

if TYPE_CHECKING:
    from ordosync.http import HttpClient


def timeline(service: ServiceClient) -> ServiceTimeline:
    """Return the timeline part."""

    def put(comment: Comment) -> None:
        order_id = order_id_of(comment.order_id)
        if order_id.isdecimal():
            add_note(service.http, order_id, comment.text)

    return ServiceTimeline(service, put)


def add_note(http: "HttpClient", order_id: int | str, text: str, *, to_buyer: bool = False) -> None:
    """Add a note to an order, unless it has the note; `to_buyer` mails it to the buyer."""
    path = f"/wc/v3/orders/{order_id}/notes"
    try:
        notes = http.get(path, list[NoteShape], action=f"read the notes of order {order_id}")
    except NotFoundError:
        return
    if not any(note.note.split() == text.split() for note in notes):
        body = {"note": text, "customer_note": to_buyer}
        http.send("POST", path, NoteShape, action=f"add a note to order {order_id}", json=body)
