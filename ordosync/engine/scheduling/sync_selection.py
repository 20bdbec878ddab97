"""The tasks that `sync` runs, and the reason for each task that it leaves out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ordosync.config.settings import AT_ONCE_TASKS, GLOBAL_TASKS, Config, PortalConfig
from ordosync.engine.scheduling.timetable import can_run, plans
from ordosync.store.schedule import ScheduleRow
from ordosync.tasks import TASKS


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The tasks of each portal in the order in which they run, described in sentences.

    Portals with the same tasks share a sentence.
    """

    runs: list[tuple[PortalConfig, str]]
    sentences: list[str]

    @classmethod
    def of(
        cls, config: Config, rows: Iterable[ScheduleRow], portals: Sequence[PortalConfig]
    ) -> "Selection":
        """Select the global tasks that are not off, including paused ones."""
        known = list(rows)
        scheduled = {(plan.portal, plan.task) for plan in plans(config, known) if plan.interval_s}
        paused = {(row.portal, row.task) for row in known if row.paused}
        runs: list[tuple[PortalConfig, str]] = []
        texts: dict[str, list[str]] = {}
        for portal in portals:
            tasks = [
                task for task in TASKS if task in GLOBAL_TASKS and (portal.name, task) in scheduled
            ]
            runs += [(portal, task) for task in tasks]
            running = [
                f"{task} (paused in the schedule)" if (portal.name, task) in paused else task
                for task in tasks
            ]
            left_out = _left_out(portal, tasks, scheduled)
            text = f"runs {', '.join(running) or 'nothing'}; leaves out {left_out}"
            texts.setdefault(text, []).append(portal.name)
        return cls(runs=runs, sentences=_sentences(texts))


def _left_out(portal: PortalConfig, tasks: Sequence[str], scheduled: set[tuple[str, str]]) -> str:
    """Return the other tasks, each group with its reason."""
    groups: dict[str, list[str]] = {}
    for task in TASKS:
        if task not in tasks:
            groups.setdefault(_reason(portal, task, scheduled), []).append(task)
    return ", ".join(f"{', '.join(names)} ({reason})" for reason, names in groups.items())


def _reason(portal: PortalConfig, task: str, scheduled: set[tuple[str, str]]) -> str:
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
