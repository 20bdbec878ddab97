"""`products add` and `products edit`: the products of a local account, one or a file of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from ordosync.cli import completion
from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import common, input_files, input_rows
from ordosync.cli.desk.batches import Batch
from ordosync.cli.desk.input_files import File, Layout
from ordosync.cli.desk.input_rows import InputRow
from ordosync.cli.output import desk as render_desk
from ordosync.cli.output import render
from ordosync.embedded.corrections import Corrections
from ordosync.embedded.desk import Desk
from ordosync.errors import UsageError
from ordosync.models import Outcome, Product
from ordosync.text import plural

_TO_EDIT = Layout(needed=("sku",), optional=("name", "price", "bin"))
_TO_ADD = Layout(needed=("sku",), optional=("name", "price", "kit", "bin"))


@dataclass(frozen=True, kw_only=True)
class _NewProduct:
    product: Product
    components: Mapping[str, Decimal] | None
    """The components of a kit; None if it is no kit."""
    storage_bin: str

    @property
    def sku(self) -> str:
        """The SKU."""
        return self.product.sku


@dataclass(frozen=True, kw_only=True)
class _ProductEdit:
    """New values of a product; None keeps the old one."""

    sku: str
    name: str | None
    price: Decimal | None
    storage_bin: str | None


@with_context(dry_run=True)
def add_product(
    sku: Annotated[str | None, typer.Argument(help="SKU, not used before.")] = None,
    *,
    name: Annotated[
        str | None, typer.Option("--name", help="Product name (default: the SKU).")
    ] = None,
    price: Annotated[str, typer.Option("--price", help="Price, such as 4.20.")] = "",
    kit: Annotated[
        str | None,
        typer.Option("--kit", metavar="SKU=QTY,...", help="Components of a kit."),
    ] = None,
    storage_bin: Annotated[
        str, typer.Option("--bin", metavar="BIN", help="Place in the warehouse, for `orders pick`.")
    ] = "",
    file: File = None,
    account: common.Account = None,
    context: Context,
) -> None:
    """Create a product; its stock is uncounted until `stock set`.

    --from reads rows with the columns sku and, optionally, name, price, kit and bin. Refused rows
    are written to FILE.refused.csv. Exits 1 if there are any.

    For example:
      ordosync products add MUG --name "Blue mug" --price 9.50
    """
    if kit is not None:
        _parts(kit)
    values = (sku or "", name or "", price, kit or "", storage_bin)
    typed = InputRow(cells=dict(zip(_TO_ADD.known, values, strict=True)))
    rows = _rows(context, typed, file, _TO_ADD)
    opened = common.open_desk(context.config, account)
    batch = Batch.parse(file, [[row] for row in rows], lambda of: _new_product(of[0]))
    outcomes = batch.save(
        opened,
        lambda of: opened.add_product(
            of.product, components=of.components, storage_bin=of.storage_bin
        ),
    )
    code = _finish(context, opened, batch, outcomes, {"done": "added"})
    raise typer.Exit(code)


@with_context(dry_run=True)
def edit_product(
    sku: Annotated[str | None, typer.Argument(autocompletion=completion.sku)] = None,
    *,
    name: Annotated[str | None, typer.Option("--name", help="Product name.")] = None,
    price: Annotated[str | None, typer.Option("--price", help="Price, such as 4.20.")] = None,
    storage_bin: Annotated[
        str | None, typer.Option("--bin", metavar="BIN", help="Place in the warehouse.")
    ] = None,
    file: File = None,
    account: common.Account = None,
    context: Context,
) -> None:
    """Correct the name, the price or the bin of a product.

    What is not given stays. Lines of orders keep the name and the price that they have.

    --from reads rows with the columns sku and name, price or bin; a blank cell changes nothing.
    Refused rows are written to FILE.refused.csv. Exits 1 if there are any.

    For example:
      ordosync products edit MUG --price 9.90 --bin A3
    """
    options = dict(zip(_TO_EDIT.optional, (name, price, storage_bin), strict=True))
    typed = {column: text for column, text in options.items() if text is not None}
    row = InputRow(cells={"sku": sku or "", **typed})
    rows = _rows(context, row, file, _TO_EDIT)
    if not file and not typed:
        raise UsageError("give what to edit: --name, --price or --bin")
    opened = common.open_desk(context.config, account)
    batch = Batch.parse(file, [[row] for row in rows], lambda of: _product_edit(of[0], typed))
    corrections = Corrections(opened.file)
    outcomes = batch.save(
        opened,
        lambda of: corrections.edit_product(
            of.sku, name=of.name, price=of.price, storage_bin=of.storage_bin
        ),
    )
    texts = {"done": "edited", "unchanged": "has these values already"}
    raise typer.Exit(_finish(context, opened, batch, outcomes, texts))


def _rows(
    context: Context, typed: InputRow, file: Path | None, layout: Layout
) -> Sequence[InputRow]:
    """Return the rows of a file, or the one that was typed. Raises `UsageError`."""
    if not file:
        if not typed.get("sku"):
            raise UsageError("a product needs a SKU; or give a file with --from")
        return [typed]
    if given := [text for text in typed.cells.values() if text]:
        raise UsageError(f"--from reads everything from the file; leave out {given[0]!r}")
    return input_files.read_rows(context, file, layout)


def _new_product(row: InputRow) -> _NewProduct:
    sku, kit, price = _sku(row), row.get("kit"), row.amount("price")
    parts = _parts(kit) if kit else None
    product = Product(
        id=sku, sku=sku, name=row.get("name") or sku, price=price, is_kit=parts is not None
    )
    return _NewProduct(product=product, components=parts, storage_bin=row.get("bin"))


def _product_edit(row: InputRow, typed: Mapping[str, str]) -> _ProductEdit:
    """Return the edit of a row; an empty text that was typed removes a value."""
    values = typed or {column: text for column in _TO_EDIT.optional if (text := row.get(column))}
    name, price, storage_bin = (values.get(column) for column in _TO_EDIT.optional)
    if name is not None and not name.strip():
        raise UsageError("a product needs a name")
    if not values:
        raise UsageError("has no value to edit")
    return _ProductEdit(
        sku=_sku(row),
        name=name,
        price=None if price is None else _price(row, price),
        storage_bin=None if storage_bin is None else storage_bin.strip(),
    )


def _price(row: InputRow, text: str) -> Decimal:
    amount = row.amount("price")
    return input_rows.money(text) if amount is None else amount


def _sku(row: InputRow) -> str:
    if not (sku := row.id("sku")):
        raise UsageError("has no sku")
    return sku


def _parts(text: str) -> dict[str, Decimal]:
    parts: dict[str, Decimal] = {}
    for part in text.split(","):
        sku, count = input_rows.parse_pair(part)
        ratio = input_rows.money(count)
        if ratio == 0 or sku in parts:
            raise UsageError(f"{part.strip()!r}: list each component once, with more than 0")
        parts[sku] = ratio
    return parts


def _finish(
    context: Context,
    opened: Desk,
    batch: Batch[_NewProduct] | Batch[_ProductEdit],
    outcomes: Sequence[Outcome],
    texts: Mapping[str, str],
) -> int:
    """Report the products that were changed and refused; return the exit code."""
    skus = [of.sku for of in batch.requests]
    if not batch.file:
        common.check(opened, outcomes[0], f"product {skus[0]}", "products list")
    changes = [
        (sku, texts[outcome.state])
        for sku, outcome in zip(skus, outcomes, strict=True)
        if outcome.state in texts
    ]
    if context.as_json:
        render.document({"products": _documents(opened, [sku for sku, _ in changes])})
    elif not batch.file:
        for sku, change in changes:
            render.message(f"product {sku} {change}")
    else:
        _report_counts([change for _, change in changes])
    return batch.finish(context, outcomes)


def _documents(opened: Desk, skus: Sequence[str]) -> list[dict[str, object]]:
    products, bins = opened.products_of(skus), opened.bins()
    return [
        render_desk.product_json(
            products[sku],
            opened.components(sku) if products[sku].is_kit else None,
            bins.get(sku, ""),
        )
        for sku in dict.fromkeys(skus)
    ]


def _report_counts(changes: Sequence[str]) -> None:
    for change in dict.fromkeys(changes):
        count = changes.count(change)
        render.message(f"{count} {plural(count, 'product', 'products')}: {change}")
    if not changes:
        render.message("no product was changed")
