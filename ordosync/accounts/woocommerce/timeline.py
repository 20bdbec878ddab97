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
    notes = read_notes(http, order_id)
    if notes is not None and not any(note.note.split() == text.split() for note in notes):
        send_note(http, order_id, text, to_buyer=to_buyer)


def read_notes(http: "HttpClient", order_id: int | str) -> list[NoteShape] | None:
    """Return the notes on an order; None if it does not exist."""
    action = f"read the notes of order {order_id}"
    try:
        return http.get(_path(order_id), list[NoteShape], action=action)
    except NotFoundError:
        return None


def send_note(
    http: "HttpClient", order_id: int | str, text: str, *, to_buyer: bool = False
) -> None:
    """Add a note to an order."""
    body = {"note": text, "customer_note": to_buyer}
    action = f"add a note to order {order_id}"
    http.send("POST", _path(order_id), NoteShape, action=action, json=body)


def _path(order_id: int | str) -> str:
    return f"/wc/v3/orders/{order_id}/notes"
