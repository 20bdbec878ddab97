"""Orders of the Supplier with the fields that an edit of the Merchant may change."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from ordosync.accounts.shopify.client import ShopifyClient
from ordosync.accounts.shopify.ids import gid, line_id, number
from ordosync.accounts.shopify.order_mapping import INTERNAL_NOTES, address_of, details
from ordosync.accounts.shopify.order_units import SentPiece, is_split, piece_id, pieces_of, whole
from ordosync.accounts.shopify.pagination import read_all
from ordosync.accounts.shopify.queries.orders import EDITABLE_ORDERS, MORE_EDITABLE_LINES
from ordosync.accounts.shopify.received_orders import complete
from ordosync.accounts.shopify.schema import (
    Attribute,
    Connection,
    FulfillmentOrder,
    MailingAddress,
    SentOrder,
    ShippingLine,
)
from ordosync.edits import EditableOrder, EditGroup
from ordosync.models import Address, Line, Order

HANDLE = "ordosync-edit"
"""The handle of ordosync's holds: an app may hold a fulfillment order once with each handle."""
GROUPS: frozenset[EditGroup] = frozenset({"address", "contact", "lines", "notes"})


class SoldLine(Struct, frozen=True, rename="camel", kw_only=True):
    """A line of a sale; its quantity includes removed units."""

    id: str
    sku: str | None = None
    title: str = ""
    quantity: int
    custom_attributes: list[Attribute] = field(default_factory=list)


class _Action(Struct, frozen=True):
    action: str


class Hold(Struct, frozen=True, rename="camel", kw_only=True):
    """A hold of a fulfillment order, of any app."""

    id: str
    handle: str | None = None
    held_by_requesting_app: bool = False

    @property
    def is_own(self) -> bool:
        """True if ordosync made it because of an edit."""
        return self.held_by_requesting_app and self.handle == HANDLE


class HoldablePart(FulfillmentOrder, frozen=True, rename="camel", kw_only=True):
    """A fulfillment order with its holds and the address to which it is sent."""

    supported_actions: list[_Action] = field(default_factory=list)
    fulfillment_holds: list[Hold] = field(default_factory=list)
    destination: MailingAddress | None = None

    @property
    def own_holds(self) -> list[str]:
        """The ids of ordosync's holds."""
        return [hold.id for hold in self.fulfillment_holds if hold.is_own]

    @property
    def can_be_held(self) -> bool:
        """True if the shop lets an app hold it."""
        return any(it.action == "HOLD" for it in self.supported_actions)


class EditedOrder(SentOrder, frozen=True, rename="camel", kw_only=True):
    """An order of the Supplier with its editable fields."""

    name: str
    email: str | None = None
    note: str | None = None
    merchant_editable: bool = False
    custom_attributes: list[Attribute] = field(default_factory=list)
    shipping_address: MailingAddress | None = None
    billing_address: MailingAddress | None = None
    shipping_line: ShippingLine | None = None
    line_items: Connection[SoldLine]
    holdable: Connection[HoldablePart]

    def piece(self, id_: str) -> SentPiece | None:
        """Return the units of the whole order, or of one piece of it."""
        pieces = pieces_of(self)
        if "/" not in id_:
            return whole(pieces)
        return next((it for it in pieces if piece_id(number(self.id), it.id) == id_), None)

    def open_parts(self, piece: SentPiece) -> list[HoldablePart]:
        """Return the fulfillment orders of a piece that have not ended."""
        ids = {part.id for part in piece.parts}
        return [part for part in self.holdable.nodes if part.id in ids and not part.is_ended]

    def status(self, piece: SentPiece) -> str:
        """Return the status of a piece, or of the whole order."""
        if self.cancelled_at and not piece.sent:
            return "cancelled"
        return piece.status

    def groups(self, piece: SentPiece) -> frozenset[EditGroup]:
        """Return the groups that can be written now; of a partially shipped order, to its rest."""
        if self.cancelled_at or self.status(piece) == "shipped":
            return frozenset()
        has_editable_lines = self.merchant_editable and not is_split(pieces_of(self))
        return GROUPS if has_editable_lines else GROUPS - {"lines"}

    @property
    def ship_to(self) -> Address:
        """The address, with the e-mail address of the order."""
        return replace(address_of(self.shipping_address), email=self.email or "")

    def elsewhere(self, piece: SentPiece) -> MailingAddress | None:
        """Return the address to which an open fulfillment order is sent, if it is another one."""
        known = _place(self.shipping_address or MailingAddress())
        addresses = (part.destination for part in self.open_parts(piece))
        return next((it for it in addresses if it and _place(it) != known), None)

    @property
    def bill_to(self) -> Address | None:
        """The Bill To address; None if there is none."""
        return address_of(self.billing_address) if self.billing_address else None

    @property
    def internal_notes(self) -> str:
        """The notes that are kept as an attribute."""
        notes = (it.value or "" for it in self.custom_attributes if it.key == INTERNAL_NOTES)
        return next(notes, "")


class EditableOrders:
    """Reads orders with their editable fields."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    def read(self, ids: Sequence[str]) -> Mapping[str, EditedOrder]:
        """Return these orders, or the orders of these pieces, by the number of the order."""
        action = "read orders that were edited"
        gids = [gid("Order", order_number(id_)) for id_ in ids]
        orders = self._client.by_id(EDITABLE_ORDERS, EditedOrder, gids, action=action)
        return {number(order.id): self._complete(order) for order in orders}

    def _complete(self, order: EditedOrder) -> EditedOrder:
        lines = read_all(
            self._client.graphql,
            order.line_items,
            MORE_EDITABLE_LINES,
            SoldLine,
            of=order.id,
            action=f"read the lines of order {number(order.id)}",
        )
        all_lines: Connection[SoldLine] = Connection(nodes=[*lines])
        with_lines = replace(order, line_items=all_lines)
        return complete(self._client, with_lines, with_lines=True)


def order_number(id_: str) -> str:
    """Return the number of an order, or of the order of a piece."""
    return id_.partition("/")[0]


def editable(id_: str, order: EditedOrder) -> EditableOrder | None:
    """Return an order or piece as it is now; None if the piece does not exist."""
    piece = order.piece(id_)
    if piece is None:
        return None
    parts = order.open_parts(piece)
    return EditableOrder(
        order_id=id_,
        order=_order(id_, order, piece),
        groups=order.groups(piece),
        # While a part is sent, the labels are those of its parcels, and not of the open rest.
        has_label=bool(piece.sent) and not piece.open,
        is_held=bool(parts) and all(part.own_holds for part in parts),
        sent={_line_id(id_, line): units for line, units in piece.sent.items()},
    )


def _order(id_: str, order: EditedOrder, piece: SentPiece) -> Order:
    return Order(
        id=id_,
        number=order.name.removeprefix("#"),
        status=order.status(piece),
        lines=tuple(_lines(id_, order, piece)),
        ship_to=_sent_to(order, piece),
        bill_to=order.bill_to,
        shipping_method=order.shipping_line.title if order.shipping_line else "",
        customer_notes=order.note or "",
        internal_notes=order.internal_notes,
        reference=order.source_identifier or "",
        is_split="/" not in id_ and is_split(pieces_of(order)),
    )


def _sent_to(order: EditedOrder, piece: SentPiece) -> Address:
    """Return the address of the parcels: a fulfillment order may keep another one."""
    address = order.elsewhere(piece)
    if address is None:
        return order.ship_to
    return replace(address_of(address), phone=order.ship_to.phone, email=order.ship_to.email)


def _lines(id_: str, order: EditedOrder, piece: SentPiece) -> Iterator[Line]:
    for line in order.line_items.nodes:
        if "/" not in id_ or piece.units[line.id]:
            yield Line(
                id=_line_id(id_, line.id),
                sku=line.sku or "",
                name=line.title,
                quantity=piece.units[line.id],
                details=details(line.custom_attributes),
            )


def _line_id(id_: str, line_item: str) -> str:
    return line_id(id_, line_item) if "/" in id_ else number(line_item)


def _place(address: MailingAddress) -> tuple[str, ...]:
    """Return a form of an address that is equal in both of Shopify's types of addresses."""
    of = address_of(replace(address, name=None))
    texts = (of.name, of.company, of.street1, of.street2, of.city, of.zip, of.country)
    return tuple(" ".join(text.casefold().split()) for text in texts)
