"""Files of carriers: their columns, and reading one again."""

from tests.support.desk import TwoAccounts

FILE = "number,carrier,tracking,Price\nS-1001,UPS,1Z1,4.20\n"
COLUMNS = "desk: {columns: {cost: Price, carrier: Carrier}}\naccounts:"


def cost(both: TwoAccounts) -> str | None:
    price: str | None = both.order("northwind", "S-1001")["shipments"][0]["cost"]
    return price


def test_a_file_that_is_read_again_adds_the_missing_cost(both: TwoAccounts) -> None:
    (both.folder / "day.csv").write_text(FILE.replace("number", "Order Number"))
    first = both.northwind("orders", "ship", "--from", "day.csv")
    before = cost(both)
    both.configure("accounts:", COLUMNS)

    again = both.northwind("orders", "ship", "--from", "day.csv")

    assert "columns not used: Price; `desk: columns:` of the configuration" in first.err
    assert "already shipped with the same tracking number; the cost of 1 was added" in again.err
    assert (before, cost(both)) == (None, "4.20")
    assert "Cost added to UPS 1Z1" in both.northwind("orders", "show", "S-1001").out


def test_a_cost_is_not_changed_by_a_file(both: TwoAccounts) -> None:
    both.configure("accounts:", COLUMNS)
    (both.folder / "day.csv").write_text(FILE)
    both.northwind("orders", "ship", "--from", "day.csv")
    (both.folder / "day.csv").write_text(FILE.replace("4.20", "9.90"))

    again = both.northwind("orders", "ship", "--from", "day.csv")

    assert (again.code, "the cost" in again.err) == (0, False)
    assert cost(both) == "4.20"


def test_the_help_of_ship_names_the_columns_of_the_configuration(both: TwoAccounts) -> None:
    text = both.run("orders", "ship", "--help").out

    assert "`desk: columns:` of the configuration" in " ".join(text.split())


def test_a_refused_row_is_a_sentence_about_its_order(both: TwoAccounts) -> None:
    """`row 3: is shipped already` says neither which order nor what."""
    rows = ("S-1001,UPS,1Z1", "S-1001,UPS,1Z2", "S-1001,UPS,", "S-9,UPS,1Z3", "")
    (both.folder / "day.csv").write_text("\n".join(("number,carrier,tracking", *rows)))
    read = both.northwind("orders", "ship", "--from", "day.csv")

    assert "row 3: S-1001 is shipped already\n" in read.err
    assert "row 4: S-1001 has no tracking\n" in read.err
    assert "row 5: account northwind has no order 'S-9'" in read.err


def test_the_carrier_of_a_file_without_that_column_is_an_option(both: TwoAccounts) -> None:
    both.imported("1002")
    (both.folder / "day.csv").write_text("Order Number;Tracking Number\nS-1001;1Z1\nS-1002;1Z2\n")

    lacks = both.northwind("orders", "ship", "--from", "day.csv")
    done = both.northwind("orders", "ship", "--from", "day.csv", "--carrier", "DHL")

    assert lacks.code == 2
    assert "day.csv has no column carrier; it has the columns 'Order Number'" in lacks.err
    assert "--carrier can give one for all rows" in lacks.err
    assert done.code == 0
    for number in ("S-1001", "S-1002"):
        assert both.order("northwind", number)["shipments"][0]["carrier"] == "DHL"


def test_the_value_of_a_row_is_stronger_than_that_of_an_option(both: TwoAccounts) -> None:
    both.imported("1002")
    rows = "number,carrier,tracking,method\nS-1001,UPS,1Z1,\nS-1002,,1Z2,Air\n"
    (both.folder / "day.csv").write_text(rows)

    options = ("--carrier", "DHL", "--method", "Ground")
    done = both.northwind("orders", "ship", "--from", "day.csv", *options)

    parcels = [both.order("northwind", of)["shipments"][0] for of in ("S-1001", "S-1002")]
    assert done.code == 0
    assert [(of["carrier"], of["method"]) for of in parcels] == [("UPS", "Ground"), ("DHL", "Air")]


def test_what_differs_between_parcels_is_no_option_beside_a_file(both: TwoAccounts) -> None:
    (both.folder / "day.csv").write_text(FILE)

    for option in ("--tracking", "--cost", "--shipped-at"):
        done = both.northwind("orders", "ship", "--from", "day.csv", option, "1")
        assert (done.code, f"leave out {option}" in done.err) == (2, True)
