"""The writes of runs, each with its time and its account, as text and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ordosync.cli.output.tables import table
from ordosync.errors import UsageError
from ordosync.store.portals import TASKS, Registered
from ordosync.store.runs import Run

if TYPE_CHECKING:
    from ordosync.store.step_rows import Write


@dataclass(frozen=True)
class Changes:
    """The writes of runs."""

    portals: Mapping[str, Registered]
    runs: Sequence[Run]
    written: "Mapping[int, Sequence[Write]]"
    """The writes of each run; empty if they were not asked for."""
    most: int | None
    """The number of writes to show of each run; None for all."""

    def account(self, run: Run) -> str:
        """Return the account that a run has written to; empty if its portal is not known."""
        portal = self.portals.get(run.portal)
        return portal.written_by(run.task) if portal else ""

    def json_of(self, run: Run) -> dict[str, Any]:
        """Return the writes of a run as fields of `activity --changes --json`."""
        if run.id not in self.written:
            return {}
        account = self.account(run) or None
        return {"changes": [_write_json(write, account) for write in self.written[run.id]]}


def written_to(account: str, portals: Mapping[str, Registered]) -> list[str]:
    """Return the tasks of portals that write to an account. Raises `UsageError` if none does."""
    known = sorted({name for each in portals.values() for name in (each.merchant, each.supplier)})
    if account not in known:
        raise UsageError(f"there is no account {account!r} in the log; known: {', '.join(known)}")
    return [
        f"{name}/{task}"
        for name, portal in portals.items()
        for task in TASKS
        if portal.written_by(task) == account
    ]


def show_changes(changes: Changes) -> None:
    """Show what runs have written, one write per row, at most `most` of each run."""
    table(
        ("run", "started", "account", "task", "merchant", "supplier", "written"),
        [row for run in changes.runs for row in _rows(changes, run)],
        less=("supplier", "task"),
        if_any=("supplier",),
    )


def _rows(changes: Changes, run: Run) -> Iterator[tuple[object, ...]]:
    of_run = (run.id, run.started_at, changes.account(run), run.task)
    writes = changes.written[run.id]
    for write in writes[: changes.most]:
        objects = (write.merchant_id or write.key, write.supplier_id or "")
        yield (*of_run, *objects, write.written.text)
    if len(writes) > len(writes[: changes.most]):
        yield (*of_run, "", "", f"and more: `ordosync show {run.id}`")


def _write_json(write: "Write", account: str | None) -> dict[str, Any]:
    return {
        "account": account,
        "key": write.key,
        "merchant": write.merchant_id,
        "supplier": write.supplier_id,
        "written": write.written.fields,
    }
