"""One tag of the account, on orders. Ordoro knows a tag by its id, and users by its text."""

from types import NoneType

from msgspec import Struct

from ordosync.accounts.ordoro.client import OrdoroClient, path
from ordosync.accounts.ordoro.schema import OrderShape
from ordosync.accounts.pagination import LIMIT

_COLOR = "#cc3300"


class _KnownTag(Struct, frozen=True):
    id: int
    text: str | None = None
    name: str | None = None


class _TagPage(Struct, frozen=True):
    count: int
    tag: list[_KnownTag]


class OrderTag:
    """A tag with a text that ordosync chose; it is created when it is first used."""

    def __init__(self, client: OrdoroClient, text: str) -> None:
        self._client = client
        self._text = text
        self._id: int | None = None
        client.service.at_close(self._forget)

    def add(self, order: OrderShape) -> None:
        """Add the tag to an order, unless it has it."""
        if not self.is_on(order):
            self._send("POST", order.order_number)

    def remove(self, order: OrderShape) -> None:
        """Remove the tag from an order."""
        self._send("DELETE", order.order_number)

    def _send(self, method: str, number: str) -> None:
        self._client.http.send(
            method,
            path("order", number, "tag", str(self._known_id())),
            NoneType,
            action=f"tag order {number}",
            idempotent=True,
        )

    def is_on(self, order: OrderShape) -> bool:
        """True if an order has the tag."""
        return any(self._text in (tag.text, tag.name) for tag in order.tags or ())

    def _known_id(self) -> int:
        # Threads that find no tag would each create one.
        with self._client.service.lock:
            if self._id is None:
                existing = self._find()
                self._id = self._create() if existing is None else existing
            return self._id

    def _find(self) -> int | None:
        offset, count = 0, 1
        while offset < count:
            params = {"limit": str(LIMIT), "offset": str(offset)}
            page = self._client.http.get("/v3/tag", _TagPage, action="read the tags", params=params)
            for tag in page.tag:
                if self._text in (tag.text, tag.name):
                    return tag.id
            offset, count = offset + max(len(page.tag), 1), page.count
        return None

    def _create(self) -> int:
        body = {"text": self._text, "color": _COLOR}
        return self._client.http.send(
            "POST", "/v3/tag", _KnownTag, action=f"create the tag {self._text}", json=body
        ).id

    def _forget(self) -> None:
        self._id = None
