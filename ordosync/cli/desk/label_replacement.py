"""`orders ship --replace`: voids the label of an order, and ships its units with another one."""

import shlex
from collections.abc import Sequence

from ordosync.cli.context import Context
from ordosync.cli.desk import common, send_now
from ordosync.cli.desk.batches import Result
from ordosync.cli.desk.change_documents import shipped_json
from ordosync.cli.desk.input_rows import InputRow
from ordosync.cli.desk.shipping_rows import ParcelRequest
from ordosync.cli.output import render
from ordosync.embedded.desk import Desk
from ordosync.errors import OrdosyncError, UsageError
from ordosync.models import Outcome


def check_options(row: InputRow, lines: Sequence[str], *, void: bool) -> None:
    """Raise `UsageError` if the options of the new label are not complete, or contradict."""
    if void or lines:
        other = "--void" if void else "--line"
        raise UsageError(f"--replace ships the units of the old label; leave out {other}")
    if not row.get("number") or not row.get("tracking"):
        raise UsageError("--replace needs one order number, and --tracking with the new number")


def with_old_carrier(opened: Desk, row: InputRow) -> InputRow:
    """Return the options with carrier and method of the old label, if no carrier is given."""
    number = common.order_to_change(opened, row.id("number")).number
    labels = [label for label in opened.shipments_of(number) if not label.voided]
    if row.get("carrier") or not labels:
        return row
    old = labels[-1]
    method = row.get("method") or old.method
    return InputRow(cells={**row.cells, "carrier": old.carrier, "method": method})


def check_label(opened: Desk, request: ParcelRequest, outcome: Outcome) -> None:
    """Raise an error with the command that replaces the label if the order has another one."""
    number, new = request.order.number, request.shipment
    labels = [label for label in opened.shipments_of(number) if not label.voided]
    # A label of the Supplier is not this account's to replace.
    is_own = outcome.code == "already-shipped" and opened.supplier_of(number) is None
    if not is_own or len(labels) != 1:
        return
    [old] = labels
    command = shlex.join(
        ("ordosync", "orders", "ship", number, "--replace", "--tracking", new.tracking_number)
    )
    raise OrdosyncError(
        f"order {number} is shipped already, with {old.carrier} {old.tracking_number};"
        f" `{command}` replaces its label"
    )


def replace_label(context: Context, opened: Desk, request: ParcelRequest) -> int:
    """Save the new label in place of the old one, and notify the Merchant; return the exit code."""
    number, shipment = request.order.number, request.shipment
    result = send_now.save_and_send(
        context, opened, send_now.SHIPPING_TASKS, lambda: [opened.replace_label(shipment)]
    )
    [outcome] = result.outcomes
    if outcome.code == "several-parcels":
        raise UsageError(
            f"order {number} {outcome.reason} with --void --tracking, then ship its units again"
        )
    common.check_order(opened, outcome, number)
    is_new = outcome.state == "done"
    verb = "is replaced by" if is_new else "is already"
    render.message(f"the label of order {number} {verb} {shipment.carrier} {_numbers(request)}")
    portal = common.portal_from(context.config, opened, number)
    if portal is not None and is_new:
        send_now.warn_without_tracking(portal)
    replaced = Result(rows=(), request=request, outcome=outcome)
    return send_now.report(
        result,
        as_json=context.as_json,
        changes=lambda: shipped_json(context.config, opened, [replaced]),
    )


def _numbers(request: ParcelRequest) -> str:
    return ", ".join((request.shipment.tracking_number, *request.shipment.more_numbers))
