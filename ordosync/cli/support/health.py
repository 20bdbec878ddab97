"""`health`: for monitors, and for people who wonder about the silence."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import typer

from ordosync.cli import options
from ordosync.cli.output import render
from ordosync.clock import Clock
from ordosync.config import find_config, load_config
from ordosync.engine.diagnosis.attention import Attention, attention
from ordosync.engine.diagnosis.health import Freshness, freshness
from ordosync.engine.diagnosis.machine_checks import checks
from ordosync.store import Store
from ordosync.text import plural

_A_WEEK = timedelta(days=7)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _to_age(text: str) -> timedelta:
    found = re.fullmatch(r"(\d{1,6})\s*([smhd])(?:in)?", text)
    if not found or not int(found[1]):
        raise typer.BadParameter(f"{text!r} is not an age such as 90m, 2h or 1d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def health(
    *,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Look at the machine as well.")
    ] = False,
    max_age: Annotated[
        timedelta | None,
        typer.Option(
            "--max-age",
            parser=_to_age,
            metavar="AGE",
            help="How old a success may be: 90m, 2h, 1d; else its interval and 10 minutes.",
        ),
    ] = None,
    tasks_only: Annotated[
        bool,
        typer.Option("--tasks", help="Only freshness, outages and the safety limit: for a pager."),
    ] = False,
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Say whether every scheduled task has succeeded lately and nothing needs a person.

    One line for a monitor; exits 1 when a task is late, or when `ordosync attention` lists
    something of severity normal or critical. -v says more. Paused tasks are not late.
    """
    settings, now = load_config(find_config(config)), Clock().now()
    with Store.open(settings.database, readonly=True) as store:
        tasks = freshness(settings, store, now=now, max_age=max_age)
        listed = attention(settings, store, now=now, unshipped_for=_A_WEEK)
        looked = list(checks(settings, store, now=now)) if verbose else []
    stale = [task for task in tasks if task.trouble]
    needed = [one for one in listed if one.needs_you and (_is_of_tasks(one) or not tasks_only)]
    healthy = not (stale or needed) and all(check.state != "trouble" for check in looked)
    if as_json:
        render.document(render.health_json(tasks, looked, needed, healthy=healthy))
    else:
        more = "; `ordosync health -v` looks further" if stale and not verbose else ""
        render.result(_line(tasks, stale, needed) + more, wrapped=True)
        for check in looked:
            render.result(f"{check.state}: {check.name}: {check.text}", wrapped=True)
    raise typer.Exit(int(not healthy))


def _is_of_tasks(one: Attention) -> bool:
    """Whether a whole task is in trouble for so long that somebody should be woken."""
    return one.step is None and one.severity == "critical"


def _line(
    tasks: Sequence[Freshness], stale: Sequence[Freshness], needed: Sequence[Attention]
) -> str:
    late = [f"{one.task} of {one.portal} {one.trouble}" for one in stale]
    if not stale and not needed:
        return f"ok: {len(tasks)} scheduled task{'s' * (len(tasks) != 1)}, each fresh"
    return "trouble: " + "; ".join([*late, *_needs(needed)])


def _needs(needed: Sequence[Attention]) -> list[str]:
    """Say how much waits for a person, and what the safety limit has stopped."""
    braked = [
        f"the safety limit stopped {one.task} of {one.portal}"
        for one in needed
        if one.code == "brake"
    ]
    if not needed:
        return []
    things = plural(len(needed), "1 thing needs", f"{len(needed)} things need")
    return [*braked, f"{things} a person: `ordosync attention`"]
