"""Changes of a SKU map: how they are saved and shown."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any

from ordosync.cli.context import Context
from ordosync.cli.desk.rejects import Rejects
from ordosync.cli.output import render
from ordosync.cli.output.tables import table
from ordosync.cli.skus.map_choice import ChosenMap
from ordosync.config.sku_map_file import SkuMapFile
from ordosync.config.sku_map_text import MapEdit, edited
from ordosync.engine import register
from ordosync.engine.map_files import content_of, open_map, save_map
from ordosync.store import Store
from ordosync.store.sku_map import Difference, MappedSku
from ordosync.text import plural

Plan = Callable[[SkuMapFile], tuple[Sequence[Difference], bytes]]
"""Returns the differences from the current rows, and the new content of the file."""
_MOST_SHOWN = 20
_COLUMNS = ("change", "merchant_sku", "before", "after")


def save(
    context: Context, chosen: ChosenMap, plan: Plan, *, replaces: bool = False
) -> Sequence[Difference]:
    """Change the file of a map as planned; return the differences of its rows.

    With `replaces`, the current file need not be valid.
    """
    with Store.open(context.config.database) as store:
        register(context.config, store, context.clock)
        with (
            store.transaction(portal=chosen.portal.name),
            closing(open_map(chosen.path, or_empty=replaces)) as rows,
        ):
            changes, content = plan(rows)
            if changes or content != content_of(rows, chosen.path):
                save_map(content, chosen.path, store, chosen.portal.name)
    return changes


def preview(chosen: ChosenMap, plan: Plan, *, replaces: bool = False) -> Sequence[Difference]:
    """Return the differences that a plan would make."""
    with closing(open_map(chosen.path, or_empty=replaces)) as rows:
        return plan(rows)[0]


def with_edits(chosen: ChosenMap, rows: SkuMapFile, edits: Mapping[str, MapEdit]) -> bytes:
    """Return the content of a map with these edits, by the Merchant's SKU."""
    return edited(content_of(rows, chosen.path), edits)


def show(changes: Sequence[Difference], *, would: bool = False) -> None:
    """Show the first changes as a table, and the number of all."""
    if not changes:
        return
    table(_COLUMNS, [_row(*change) for change in changes[:_MOST_SHOWN]])
    if more := max(len(changes) - _MOST_SHOWN, 0):
        render.message(f"and {plural(more, '1 more change', f'{more} more changes')}")
    counts = [f"{count} {verb}" for verb, count in _counts(changes).items()]
    render.message(f"{'would be ' if would else ''}{', '.join(counts)}")


def as_json(change: Difference) -> dict[str, Any]:
    """Return a change as a JSON object."""
    before, after = change
    row = after or before
    return {
        "change": _verb(*change),
        "merchant_sku": row.merchant_sku if row else "",
        "before": _side(before),
        "after": _side(after),
    }


def document(
    chosen: ChosenMap,
    changes: Sequence[Difference],
    *,
    refused: Rejects = (),
    is_dry_run: bool = False,
) -> dict[str, Any]:
    """Return the JSON document of a command that changes a map."""
    return {
        "portal": chosen.portal.name,
        "file": str(chosen.path),
        "dry_run": is_dry_run,
        "changes": render.Streamed(lambda: map(as_json, changes)),
        "refused": [
            {"row": row.number, "merchant_sku": row.cells["merchant_sku"] or None, "reason": reason}
            for row, reason in sorted(refused, key=lambda reject: reject[0].number)
        ],
    }


def text_of(row: MappedSku | None) -> str:
    """Return the Supplier's side of a row, such as `6 x NW-MUG`; empty if there is none."""
    return f"{row.pack} x {row.supplier_sku}" if row else ""


def _counts(changes: Sequence[Difference]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for change in changes:
        counts[_verb(*change)] = counts.get(_verb(*change), 0) + 1
    return counts


def _row(before: MappedSku | None, after: MappedSku | None) -> tuple[str, ...]:
    row = after or before
    sku = row.merchant_sku if row else ""
    return _verb(before, after), sku, text_of(before), text_of(after)


def _verb(before: MappedSku | None, after: MappedSku | None) -> str:
    return "added" if before is None else "removed" if after is None else "changed"


def _side(row: MappedSku | None) -> dict[str, Any] | None:
    return {"supplier_sku": row.supplier_sku, "units": row.pack} if row else None
