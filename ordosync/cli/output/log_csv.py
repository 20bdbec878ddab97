"""Runs, their steps and their writes, as CSV: one row per row of the table."""

import sys
from collections.abc import Sequence

from ordosync.cli.output.changes import Changes
from ordosync.cli.output.csv_output import write_csv
from ordosync.cli.output.runs import run_json
from ordosync.cli.output.steps import RunSteps, step_json
from ordosync.clock import to_text
from ordosync.store.runs import Run

_COUNTS = ("seen", "done", "unchanged", "skipped", "waiting", "failed", "calls", "cost")
_RUN = (
    *("id", "portal", "task", "trigger", "status", "started_at", "finished_at"),
    *(*_COUNTS, "missed_slots", "error_code", "error", "note", "host"),
)
_STEP = (
    *("id", "key", "state", "code", "reason", "merchant", "supplier", "attempts"),
    *("not_before", "last_run", "written", "merchant_number", "dismissed_at", "note"),
)
_CHANGE = (
    *("run", "started_at", "portal", "task", "key", "merchant", "supplier", "written"),
    "account",
)


def write_runs(runs: Sequence[Run]) -> None:
    """Write one row per run."""
    rows = (
        {
            **run_json(run),
            "error_code": run.error and run.error.code,
            "error": run.error and run.error.message,
            "host": run.host,
        }
        for run in runs
    )
    write_csv(sys.stdout, _RUN, rows)


def write_steps(shown: RunSteps) -> None:
    """Write one row per step; `written` is the text that the table shows."""
    rows = (
        {**step_json(shown, step), "written": written.text if written else None}
        for step in shown.steps
        for written in [shown.written(step)]
    )
    write_csv(sys.stdout, _STEP, rows)


def write_changes(changes: Changes) -> None:
    """Write one row per write of these runs."""
    rows = (
        {
            "run": run.id,
            "started_at": to_text(run.started_at),
            "portal": run.portal,
            "task": run.task,
            "key": write.key,
            "merchant": write.merchant_id,
            "supplier": write.supplier_id,
            "written": write.written.text,
            "account": changes.account(run),
        }
        for run in changes.runs
        for write in changes.written[run.id]
    )
    write_csv(sys.stdout, _CHANGE, rows)
