"""The kinds of work, by name."""

from ordosync.tasks import import_orders
from ordosync.tasks.base import Task

TASKS: dict[str, Task] = {task.name: task for task in (import_orders.TASK,)}
