"""Actions of people on single fulfillment orders, in the shop and at its services."""

from collections.abc import Mapping, Sequence

from tests.fakes.shopify import fulfillment, units_moved
from tests.fakes.shopify.fulfillment import Share
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import (
    ENDED,
    Fulfillment,
    FulfillmentHold,
    FulfillmentOrder,
    Json,
    LineItem,
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
        """Ship a piece, or quantities of some SKUs of it; return the fulfillment's id."""
        with self.shop.lock:
            parts = self.open_parts(fulfillment_order)
            rows: list[Json] = [{"company": company, "number": tracking, "url": None}]
            shares = (
                [(part, fulfillment.everything(part)) for part in parts]
                if lines is None
                else self._deal(parts, lines)
            )
            return fulfillment.send(self.shop, shares, rows).id

    def open_parts(self, fulfillment_order: str) -> list[FulfillmentOrder]:
        """Return the open fulfillment orders of a piece.

        If a parcel of an ended one was cancelled, a new one replaces it.
        """
        with self.shop.lock:
            order_id = self.shop.sure(FulfillmentOrder, fulfillment_order).order_id
            same = {fulfillment_order}
            parts = [it for it in self.shop.all(FulfillmentOrder) if it.order_id == order_id]
            for part in parts:
                # The oldest comes first, so a replacement of a replacement is found, too.
                if part.replaces & same:
                    same.add(part.id)
            return [part for part in parts if part.id in same and part.status not in ENDED]

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

    def move(
        self, fulfillment_order: str, location: str, lines: Mapping[str, int] | None = None
    ) -> str:
        """Move a fulfillment order, or quantities of some SKUs, to another location.

        Return the id of the one that is there. Units that were sent stay.
        """
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            return units_moved.move(self.shop, piece, location, self._some(piece, lines))

    def hold(
        self,
        fulfillment_order: str,
        reason: str = "OTHER",
        notes: str | None = None,
        *,
        lines: Mapping[str, int] | None = None,
    ) -> str:
        """Hold a fulfillment order, or quantities of some SKUs.

        Return the id of the one with the other units, or of the same one.
        """
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            held = self._some(piece, lines)
            stamp = self.shop.stamp("FulfillmentHold")
            made = FulfillmentHold(**stamp, reason=reason, reason_notes=notes)
            rest = units_moved.hold(self.shop, piece, held, made)
            return rest.id if rest else piece.id

    def release(self, fulfillment_order: str) -> None:
        """Release all holds of a fulfillment order; what was not held is merged back."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            units_moved.release(self.shop, piece)

    def replace(self, fulfillment_order: str) -> str:
        """Cancel a fulfillment order; return the id of the one that replaces it."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            return units_moved.cancel(self.shop, piece)

    def close(self, fulfillment_order: str) -> None:
        """Give a fulfillment order back, as the service: it is incomplete."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            units_moved.close(self.shop, piece)

    def answer(self, fulfillment_order: str, *, accept: bool = True) -> None:
        """Accept or reject the latest request, as the service."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            if piece.request_status == "SUBMITTED":
                (fulfillment.accept if accept else fulfillment.reject)(self.shop, piece)
            else:
                (fulfillment.give_back if accept else fulfillment.keep)(self.shop, piece)

    def ask_again(self, fulfillment_order: str) -> None:
        """Request a fulfillment order from its service, after it gave it back."""
        with self.shop.lock:
            piece = self.shop.sure(FulfillmentOrder, fulfillment_order)
            everything = fulfillment.everything(piece)
            fulfillment.submit(self.shop, piece, everything, None, notify=False)

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

    def _some(self, piece: FulfillmentOrder, lines: Mapping[str, int] | None) -> list[Share]:
        """Return quantities of some SKUs, or all open units."""
        return fulfillment.everything(piece) if lines is None else self._deal([piece], lines)[0][1]

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
