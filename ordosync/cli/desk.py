"""What the desk's commands share: the account, files of rows, and what is sent at once."""

import csv
import io
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from ordosync import render
from ordosync.accounts import account_class
from ordosync.accounts.network import Network
from ordosync.accounts.sqlite import SqliteAccount
from ordosync.cli.signals import stoppable
from ordosync.clock import Clock
from ordosync.config import find_config, load_config
from ordosync.config.model import Config, PortalConfig
from ordosync.engine import Held, found_nothing, open_portal, register, run_task
from ordosync.engine.timetable import can_run
from ordosync.errors import ConfigError, OrdosyncError, UsageError
from ordosync.models import Outcome
from ordosync.store import Store
from ordosync.store.runs import Run
from ordosync.tasks import TASKS

Account = Annotated[
    str | None, typer.Option("--account", help="Which account, where there are several.")
]
_LARGEST_FILE = 64 * 1024 * 1024
_DIGITS = 9
_LONGEST_AMOUNT = 20


def open_desk(config: Config, name: str | None) -> SqliteAccount:
    """Open the embedded account of this name, or the only one there is."""
    embedded = [account for account in config.accounts.values() if account.kind == "sqlite"]
    if not embedded:
        raise ConfigError(["there is no embedded account (kind sqlite), so no desk"])
    if name is None and len(embedded) > 1:
        names = ", ".join(account.name for account in embedded)
        raise UsageError(f"say which account with --account: {names}")
    for account in embedded:
        if name in (None, account.name):
            opened = account_class("sqlite")(
                name=account.name, spool=config.database.parent, **account.options
            )
            if isinstance(opened, SqliteAccount):
                return opened
    raise UsageError(f"there is no embedded account {name!r}")


def complete_number(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the order numbers that begin like this."""
    return _complete(ctx, lambda desk: desk.order_numbers(incomplete))


def complete_sku(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the SKUs that begin like this."""
    return _complete(ctx, lambda desk: desk.skus(incomplete))


def check(outcome: Outcome, what: str) -> None:
    """Raise what kept a change from being made: exit 2 where the thing is not there, else 1."""
    if outcome.state in ("done", "unchanged"):
        return
    kind = UsageError if outcome.code == "not-found" else OrdosyncError
    raise kind(f"{what} {outcome.reason}")


def at_once(
    config: Config,
    desk: SqliteAccount,
    tasks: Sequence[str],
    save: Callable[[], Sequence[Outcome]],
) -> tuple[Sequence[Outcome], list[Run], list[Held]]:
    """Save a change and send it to the Merchants; what is not sent now, `run-due` sends.

    The tasks are made due before the change is saved: should we die in between, a tick looks in
    vain, once. The other way round the change might wait for ten minutes.
    """
    clock = Clock()
    wanted = [
        (portal, task)
        for portal in config.portals.values()
        if portal.supplier.account == desk.name
        for task in tasks
        if can_run(config, portal, task)
    ]
    runs: list[Run] = []
    held: list[Held] = []
    with (
        Store.open(config.database) as store,
        stoppable(clock) as stop,
        closing(Network(clock)) as network,
    ):
        register(config, store, clock)
        _wake(store, wanted, clock)
        outcomes = save()
        if not any(outcome.state == "done" for outcome in outcomes):
            return outcomes, runs, held
        for portal, task in wanted:
            if stop.reason:
                break
            opened = open_portal(config, portal, store, network)
            done = run_task(TASKS[task], opened, store, clock, stop, trigger="instant")
            if isinstance(done, Held):
                held.append(done)
            elif not found_nothing(TASKS[task], done.status, done.counts):
                runs.append(done)
            if isinstance(done, Held) or done.status in ("failed", "interrupted"):
                _wake(store, [(portal, task)], clock)
    return outcomes, runs, held


def tell_sent(runs: Sequence[Run], held: Sequence[Held]) -> int:
    """Say what was sent to the Merchants, and return the exit code."""
    if runs:
        render.runs(runs)
    for one in held:
        render.say(f"{one.portal}: {one.task} is running already and sends it, or the next tick")
    behind = [run for run in runs if run.status != "ok"]
    for run in behind:
        render.say(
            f"saved, but not all of it was sent to the Merchant: `ordosync show {run.id}` says why;"
            " run-due tries again what waits"
        )
    return int(bool(behind))


def read_rows(path: Path, needed: Sequence[str], known: Sequence[str]) -> list[dict[str, str]]:
    """Read a CSV file whose columns are named like the options. Raises `UsageError`."""
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise UsageError(f"{path} is larger than {_LARGEST_FILE // 2**20} MB")
        reader = csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline=""), strict=True)
        columns = list(reader.fieldnames or ())
        missing = [name for name in needed if name not in columns]
        unknown = [name for name in columns if name not in known]
        if missing or unknown:
            told = f"has no column {missing[0]}" if missing else f"has a column {unknown[0]!r}"
            raise UsageError(f"{path} {told}; its columns are {', '.join(known)}")
        return [
            {name: row.get(name) or "" for name in columns}
            for row in reader
            if any(value for value in row.values())
        ]
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path} is not a CSV file in UTF-8: {error}") from error


def give_back(path: Path, refused: Sequence[tuple[Mapping[str, str], str]]) -> Path:
    """Write the rows that were refused, each with why, beside the file that they came from."""
    back = path.with_name(f"{path.stem}.refused.csv")
    half_made = back.with_name(f".{back.name}.{os.getpid()}")
    names = [*refused[0][0], "reason"]
    with os.fdopen(
        os.open(half_made, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600),
        "w",
        newline="",
        encoding="utf-8",
    ) as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows({**row, "reason": reason} for row, reason in refused)
    half_made.replace(back)
    return back


def quantity(text: str, *, least: int = 0) -> int:
    """Read a whole number. Raises `UsageError`."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > _DIGITS or int(text) < least:
        raise UsageError(
            f"{text!r} is not a whole number of {least} or more, and {_DIGITS} digits at most"
        )
    return int(text)


def money(text: str) -> Decimal:
    """Read an amount. Raises `UsageError`."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0 or len(text) > _LONGEST_AMOUNT:
        raise UsageError(f"{text!r} is not an amount such as 4.20")
    return amount


def moment(text: str) -> datetime:
    """Read a time with its offset. Raises `UsageError`."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise UsageError(f"{text!r} is not a time such as 2026-11-23T14:05:00+01:00")
    return at


def pair(text: str) -> tuple[str, str]:
    """Split `SKU=WHAT` at its last equals sign. Raises `UsageError`."""
    sku, equals, what = text.rpartition("=")
    if not equals or not sku:
        raise UsageError(f"{text!r} is not SKU=QUANTITY")
    return sku, what


def _complete(ctx: typer.Context, find: Callable[[SqliteAccount], list[str]]) -> list[str]:
    try:
        config = load_config(find_config(ctx.params.get("config")))
        return find(open_desk(config, ctx.params.get("account")))
    except OrdosyncError:
        return []  # a shell that completes has no place for our words


def _wake(store: Store, wanted: Sequence[tuple[PortalConfig, str]], clock: Clock) -> None:
    with store.transaction():
        for portal, task in wanted:
            store.schedule.wake(portal.name, task, now=clock.now())
