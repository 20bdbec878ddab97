"""The record of one order that was written for a Supplier. It has no personal data."""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import Struct
from msgspec.structs import replace

from ordosync.accounts.files.output.order_rows import line_id
from ordosync.accounts.supplier import TAKEN_AWAY
from ordosync.models import Outcome


@dataclass(frozen=True, kw_only=True)
class WrittenLine:
    """A line of an order that was written."""

    id: str
    sku: str
    quantity: int


class OrderRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order that was written, without personal data."""

    number: str
    lines: int
    reference: str = ""
    """Earlier releases did not record it."""
    units: tuple[tuple[str, int], ...] = ()
    """SKU and quantity of each line in its newest file; earlier releases did not record them."""
    version: int = 1
    """The number of its files so far."""
    whole: int = 1
    """The version of its newest file with all fields."""
    is_held: bool = False
    is_asked: bool = False
    """True if the Supplier was asked to cancel it, and not to send it after that."""
    rejected: str = ""
    """The newest rejection when the Supplier was asked last; only a newer one is the answer."""
    agreed: tuple[int, ...] = ()
    """The units of each line until the Supplier answers, if its newest file asks for fewer."""
    file: str = ""
    """The name of its newest file at a place; empty in a local folder."""
    was_taken: bool = False
    """True if its newest file was taken away before it was seen at the place."""

    @property
    def line_ids(self) -> tuple[str, ...]:
        """The ids of its lines."""
        return tuple(line_id(self.number, n) for n in range(1, self.lines + 1))

    @property
    def units_by_line(self) -> dict[str, int]:
        """The units in its newest file, by line id."""
        return dict(zip(self.line_ids, (count for _, count in self.units), strict=False))

    @property
    def agreed_units(self) -> tuple[int, ...]:
        """The units of each line until the Supplier answers."""
        return self.agreed or tuple(count for _, count in self.units)

    def with_units(
        self, units: Sequence[tuple[str, int]], *, agreed: Sequence[int]
    ) -> "OrderRecord":
        """Return the record after a further file with the whole order."""
        version = self.version + 1
        is_less = tuple(agreed) != tuple(count for _, count in units)
        return replace(
            self,
            lines=len(units),
            units=tuple(units),
            agreed=tuple(agreed) if is_less else (),
            version=version,
            whole=version,
            is_asked=False,
        )

    def outcome(self) -> Outcome:
        """Return the outcome of creating it again."""
        outcome = Outcome(state="unchanged", id=self.number, line_ids=self.line_ids)
        if not self.was_taken:
            return outcome
        reason = f"{self.file} was taken away before it was seen at the place"
        return replace(outcome, code=TAKEN_AWAY, reason=reason)

    def written_lines(self) -> list[WrittenLine]:
        """Return its lines, with the units that count; a line of an earlier release has no SKU."""
        skus = [sku for sku, _ in self.units] or [""] * self.lines
        units = self.agreed_units or (0,) * self.lines
        return [
            WrittenLine(id=id_, sku=sku, quantity=quantity)
            for id_, sku, quantity in zip(self.line_ids, skus, units, strict=False)
        ]
