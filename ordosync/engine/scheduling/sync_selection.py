"""The tasks that `sync` runs, and the reason for each task that it leaves out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ordosync.config.settings import AT_ONCE_TASKS, GLOBAL_TASKS, Config, PortalConfig
from ordosync.engine.scheduling.timetable import can_run, plans
from ordosync.store.schedule_row import ScheduleRow
from ordosync.tasks import TASKS


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A task of a portal. `reason` is None if it runs."""

    portal: PortalConfig
    task: str
    is_paused: bool
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class Selection:
    """All tasks of each portal, in the order in which they run."""

    choices: Sequence[Choice]

    @classmethod
    def of(
        cls, config: Config, rows: Iterable[ScheduleRow], portals: Sequence[PortalConfig]
    ) -> "Selection":
        """Select the global tasks that are not off, including paused ones."""
        known = list(rows)
        scheduled = {(plan.portal, plan.task) for plan in plans(config, known) if plan.interval_s}
        paused = {(row.portal, row.task) for row in known if row.paused}
        choices = [
            Choice(
                portal=portal,
                task=task,
                is_paused=(portal.name, task) in paused,
                reason=_reason(portal, task, scheduled),
            )
            for portal in portals
            for task in TASKS
        ]
        return cls(choices=choices)

    @property
    def runs(self) -> list[tuple[PortalConfig, str]]:
        """The tasks that run."""
        return [(choice.portal, choice.task) for choice in self.choices if not choice.reason]

    @property
    def sentences(self) -> list[str]:
        """The selection as text; portals with the same tasks share a sentence."""
        by_portal: dict[str, list[Choice]] = {}
        for choice in self.choices:
            by_portal.setdefault(choice.portal.name, []).append(choice)
        texts: dict[str, list[str]] = {}
        for name, choices in by_portal.items():
            texts.setdefault(_text(choices), []).append(name)
        return _sentences(texts)


def _text(choices: Sequence[Choice]) -> str:
    """Return which tasks of a portal run, and the others, each group with its reason."""
    running = [
        f"{choice.task} (paused in the schedule)" if choice.is_paused else choice.task
        for choice in choices
        if not choice.reason
    ]
    groups: dict[str, list[str]] = {}
    for choice in choices:
        if choice.reason:
            groups.setdefault(choice.reason, []).append(choice.task)
    left_out = ", ".join(f"{', '.join(tasks)} ({reason})" for reason, tasks in groups.items())
    return f"runs {', '.join(running) or 'nothing'}; leaves out {left_out}"


def _reason(portal: PortalConfig, task: str, scheduled: set[tuple[str, str]]) -> str | None:
    """Return why a task is left out; None if it runs."""
    if task in GLOBAL_TASKS and (portal.name, task) in scheduled:
        return None
    if not can_run(portal, task):
        is_shipping_only = task == "write-inventory-back" and not portal.manage_inventory
        return "shipping-only portal" if is_shipping_only else "not possible with these accounts"
    if task in AT_ONCE_TASKS:
        return "runs at once"
    if (portal.name, task) in scheduled:
        return f"follows its schedule; `ordosync {task}` runs it now"
    return "off"


def _sentences(texts: dict[str, list[str]]) -> list[str]:
    """Return a sentence for each distinct selection, with its portals if there are several."""
    if len(texts) == 1:
        return [f"sync {text}" for text in texts]
    return [f"sync of {', '.join(portals)} {text}" for text, portals in texts.items()]
