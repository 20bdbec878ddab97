"""The day of a warehouse, from the morning's import to the evening's count, and what it costs.

A keystroke is a character of a command as it is typed, `ordosync` and spaces included, without
completion. Editing a file is not counted. There is no cron.
"""

import shlex
from pathlib import Path

import pytest

from tests.support.command import Done, ordosync

CONFIG = """
default_account: depot
accounts:
  fleur:
    kind: files
    orders:
      glob: feeds/in/*.csv
      encoding: latin-1
      delimiter: ";"
      decimal: ","
      columns: {order_number: Commande, sku: Réf, name: Désignation, quantity: Qté,
                unit_price: Prix, placed_at: Date, ship_to.name: Destinataire,
                ship_to.street1: Adresse, ship_to.city: Ville, ship_to.zip: CP,
                ship_to.country: Pays}
      values: {ship_to.country: {France: FR, Belgique: BE}}
      date_format: "%d/%m/%Y %H:%M"
      timezone: Europe/Paris
      currency: EUR
    inventory: {path: out/stock.csv, columns: {sku: Réf, quantity: Stock}}
    tracking:
      path: out/suivi.csv
      columns: {order_number: Commande, tracking_number: Suivi, carrier: Transporteur,
                voided: Annulé}
  mugshop: {kind: sqlite, path: mugshop.db}
  homeware: {kind: sqlite, path: homeware.db}
  depot: {kind: sqlite, path: depot.db}
portals:
  fleur-depot:
    merchant: fleur
    supplier: {account: depot, prefix: "F-"}
    manage_inventory: true
    tasks: {import-orders: hourly}
  mugshop-depot:
    merchant: mugshop
    supplier: {account: depot, prefix: "M-"}
    manage_inventory: true
    tasks: {import-orders: hourly, cancel-orders: 10-minutes}
  homeware-depot:
    merchant: homeware
    supplier: {account: depot, prefix: "H-"}
    manage_inventory: true
    tasks: {import-orders: hourly, cancel-orders: 10-minutes}
"""
BEFORE = [
    "ordosync sync",
    "ordosync attention",
    "ordosync retry 1",
    "ordosync orders list --account depot --status awaiting_fulfillment -n 0",
    "ordosync orders ship --from ship.csv --account depot",
    "ordosync orders split M-2010 --piece MUG-A=1 --piece MUG-B=1 --account depot",
    "ordosync orders split M-2011 --piece MUG-A=1 --piece MUG-B=1 --account depot",
    "ordosync orders ship M-2001 --void --account depot",
    "ordosync orders ship M-2001 --carrier UPS --tracking 1Z00001B --account depot",
    "ordosync orders cancel 2009 --account mugshop",
    "ordosync orders cancel 2011 --account mugshop",
    "ordosync orders cancel 2012 --account mugshop",
    "ordosync cancel-orders",
    "ordosync stock set --from count.csv --account depot",
    "ordosync write-inventory-back",
]
"""The commands of the same day when it was counted first; none of them found a customer."""


class Day:
    """A day in the folder of the depot; it keeps the commands that were typed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.typed: list[str] = []
        (folder / "config.yaml").write_text(CONFIG)
        (folder / "feeds" / "in").mkdir(parents=True)
        (folder / "out").mkdir()
        self.feed(country="Suisse")
        for account, count, lines in (
            ("mugshop", 12, ("MUG-A=1@12", "MUG-B=1@14.50")),
            ("homeware", 8, ("MUG-B=2@14.50", "MUG-C=1@9")),
        ):
            for number in range(2001, 2001 + count):
                words = [word for line in lines for word in ("--line", line)]
                words += ["--supplier", "depot", "--name", f"Cust {number - 2000}"]
                self.done("orders", "add", str(number), "-a", account, *words)
        (folder / "ship.csv").write_text(_parcels())
        counts = {"TASSE-BLEU": 120, "BOL-ROUGE": 40, "MUG-A": 100, "MUG-B": 40, "MUG-C": 5}
        rows = [f"{sku},{count}," for sku, count in counts.items()]
        (folder / "count.csv").write_text("\n".join(["sku,quantity,warehouse", *rows, ""]))

    def feed(self, *, country: str) -> None:
        """Write the orders of fleur; the last one goes to this country."""
        rows = [
            f"FL{number:04};{'BOL-ROUGE' if number % 2 else 'TASSE-BLEU'};Façonné;1;9,90;"
            f"02/11/2026 08:{number:02};Hélène Dupré {number};{number} rue de l'église;Besançon;"
            f"25000;{country if number == 31 else 'France'}"
            for number in range(1, 32)
        ]
        header = "Commande;Réf;Désignation;Qté;Prix;Date;Destinataire;Adresse;Ville;CP;Pays"
        text = "\n".join([header, *rows, ""])
        (self.folder / "feeds" / "in" / "28.csv").write_text(text, encoding="latin-1")

    def type(self, command: str, *, code: int = 0) -> Done:
        """Type a command, which counts."""
        self.typed.append(command)
        done = ordosync(self.folder, *shlex.split(command)[1:])
        assert done.code == code, f"{done.code}\n{done.out}\n{done.err}"
        return done

    def done(self, *words: str) -> Done:
        """Run a command that is not a part of the day."""
        done = ordosync(self.folder, *words)
        assert done.code == 0, done
        return done

    def status(self, account: str, number: str) -> str:
        [order] = self.done("orders", "show", number, "-a", account, "--json").json["orders"]
        return str(order["status"])


def _parcels() -> str:
    """Return the carrier's file: 20 parcels, and three rows that are wrong."""
    rows = [f"F-FL{number:04},DPD,0550000{number:02},Classic,4.20" for number in range(1, 13)]
    rows += [f"M-{number},UPS,1Z0{number},Ground,5.90" for number in range(2001, 2009)]
    rows += ["M-9999,UPS,1ZBAD,Ground,5.90", "M-2001,UPS,1ZDUP,Ground,5.90"]
    rows += ['M-2009,UPS,,Ground,"5,90"']
    return "\n".join(["number,carrier,tracking,method,cost", *rows, ""])


@pytest.fixture(name="day", scope="module")
def _day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """Return the day after its last command."""
    day = Day(tmp_path_factory.mktemp("day"))
    failed = day.type("ordosync sync", code=1)
    assert "FL0031" in failed.err
    assert "'Suisse' is not in" in failed.err
    # The products of the Merchants are linked once, as on any day before.
    day.done("import-products", "mugshop-depot", "homeware-depot")

    day.feed(country="France")
    to_pack = day.type("ordosync orders pick --fetch")
    assert "FL0031" in to_pack.out

    refused = day.type("ordosync orders ship --from ship.csv", code=1)
    assert "20 shipped" in refused.err
    assert "3 refused" in refused.err
    day.type("ordosync orders split M-2010 M-2011 --piece MUG-A=1")
    day.type("ordosync orders ship M-2001 --replace --tracking 1Z00001B")
    day.type("ordosync orders cancel 2003 2004 2005 -a homeware --send")
    day.type("ordosync stock set --from count.csv --send")
    found = day.type('ordosync find "Cust 5"')
    assert "M-2005" in found.out
    return day


def test_day_it_takes_at_most_half_of_the_commands_and_keystrokes(day: Day) -> None:
    of_before = [command for command in day.typed if not command.startswith("ordosync find")]
    assert (len(BEFORE), sum(map(len, BEFORE))) == (15, 686)
    assert 2 * len(of_before) <= len(BEFORE)
    assert 2 * sum(map(len, day.typed)) <= sum(map(len, BEFORE))


def test_day_the_corrected_row_is_imported_before_the_list_is_made(day: Day) -> None:
    assert day.status("depot", "F-FL0031") == "awaiting_fulfillment"
    assert "FL0031" not in ordosync(day.folder, "attention").out


def test_day_both_sides_have_the_same_orders_at_the_end(day: Day) -> None:
    for number in ("2001", "2008"):
        assert day.status("mugshop", number) == "shipped"
    for number in ("2010-1", "2010-2", "2011-1", "2011-2"):
        assert day.status("mugshop", number) == "dropshipment_requested"
    for number in ("2003", "2004", "2005"):
        assert day.status("homeware", number) == "cancelled"
        assert day.status("depot", f"H-{number}") == "cancelled"
    [order] = day.done("orders", "show", "2001", "-a", "mugshop", "--json").json["orders"]
    labels = [(label["tracking"], label["void"]) for label in order["shipments"]]
    assert labels == [("1Z02001", True), ("1Z00001B", False)]
    assert day.done("reconcile").out == ""


def test_day_the_merchants_have_the_stock_of_the_count(day: Day) -> None:
    levels = day.done("stock", "list", "MUG-C", "-a", "homeware", "--json").json["stock"]
    # Five orders of homeware are open, and the count is five.
    assert levels[0]["physical"] == 0
