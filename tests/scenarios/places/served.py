"""A shop and a depot whose files are on a real SFTP server, by the command line."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from ordosync.clock import Clock
from tests.accounts.files.places.ftpd import PASSWORD, Ftpd
from tests.accounts.files.places.sshd import Sshd
from tests.support.command import HEADER, Done, ordosync, row
from tests.support.places import Partner

_CONFIG = """
accounts:
  shop:
    kind: files
    {shop_place}
    orders:
      glob: {orders}/*.csv
      columns: {{order_number: order, sku: sku, name: name, quantity: qty, unit_price: price,
                ship_to.name: to, ship_to.country: country}}
      currency: EUR
      quiet_s: 0
      {after_orders}
    tracking:
      {tracking}
      columns: {{order_number: Order, tracking_number: Number, voided: Void}}
  depot:
    kind: files
    {depot_place}
    order_files:
      {order_files}
      columns: {{order_number: No, sku: SKU, quantity: Qty, ship_to.name: Name}}
    shipments:
      glob: {sent}/*.csv
      columns: {{order_number: No, tracking_number: Number, carrier: Carrier}}
      quiet_s: 0
      {after_sent}
portals:
  shop-depot:
    merchant: shop
    supplier: depot
    tasks: {{import-orders: 10-minutes}}
"""
_LOCALLY = {
    "orders": "feeds/orders",
    "tracking": "path: written/tracking.csv",
    "order_files": "folder: written",
    "sent": "feeds/sent",
    **dict.fromkeys(("shop_place", "depot_place", "after_orders", "after_sent"), ""),
}
_FOLDERS = ("orders", "orders/done", "sent", "sent/done", "in", "tracking")


class Served:
    """The folder of the configuration, the folder of the server, and the programs of both partners.

    Files are fetched at once, since a test does not wait, and again by the next run: the server has
    times in whole seconds. So they are archived by the second run.
    """

    def __init__(self, folder: Path, remote: Path, place: str) -> None:
        """`remote` is the folder of the place, on this machine."""
        self.folder = folder
        self.remote = remote
        self._place = f"place: {{{place}}}"
        for path in [
            *(folder / "feeds" / name for name in ("orders", "sent")),
            *(remote / name for name in _FOLDERS),
            folder / "written",
        ]:
            path.mkdir(parents=True)
            # For the user of a server.
            path.chmod(0o777)
        self._partners = [Partner(self.remote / name) for name in ("in", "tracking")]
        self.ahead = timedelta()
        """How far our clock is ahead."""
        self.server_ahead = timedelta()
        """How far the clock of the server is ahead."""

    @classmethod
    def by_sftp(cls, folder: Path, sshd: Sshd, *, shape: str = "plain") -> "Served":
        """Return a world with an OpenSSH server."""
        options = sshd.options(folder / "remote", shape)
        (folder / "key").write_text(sshd.key)
        (folder / "key").chmod(0o600)
        place = f'url: "{options.url}", key: "file:key", host_key: "{sshd.host_key}", timeout_s: 3'
        return cls(folder, folder / "remote", place)

    @classmethod
    def by_ftps(cls, folder: Path, ftpd: Ftpd) -> "Served":
        """Return a world with an FTP server."""
        (folder / "password").write_text(PASSWORD)
        (folder / "password").chmod(0o600)
        url = f"{ftpd.options().url}/out"
        return cls(
            folder,
            ftpd.files / "out",
            f'url: "{url}", password: "file:password", ca_file: "{ftpd.ca_file}"',
        )

    def configure(self, *, after: str = "keep", has_moved: bool = False) -> None:
        """Let both accounts have their files at the server, perhaps after local folders."""
        place = self._place
        memory = "\n    memory: " if has_moved else ""
        archive = "after: {archive: %s/done}" if after == "archive" else f"after: {after} # %s"
        self._write(
            shop_place=f"{place}{memory}{'written/tracking.csv' if has_moved else ''}",
            orders="orders",
            after_orders=archive % "orders",
            tracking='folder: tracking\n      name: "sent_{seq}.csv"\n      mode: batch',
            depot_place=f"{place}{memory}{'written' if has_moved else ''}",
            order_files='folder: in\n      name: "PO_{number}.csv"',
            sent="sent",
            after_sent=archive % "sent",
        )

    def configure_locally(self) -> None:
        """Let both accounts have their files in local folders."""
        self._write(**_LOCALLY)

    def _write(self, **texts: str) -> None:
        lines = _CONFIG.format(**texts).splitlines()
        text = "\n".join(line for line in lines if line.strip())
        (self.folder / "config.yaml").write_text(text)

    def drop(self, name: str, *orders: str, locally: bool = False) -> None:
        """Let the shop add a file with these orders."""
        self._add(f"orders/{name}.csv", HEADER + "".join(map(row, orders)), locally=locally)

    def ship(self, *orders: str, locally: bool = False) -> None:
        """Let the depot add a file with a parcel for each of these orders."""
        rows = "".join(f"{number},1Z{number},UPS\n" for number in orders)
        name = f"sent/{'-'.join(orders)}.csv"
        self._add(name, f"No,Number,Carrier\n{rows}", locally=locally)

    def _add(self, name: str, text: str, *, locally: bool) -> None:
        path = (self.folder / "feeds" if locally else self.remote) / name
        path.write_text(text)
        at = time.time() + self.server_ahead.total_seconds()
        os.utime(path, (at, at))

    def run(self, *words: str) -> Done:
        """Run a command, ten seconds after the one before."""
        self.ahead += timedelta(seconds=10)
        at = self.ahead
        with patch.object(Clock, "now", lambda _: datetime.now(UTC) + at):
            return ordosync(self.folder, *words)

    def run_all(self) -> Done:
        """Run both tasks until nothing is open; return the last import."""
        for _ in range(2):
            done = self.run("import-orders", "--json")
            self.run("update-tracking")
            self.run("retry", "--all")
            self.take()
        return done

    def take(self) -> None:
        """Let the programs of both partners take the files that they see."""
        for partner in self._partners:
            partner.take()

    def lose_store(self) -> None:
        """Lose the database, but nothing beside it."""
        for path in self.folder.glob("ordosync.db*"):
            if path.is_file():
                path.unlink()

    def orders(self) -> Counter[str]:
        """Return how often the depot got each order: from the server, or in a local folder."""
        local = [path.read_bytes() for path in (self.folder / "written").glob("order-*.csv")]
        return Counter(self._cells(0, local))

    def parcels(self) -> Counter[str]:
        """Return how often the shop got each parcel."""
        local = self.folder / "written" / "tracking.csv"
        return Counter(self._cells(1, [local.read_bytes()] if local.exists() else []))

    def _cells(self, column: int, local: list[bytes]) -> Iterator[str]:
        """Yield the cells of a column of `PO_.csv` or, if it is the second one, of parcels."""
        partner = self._partners[column]
        partner.take()
        for content in [*(content for _, content in partner.taken), *local]:
            yield from (line.split(",")[column] for line in content.decode().splitlines()[1:])
