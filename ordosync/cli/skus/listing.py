"""`sku list`: the rows of SKU maps, what is sold, and what has changed since the last run."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from shlex import quote
from typing import Annotated, Any

import typer

from ordosync.cli import completion
from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render
from ordosync.cli.output.csv_output import write_csv
from ordosync.cli.output.tables import table
from ordosync.cli.skus import changes
from ordosync.cli.skus.map_choice import ChosenMap, chosen_maps
from ordosync.engine import check_renames
from ordosync.engine.diagnosis.sold_skus import SoldSku, sold_skus
from ordosync.engine.map_files import open_map
from ordosync.engine.portals import connect, identity
from ordosync.errors import UsageError
from ordosync.store import Store
from ordosync.store.sku_map import MappedSku, differences

_COLUMNS = (
    *("portal", "merchant_sku", "supplier_sku", "units", "name", "known", "similar"),
    *("change", "supplier_sku_before", "units_before"),
)
"""The columns of --csv, which are the fields of --json."""
_Row = dict[str, Any]
_Only = Annotated[str | None, typer.Argument(metavar="[PORTAL]", autocompletion=completion.portal)]


@with_context(csv=True)
def list_skus(
    portal: _Only = None,
    *,
    unmapped: Annotated[
        bool, typer.Option("--unmapped", help="What the merchant sells and the map lacks.")
    ] = False,
    ambiguous: Annotated[
        bool,
        typer.Option(
            "--ambiguous", help="What the supplier has only with other case, spaces or width."
        ),
    ] = False,
    changed: Annotated[
        bool, typer.Option("--changed", help="Rows that changed since the last run.")
    ] = False,
    context: Context,
) -> None:
    """List the SKU maps: the supplier's SKU, and its units in one of the merchant's.

    --unmapped and --ambiguous read the products of both accounts. A SKU that the supplier has only
    with other case, spaces or width is never used: map it, or correct it in one of the accounts.

    For example:
      ordosync sku list acme-northwind --unmapped
    """
    modes = {"--unmapped": unmapped, "--ambiguous": ambiguous, "--changed": changed}
    given = [name for name, is_set in modes.items() if is_set]
    if len(given) > 1:
        raise UsageError(f"use either {given[0]} or {given[1]}")
    maps = chosen_maps(context.config, portal)
    if changed:
        _write(context, _changed(context, maps), _show_changed)
    elif given:
        _write(context, _sold(context, maps, ambiguous=ambiguous), _show_sold)
    else:
        _write(context, _mapped(maps), _show_mapped)


def _write(context: Context, rows: Iterable[_Row], show: Any) -> None:
    if context.as_json:
        render.document({"skus": list(rows)})
    elif context.as_csv:
        cells = ({**row, **_as_cells(row)} for row in rows)
        write_csv(sys.stdout, _COLUMNS, cells)
    else:
        show(rows)


def _as_cells(row: _Row) -> Mapping[str, str | None]:
    known = row["known"]
    return {
        "known": None if known is None else "yes" if known else "no",
        "similar": "; ".join(row["similar"]),
    }


def _mapped(maps: Iterable[ChosenMap]) -> Iterator[_Row]:
    for chosen in maps:
        with closing(open_map(chosen.path)) as rows:
            for row in rows.rows():
                yield _row(chosen, row.merchant_sku, row)


def _changed(context: Context, maps: Iterable[ChosenMap]) -> Iterator[_Row]:
    with Store.open(context.config.database, readonly=True) as store:
        check_renames(context.config, store)
        for chosen in maps:
            name = store.portals.known_as(identity(chosen.portal))
            with closing(open_map(chosen.path)) as rows:
                for before, after in differences(store.sku_map(name).all(), rows.rows()):
                    change = changes.as_json((before, after))
                    yield {
                        **_row(chosen, change["merchant_sku"], after),
                        "change": change["change"],
                        "supplier_sku_before": before and before.supplier_sku,
                        "units_before": before and before.pack,
                    }


def _sold(context: Context, maps: Iterable[ChosenMap], *, ambiguous: bool) -> Iterator[_Row]:
    with closing(connect(context.config, context.clock)) as connections:
        for chosen in maps:
            with closing(open_map(chosen.path)) as rows:
                for sold in sold_skus(context.config, chosen.portal, rows, connections):
                    if sold.similar if ambiguous else sold.row is None:
                        yield _sold_row(chosen, sold)


def _sold_row(chosen: ChosenMap, sold: SoldSku) -> _Row:
    return {
        **_row(chosen, sold.merchant_sku, sold.row),
        "name": sold.name,
        "known": sold.is_known,
        "similar": list(sold.similar),
    }


def _row(chosen: ChosenMap, merchant_sku: str, row: MappedSku | None) -> _Row:
    nothing: _Row = dict.fromkeys(_COLUMNS)
    return nothing | {
        "portal": chosen.portal.name,
        "merchant_sku": merchant_sku,
        "supplier_sku": row and row.supplier_sku,
        "units": row and row.pack,
        "similar": [],
    }


def _show_mapped(rows: Iterable[_Row]) -> None:
    columns = ("portal", "merchant_sku", "units", "supplier_sku")
    shown = [tuple(row[name] for name in columns) for row in rows]
    if shown:
        table(columns, shown)
    else:
        render.message("no SKU is mapped; `ordosync sku set` adds a row to the map")


def _show_changed(rows: Iterable[_Row]) -> None:
    shown = [
        (
            *(row["portal"], row["change"], row["merchant_sku"]),
            _side(row["units_before"], row["supplier_sku_before"]),
            _side(row["units"], row["supplier_sku"]),
        )
        for row in rows
    ]
    if shown:
        table(("portal", "change", "merchant_sku", "before", "after"), shown)
    else:
        render.message("no row has changed since the last run")


def _show_sold(rows: Iterable[_Row]) -> None:
    found = list(rows)
    if not found:
        render.message("there is no such SKU")
        return
    table(
        ("portal", "merchant_sku", "name", "at the supplier"),
        [(row["portal"], row["merchant_sku"], row["name"], _at_supplier(row)) for row in found],
    )
    near = next((row for row in found if row["similar"]), None)
    if near:
        words = (near["portal"], near["merchant_sku"], near["similar"][0])
        command = " ".join(map(quote, words))
        render.message(f"to map the first similar one: `ordosync sku set {command}`")


def _at_supplier(row: _Row) -> str:
    if row["similar"]:
        return f"only nearly: {', '.join(row['similar'])}"
    return {True: "the same SKU", False: "unknown", None: ""}[row["known"]]


def _side(units: int | None, sku: str | None) -> str:
    return f"{units} x {sku}" if sku else ""
