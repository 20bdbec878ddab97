"""Converts the rows of a Supplier's answer files, order by order."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import cast

from msgspec import Struct

from ordosync.accounts.files.formats.rows import Row
from ordosync.accounts.files.input_options.answer_files import ANSWERS, REASONS, Answer, AnswerFiles
from ordosync.accounts.files.output.order_record import WrittenLine
from ordosync.accounts.files.parsing.converters import (
    InvalidRowError,
    cell,
    field_text,
    key_cell,
    quantity,
)
from ordosync.accounts.files.parsing.transforms import TransformError, read_date
from ordosync.accounts.files.parsing.unit_rows import lines_named
from ordosync.models import normalized_sku
from ordosync.shortages import ShortageReason
from ordosync.text import printable

_LONGEST_WORD = 60


class AnswerRow(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row of an answer file."""

    answer: Answer
    line_id: str = ""
    sku: str = ""
    quantity: int | None = None
    """All units of the line to which the answer applies; None for the whole order."""
    reason: ShortageReason = "other"
    word: str = ""
    """The Supplier's word for a reason that is `other`."""
    expected: date | None = None
    as_of: str = ""
    """Sorts rows by their age."""

    @property
    def key(self) -> tuple[str, str, str]:
        """Identifies what a newer row replaces."""
        return self.line_id, normalized_sku(self.sku), self.answer


class OrderAnswers(Struct, frozen=True, kw_only=True):
    """The rows of one order, oldest first."""

    order_id: str
    rows: tuple[AnswerRow, ...]


def answers_of(
    key: str,
    rows: Sequence[Row],
    options: AnswerFiles,
    lines_of: Callable[[str], Sequence[WrittenLine]],
    as_of: str,
) -> OrderAnswers:
    """Return the answers of one order in one file."""
    key_cell(rows[0], "order_number", options)
    order = lines_of(key)
    return OrderAnswers(
        order_id=key, rows=tuple(_answer_row(row, options, order, as_of) for row in rows)
    )


def _answer_row(
    row: Row, options: AnswerFiles, order: Sequence[WrittenLine], as_of: str
) -> AnswerRow:
    line_id, sku, count = _units(row, options)
    if count is not None and not lines_named(line_id, sku, order) and _is_known(order):
        name = f"id {line_id[:40]!a}" if line_id else f"SKU {sku[:40]!a}"
        raise InvalidRowError("unknown-line", row, f"the order has no line of {name}")
    reason, word = _reason(row, options)
    return AnswerRow(
        answer=_answer(row, options),
        line_id=line_id,
        sku=sku,
        quantity=count,
        reason=reason,
        word=word,
        expected=_day(row, options),
        as_of=f"{as_of} {row.number:09d}",
    )


def _is_known(order: Sequence[WrittenLine]) -> bool:
    return bool(order) and all(line.sku for line in order)


def _units(row: Row, options: AnswerFiles) -> tuple[str, str, int | None]:
    """Return the line of a row and its units; None for a row about the whole order."""
    texts = [
        cell(row, name, options) if name in options.sources else ""
        for name in ("line_id", "sku", "quantity")
    ]
    line_id, sku, count = texts
    if not any(texts):
        return "", "", None
    if not line_id and not sku:
        raise InvalidRowError("invalid.sku", row, "the row has a quantity, and names no line")
    return line_id, sku, quantity(row, count)


def _answer(row: Row, options: AnswerFiles) -> Answer:
    text = _word(row, "answer", options)
    answer = options.values.get("answer", {}).get(text, _folded(text))
    if answer not in ANSWERS:
        problem = f"answer: {text[:40]!a} is not in `values`" if text else "answer is blank"
        raise InvalidRowError("invalid.value" if text else "invalid.answer", row, problem)
    return answer


def _reason(row: Row, options: AnswerFiles) -> tuple[ShortageReason, str]:
    """Return the reason; if it is `other`, with the Supplier's word or note."""
    text = _word(row, "reason", options)
    reason = options.values.get("reason", {}).get(text, _folded(text))
    if reason in REASONS and reason != "other":
        return cast("ShortageReason", reason), ""
    own_word = "" if reason == "other" else text
    return "other", printable(own_word or _word(row, "note", options))[:_LONGEST_WORD]


def _word(row: Row, name: str, options: AnswerFiles) -> str:
    return " ".join(field_text(row, name, options).split())


def _folded(text: str) -> str:
    """Return a text as ordosync's words are written: `Out of stock` is `out-of-stock`."""
    return text.casefold().replace(" ", "-").replace("_", "-")


def _day(row: Row, options: AnswerFiles) -> date | None:
    text, formats = _word(row, "expected", options), options.date_formats("expected")
    if not text or not formats:
        return None
    try:
        return read_date(text, formats).date()
    except TransformError as error:
        problem = f"expected {text[:40]!a} {error}"
        raise InvalidRowError("invalid.date", row, problem) from error
