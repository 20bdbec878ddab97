"""`sku import`: rows of a file become rows of a SKU map; the difference is shown first."""

from collections.abc import Mapping, Sequence
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from ordosync.cli import options
from ordosync.cli.context import Context, with_context
from ordosync.cli.desk.input_files import ADDED, Layout, read_rows
from ordosync.cli.desk.input_rows import InputRow
from ordosync.cli.desk.input_tables import STDIN
from ordosync.cli.desk.rejects import Rejects, report_rejects
from ordosync.cli.output import render
from ordosync.cli.skus import changes
from ordosync.cli.skus.map_choice import ChosenMap, Portal, chosen_map
from ordosync.config.csv_tables import TableProblemsError
from ordosync.config.sku_map_file import SkuMapFile
from ordosync.config.sku_map_rows import COLUMNS, check_sku, to_units
from ordosync.config.sku_map_text import MapEdit
from ordosync.errors import UsageError
from ordosync.store.sku_map import Difference, MappedSku, differences

_LAYOUT = Layout(needed=COLUMNS, has_others=True)


class _Row(NamedTuple):
    source: InputRow
    mapped: MappedSku


@with_context()
def import_map(
    portal: Portal,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="CSV or Excel file, or - for a pipe."),
    ],
    *,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Also remove rows of the map that FILE does not have."),
    ] = False,
    dry_run: options.DryRun = False,
    context: Context,
) -> None:
    """Add the rows of a file to the map of a portal, and change those that differ.

    The file needs the columns merchant_sku, supplier_sku and units. Other rows of the map stay,
    except with --replace. The differences are shown. Refused rows of map.csv are written to
    map.refused.csv, with the reason (exits 1); with --replace, nothing is imported then.

    For example:
      ordosync sku import acme-northwind map.csv --dry-run
    """
    chosen = chosen_map(context.config, portal)
    context.is_dry_run = dry_run
    whole = None if context.config.desk.columns else _whole(file)
    # The rows of a file that can be the map as it is need not be in memory.
    rows = [] if whole else read_rows(context, file, _LAYOUT)
    new, refused = _sorted_out(rows)
    is_refused = bool(refused) and replace

    def plan(current: SkuMapFile) -> tuple[Sequence[Difference], bytes]:
        after = whole.rows() if whole else [new[sku].mapped for sku in sorted(new)]
        found = [pair for pair in differences(current.rows(), after) if pair[1] or replace]
        if whole and (replace or current.is_empty):
            return found, file.read_bytes()
        # Their other columns are notes, which the map keeps.
        added = _sorted_out(read_rows(context, file, _LAYOUT))[0] if whole and found else new
        return found, changes.with_edits(chosen, current, _edits(found, added))

    done: Sequence[Difference] = ()
    with closing(whole) if whole else nullcontext():
        if dry_run and not is_refused:
            done = changes.preview(chosen, plan, replaces=replace)
        elif not is_refused:
            done = changes.save(context, chosen, plan, replaces=replace)
    if context.as_json:
        document = changes.document(chosen, done, refused=refused, is_dry_run=dry_run)
        render.document(document)
    else:
        changes.show(done, would=dry_run)
    report_rejects(context, file, refused, rows=rows)
    if not context.as_json:
        _conclude(chosen, done, is_refused=is_refused)
    raise typer.Exit(1 if refused else 0)


def _conclude(chosen: ChosenMap, done: Sequence[Difference], *, is_refused: bool) -> None:
    if is_refused:
        render.message("nothing was imported: with --replace, each row must be accepted")
    elif not done:
        render.message(f"no row differs: {chosen.path} has these rows already")


def _sorted_out(rows: Sequence[InputRow]) -> tuple[Mapping[str, _Row], Rejects]:
    """Return the accepted rows by the Merchant's SKU, and the refused ones with the reasons."""
    by_sku: dict[str, list[_Row]] = {}
    refused: list[tuple[InputRow, str]] = []
    for row in rows:
        try:
            mapped = _mapped(row)
        except (UsageError, ValueError) as error:
            refused.append((row, str(error)))
        else:
            by_sku.setdefault(mapped.merchant_sku, []).append(_Row(row, mapped))
    accepted: dict[str, _Row] = {}
    for sku, found in by_sku.items():
        if why := _conflict(found):
            refused += [(row.source, why) for row in found]
        else:
            accepted[sku] = found[0]
    return accepted, refused


def _mapped(row: InputRow) -> MappedSku:
    row.check()
    merchant_sku, supplier_sku, units = (row.cells[name] for name in COLUMNS)
    check_sku("merchant_sku", merchant_sku)
    check_sku("supplier_sku", supplier_sku)
    return MappedSku(merchant_sku, supplier_sku, to_units(units))


def _conflict(rows: Sequence[_Row]) -> str:
    """Return why the rows of one SKU contradict each other; empty if all say the same."""
    if all(row.mapped == rows[0].mapped for row in rows):
        return ""
    numbers = ", ".join(str(row.source.number) for row in rows)
    if len({row.mapped.supplier_sku for row in rows}) > 1:
        return f"is in rows {numbers} with different supplier_sku; kits are not supported"
    return f"is in rows {numbers} with different units; keep one of them"


def _whole(file: Path) -> SkuMapFile | None:
    """Return the rows of a file that can itself be the map; None if it cannot."""
    try:
        return None if file == STDIN else SkuMapFile(file)
    except TableProblemsError:
        return None


def _edits(found: Sequence[Difference], new: Mapping[str, _Row]) -> Mapping[str, MapEdit]:
    edits: dict[str, MapEdit] = {}
    for before, after in found:
        if after:
            notes = _notes(new[after.merchant_sku].source)
            edits[after.merchant_sku] = MapEdit(row=after, notes=notes)
        elif before:
            edits[before.merchant_sku] = MapEdit(row=None)
    return edits


def _notes(row: InputRow) -> Mapping[str, str]:
    """Return the cells of other columns, by their names in lower case."""
    cells = row.source.cells if row.source else {}
    names = {name: name.strip().lower() for name in cells if name not in ADDED}
    return {plain: cells[name] for name, plain in names.items() if plain not in COLUMNS}
