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
from ordosync.config.settings import Config
from ordosync.engine.diagnosis.search import (
    Finding,
    has_remote_accounts,
    pairs,
    search,
    search_each,
)
from ordosync.errors import UsageError
from ordosync.store import Store

_SCREENFUL = 50
_MORE = ("matches", "merchant", "portal")
_ALL = 1_000_000
_COLUMNS = (
    *("kind", "account", "number", "status", "field", "value", "exact"),
    *("portal", "merchant", "other_account", "other_number", "customer", "tracking"),
)
"""The columns of --csv, which are the fields of --json."""


@with_context(csv=True)
def find(
    words: Annotated[
        list[str],
        typer.Argument(metavar="TEXT...", help="Number, tracking number, customer or SKU."),
    ],
    *,
    count: Annotated[
        int, typer.Option("-n", min=0, max=_ALL, help="Number of rows; 0 for all.")
    ] = _SCREENFUL,
    context: Context,
) -> None:
    """Find orders and products by any part of them.

    Searches order numbers of both sides, tracking numbers, customers (name, company, email
    address, phone), SKUs and product names, in any case. Words may be in any order, and spaces and
    hyphens of a number do not count. It reads the local accounts, and what the store knows of
    remote ones. Exact matches come first. An order of two accounts is one row, with the status at
    the account that ships it.

    For example:
      ordosync find Smith
    """
    text = " ".join(words).strip()
    if not text:
        raise UsageError("a search needs a text: `ordosync find TEXT`")
    config = context.config
    with Store.open(config.database, readonly=True) as store:
        find_in = search_each if context.as_text else search
        limit = (count or _ALL) * (2 if context.as_text else 1)
        found = find_in(config, store, text, limit=limit)
        rows = pairs(config, store, found.findings) if context.as_text else []
    if context.as_json:
        render.document({"found": [_json(row) for row in found.findings], "total": found.total})
    elif context.as_csv:
        write_csv(sys.stdout, _COLUMNS, [_csv_row(row) for row in found.findings])
    elif found.total:
        _show(rows[: count or _ALL])
        if found.total > len(found.findings) or len(rows) > (count or _ALL):
            render.message(f"more than {count} match; -n 0 shows all")
    else:
        render.message(_nothing(config, text))


def _nothing(config: Config, text: str) -> str:
    hint = ""
    if has_remote_accounts(config):
        command = f"ordosync why {shlex.quote(text)} --online"
        hint = f"; `{command}` asks the remote accounts for an order"
    return f"nothing has {text!r} in its number, tracking number, customer, SKU or name{hint}"


def _show(findings: Sequence[Finding]) -> None:
    has_both = len({finding.kind for finding in findings}) > 1
    what = ("what",) if has_both or not sys.stdout.isatty() else ()
    table(
        (*what, "account", "number", "other side", "customer", "status", "tracking", *_MORE),
        [
            (
                *([finding.kind] if what else []),
                finding.account,
                finding.id,
                f"{finding.other_account} {finding.other_id}" if finding.other_id else "",
                finding.customer,
                finding.state,
                ", ".join(finding.tracking),
                _match(finding),
                finding.merchant or "",
                finding.portal or "",
            )
            for finding in findings
        ],
        less=("portal", "matches", "merchant", "account"),
        if_any=("other side", "customer", "status", "tracking", "merchant", "portal"),
    )


def _match(finding: Finding) -> str:
    """Return the field that was found; a terminal shows its value only once in a row."""
    shown = (finding.customer, finding.id, *finding.tracking) if sys.stdout.isatty() else ()
    return finding.field if finding.value in shown else f"{finding.field}: {finding.value}"


def _csv_row(finding: Finding) -> dict[str, Any]:
    document = {**_json(finding), "tracking": ", ".join(finding.tracking)}
    return {**document, "exact": "yes" if finding.is_exact else "no"}


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
        "customer": finding.customer or None,
        "tracking": list(finding.tracking),
    }
