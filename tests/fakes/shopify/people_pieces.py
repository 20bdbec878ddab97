"""Actions of people on single fulfillment orders, in the shop and at its services."""

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
    """The shippers. Fulfillment orders and fulfillments are named by id, lines by SKU."""

    shop: Shop

    def ship_piece(
        self,
        fulfillment_order: str,
        tracking: str,
        *,
        company: str = "UPS",
        lines: Mapping[str, int] | None = None,
    ) -> str:
        """Ship a fulfillment order, or quantities of some SKUs; return the fulfillment's id."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            rows: list[Json] = [{"company": company, "number": tracking, "url": None}]
            shares = (
                [(piece, fulfillment.everything(piece))]
                if lines is None
                else self._deal([piece], lines)
            )
            return fulfillment.send(self.shop, shares, rows).id

    def edit_tracking(self, fulfillment_id: str, tracking: str, *, company: str = "UPS") -> None:
        """Change the tracking number of a fulfillment."""
        with self.shop.lock:
            fulfillment = self.shop.sure(Fulfillment, fulfillment_id)
            fulfillment.tracking = [{"company": company, "number": tracking, "url": None}]
            self.shop.touch(fulfillment, self.shop.sure(Order, fulfillment.order_id))

    def recall(self, fulfillment_id: str) -> None:
        """Cancel a fulfillment: its units must be shipped again."""
        with self.shop.lock:
            fulfillment.recall(self.shop, self.shop.sure(Fulfillment, fulfillment_id))

    def split(self, fulfillment_order: str, lines: Mapping[str, int]) -> str:
        """Move quantities of some SKUs into a new fulfillment order; return its id."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            moved = self._deal([piece], lines)[0][1]
            return fulfillment.split(self.shop, piece, moved).id

    def split_lines(self, fulfillment_order: str, quantities: Mapping[str, int]) -> str:
        """Move quantities by line id into a new fulfillment order; return its id."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            moved = fulfillment.shares(piece, quantities)
            return fulfillment.split(self.shop, piece, moved).id

    def move(self, fulfillment_order: str, location: str) -> None:
        """Move a fulfillment order to another location."""
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
        """Put a fulfillment order on hold."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            stamp = self.shop.stamp("FulfillmentHold")
            piece.holds.append(FulfillmentHold(**stamp, reason=reason, reason_notes=notes))
            piece.status = "ON_HOLD"
            fulfillment.touch(self.shop, piece)

    def release(self, fulfillment_order: str) -> None:
        """Release the hold of a fulfillment order."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            piece.holds.clear()
            piece.status = "OPEN"
            fulfillment.touch(self.shop, piece)

    def answer(self, fulfillment_order: str, *, accept: bool = True) -> None:
        """Accept or reject the latest request, as the service."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            if piece.request_status == "SUBMITTED":
                (fulfillment.accept if accept else fulfillment.reject)(self.shop, piece)
            else:
                (fulfillment.give_back if accept else fulfillment.keep)(self.shop, piece)

    def ask_back(self, fulfillment_order: str, message: str | None = None) -> None:
        """Request the cancellation of one fulfillment order from the service."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            fulfillment.ask_back(self.shop, piece, message)

    def merge(self, fulfillment_order: str, into: str) -> None:
        """Move all units of a fulfillment order into another one, which closes it."""
        with self.shop.lock:
            source = self.shop.sure(FulfillmentOrder, fulfillment_order)
            target = self.shop.sure(FulfillmentOrder, into)
            fulfillment.merge(self.shop, source, target)

    def contents(self, fulfillment_order: str) -> dict[str | None, int]:
        """Return the open units of a fulfillment order, by SKU."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            return {
                self.shop.sure(LineItem, line.line_id).sku: line.remaining_quantity
                for line in piece.lines
            }

    def parcels(self, fulfillment_order: str) -> list[Fulfillment]:
        """Return the fulfillments of a fulfillment order that were not recalled."""
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
        """Take quantities by SKU from fulfillment orders, beginning with the first."""
        remaining = dict(lines)
        dealt = []
        for it in parts:
            group = []
            for line in it.lines:
                sku = self.shop.sure(LineItem, line.line_id).sku or ""
                taken = min(remaining.get(sku, 0), line.remaining_quantity)
                if taken:
                    remaining[sku] -= taken
                    group.append(Share(line, taken))
            if group:
                dealt.append((it, group))
        assert not any(remaining.values()), f"there are not as many: {remaining}"
        return dealt
