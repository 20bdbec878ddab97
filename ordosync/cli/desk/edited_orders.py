"""Orders of a local account that their Merchant edited, and whose edits are not settled."""

from collections.abc import Iterable, Mapping

from ordosync.cli.desk import common
from ordosync.config.settings import Config
from ordosync.embedded.desk import Desk
from ordosync.store import Store
from ordosync.tasks.edits.carried import groups_of
from ordosync.tasks.import_orders import TASK
from ordosync.tasks.order_edits import is_edit


def open_edits(config: Config, opened: Desk, numbers: Iterable[str]) -> Mapping[str, list[str]]:
    """Return the edited groups of these orders that the orders do not have.

    A piece has the edits of the order that it was split from.
    """
    portals = common.portals_from(config, opened)
    if not portals or not config.database.exists():
        return {}
    edited: dict[str, list[str]] = {}
    with Store.open(config.database, readonly=True) as store:
        for portal in portals:
            for row in store.steps.failed(portal.name, TASK.name):
                if is_edit(row) and row.supplier_id:
                    edited.setdefault(row.supplier_id, []).extend(groups_of(row.content))
    found = {}
    for number in numbers if edited else ():
        order = opened.read_order(number)
        ids = (number, *(order.ancestors if order else ()))
        if groups := [group for id_ in ids for group in edited.get(id_, ())]:
            found[number] = groups
    return found
