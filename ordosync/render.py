"""What people and programs see: tables, lines, JSON. The one place where foreign text gets out.

Tables are for terminals; a pipe gets one line a row, with tabs. Standard output is for results,
standard error for words.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from ordosync.accounts.sqlite import TimelineEntry
from ordosync.accounts.sqlite.stock import Level
from ordosync.engine.checks import Check
from ordosync.engine.health import Freshness
from ordosync.engine.timetable import Scheduled
from ordosync.models import Order, Product, Shipment
from ordosync.store.runs import Counts, Run
from ordosync.store.steps import StepRow
from ordosync.store.times import to_text
from ordosync.tasks.base import Step

if TYPE_CHECKING:
    from rich.console import Console

_COLOURS = {
    "ok": "green",
    "done": "green",
    "partial": "yellow",
    "waiting": "yellow",
    "unknown": "yellow",
    "failed": "red",
    "interrupted": "red",
}
# What reorders or hides text: bidirectional controls, zero-width characters, line separators.
_DECEIVING = frozenset(
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2066\u2067\u2068\u2069\ufeff"
)


def clean(text: object) -> str:
    """Make visible what a terminal would obey: control characters and the like."""
    return "".join(_visible(char) for char in str(text))


def _visible(char: str) -> str:
    if char < " " or "\x7f" <= char <= "\x9f" or char in _DECEIVING or "\ud800" <= char <= "\udfff":
        return char.encode("unicode_escape").decode()
    return char


def prepare() -> None:
    """Let no locale make printing fail."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def say(text: str) -> None:
    """Tell people something, on standard error."""
    sys.stderr.write("".join(f"{clean(line)}\n" for line in text.splitlines()))


def document(value: object) -> None:
    """Write one JSON document to standard output."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=True)
    sys.stdout.write("\n")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Show rows; on a terminal as a table, else with tabs."""
    if not sys.stdout.isatty():
        sys.stdout.write("\t".join(columns) + "\n")
        for row in rows:
            sys.stdout.write("\t".join(clean(cell) for cell in row) + "\n")
        return
    from rich import box  # noqa: PLC0415 - only a terminal needs rich
    from rich.cells import cell_len  # noqa: PLC0415
    from rich.measure import Measurement  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    kept = [tuple(clean(cell) for cell in row) for row in rows]
    for place, name in enumerate(columns):
        justify: Literal["left", "right"] = "right" if name in _NUMERIC else "left"
        if name in _FOLDED:
            shown.add_column(name, justify=justify, overflow="fold")
        else:  # never cut: rather no table
            width = max(cell_len(cell) for cell in (name, *(row[place] for row in kept)))
            shown.add_column(name, justify=justify, no_wrap=True, min_width=width)
    for row in kept:
        shown.add_row(*(Text(cell, style=_COLOURS.get(cell, "")) for cell in row))
    console = _console()
    if (
        Measurement.get(console, console.options.update(max_width=10_000), shown).minimum
        <= console.width
    ):
        console.print(shown)
        return
    for row in kept:  # too narrow for a table: one line a cell
        for name, cell in zip(columns, row, strict=True):
            console.print(Text(f"{name}: {cell}" if cell else f"{name}:"))
        console.print()


_RUN_COLUMNS = ("run", "started", "portal", "task", "trigger", "status", "counts")
_NUMERIC = (
    "run",
    "step",
    "lines",
    "quantity",
    "unit price",
    "worth",
    "price",
    "physical",
    "committed",
    "available",
)
_FOLDED = ("counts", "reason", "name", "ship to", "key", "not before")


def _console() -> "Console":
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs rich

    return Console(markup=False, highlight=False, soft_wrap=False)


def local(at: datetime | None) -> str:
    """Return a time as the reader's clock shows it, with its zone."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z") if at else ""


def runs(found: Sequence[Run]) -> None:
    """Show runs, one a row."""
    table(_RUN_COLUMNS, [_run_row(run) for run in found])
    for run in found:
        if run.error:
            say(f"run {run.id}: {run.error.code}: {run.error.message}")


def _run_row(run: Run) -> tuple[object, ...]:
    return (
        run.id,
        local(run.started_at),
        run.portal,
        run.task,
        run.trigger,
        run.status,
        _counts(run.counts),
    )


def _counts(counts: Counts) -> str:
    met = ", ".join(f"{count} {name}" for name, count in asdict(counts).items() if count)
    return f"{counts.seen} seen: {met}" if met else "0 seen"


def schedule(tasks: Sequence[Scheduled]) -> None:
    """Show what is scheduled, one task of a portal a row."""
    table(
        ("portal", "task", "interval", "decided by", "last result", "next due"),
        [
            (
                task.portal,
                task.task,
                f"{task.interval}, paused" if task.paused else task.interval,
                task.decided_by,
                task.last_status or "",
                local(task.next_due_at) or ("" if task.paused else "by hand"),
            )
            for task in tasks
        ],
    )


def scheduled_json(task: Scheduled) -> dict[str, Any]:
    """Return what `autosync --json` says of a task."""
    return {
        "portal": task.portal,
        "task": task.task,
        "interval": task.interval,
        "paused": task.paused,
        "decided_by": task.decided_by,
        "last_status": task.last_status,
        "next_due_at": to_text(task.next_due_at) if task.next_due_at else None,
    }


def health_json(
    tasks: Sequence[Freshness], checks: Sequence[Check], *, healthy: bool
) -> dict[str, Any]:
    """Return what `health --json` says."""
    return {
        "healthy": healthy,
        "tasks": [
            {
                "portal": task.portal,
                "task": task.task,
                "fresh": task.trouble is None,
                "last_ok_at": to_text(task.last_ok_at) if task.last_ok_at else None,
                "limit_s": int(task.limit.total_seconds()),
                "trouble": task.trouble,
            }
            for task in tasks
        ],
        "checks": [asdict(check) for check in checks],
    }


def plans(task: str, planned: Mapping[str, Sequence[Step]], *, as_json: bool) -> None:
    """Show what a run would write, by portal."""
    if as_json:
        document(
            {
                "plans": [
                    {
                        "portal": portal,
                        "task": task,
                        "steps": [{"key": step.key, "summary": step.summary} for step in steps],
                    }
                    for portal, steps in planned.items()
                ]
            }
        )
        return
    for portal, steps in planned.items():
        say_out(f"{portal}: {task} would write {len(steps)}")
        for step in steps:
            say_out(f"  {step.summary}")


def steps(found: Sequence[StepRow]) -> None:
    """Show steps, one a row."""
    columns = ("step", "key", "state", "code", "reason", "supplier", "not before")
    table(
        columns,
        [
            (
                step.id,
                step.key,
                step.state,
                step.code or "",
                step.reason or "",
                step.supplier_id or "",
                local(step.not_before),
            )
            for step in found
        ],
    )


def orders(found: Iterable[Order]) -> None:
    """Show orders, one a row."""
    table(
        ("number", "status", "created", "ship to", "lines", "worth"),
        (
            (
                order.number,
                status(order),
                local(order.placed_at),
                order.ship_to.name or order.ship_to.country,
                len(order.lines),
                f"{worth(order)} {order.currency}".strip(),
            )
            for order in found
        ),
    )


def order(found: Order, timeline: Sequence[TimelineEntry], sent: Sequence[Shipment] = ()) -> None:
    """Show one order with its lines, what was sent of it and what happened to it."""
    address = [value for value in _address(found).values() if value]
    say_out(f"order {found.number}: {status(found)}, {local(found.placed_at)}")
    say_out(f"ship to: {', '.join(address)}")
    if found.shipping_method:
        say_out(f"shipping method: {found.shipping_method}")
    table(
        ("sku", "name", "quantity", "unit price"),
        [
            (line.sku, line.name, line.quantity, _money(line.unit_price) or "")
            for line in found.lines
        ],
    )
    say_out(f"worth {worth(found)} {found.currency}".rstrip())
    for shipment in sent:
        void = " (void)" if shipment.voided else ""
        cost = f", {shipment.cost} {shipment.currency}".rstrip() if shipment.cost else ""
        say_out(
            f"sent {shipment.shipped_at:%Y-%m-%d %H:%M %z}: {shipment.carrier} {shipment.method}"
            f" {shipment.tracking_number}{void}, from {shipment.warehouse}{cost}"
        )
    for entry in timeline:
        say_out(f"{local(entry.at)}  {entry.actor}: {entry.text}")


def say_out(text: str) -> None:
    """Write a line of a result."""
    sys.stdout.write(f"{clean(text)}\n")


def status(order: Order) -> str:
    """Return the status for people: an order that was split waits for nothing itself."""
    return f"{order.status} (split)" if order.is_split else order.status


def worth(order: Order) -> Decimal:
    """Return what the lines of an order cost, as far as they have a price."""
    return sum(
        (line.unit_price * line.quantity for line in order.lines if line.unit_price is not None),
        Decimal(0),
    )


def run_json(run: Run) -> dict[str, Any]:
    """Return a run as every command gives it."""
    counts = run.counts
    return {
        "id": run.id,
        "portal": run.portal,
        "task": run.task,
        "trigger": run.trigger,
        "status": run.status,
        "started_at": to_text(run.started_at),
        "finished_at": to_text(run.finished_at) if run.finished_at else None,
        "seen": counts.seen,
        "done": counts.done,
        "unchanged": counts.unchanged,
        "skipped": counts.skipped,
        "waiting": counts.waiting,
        "failed": counts.failed,
        "calls": run.calls,
        "missed_slots": run.missed_slots,
        "error": ({"code": run.error.code, "message": run.error.message} if run.error else None),
    }


def step_json(step: StepRow) -> dict[str, Any]:
    """Return a step as `show --json` gives it."""
    return {
        "id": step.id,
        "key": step.key,
        "state": step.state,
        "code": step.code,
        "reason": step.reason,
        "merchant": step.merchant_id,
        "supplier": step.supplier_id,
        "attempts": step.attempts,
        "not_before": to_text(step.not_before) if step.not_before else None,
    }


def order_json(found: Order) -> dict[str, Any]:
    """Return an order as `orders list --json` gives it."""
    return {
        "number": found.number,
        "status": found.status,
        "split": found.is_split,
        "lines": [
            {
                "sku": line.sku,
                "name": line.name,
                "quantity": line.quantity,
                "unit_price": _money(line.unit_price),
            }
            for line in found.lines
        ],
    }


def order_detail_json(
    found: Order, timeline: Sequence[TimelineEntry], sent: Sequence[Shipment] = ()
) -> dict[str, Any]:
    """Return an order as `orders show --json` gives it."""
    return {
        **order_json(found),
        "ship_to": _address(found),
        "shipments": [
            {
                "tracking": shipment.tracking_number,
                "carrier": shipment.carrier,
                "method": shipment.method,
                "cost": _money(shipment.cost),
                "currency": shipment.currency,
                "warehouse": shipment.warehouse,
                "shipped_at": shipment.shipped_at.isoformat(),
                "void": shipment.voided,
            }
            for shipment in sent
        ],
        "timeline": [
            {"at": to_text(entry.at), "actor": entry.actor, "text": entry.text}
            for entry in timeline
        ],
    }


def products(found: Iterable[tuple[Product, Mapping[str, Decimal] | None]]) -> None:
    """Show products, one a row."""
    table(
        ("sku", "name", "price", "kit of"),
        (
            (product.sku, product.name, _money(product.price) or "", _kit(parts))
            for product, parts in found
        ),
    )


def _kit(parts: Mapping[str, Decimal] | None) -> str:
    return ", ".join(f"{count} {sku}" for sku, count in (parts or {}).items())


def product_json(product: Product, parts: Mapping[str, Decimal] | None) -> dict[str, Any]:
    """Return a product as `products list --json` gives it."""
    kit = None if parts is None else {sku: str(count) for sku, count in parts.items()}
    return {"sku": product.sku, "name": product.name, "kit": kit}


def stock_rows(
    levels: Iterable[tuple[Product, Sequence[Level], int | None]],
) -> Iterator[dict[str, Any]]:
    """Yield the rows of `stock list`: quantities as numbers, None where nobody has counted."""
    for product, warehouses, available in levels:
        for level in warehouses:
            yield {
                "sku": product.sku,
                "warehouse": level.warehouse,
                "physical": _number(level.physical),
                "committed": _number(level.committed),
                "available": _number(level.available),
            }
        if not warehouses:
            yield {
                "sku": product.sku,
                "warehouse": None,
                "physical": None,
                "committed": None if product.is_kit else 0,
                "available": available,
            }


def stock(rows: Sequence[Mapping[str, Any]]) -> None:
    """Show stock, a product and warehouse a row; empty where nobody has counted."""
    columns = ("sku", "warehouse", "physical", "committed", "available")
    table(columns, [["" if row[name] is None else row[name] for name in columns] for row in rows])


def _number(quantity: Decimal | None) -> int | float | None:
    if quantity is None:
        return None
    return int(quantity) if quantity == quantity.to_integral_value() else float(quantity)


def _address(found: Order) -> dict[str, str]:
    address = found.ship_to
    return {name: getattr(address, name) for name in address.__dataclass_fields__}


def _money(money: Decimal | None) -> str | None:
    return None if money is None else str(money)
