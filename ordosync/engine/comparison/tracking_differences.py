"""Differences in tracking between an order of the Merchant and its parcels at the Supplier."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ordosync.accounts.merchant import Takes
from ordosync.engine.comparison.difference import Comparison, Difference
from ordosync.engine.comparison.line_units import numbers_of, valid_parcels
from ordosync.engine.comparison.order_matching import Match
from ordosync.engine.comparison.order_trees import is_open, valid_numbers
from ordosync.models import OWN, OrderSnapshot, Shipment
from ordosync.store.step_rows import StepRef


def tracking_differences(
    comparison: Comparison,
    match: Match,
    at_merchant: OrderSnapshot,
    at_supplier: OrderSnapshot,
    beside: Sequence[OrderSnapshot] = (),
    *,
    earlier: AbstractSet[str] = frozenset(),
) -> Iterator[Difference]:
    """Yield the differences between the numbers of an order and those of its parcels.

    `beside` are the Merchant's other pieces of this order, each of which is one parcel. `earlier`
    are the numbers of what the Supplier sent before it split the order.
    """
    tracking = comparison.portal.merchant.tracking
    compared = _Tracking(
        comparison=comparison,
        match=match,
        at_merchant=at_merchant,
        at_supplier=at_supplier,
        beside=beside,
        earlier=earlier,
        takes=tracking.takes if tracking else None,
    )
    return compared.differences()


@dataclass(frozen=True, kw_only=True)
class _Tracking:
    """An order with its parcels in both accounts."""

    comparison: Comparison
    match: Match
    at_merchant: OrderSnapshot
    at_supplier: OrderSnapshot
    beside: Sequence[OrderSnapshot]
    earlier: AbstractSet[str]
    takes: Takes | None
    """None if the Merchant has no tracking, as configured."""

    @property
    def orders(self) -> Sequence[OrderSnapshot]:
        """The pieces that are parcels, followed by the Merchant's order itself."""
        return (*self.beside, self.at_merchant)

    @property
    def numbers(self) -> list[str]:
        """The valid numbers that the Merchant shows."""
        shown = [number for order in self.orders for number in valid_numbers(order)]
        return [number for number in shown if number not in self.earlier]

    @property
    def ids(self) -> tuple[str, str]:
        """The ids of the order in both accounts."""
        return self.at_merchant.order.id, self.match.supplier_id

    def differences(self) -> Iterator[Difference]:
        """Yield all differences of the order's parcels."""
        labels = valid_parcels(self.at_supplier)
        if not labels:
            yield from self._without_label()
        elif self.at_merchant.order.status == "cancelled" and not self.beside:
            description = (
                f"is shipped at the Supplier with {labels[-1].tracking_number}, cancelled at the"
                " Merchant"
            )
            yield self.comparison.differs("shipped-though-cancelled", description, self.ids)
        elif self.takes is None:
            yield from self._of_newest(labels[-1])
        else:
            yield from self._void_of_several(labels)
            yield from self._missing(labels)

    def _without_label(self) -> Iterator[Difference]:
        shown = valid_numbers(self.at_merchant)
        numbers = [number for number in shown if number not in self.earlier]
        if self.at_supplier.order.status == "shipped" and not numbers:
            text = _without_number(self.comparison)
            yield self.comparison.differs("no-tracking", text, self.ids)
        elif numbers and is_open(self.at_supplier) and self.comparison.portal.supplier.lists_all:
            yield _void(self.comparison, self.match, self.at_merchant, self.at_supplier)

    def _of_newest(self, label: Shipment) -> Iterator[Difference]:
        """Yield the difference at a Merchant with one number per order, if all units are sent."""
        if not label.is_last:
            return
        if not self.numbers:
            yield self._not_reported(label)
        elif label.tracking_number not in self.numbers:
            yield self._other_number(label)

    def _missing(self, labels: Sequence[Shipment]) -> Iterator[Difference]:
        """Yield the parcels and numbers that the Merchant does not show."""
        numbers = self.numbers
        missing = [label for label in labels if not set(numbers_of(label)) & set(numbers)]
        if missing == list(labels) and numbers and not is_open(self.at_merchant):
            yield self._other_number(labels[-1])
            return
        for label in missing:
            if self._is_reportable(label):
                is_first = not numbers and label is missing[0]
                yield self._not_reported(label) if is_first else self._parcel_missing(label)
        if self.takes in ("lines", "numbers"):
            for label in labels:
                for number in numbers_of(label) if label not in missing else ():
                    if number not in numbers:
                        yield self._parcel_missing(label, number)

    def _is_reportable(self, label: Shipment) -> bool:
        """True if the Merchant can show the parcel; for some Merchants, its units must be known."""
        if self.takes != "pieces":
            return True
        is_known = label.lines is not None or label.is_last
        return is_known and (is_open(self.at_merchant) or not self.numbers)

    def _not_reported(self, label: Shipment) -> Difference:
        number = label.tracking_number
        text = f"is shipped at the Supplier with {number}, not at the Merchant"
        return self._to_report("no-tracking", text, label, number)

    def _parcel_missing(self, label: Shipment, number: str = "") -> Difference:
        number = number or label.tracking_number
        text = f"has a parcel {number} at the Supplier that the Merchant does not show"
        return self._to_report("parcel-missing", text, label, number)

    def _to_report(self, kind: str, text: str, label: Shipment, number: str) -> Difference:
        step_ref = StepRef(key=f"{label.id}:{number}", **_ids(self.match, label))
        return self.comparison.differs(
            kind, text, self.ids, task="update-tracking", step_ref=step_ref
        )

    def _other_number(self, label: Shipment) -> Difference:
        text = (
            f"has tracking {label.tracking_number} at the Supplier and {', '.join(self.numbers)} at"
            " the Merchant, whose number is kept; correct it manually"
        )
        return self.comparison.differs("tracking-differs", text, self.ids)

    def _void_of_several(self, labels: Sequence[Shipment]) -> Iterator[Difference]:
        """Yield the Merchant's numbers whose parcel is void while other parcels are valid."""
        valid = {number for label in labels for number in numbers_of(label)}
        for order in self.orders:
            for number in valid_numbers(order):
                parcel = None if number in valid else self._void_parcel(number)
                if parcel:
                    yield self._is_void(number, *parcel)

    def _is_void(self, number: str, parcel_id: str, read_by: str) -> Difference:
        text = f"has tracking {number} at the Merchant, whose parcel is void at the Supplier"
        step_ref = StepRef(
            key=f"{parcel_id}:{number}:void",
            merchant_id=self.match.merchant_id,
            supplier_id=read_by,
        )
        return self.comparison.differs(
            "tracking-void", text, self.ids, task="update-tracking", step_ref=step_ref
        )

    def _void_parcel(self, number: str) -> tuple[str, str] | None:
        """Return the id of the parcel that had this number, and the id for reading it."""
        for label in self.at_supplier.shipments:
            if label.voided and label.tracking_number == number:
                return label.id, label.id
        shipments = self.comparison.portal.supplier.shipments
        if shipments is None or not shipments.lists_all_parcels:
            return None
        ids = {label.id for label in self.at_supplier.shipments if not label.voided}
        links = self.comparison.portal.links.parcels_of([order.order.id for order in self.orders])
        for link in (link for parcels in links.values() for link in parcels):
            if link.state == "live" and link.number == number and link.parcel_id not in ids:
                return link.parcel_id, self.at_supplier.shipments[-1].id
        return None


def _without_number(comparison: Comparison) -> str:
    """Return the text for an order that is shipped without a tracking number."""
    if comparison.portal.supplier.lists_all:
        return "is shipped at the Supplier without a tracking number; add it there"
    return "is shipped at the Supplier, and the Merchant has no valid tracking number"


def _void(
    comparison: Comparison, match: Match, at_merchant: OrderSnapshot, at_supplier: OrderSnapshot
) -> Difference:
    reported = next(shipment for shipment in reversed(at_merchant.shipments) if not shipment.voided)
    number = reported.tracking_number
    deleted = next(
        (
            shipment
            for shipment in at_supplier.shipments
            if shipment.tracking_number in ("", number)
        ),
        None,
    )
    if reported.id == OWN:
        deleted = None  # The valid number is another one.
    description = f"has tracking {number} at the Merchant, and is open at the Supplier"
    step_ref = None
    if deleted:
        parcel_id = _reported_id(comparison, match, number) or deleted.id
        step_ref = StepRef(key=f"{parcel_id}:{number}:void", **_ids(match, deleted))
    return comparison.differs(
        "tracking-void",
        description,
        (at_merchant.order.id, match.supplier_id),
        task="update-tracking" if step_ref else "",
        step_ref=step_ref,
    )


def _reported_id(comparison: Comparison, match: Match, number: str) -> str:
    """Return the id of the parcel that was reported with a number that its account forgot."""
    parcels = comparison.portal.links.parcels_of([match.merchant_id]).get(match.merchant_id, ())
    return next((link.parcel_id for link in parcels if link.number == number), "")


def _ids(match: Match, label: Shipment) -> dict[str, str]:
    return {"merchant_id": match.merchant_id, "supplier_id": label.id}
