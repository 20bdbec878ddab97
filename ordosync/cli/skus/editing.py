"""`sku set` and `sku remove`: one row of a SKU map."""

from collections.abc import Sequence
from typing import Annotated

import typer

from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render
from ordosync.cli.skus import changes
from ordosync.cli.skus.map_choice import ChosenMap, Portal, chosen_map
from ordosync.config.sku_map_file import SkuMapFile
from ordosync.config.sku_map_rows import MOST_UNITS, check_sku
from ordosync.config.sku_map_text import MapEdit
from ordosync.errors import UsageError
from ordosync.store.sku_map import Difference, MappedSku

Sku = Annotated[str, typer.Argument(metavar="MERCHANT_SKU", help="SKU of the merchant.")]


@with_context()
def set_sku(
    portal: Portal,
    merchant_sku: Sku,
    supplier_sku: Annotated[
        str, typer.Argument(metavar="SUPPLIER_SKU", help="SKU of the supplier.")
    ],
    *,
    units: Annotated[
        int | None,
        typer.Option(
            "--units",
            metavar="N",
            min=1,
            max=MOST_UNITS,
            help="Units of the supplier in one of the merchant (default: as before, or 1).",
        ),
    ] = None,
    context: Context,
) -> None:
    """Map a SKU of the merchant to a SKU of the supplier.

    Both are taken as they are typed: case and spaces count. Orders that were sent keep their SKU
    and units. The next runs use the new row: orders are sent with it, import-products links the
    product again, and write-inventory-back writes its quantity.

    For example:
      ordosync sku set acme-northwind MUG-6 NW-MUG --units 6
    """
    chosen = chosen_map(context.config, portal)
    for name, sku in (("MERCHANT_SKU", merchant_sku), ("SUPPLIER_SKU", supplier_sku)):
        try:
            check_sku(name, sku)
        except ValueError as error:
            raise UsageError(str(error)) from error

    def plan(rows: SkuMapFile) -> tuple[list[Difference], bytes]:
        before = rows.of(merchant_sku)
        pack = units or (before.pack if before else 1)
        row = MappedSku(merchant_sku, supplier_sku, pack)
        edit = {merchant_sku: MapEdit(row=row)} if row != before else {}
        return [(before, row)] if edit else [], changes.with_edits(chosen, rows, edit)

    _report(context, chosen, changes.save(context, chosen, plan), f"{merchant_sku} is mapped so")


@with_context()
def remove_sku(portal: Portal, merchant_sku: Sku, *, context: Context) -> None:
    """Remove a SKU of the merchant from the map.

    Its next orders are sent with the merchant's SKU, or held with `unknown_sku: hold`. Its quantity
    at the merchant stays as it is, and is not written any more. Exits 1 if it is not in the map.

    For example:
      ordosync sku remove acme-northwind MUG-6
    """
    chosen = chosen_map(context.config, portal)

    def plan(rows: SkuMapFile) -> tuple[list[Difference], bytes]:
        before = rows.of(merchant_sku)
        edit = {merchant_sku: MapEdit(row=None)} if before else {}
        return [(before, None)] if before else [], changes.with_edits(chosen, rows, edit)

    done = changes.save(context, chosen, plan)
    _report(context, chosen, done, f"{merchant_sku} is not in the map")
    raise typer.Exit(0 if done else 1)


def _report(
    context: Context, chosen: ChosenMap, done: Sequence[Difference], unchanged: str
) -> None:
    if context.as_json:
        render.document(changes.document(chosen, done))
    for before, after in done if not context.as_json else ():
        texts = (changes.text_of(before) or "not mapped", changes.text_of(after) or "not mapped")
        row = after or before
        render.message(f"{row.merchant_sku if row else ''}: {texts[0]} -> {texts[1]}")
    if not done and not context.as_json:
        render.message(f"{unchanged}: {chosen.path} was not changed")
