"""What people do with single fulfillment orders, in the shop and at its services."""

from collections.abc import Mapping, Sequence

from tests.fakes.shopify import fulfillment, stock
from tests.fakes.shopify.fulfillment import Share
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import (
    Fulfillment,
    FulfillmentHold,
    FulfillmentOrder,
    Json,
    LineItem,
    Location,
    Order,
)


class Shippers:
    """Those who send. Fulfillment orders and fulfillments go by id, their lines by SKU."""

    shop: Shop

    def ship_piece(
        self,
        fulfillment_order: str,
        tracking: str,
        *,
        company: str = "UPS",
        lines: Mapping[str, int] | None = None,
    ) -> str:
        """Send one fulfillment order, or so many of some SKUs; return the fulfillment's id."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            rows: list[Json] = [{"company": company, "number": tracking, "url": None}]
            shares = (
                [(piece, fulfillment.everything(piece))]
                if lines is None
                else self._deal([piece], lines)
            )
            return fulfillment.send(self.shop, shares, rows).id

    def edit_tracking(self, sent: str, tracking: str, *, company: str = "UPS") -> None:
        """Change the number that a fulfillment was given."""
        with self.shop.lock:
            fulfillment = self.shop.sure(Fulfillment, sent)
            fulfillment.tracking = [{"company": company, "number": tracking, "url": None}]
            self.shop.touch(fulfillment, self.shop.sure(Order, fulfillment.order_id))

    def recall(self, sent: str) -> None:
        """Cancel a fulfillment: its lines are to be sent again."""
        with self.shop.lock:
            fulfillment.recall(self.shop, self.shop.sure(Fulfillment, sent))

    def split(self, fulfillment_order: str, lines: Mapping[str, int]) -> str:
        """Move so many of some SKUs into a new fulfillment order; return its id."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            moved = self._deal([piece], lines)[0][1]
            return fulfillment.split(self.shop, piece, moved).id

    def split_lines(self, fulfillment_order: str, quantities: Mapping[str, int]) -> str:
        """Do the same by the ids of the fulfillment order's lines."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            moved = fulfillment.shares(piece, quantities)
            return fulfillment.split(self.shop, piece, moved).id

    def move(self, fulfillment_order: str, location: str) -> None:
        """Let a fulfillment order be sent from another location."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            for line in piece.lines:
                bought = self.shop.sure(LineItem, line.line_id)
                stock.commit(self.shop, bought, piece.location_id, -line.remaining_quantity)
                stock.commit(self.shop, bought, location, line.remaining_quantity)
            piece.location_id = self.shop.sure(Location, location).id
            piece.status, piece.request_status = "OPEN", "UNSUBMITTED"
            fulfillment.touch(self.shop, piece)

    def hold(self, fulfillment_order: str, reason: str = "OTHER", notes: str | None = None) -> None:
        """Let a fulfillment order wait."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            stamp = self.shop.stamp("FulfillmentHold")
            piece.holds.append(FulfillmentHold(**stamp, reason=reason, reason_notes=notes))
            piece.status = "ON_HOLD"
            fulfillment.touch(self.shop, piece)

    def release(self, fulfillment_order: str) -> None:
        """Let it wait no more."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            piece.holds.clear()
            piece.status = "OPEN"
            fulfillment.touch(self.shop, piece)

    def answer(self, fulfillment_order: str, *, accept: bool = True) -> None:
        """Let the service answer what it was asked last: to send it, or not to."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            if piece.request_status == "SUBMITTED":
                (fulfillment.accept if accept else fulfillment.reject)(self.shop, piece)
            else:
                (fulfillment.give_back if accept else fulfillment.keep)(self.shop, piece)

    def ask_back(self, fulfillment_order: str, message: str | None = None) -> None:
        """Ask the service not to send one fulfillment order after all."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            fulfillment.ask_back(self.shop, piece, message)

    def merge(self, fulfillment_order: str, into: str) -> None:
        """Move all of a fulfillment order into another one: it is closed, with nothing left."""
        with self.shop.lock:
            known = self.shop.sure(FulfillmentOrder, fulfillment_order)
            target = self.shop.sure(FulfillmentOrder, into)
            fulfillment.merge(self.shop, known, target)

    def contents(self, fulfillment_order: str) -> dict[str | None, int]:
        """Return what is still to be sent by a fulfillment order, by SKU."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            return {
                self.shop.sure(LineItem, line.line_id).sku: line.remaining_quantity
                for line in piece.lines
            }

    def parcels(self, fulfillment_order: str) -> list[Fulfillment]:
        """Return what was sent of a fulfillment order and not recalled."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            return [
                fulfillment
                for fulfillment in self.shop.sure(Order, piece.order_id).sent
                if fulfillment.status == "SUCCESS"
                and any(piece.id in it.sources for it in fulfillment.lines)
            ]

    def _deal(
        self, parts: Sequence[FulfillmentOrder], lines: Mapping[str, int]
    ) -> list[tuple[FulfillmentOrder, list[Share]]]:
        """Take so many of each SKU out of fulfillment orders, the first ones first."""
        left = dict(lines)
        dealt = []
        for it in parts:
            group = []
            for line in it.lines:
                sku = self.shop.sure(LineItem, line.line_id).sku or ""
                taken = min(left.get(sku, 0), line.remaining_quantity)
                if taken:
                    left[sku] -= taken
                    group.append(Share(line, taken))
            if group:
                dealt.append((it, group))
        assert not any(left.values()), f"there are not as many: {left}"
        return dealt
