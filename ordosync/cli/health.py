"""`health`: for monitors, and for people who wonder about the silence."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import typer

from ordosync import render
from ordosync.cli import options
from ordosync.clock import Clock
from ordosync.config import find_config, load_config
from ordosync.engine.checks import checks
from ordosync.engine.health import Freshness, freshness
from ordosync.store import Store

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
    config: options.Config = None,
    as_json: options.Json = False,
    debug: options.Debug = False,  # noqa: ARG001 - seen by `run`
) -> None:
    """Say whether every scheduled task has succeeded lately; exits 0 if so, else 1.

    One line for a monitor; -v says more. Paused tasks are left out.
    """
    settings, now = load_config(find_config(config)), Clock().now()
    with Store.open(settings.database, readonly=True) as store:
        tasks = freshness(settings, store, now=now, max_age=max_age)
        to_mend = store.steps.count_failed(list(settings.portals))
        looked = list(checks(settings, store, now=now)) if verbose else []
    stale = [task for task in tasks if task.trouble]
    healthy = not stale and all(check.state != "trouble" for check in looked)
    if as_json:
        render.document(render.health_json(tasks, looked, healthy=healthy))
    else:
        more = "; `ordosync health -v` looks further" if stale and not verbose else ""
        render.say_out(_line(tasks, stale) + more + _need(to_mend), wrapped=True)
        for check in looked:
            render.say_out(f"{check.state}: {check.name}: {check.text}", wrapped=True)
    raise typer.Exit(int(not healthy))


def _need(failed: int) -> str:
    """Say what waits for a person: no matter of freshness, so no trouble here."""
    if not failed:
        return ""
    steps = "1 step needs" if failed == 1 else f"{failed} steps need"
    return f"; {steps} a person: `ordosync attention`"


def _line(tasks: Sequence[Freshness], stale: Sequence[Freshness]) -> str:
    if not stale:
        return f"ok: {len(tasks)} scheduled task{'s' * (len(tasks) != 1)}, each fresh"
    return "trouble: " + "; ".join(f"{one.task} of {one.portal} {one.trouble}" for one in stale)
