"""A Merchant and a Supplier in two local accounts, with a SKU map between them."""

from pathlib import Path

from ordosync.models import Shipment
from tests.tasks.editing import NOTES, edit
from tests.tasks.portal import CONFIG, Pair

WITH_MAP = CONFIG.replace(
    "    manage_inventory: true\n",
    "    manage_inventory: true\n    sku_map: map.csv\n    tasks: {cancel-orders: hourly}\n",
    1,
)
ROWS = ("MUG-6,NW-MUG,6", "MUG,NW-MUG,1")


class MappedPair(Pair):
    """A portal with a SKU map. Portal `outlet-northwind` has none."""

    def __init__(self, folder: Path, *rows: str, config: str = WITH_MAP) -> None:
        super().__init__(folder, config)
        self.map(*rows)

    def map(self, *rows: str) -> None:
        """Replace the map."""
        lines = ["merchant_sku,supplier_sku,units", *(rows or ROWS)]
        (self.folder / "map.csv").write_text("\n".join([*lines, ""]))

    def without_map(self) -> None:
        """Remove the map from the configuration."""
        self.path.write_text(self.path.read_text().replace("    sku_map: map.csv\n", ""))

    def units(self, merchant_line: str) -> tuple[int | None, int | None, int | None]:
        """Return the ordered, sent and cancelled units of a line, by the ledger."""
        link = self.link(merchant_line, "line")
        return link.ordered, link.sent, link.cancelled


def read_again(pair: MappedPair) -> None:
    """Let order 1001 be read and compared again: its notes are edited, which are not sent."""
    edit(pair, NOTES)


def parcels(shipments: list[Shipment]) -> list[tuple[str, list[int]]]:
    """Return the number and the quantities of each parcel."""
    return [
        (shipment.tracking_number, [part.quantity for part in shipment.lines or ()])
        for shipment in shipments
    ]
