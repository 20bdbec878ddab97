"""`autosync`: what is scheduled, and its switch."""

from collections.abc import Sequence
from typing import Annotated

import typer

from ordosync.cli import completion, options
from ordosync.cli.output import render
from ordosync.clock import Clock
from ordosync.config import find_config, load_config
from ordosync.config.settings import Config
from ordosync.engine import check_renames, chosen, register
from ordosync.engine.scheduling.timetable import check_switch, scheduled, switch_task
from ordosync.errors import OrdosyncError, UsageError
from ordosync.store import Store
from ordosync.tasks import TASKS


def autosync(
    switch: Annotated[
        str | None, typer.Argument(metavar="[on|off]", autocompletion=completion.switch)
    ] = None,
    task: Annotated[
        str | None, typer.Argument(metavar="[TASK]", autocompletion=completion.switched_task)
    ] = None,
    *,
    portal: Annotated[
        str | None,
        typer.Option(
            "--portal",
            help="Only there; in all portals by default.",
            autocompletion=completion.portal,
        ),
    ] = None,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Show what is scheduled, or pause (off) and resume (on) a task.

    What the configuration says is off stays off. `on` also switches on, hourly, a task that the
    configuration does not mention. Nothing runs at once: cron does that at its next tick.
    """
    if (switch is None) != (task is None) or switch not in (None, "on", "off"):
        raise UsageError("say `autosync on TASK`, `autosync off TASK`, or neither to look")
    if task is not None and task not in TASKS:
        raise UsageError(f"there is no task {task!r}; there is: {', '.join(sorted(TASKS))}")
    settings, clock = load_config(find_config(config)), Clock()
    names = [one.name for one in chosen(settings, [portal] if portal else [])]
    if switch and task:
        _switch(settings, names, task, clock, on=switch == "on")
    with Store.open(settings.database, readonly=True) as store:
        check_renames(settings, store)
        tasks = [one for one in scheduled(settings, store, now=clock.now()) if one.portal in names]
    if as_json:
        render.document({"schedule": [render.scheduled_json(one) for one in tasks]})
    else:
        render.schedule(tasks)


def _switch(config: Config, names: Sequence[str], task: str, clock: Clock, *, on: bool) -> None:
    """Switch the task in each of these portals, or, where none has a switch, raise why."""
    refused = []
    with Store.open(config.database) as store:
        register(config, store, clock)
        for name in names:
            row = store.schedule.get(name, task)
            try:
                check_switch(config, config.portals[name], task, row, on=on)
            except OrdosyncError as error:
                refused.append(error)
                continue
            switch_task(config, store, name, task, on=on, now=clock.now())
    if len(refused) == len(names):
        raise refused[0]
    for why in refused:
        render.message(f"left out: {why}")
