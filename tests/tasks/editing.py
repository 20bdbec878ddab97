"""A portal with two local accounts whose Merchant edits orders after they were sent."""

from collections.abc import Iterator
from pathlib import Path

from ordosync.config import load_config
from ordosync.models import ParcelLine
from ordosync.store import Store
from ordosync.store.links import Link
from ordosync.store.step_rows import StepRow
from tests.tasks.portal import CONFIG, Pair, line, succeeded

TASK = "import-orders"
ALL_SENT = "send: [ship_to_email, ship_to_phone, bill_to_address, bill_to_email, customer_notes]"
STREET = "update orders set ship_to = json_set(ship_to, '$.street1', '7 Canary Lane')"
OLD_STREET = "update orders set ship_to = json_set(ship_to, '$.street1', '12 Square')"
COUNTRY = "update orders set ship_to = json_set(ship_to, '$.country', 'FR')"
MAIL = "update orders set ship_to = json_set(ship_to, '$.email', 'canaria@example.org')"
BILL_TO = "update orders set bill_to = json_set(ship_to, '$.name', 'Canaria Birdsong')"
METHOD = "update orders set shipping_method = 'Express'"
NOTES = "update orders set customer_notes = 'Mrs Canary next door'"
CANARIES = ("Canary", "canaria", "Birdsong")
APPLY_ALL = "edits: {address: apply, lines: apply, method: apply, notes: apply}"


def units_of(sku: str, units: int) -> str:
    """Return the statement that gives the Merchant's line of a SKU so many units."""
    return f"update order_lines set quantity = {units} where sku = '{sku}'"  # noqa: S608


def configured(folder: Path, *options: str) -> Pair:
    """Return a pair whose first portal has these options."""
    return Pair(folder, _config(*options))


def configure(pair: Pair, *options: str) -> None:
    """Change the options of the first portal."""
    pair.path.write_text(_config(*options))


def _config(*options: str) -> str:
    lines = "".join(f"    {option}\n" for option in options)
    return CONFIG.replace("    manage_inventory: true\n", lines, 1)


def edit(pair: Pair, *statements: str, number: str = "1001") -> None:
    """Edit an order at the Merchant, and mark it as changed, so that it is read again."""
    for statement in statements:
        pair.sql("shop", statement)
    pair.sql(
        "shop",
        f"insert into changes (kind, object_id, what) values ('order', '{number}', 'edited')",  # noqa: S608
    )


def add_line(pair: Pair, sku: str, units: int, number: str = "1001") -> None:
    """Add a line to the Merchant's order."""
    pair.sql("shop", f"insert into products (sku, name) values ('{sku}', 'A {sku}')")  # noqa: S608
    pair.sql(
        "shop",
        "insert into order_lines (id, order_number, position, sku, name, quantity, details,"  # noqa: S608
        f" supplier_sku) values ('{number}/9', '{number}', 9, '{sku}', 'A {sku}', {units}, '', '')",
    )
    edit(pair, number=number)


def cancel_units(pair: Pair, units: int, number: str = "1001") -> None:
    """Let the Merchant cancel units of the first line of an order."""
    first = pair.merchant(number).lines[0]
    succeeded(pair.shop.cancel(number, [ParcelLine(line_id=first.id, quantity=units)]))


def stored_edit(pair: Pair, key: str = "1001#1:edit") -> StepRow:
    """Return the step of an edit."""
    with Store.open(load_config(pair.path).database) as store:
        return store.steps.by_key("shop-northwind", TASK, [key])[key]


def ledger(pair: Pair, number: str = "1001") -> list[tuple[str, int | None, int | None]]:
    """Return the ordered and the cancelled units of each line, by the Merchant's id."""
    return [(link.merchant_id, link.ordered, link.cancelled) for link in _lines(pair, number)]


def _lines(pair: Pair, number: str) -> Iterator[Link]:
    with Store.open(load_config(pair.path).database) as store:
        yield from store.links("shop-northwind").lines_of([number])[number]


def sent(folder: Path, *options: str) -> Pair:
    """Return a pair with order 1001 of two mugs at both accounts."""
    pair = configured(folder, *options)
    pair.imported("1001", line("MUG", 2))
    return pair
