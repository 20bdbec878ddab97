"""Reads the SKU map of a portal before a run, if its file has changed since the last one."""

from collections.abc import Sequence
from pathlib import Path

from ordosync.engine.execution.exclusive import confirm
from ordosync.errors import SkuMapError
from ordosync.store import Store
from ordosync.store.leases import Lease
from ordosync.tasks.base import Portal
from ordosync.text import plural


def read_sku_map(portal: Portal, store: Store, leases: Sequence[Lease] = ()) -> None:
    """Make the portal's map the one of its file. Raise `SkuMapError` if that cannot be used.

    A map is never taken as none: a file that is empty after it was not is probably damaged. Raises
    `LeaseLostError` if another process has one of the leases: its file may be a newer one.
    """
    path, sku_map = portal.config.sku_map, portal.sku_map
    if path is None or sku_map is None:
        return
    # Most portals have no map, and most runs find it unchanged.
    from ordosync.config.csv_tables import TableProblemsError  # noqa: PLC0415
    from ordosync.config.sku_map_file import SkuMapFile  # noqa: PLC0415
    from ordosync.config.table_files import file_digest  # noqa: PLC0415

    digest = file_digest(path)
    if digest and digest == sku_map.digest:
        return
    try:
        file = SkuMapFile(path)
    except TableProblemsError as error:
        more = error.count - 1
        others = plural(more, ", and 1 more problem", f", and {more} more problems") if more else ""
        raise _unusable(portal, f"{error}{others}") from error
    try:
        if file.is_empty and not sku_map.is_empty:
            raise _unusable(portal, _emptied(path, portal.name))
        with store.transaction(portal=portal.name):
            confirm(store, leases)
            sku_map.replace(file.rows(), digest)
            # Products that have not changed may be linked to other ones now.
            store.schedule.reread(portal.name, ["import-products"])
    finally:
        file.close()


def _emptied(path: Path, portal: str) -> str:
    return (
        f"{path}: has no row any more; restore it with `ordosync sku export {portal} FILE`,"
        " or remove `sku_map:`"
    )


def _unusable(portal: Portal, why: str) -> SkuMapError:
    text = f"{why}; nothing is read or written without it: `ordosync config check`"
    return SkuMapError(f"portal {portal.name}", "read its SKU map", text)
