"""`orders cancel` and `orders restore`, of one order or many."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from ordosync.cli.confirm import Yes, confirm
from ordosync.cli.context import Context, with_context
from ordosync.cli.desk import batches, common, order_lines, send_now, send_option
from ordosync.cli.desk.account_choice import open_desk_of
from ordosync.cli.desk.batches import Batch, Numbers
from ordosync.cli.desk.input_files import File, Layout
from ordosync.cli.desk.input_rows import InputRow
from ordosync.cli.desk.order_consequences import consequence_of, was_cancelled_by_merchant
from ordosync.cli.desk.send_option import Send
from ordosync.cli.desk.short_orders import reason_of
from ordosync.cli.desk.stock_waking import wake_inventory
from ordosync.cli.output import render
from ordosync.embedded.desk import Desk
from ordosync.embedded.shortages import Shortages, ShortUnits
from ordosync.errors import UsageError
from ordosync.models import Order, Outcome, ParcelLine
from ordosync.shortages import ShortageReason
from ordosync.text import plural

_TO_CANCEL = Layout(needed=("number",), optional=("sku", "quantity"))
_TO_RESTORE = Layout(needed=("number",), optional=("supplier",))
_FEW = 5


@dataclass(frozen=True, kw_only=True)
class _Cancellation:
    order: Order
    units: tuple[ParcelLine, ...]

    def with_reason(self, reason: ShortageReason) -> ShortUnits:
        """Return what the local account keeps of a cancellation with a reason."""
        return ShortUnits(number=self.order.number, parts=self.units, reason=reason)


@dataclass(frozen=True, kw_only=True)
class _Restoration:
    order: Order
    supplier: str | None
    previous: str | None
    """The supplier that it was last requested from."""


@with_context(dry_run=True)
def cancel_order(
    number: Numbers = None,
    *,
    line: Annotated[
        list[str] | None,
        typer.Option(
            "--line",
            metavar="SKU=QTY",
            help="Cancel only these open units; repeatable; #LINEID=QTY if a SKU repeats.",
        ),
    ] = None,
    reason: Annotated[
        str | None,
        typer.Option("--reason", metavar="REASON", help="A reason, such as out-of-stock."),
    ] = None,
    file: File = None,
    send: Send = False,
    yes: Yes = False,
    account: common.Account = None,
    context: Context,
) -> None:
    """Cancel the open units of orders; sent units stay sent.

    The task cancel-orders cancels them at the Supplier of a Merchant's order, too; --send runs it
    at once. At the Supplier, report-shortages reports them to the Merchant, with --reason, which is
    one of those of `orders short`.

    --from reads rows with the column number and, for a part of an order, sku and quantity. Refused
    rows are written to FILE.refused.csv. Exits 1 if an order was refused, or not sent.

    For example:
      ordosync orders cancel 1001 --line MUG=1
    """
    rows = batches.rows_of(context, number or (), file, _TO_CANCEL)
    if line and (file or len(rows) > 1):
        raise UsageError("--line is for one order; in a file, use the columns sku and quantity")
    why = reason_of(reason) if reason else None
    opened = open_desk_of(context.config, account, batches.numbers_of(rows), is_file=bool(file))
    sending = send_option.Request.of(
        context, "cancel-orders", lambda of: of.merchant.account == opened.name, send=send
    )
    with opened.file.kept_open("read orders"):
        batch = Batch.parse(
            file, batches.by_number(rows), lambda of: _cancellation(opened, of, line or ())
        )
    orders = [request.order for request in batch.requests]
    if len(orders) > 1:
        confirm(context, _cancel_question(opened, orders), yes=yes)
    outcomes = _save(
        context,
        opened,
        orders,
        lambda: _cancel(opened, batch, why),
    )
    if not file:
        _check_one(opened, orders, outcomes)
    cancelled = [
        of for of, outcome in zip(orders, outcomes, strict=True) if outcome.state == "done"
    ]
    with opened.file.kept_open("read orders"):
        changes = [
            (of.order.number, _cancelled_text(opened, of, outcome))
            for of, outcome in zip(batch.requests, outcomes, strict=True)
            if outcome.state in ("done", "unchanged")
        ]
    sent = sending.send(context)
    batches.report(context, opened, changes, is_file=bool(file), sent=sent)
    if not send:
        is_one = len(cancelled) == 1
        _tell(consequence_of(context.config, opened, order, is_one=is_one) for order in cancelled)
    raise typer.Exit(max(sent.code, batch.finish(context, outcomes)))


def _cancel(
    opened: Desk, batch: Batch[_Cancellation], reason: ShortageReason | None
) -> Sequence[Outcome]:
    if reason:
        return Shortages(opened.file).cancel([of.with_reason(reason) for of in batch.requests])
    return batch.save(opened, lambda of: opened.cancel(of.order.number, of.units))


def _cancellation(opened: Desk, rows: Sequence[InputRow], lines: Sequence[str]) -> _Cancellation:
    order = common.order_to_change(opened, batches.number_of(rows))
    parts = [text for row in rows if (text := row.line())]
    if parts and len(parts) < len(rows):
        raise UsageError("is cancelled as a whole and in part; give sku and quantity in each row")
    return _Cancellation(order=order, units=order_lines.units_of(opened, order, [*lines, *parts]))


def _cancel_question(opened: Desk, orders: Sequence[Order]) -> str:
    more = f" and {len(orders) - _FEW} more" if len(orders) > _FEW else ""
    names = ", ".join(_described(opened, order) for order in orders[:_FEW])
    return f"cancel {len(orders)} orders of account {opened.name}: {names}{more}?"


def _described(opened: Desk, order: Order) -> str:
    """Return the number, the name and the open units of an order, so that a slip is noticed."""
    units = sum(line.open for line in opened.units_of(order.number))
    is_split = bool(opened.pieces_of(order.number))
    extent = "split" if is_split else f"{units} {plural(units, 'unit', 'units')}"
    details = (order.ship_to.name, extent)
    return f"{order.number} ({', '.join(filter(None, details))})"


def _cancelled_text(opened: Desk, request: _Cancellation, outcome: Outcome) -> str:
    if outcome.state == "unchanged":
        return "was already cancelled"
    before, after = request.order, common.read_order(opened, request.order.number)
    if after.status == "cancelled":
        return "cancelled"
    if request.units and after.status == before.status:
        return f"has {order_lines.as_text(request.units)} cancelled; the rest is still to ship"
    return "has its open units cancelled; sent units stay sent"


@with_context(dry_run=True)
def restore_order(
    number: Numbers = None,
    *,
    supplier: Annotated[
        str | None, typer.Option("--supplier", help="Request it from this supplier again.")
    ] = None,
    file: File = None,
    account: common.Account = None,
    context: Context,
) -> None:
    """Reopen cancelled orders, to be shipped by this account or by a supplier.

    --from reads rows with the columns number and, optionally, supplier. Refused rows are written
    to FILE.refused.csv. Exits 1 if an order was refused.

    For example:
      ordosync orders restore 1001
    """
    rows = batches.rows_of(context, number or (), file, _TO_RESTORE)
    opened = open_desk_of(context.config, account, batches.numbers_of(rows), is_file=bool(file))
    with opened.file.kept_open("read orders"):
        batch = Batch.parse(
            file,
            batches.by_number(rows),
            lambda of: _restoration(context, opened, of[0], supplier),
        )
    orders = [request.order for request in batch.requests]
    outcomes = _save(
        context, opened, orders, lambda: batch.save(opened, lambda of: _restore(opened, of))
    )
    if not file:
        _check_one(opened, orders, outcomes)
    changes = [
        (of.order.number, _restored_text(of))
        for of, outcome in zip(batch.requests, outcomes, strict=True)
        if outcome.state in ("done", "unchanged")
    ]
    batches.report(context, opened, changes, is_file=bool(file))
    _tell(_warning(context, opened, restored) for restored, _ in changes)
    raise typer.Exit(batch.finish(context, outcomes))


def _restoration(
    context: Context, opened: Desk, row: InputRow, supplier: str | None
) -> _Restoration:
    order = common.order_to_change(opened, batches.number_of([row]))
    supplier = row.get("supplier") or supplier
    if supplier is not None:
        common.check_supplier(context.config, opened, supplier)
    previous = opened.supplier_of(order.number)
    return _Restoration(order=order, supplier=supplier, previous=previous)


def _restore(opened: Desk, request: _Restoration) -> Outcome:
    outcome = opened.restore(request.order.number)
    if request.supplier and outcome.state == "done":
        return opened.request(request.order.number, request.supplier)
    return outcome


def _restored_text(request: _Restoration) -> str:
    if request.supplier:
        return f"restored and requested from {request.supplier} again"
    if request.previous:
        return f"restored; now fulfilled in-house (--supplier {request.previous} requests it again)"
    return "restored"


def _warning(context: Context, opened: Desk, number: str) -> str | None:
    if not was_cancelled_by_merchant(context.config, opened, number):
        return None
    return (
        "the Merchant cancelled this order, so do not ship it unless the Merchant requests it"
        " again; `ordosync attention` lists it, and `ordosync reconcile` shows the repair"
    )


def _save(
    context: Context,
    opened: Desk,
    orders: Sequence[Order],
    save: Callable[[], Sequence[Outcome]],
) -> Sequence[Outcome]:
    """Save a change of orders.

    If one of them came from a Merchant, update-tracking also runs: it records the change.
    report-shortages, which sends it to the Merchant, runs with the next `run-due`.
    """
    if any(common.portal_from(context.config, opened, order.number) for order in orders):
        tasks, woken = ("update-tracking",), ("report-shortages",)
        outcomes = send_now.save_and_send(context, opened, tasks, save, woken=woken).outcomes
    else:
        outcomes = save()
    wake_inventory(context, opened, outcomes)
    return outcomes


def _check_one(opened: Desk, orders: Sequence[Order], outcomes: Sequence[Outcome]) -> None:
    """Raise as `check_order` does if only one order was typed."""
    if len(orders) == 1:
        common.check_order(opened, outcomes[0], orders[0].number)


def _tell(messages: Iterable[str | None]) -> None:
    """Print each message once."""
    for text in dict.fromkeys(messages):
        if text:
            render.message(text)
