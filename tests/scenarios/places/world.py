"""A shop of files whose orders go to a depot at a place, by the command line."""

import os
from pathlib import Path
from typing import Any

from ordosync import failpoints
from tests.support.command import CONFIG as LOCAL
from tests.support.command import HEADER, Done, ordosync, row
from tests.support.places import FolderPlace, Partner

DEPOT = """kind: files
    place: {url: "sftp://partner.example", user: acme, host_key: "ssh-ed25519 AAAA"}
    order_files:
      folder: in
      name: "PO_{number}.csv"
      columns: {order_number: No, sku: SKU, quantity: Qty, ship_to.name: Name}
"""
CONFIG = LOCAL.replace("kind: sqlite\n    path: warehouse.db\n", DEPOT)
BLIND = frozenset({"size", "list", "remove", "fetch"})
"""What a server that only takes files denies."""


class PlaceWorld:
    """The folder of the configuration, the place, and the partner who takes files away."""

    def __init__(self, folder: Path, place: FolderPlace) -> None:
        self.folder = folder
        self.place = place
        self.partner = Partner(place.folder / "in")

    def drop(self, *numbers: str, name: str = "Ann") -> None:
        """Add an order file to the feed of the shop."""
        text = HEADER + "".join(row(number).replace("Ada", name) for number in numbers)
        (self.folder / "feeds" / f"{'-'.join(numbers)}.csv").write_text(text)

    def run(self, *words: str) -> Done:
        return ordosync(self.folder, *words)

    def import_orders(self) -> Done:
        return self.run("import-orders", "--json")

    def kill_import(self, point: str) -> None:
        """Run an import in another process, which is killed at a failpoint."""
        child = os.fork()
        if child == 0:
            failpoints._name, failpoints._left = point, 1
            self.import_orders()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), point

    def step(self) -> dict[str, Any]:
        """Return the only step of the newest import."""
        [run] = self.run("activity", "-n", "1", "--json").json["runs"]
        [step] = self.run("show", str(run["id"]), "--json").run["steps"]
        found: dict[str, Any] = step
        return found
