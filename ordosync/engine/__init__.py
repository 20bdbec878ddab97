"""Engine: runs tasks for portals, when they are due or when a user starts them."""

from ordosync.engine.execution.claim import AlreadyRunning, GaveUp, NotDue
from ordosync.engine.execution.interruption import Stop
from ordosync.engine.execution.preview import Preview, Rehearsal
from ordosync.engine.execution.run import run_if_due, run_task
from ordosync.engine.portals import chosen, open_portal
from ordosync.engine.scheduling.registration import check_renames, register

__all__ = [
    "AlreadyRunning",
    "GaveUp",
    "NotDue",
    "Preview",
    "Rehearsal",
    "Stop",
    "check_renames",
    "chosen",
    "open_portal",
    "register",
    "run_if_due",
    "run_task",
]
