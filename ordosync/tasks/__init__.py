"""The tasks, by name."""

from ordosync.tasks import (
    cancel_orders,
    import_orders,
    import_products,
    report_shortages,
    split_order,
    update_tracking,
    write_inventory_back,
)
from ordosync.tasks.base import Task

TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        import_products.TASK,
        cancel_orders.TASK,
        import_orders.TASK,
        split_order.TASK,
        update_tracking.TASK,
        report_shortages.TASK,
        write_inventory_back.TASK,
    )
}
"""In the order in which they run if several are due: cancelled orders are not imported, and no
piece is shipped before the Merchant's order is split."""


def waiting_for(task: str) -> list[str]:
    """Return the tasks that leave out records that this task has not linked yet."""
    return [other.name for other in TASKS.values() if other.needs_links_from == task]
