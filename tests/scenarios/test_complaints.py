"""Complaints about such systems: each symptom of the page, and the command that explains it.

A situation is made by commands, as far as there are any for it. Numbers as in the list of
complaints, all of which have a row.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.accounts.files.order_feeds import Feeds
from tests.support.command import HEADER, ordosync, row, shop
from tests.support.desk import SHIP, TwoAccounts
from tests.support.stories import edit
from tests.tasks.aged_stock import HOUR, AgedStock

PAGE = Path(__file__).parents[2] / "ordosync" / "docs" / "troubleshooting.md"
# Those about places, which have their code behind the symptom, are tried in scenarios/places.
ITEM = re.compile(r"^\* \*\*([^*]+)\*\*:\s(.+?)(?=\n\n|\n\* |\Z)", re.MULTILINE | re.DOTALL)
ROWS = {
    symptom: " ".join(answer.split()) for symptom, answer in ITEM.findall(PAGE.read_text("utf-8"))
}


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """A symptom, the situation that causes it, and the output of the command."""

    number: int
    symptom: str
    make: Callable[[Path], object]
    command: str
    """The command on the page, except for the words in capitals."""
    says: str


def two(folder: Path) -> TwoAccounts:
    """Return two accounts with an imported order."""
    both = TwoAccounts(folder)
    both.shop("orders", "add", "1001", "--line", "MUG=2", "--line", "CUP=1", *FOR_NORTHWIND)
    both.run("import-orders")
    return both


FOR_NORTHWIND = ("--supplier", "northwind")


def imported_twice(folder: Path) -> None:
    two(folder).run("import-orders")


def lost_answer(folder: Path) -> None:
    two(folder)
    edit(
        folder,
        "ordosync.db",
        "update steps set state = 'unknown', reason = 'the answer was lost',"
        " created_at = '2026-01-02T03:04:05.000Z'",
    )


def one_bad_row(folder: Path) -> None:
    shop(folder, HEADER + row("1") + row("2", "1.2E+12") + row("3"))
    ordosync(folder, "import-orders")


def refused_quantity(folder: Path) -> None:
    counted(folder, 7)
    edit(
        folder,
        "ordosync.db",
        "update steps set state = 'failed', attempts = 3, reason = 'is a bundle'"
        " where task = 'write-inventory-back' and key = 'MUG'",
    )


def counted(folder: Path, quantity: int) -> TwoAccounts:
    both = two(folder)
    both.run("import-products")
    both.shop("stock", "set", "MUG", "50")
    both.northwind("stock", "set", "MUG", str(quantity))
    both.run("write-inventory-back", "--force")
    return both


def never_ticked(folder: Path) -> None:
    two(folder)


def killed(folder: Path) -> None:
    shop(folder, HEADER + row("1"))
    assert ordosync(folder, "import-orders", fault="intent-after-commit").code != 0
    edit(folder, "ordosync.db", "update schedule set next_at = '2026-01-01T00:00:00.000Z'")


def before_since(folder: Path) -> None:
    both = TwoAccounts(folder)
    both.configure("    manage", "    since: 2999-01-01\n    manage")
    both.shop("orders", "add", "1001", "--line", "MUG=1", *FOR_NORTHWIND)
    both.run("import-orders")


def nearly_equal_sku(folder: Path) -> None:
    both = TwoAccounts(folder)
    both.northwind("products", "add", "MUG")
    both.shop("orders", "add", "1001", "--line", "mug=1", *FOR_NORTHWIND)
    both.run("import-orders")


def unknown_sku(folder: Path) -> None:
    both = TwoAccounts(folder)
    (folder / "map.csv").write_text("merchant_sku,supplier_sku,units\nMUG,NW-MUG,1\n")
    both.configure("    manage", "    sku_map: map.csv\n    unknown_sku: hold\n    manage")
    both.shop("orders", "add", "1001", "--line", "POT=1", *FOR_NORTHWIND)
    both.run("import-orders")


def damaged_map(folder: Path) -> None:
    both = two(folder)
    (folder / "map.csv").write_text("merchant_sku,supplier_sku,units\nMUG,NW-MUG,none\n")
    both.configure("    manage", "    sku_map: map.csv\n    manage")


def held_before_import(folder: Path) -> None:
    both = TwoAccounts(folder)
    both.configure("    manage", "    hold: {countries: [US]}\n    manage")
    both.shop("orders", "add", "1001", "--line", "MUG=1", "--country", "FR", *FOR_NORTHWIND)
    both.run("import-orders")


def unknown_status(folder: Path) -> None:
    feeds = Feeds(folder)
    feeds.configure("statuses: [{column: Payment, travels: [paid]}]")
    feeds.drop("a.csv", "No,SKU,Qty,To,Payment\n1001,MUG,1,Ada,on its way\n")
    feeds.run()


def cut_by_a_page(folder: Path) -> None:
    feeds = Feeds(folder)
    feeds.configure("blank_repeats: true")
    feeds.drop("page1.csv", "No,SKU,Qty,To\n1001,MUG,1,Ada\n")
    feeds.drop("page2.csv", "No,SKU,Qty,To\n,CUP,1,\n")
    feeds.run()


def never_read(folder: Path) -> None:
    both = TwoAccounts(folder)
    both.shop("orders", "add", "1001", "--line", "MUG=1", *FOR_NORTHWIND)


def promised(folder: Path) -> None:
    counted(folder, 7)


def oversold(folder: Path) -> None:
    counted(folder, 1)


def sold_out(folder: Path) -> None:
    both = counted(folder, 9)
    both.northwind("stock", "set", "MUG", "0")


def edited(folder: Path) -> None:
    feed = shop(folder, HEADER + row("1001"))
    ordosync(folder, "import-orders")
    feed.write_text(HEADER + row("1001", "5"))
    ordosync(folder, "import-orders")


def cancelled_and_shipped(folder: Path) -> None:
    both = two(folder)
    both.shop("orders", "cancel", "1001")
    both.northwind(*SHIP)


def cancelled_by_supplier(folder: Path) -> None:
    two(folder).northwind("orders", "cancel", "S-1001")


def restored_by_supplier(folder: Path) -> None:
    both = two(folder)
    both.shop("orders", "cancel", "1001")
    both.run("cancel-orders")
    both.northwind("orders", "restore", "S-1001")


def shipped_untold(folder: Path) -> None:
    two(folder)
    edit(folder, "northwind.db", "update orders set status = 'shipped'")


def split(folder: Path) -> None:
    two(folder).northwind("orders", "split", "S-1001", "--piece", "MUG=2", "--piece", "CUP=1")


def part_cancelled(folder: Path) -> None:
    both = two(folder)
    both.northwind("orders", "split", "S-1001", "--piece", "MUG=2", "--piece", "CUP=1")
    both.shop("orders", "cancel", "1001-1")
    both.run("cancel-orders")


def sent_in_part(folder: Path) -> TwoAccounts:
    both = two(folder)
    both.northwind(*SHIP, "--line", "MUG=1")
    return both


def cancelled_after_sent(folder: Path) -> None:
    both = sent_in_part(folder)
    both.shop("orders", "cancel", "1001", "--line", "MUG=1")
    both.run("cancel-orders")


def sent_although_cancelled(folder: Path) -> None:
    both = two(folder)
    both.shop("orders", "cancel", "1001", "--line", "MUG=1")
    both.northwind(*SHIP)
    both.run("update-tracking")


def parcel_lost(folder: Path) -> None:
    both = sent_in_part(folder)
    both.northwind(*SHIP[:-1], "1Z8", "--line", "CUP=1")
    edit(folder, "shop.db", "delete from shipment_lines where shipment_id = '1001:2'")
    edit(folder, "shop.db", "delete from shipments where id = '1001:2'")


def counted_otherwise(folder: Path) -> None:
    sent_in_part(folder)
    edit(folder, "shop.db", "update shipment_lines set quantity = 2")


def moved(folder: Path) -> None:
    feed = shop(folder, HEADER + row("1001"))
    ordosync(folder, "import-orders")
    feed.write_text(HEADER + row("1001").replace("Ada", "Eve"))
    ordosync(folder, "import-orders")


def edited_at(folder: Path, policy: str, *words: str) -> None:
    """Edit the address of an imported order, with this policy."""
    both = two(folder)
    both.configure("    manage", f"    edits: {{address: {policy}}}\n    manage")
    both.shop("orders", "edit", "1001", *words)
    both.run("import-orders")


def edited_country(folder: Path) -> None:
    edited_at(folder, "apply", "--country", "FR")


def held(folder: Path) -> None:
    edited_at(folder, "hold", "--city", "Bonn")
    assert ordosync(folder, *SHIP, "--account", "northwind").code == 1


def asked(folder: Path) -> None:
    both = TwoAccounts(folder)
    columns = "{order_number: No, sku: SKU, quantity: Qty, change: Change}"
    supplier = f"northwind: {{kind: files, order_files: {{folder: orders, columns: {columns}}}}}"
    both.configure("northwind: {kind: sqlite, path: northwind.db}", supplier)
    both.configure('{account: northwind, prefix: "S-"}', "northwind")
    both.configure("manage_inventory: true", "manage_inventory: false")
    (folder / "orders").mkdir()
    both.imported("1001")
    both.shop("orders", "cancel", "1001")
    both.run("cancel-orders")


def kit(folder: Path) -> None:
    both = two(folder)
    both.shop("products", "add", "SET", "--kit", "MUG=2")
    both.run("import-products")


def damaged_file(folder: Path) -> None:
    shop(folder, HEADER + row("1", "1E+12"))
    ordosync(folder, "import-orders")


def stopped_feed(folder: Path, options: str = "max_age: 1h") -> None:
    world = AgedStock(folder, options)
    world.sell("MUG")
    world.drop({"MUG": 8})
    world.pass_time(2 * HOUR)


def feed_of_zeros(folder: Path) -> None:
    stopped_feed(folder, "max_age: 1h\nwhen_stale: zero")


WHY_ORDER, WHY_SKU = "ordosync why ORDER", "ordosync why SKU"
COMPLAINTS = (
    Complaint(
        number=1,
        symptom="an order seems to be at the supplier twice",
        make=imported_twice,
        command=WHY_ORDER,
        says="1001 at shop (dropshipment requested), S-1001 at northwind (awaiting fulfillment)",
    ),
    Complaint(
        number=2,
        symptom="a write timed out",
        make=lost_answer,
        command="ordosync attention",
        says="ordosync retry 1 --sent ID, or --not-sent",
    ),
    Complaint(
        number=3,
        symptom="one order fails",
        make=one_bad_row,
        command="ordosync show RUN",
        says="3 seen: 2 done, 1 failed",
    ),
    Complaint(
        number=4,
        symptom="one SKU keeps an old quantity",
        make=refused_quantity,
        command=WHY_SKU,
        says="was refused by shop 3 times and is now suspended: is a bundle",
    ),
    Complaint(
        number=5,
        symptom="nothing seems to happen",
        make=one_bad_row,
        command="ordosync attention",
        says="ordosync retry ",
    ),
    Complaint(
        number=6,
        symptom="is cron running at all?",
        make=never_ticked,
        command="ordosync health -v",
        says="trouble: ticks",
    ),
    Complaint(
        number=7,
        symptom="a run was killed",
        make=killed,
        command="ordosync run-due",
        says="",
    ),
    Complaint(
        number=8,
        symptom="an order from around midnight is missing",
        make=before_since,
        command=WHY_ORDER,
        says="not imported: was placed before 2999-01-01",
    ),
    Complaint(
        number=9,
        symptom="an order was placed and never arrived",
        make=never_read,
        command=WHY_ORDER,
        says="import-orders is due; now: `ordosync import-orders shop-northwind`",
    ),
    Complaint(
        number=10,
        symptom="more was sold than available",
        make=oversold,
        command=WHY_SKU,
        says="→ 0 written to shop (was set to 0, but is -1)",
    ),
    Complaint(
        number=11,
        symptom="a quantity is lower than the quantity on hand",
        make=promised,
        command=WHY_SKU,
        says="northwind: 5 available: 7 on hand minus 2 for open orders",
    ),
    Complaint(
        number=12,
        symptom="stock would go to zero everywhere",
        make=sold_out,
        command="ordosync write-inventory-back --dry-run",
        says="set MUG from 7 to 0",
    ),
    Complaint(
        number=13,
        symptom="it is slow",
        make=never_ticked,
        command="ordosync report",
        says="calls\tper day\tmedian",
    ),
    Complaint(
        number=14,
        symptom="an order was edited after it was sent",
        make=edited,
        command=WHY_ORDER,
        says="shop: was edited after it was sent (",
    ),
    Complaint(
        number=15,
        symptom="the buyer's address was changed",
        make=moved,
        command=WHY_ORDER,
        says="shop: was edited after it was sent (",
    ),
    Complaint(
        number=16,
        symptom="it was cancelled and shipped at the same time",
        make=cancelled_and_shipped,
        command=WHY_ORDER,
        says="to report tracking 1Z9 to shop: order 1001 is cancelled",
    ),
    Complaint(
        number=17,
        symptom="a part of an order was cancelled",
        make=part_cancelled,
        command=WHY_ORDER,
        says="piece S-1001-2 (imported): waiting for northwind to ship it",
    ),
    Complaint(
        number=18,
        symptom="the supplier cancelled",
        make=cancelled_by_supplier,
        command=WHY_ORDER,
        says="northwind cancelled it; no task cancels it at shop: cancel it there",
    ),
    Complaint(
        number=19,
        symptom="it was shipped without a tracking number",
        make=shipped_untold,
        command=WHY_ORDER,
        says="`ordosync update-tracking shop-northwind`",
    ),
    Complaint(
        number=20,
        symptom="an order was split",
        make=split,
        command=WHY_ORDER,
        says="piece 1001-2 of shop is order S-1001-2 of northwind",
    ),
    Complaint(
        number=21,
        symptom="a kit has no quantity",
        make=kit,
        command="ordosync why SET",
        says="a kit's quantity is calculated",
    ),
    Complaint(
        number=22,
        symptom="a product is not matched",
        make=never_ticked,
        command=WHY_SKU,
        says="`ordosync import-products shop-northwind`",
    ),
    Complaint(
        number=23,
        symptom="a spreadsheet has damaged a file",
        make=damaged_file,
        command="ordosync show RUN",
        says="orders.csv row 2: quantity '1E+12'",
    ),
    Complaint(
        number=24,
        symptom="what would a run write?",
        make=never_read,
        command="ordosync import-orders --dry-run",
        says="create order 1001: 1 line, 1 unit",
    ),
    Complaint(
        number=25,
        symptom="a buyer asks for deletion of personal data",
        make=never_ticked,
        command="ordosync purge --order ORDER",
        says="would remove from account northwind: names, addresses, notes",
    ),
    Complaint(
        number=26,
        symptom="the supplier restored what the merchant had cancelled",
        make=restored_by_supplier,
        command="ordosync reconcile --fix",
        says="cancel-orders repaired 1 of 1",
    ),
    Complaint(
        number=27,
        symptom="only a part of an order was sent",
        make=sent_in_part,
        command=WHY_ORDER,
        says="MUG: 2 ordered, 1 sent, 1 open\nCUP: 1 ordered, 1 open\nparcel 1Z9: 1 MUG",
    ),
    Complaint(
        number=28,
        symptom="a part was cancelled after another part was sent",
        make=cancelled_after_sent,
        command=WHY_ORDER,
        says="MUG: 2 ordered, 1 sent, 1 cancelled, 0 open",
    ),
    Complaint(
        number=29,
        symptom="a parcel does not reach the merchant",
        make=parcel_lost,
        command="ordosync reconcile --fix",
        says="update-tracking repaired 1 of 1",
    ),
    Complaint(
        number=30,
        symptom="sent units differ on both sides",
        make=counted_otherwise,
        command="ordosync reconcile",
        says="units-differ\t1001\tS-1001\tMUG: 2 of 2 sent at the Merchant, 1 at the Supplier",
    ),
    Complaint(
        number=31,
        symptom="an edit was not applied",
        make=edited_country,
        command=WHY_ORDER,
        says="another country",
    ),
    Complaint(
        number=32,
        symptom="`orders ship` says that an order is held",
        make=held,
        command="ordosync edits apply ORDER",
        says="1 seen: 1 done",
    ),
    Complaint(
        number=33,
        symptom="a cancellation is held with `asked`",
        make=asked,
        command=WHY_ORDER,
        says="a file asks the Supplier; its answer is not known yet",
    ),
    Complaint(
        number=34,
        symptom="an order is held before it is sent",
        make=held_before_import,
        command=WHY_ORDER,
        says="goes to FR, which is not in `countries`",
    ),
    Complaint(
        number=35,
        symptom="quantities are not updated any more",
        make=stopped_feed,
        command="ordosync attention",
        says="depot stock: the newest file is 2 h old, more than 1 h; no quantity of it is written",
    ),
    Complaint(
        number=36,
        symptom="all products are shown as 0",
        make=feed_of_zeros,
        command="ordosync attention",
        says="more than 1 h; its products are shown as 0 since 2026-11-02 02:00 UTC",
    ),
    Complaint(
        number=37,
        symptom="an order in a file fails because of its status",
        make=unknown_status,
        command=WHY_ORDER,
        says='Payment is "on its way", a word that `statuses` does not have',
    ),
    Complaint(
        number=38,
        symptom="an order in a file is `cut`",
        make=cut_by_a_page,
        command=WHY_ORDER,
        says="page2.csv begins with lines of an order without its number",
    ),
    Complaint(
        number=39,
        symptom="an order or product fails with `sku-nearly`",
        make=nearly_equal_sku,
        command=WHY_ORDER,
        says='SKU "mug" is only nearly "MUG" of northwind',
    ),
    Complaint(
        number=40,
        symptom="an order is held with `hold-sku`",
        make=unknown_sku,
        command="ordosync sku list PORTAL --unmapped",
        says="POT",
    ),
    Complaint(
        number=41,
        symptom="a run fails with `sku-map`",
        make=damaged_map,
        command="ordosync config check",
        says="map.csv: row 2 (MUG): units",
    ),
    Complaint(
        number=42,
        symptom="units were sent although the merchant had cancelled them",
        make=sent_although_cancelled,
        command="ordosync attention",
        says="1Z9 was saved, but holds units that the Merchant had cancelled",
    ),
)


@pytest.mark.parametrize(
    "complaint", COMPLAINTS, ids=lambda complaint: f"{complaint.number}: {complaint.symptom}"
)
def test_the_command_for_a_symptom_says_what_is_wrong(complaint: Complaint, tmp_path: Path) -> None:
    complaint.make(tmp_path)

    result = ordosync(tmp_path, *_words(complaint.command))

    assert complaint.says in result.out + result.err
    # Only the check of a wrong configuration exits 3.
    assert result.code in ((3,) if complaint.command == "ordosync config check" else (0, 1))


@pytest.mark.parametrize("complaint", COMPLAINTS, ids=lambda complaint: f"{complaint.number}")
def test_the_page_has_the_symptom_with_its_command(complaint: Complaint) -> None:
    [commands] = [cell for symptom, cell in ROWS.items() if symptom.startswith(complaint.symptom)]

    assert f"`{complaint.command.replace('SET', 'SKU')}`" in commands


def test_every_symptom_of_the_page_is_tried() -> None:
    tried = [complaint.symptom for complaint in COMPLAINTS]

    assert [complaint.number for complaint in COMPLAINTS] == [*range(1, 43)]
    assert len(ROWS) == len(tried)
    assert all(any(symptom.startswith(start) for start in tried) for symptom in ROWS)


def test_cancelled_part_cancels_no_other_part(tmp_path: Path) -> None:
    part_cancelled(tmp_path)

    result = ordosync(tmp_path, "why", "1001").out

    assert "S-1001-1: cancelled at northwind, because shop cancelled it" in result
    assert "S-1001-2: cancelled" not in result


def test_a_lost_parcel_is_at_the_merchant_again(tmp_path: Path) -> None:
    parcel_lost(tmp_path)

    before = ordosync(tmp_path, "orders", "show", "1001", "--account", "shop").out
    ordosync(tmp_path, "reconcile", "--fix")
    after = ordosync(tmp_path, "orders", "show", "1001", "--account", "shop").out

    assert "1 CUP" not in before.partition("desk: Created")[0]
    assert "UPS 1Z8, from main, 1 CUP" in after


def test_a_killed_run_is_continued(tmp_path: Path) -> None:
    killed(tmp_path)

    ordosync(tmp_path, "run-due")
    runs = ordosync(tmp_path, "activity", "--json").json["runs"]

    assert runs[-1]["status"] == "interrupted"
    assert runs[-1]["error"]["code"] == "crashed"


def _words(command: str) -> list[str]:
    for placeholder, word in (
        ("ORDER", "1001"),
        ("SKU", "MUG"),
        ("RUN", "1"),
        ("PORTAL", "shop-northwind"),
    ):
        command = command.replace(placeholder, word)
    return command.split()[1:]
