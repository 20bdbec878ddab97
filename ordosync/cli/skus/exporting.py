"""`sku export`: a copy of a SKU map, as it is."""

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from ordosync.atomic_write import replace_file
from ordosync.cli.context import Context, with_context
from ordosync.cli.desk.input_tables import STDIN
from ordosync.cli.output import render
from ordosync.cli.skus.map_choice import ChosenMap, Portal, chosen_map
from ordosync.config.csv_tables import TableProblemsError
from ordosync.config.sku_map_file import SkuMapFile
from ordosync.config.sku_map_text import EMPTY_MAP, MapEdit, edited
from ordosync.engine import check_renames
from ordosync.engine.portals import identity
from ordosync.errors import OrdosyncError, UsageError
from ordosync.store import Store
from ordosync.store.sku_map import MappedSku
from ordosync.text import plural


@with_context()
def export_map(
    portal: Portal,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="File to write, or - for standard output.")
    ],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    context: Context,
) -> None:
    """Copy the map of a portal to a file, with its notes and other columns.

    If the file of the map cannot be used, the rows that the last run used are written.

    For example:
      ordosync sku export acme-northwind map.csv
    """
    chosen = chosen_map(context.config, portal)
    if file == STDIN and context.as_json:
        raise UsageError("--json needs a FILE")
    if file != STDIN and file.exists() and not force:
        raise UsageError(f"{file} exists; give another name, or --force to replace it")
    content, count = _content(context, chosen)
    if file == STDIN:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        return
    try:
        replace_file(file.resolve(), content)
    except OSError as error:
        raise OrdosyncError(f"{file}: {error.strerror}; nothing was written") from error
    if context.as_json:
        render.document({"portal": portal, "file": str(file), "rows": count})
        return
    render.message(f"wrote {plural(count, '1 row', f'{count} rows')} to {file}")


def _content(context: Context, chosen: ChosenMap) -> tuple[bytes, int]:
    """Return the content of the map, and the number of its rows."""
    try:
        with closing(SkuMapFile(chosen.path)) as rows:
            count, problem = sum(1 for _ in rows.rows()), f"{chosen.path}: has no row"
            content = chosen.path.read_bytes()
    except TableProblemsError as error:
        count, problem, content = 0, str(error), b""
    if count:
        return content, count
    stored = _stored(context, chosen)
    if stored:
        render.message(f"{problem}; the rows that the last run used are written instead")
        edits = {row.merchant_sku: MapEdit(row=row) for row in stored}
        return edited(EMPTY_MAP, edits), len(stored)
    if not content:
        raise OrdosyncError(f"{problem}; no run has used the map yet, so it cannot be restored")
    return content, 0


def _stored(context: Context, chosen: ChosenMap) -> list[MappedSku]:
    """Return the rows that the last run used."""
    with Store.open(context.config.database, readonly=True) as store:
        check_renames(context.config, store)
        return list(store.sku_map(store.portals.known_as(identity(chosen.portal))).all())
