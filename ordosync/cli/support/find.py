"""`find`: orders and products by a part of what an operator knows of them."""

import shlex
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from ordosync.cli.context import Context, with_context
from ordosync.cli.output import render
from ordosync.cli.output.csv_output import write_csv
from ordosync.cli.output.tables import table
from ordosync.engine.diagnosis.search import Finding, search
from ordosync.errors import UsageError
from ordosync.store import Store
from ordosync.text import status_text

_SCREENFUL = 50
_ALL = 1_000_000
_COLUMNS = (
    *("kind", "account", "number", "status", "field", "value", "exact"),
    *("portal", "merchant", "other_account", "other_number"),
)
"""The columns of --csv, which are the fields of --json."""


@with_context(csv=True)
def find(
    text: Annotated[str, typer.Argument(help="Number, tracking number, customer or SKU.")],
    *,
    count: Annotated[
        int, typer.Option("-n", min=0, max=_ALL, help="Number of rows; 0 for all.")
    ] = _SCREENFUL,
    context: Context,
) -> None:
    """Find orders and products by any part of them.

    Searches order numbers of both sides, tracking numbers, customers (name, company, email
    address, phone), SKUs and product names, in any case. It reads the local accounts, and what the
    store knows of remote ones. Exact matches come first.

    For example:
      ordosync find Smith
    """
    text = text.strip()
    if not text:
        raise UsageError("a search needs a text: `ordosync find TEXT`")
    config = context.config
    with Store.open(config.database, readonly=True) as store:
        found = search(config, store, text, limit=count or _ALL)
    if context.as_json:
        render.document({"found": [_json(row) for row in found.findings], "total": found.total})
    elif context.as_csv:
        write_csv(sys.stdout, _COLUMNS, [_csv_row(row) for row in found.findings])
    elif found.total:
        _show(found.findings)
        if found.total > len(found.findings):
            render.message(f"{len(found.findings)} of {found.total}; -n 0 shows all")
    else:
        render.message(
            f"nothing has {text!r} in its number, tracking number, customer, SKU or name;"
            f" `ordosync why {shlex.quote(text)} --online` asks the remote accounts for an order"
        )


def _show(findings: Sequence[Finding]) -> None:
    table(
        ("what", "account", "number", "status", "matches", "merchant", "other side"),
        [
            (
                finding.kind,
                finding.account,
                finding.id,
                status_text(finding.status),
                f"{finding.field}: {finding.value}",
                finding.merchant or "",
                f"{finding.other_account} {finding.other_id}" if finding.other_id else "",
            )
            for finding in findings
        ],
        less=("status",),
        if_any=("status", "merchant", "other side"),
    )


def _csv_row(finding: Finding) -> dict[str, Any]:
    return {**_json(finding), "exact": "yes" if finding.is_exact else "no"}


def _json(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "account": finding.account,
        "number": finding.id,
        "status": finding.status or None,
        "field": finding.field,
        "value": finding.value,
        "exact": finding.is_exact,
        "portal": finding.portal,
        "merchant": finding.merchant,
        "other_account": finding.other_account,
        "other_number": finding.other_id,
    }
