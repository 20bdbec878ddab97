"""Changes of many orders in one command: those that are typed, or those of a file.

All are checked first. What is refused in a file is written back, and does not stop the rest.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

import typer

from ordosync.cli import completion
from ordosync.cli.context import Context
from ordosync.cli.desk import input_files
from ordosync.cli.desk.input_files import Layout
from ordosync.cli.desk.input_rows import InputRow
from ordosync.cli.desk.rejects import report_rejects
from ordosync.cli.desk.send_option import NOT_SENT, SentRuns
from ordosync.cli.output import desk as render_desk
from ordosync.cli.output import render
from ordosync.embedded.desk import Desk
from ordosync.engine.order_owners import Owners
from ordosync.errors import UsageError
from ordosync.models import Outcome, refused

T = TypeVar("T")
Numbers = Annotated[
    list[str] | None, typer.Argument(metavar="[NUMBER]...", autocompletion=completion.number)
]
NUMBERS_ONLY = Layout(needed=("number",))
_ACCEPTED = ("done", "unchanged")


@dataclass(frozen=True, kw_only=True)
class Result(Generic[T]):
    """One request of a command with its outcome; without a request if its rows were refused."""

    rows: Sequence[InputRow]
    request: T | None
    outcome: Outcome

    @property
    def is_accepted(self) -> bool:
        """True if the change was saved, now or before."""
        return self.outcome.state in _ACCEPTED

    @property
    def typed_number(self) -> str | None:
        """The order number in the rows; None if they have none."""
        return next((number for row in self.rows if (number := row.get("number"))), None)


@dataclass(frozen=True, kw_only=True)
class Batch(Generic[T]):
    """The requests of one command, each with the rows that it was read from."""

    file: Path | None
    requests: Sequence[T]
    rows: Sequence[Sequence[InputRow]]
    refused: Sequence[tuple[InputRow, str]]

    def save(self, opened: Desk, save: Callable[[T], Outcome]) -> list[Outcome]:
        """Save all requests in one transaction, each with its own outcome."""
        if not self.requests:
            return []
        with opened.file.in_one_transaction("save the changes"):
            return [save(request) for request in self.requests]

    @classmethod
    def parse(
        cls,
        file: Path | None,
        groups: Iterable[Sequence[InputRow]],
        parse: Callable[[Sequence[InputRow]], T],
    ) -> "Batch[T]":
        """Parse groups of rows. Raises `UsageError` for a request that was typed."""
        requests: list[T] = []
        parsed: list[Sequence[InputRow]] = []
        refused: list[tuple[InputRow, str]] = []
        for rows in groups:
            try:
                for row in rows:
                    row.check()
                requests.append(parse(rows))
                parsed.append(rows)
            except UsageError as error:
                if file is None:
                    raise
                refused += [(row, str(error)) for row in rows]
        return cls(file=file, requests=requests, rows=parsed, refused=refused)

    def results(self, outcomes: Sequence[Outcome]) -> list[Result[T]]:
        """Return the requests with their outcomes, and the rows that were refused before."""
        sent = zip(self.rows, self.requests, outcomes, strict=True)
        return [
            *(Result(rows=rows, request=request, outcome=done) for rows, request, done in sent),
            *(
                Result(rows=[row], request=None, outcome=refused("invalid-row", reason))
                for row, reason in self.refused
            ),
        ]

    def finish(self, context: Context, outcomes: Sequence[Outcome]) -> int:
        """Report what was refused; return the exit code."""
        rejects = [
            (row, result.outcome.reason)
            for result in self.results(outcomes)
            if not result.is_accepted
            for row in result.rows
        ]
        if self.file:
            rows = [row for of in self.rows for row in of]
            report_rejects(context, self.file, rejects, rows=rows)
        else:
            for row, reason in rejects:
                render.message(f"order {row.get('number')} {reason}")
        return int(bool(rejects))


def rows_of(
    context: Context, numbers: Sequence[str], file: Path | None, layout: Layout
) -> list[InputRow]:
    """Return the rows of a file, or one for each number that was typed. Raises `UsageError`."""
    if bool(numbers) == bool(file):
        raise UsageError("give order numbers, or a file with --from")
    if file:
        return input_files.read_rows(context, file, layout)
    return [InputRow(cells={"number": number}) for number in dict.fromkeys(numbers)]


def numbers_of(rows: Iterable[InputRow]) -> list[str]:
    """Return the order numbers of rows."""
    return list(dict.fromkeys(number for row in rows if (number := row.get("number"))))


def by_number(rows: Iterable[InputRow]) -> list[list[InputRow]]:
    """Return the rows of each order; a row without a number is alone, to be refused."""
    groups: dict[str, list[InputRow]] = {}
    for row in rows:
        groups.setdefault(row.get("number") or f"\0{row.number}", []).append(row)
    return list(groups.values())


def number_of(rows: Sequence[InputRow]) -> str:
    """Return the order number of the rows of one order. Raises `UsageError` if it is blank."""
    number = rows[0].id("number")
    if not number:
        raise UsageError("has no number")
    return number


def report(
    context: Context,
    opened: Desk,
    changes: Sequence[tuple[str, str]],
    *,
    is_file: bool,
    sent: SentRuns = NOT_SENT,
) -> None:
    """Report changed orders with what happened to each; of a file, how many there are of each."""
    if context.as_json:
        orders = documents(context, opened, [number for number, _ in changes])
        render.document({"orders": orders, **sent.as_json()})
    elif is_file:
        _report_counts([change for _, change in changes])
    else:
        for number, change in changes:
            render.message(f"order {number} {change}")
    if not context.as_json:
        sent.show()


def documents(context: Context, opened: Desk, numbers: Sequence[str]) -> list[dict[str, Any]]:
    """Return orders with their account, Merchant and supplier."""
    owners = Owners.of(context.config, opened.name)
    by_number = {
        entry.order.number: render_desk.listed_json(entry.order, owners.owner(entry))
        for entry in opened.orders_numbered(numbers)
    }
    return [{**by_number[number], "account": opened.name} for number in numbers]


def _report_counts(changes: Sequence[str]) -> None:
    for change in dict.fromkeys(changes):
        count = changes.count(change)
        render.message(f"{count} {'order' if count == 1 else 'orders'}: {change}")
    if not changes:
        render.message("no order was changed")
