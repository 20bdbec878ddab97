"""Refused rows of a file, written back beside it with their reasons, to be fixed and read again.

A file of rejects may have been fixed already, so a file with other content is never overwritten.
"""

import csv
import io
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ordosync.atomic_write import replace_file
from ordosync.cli.context import Context
from ordosync.cli.desk.input_rows import InputRow
from ordosync.cli.desk.input_tables import STDIN
from ordosync.cli.output import reasons, render
from ordosync.cli.output.reasons import Failure
from ordosync.errors import OrdosyncError

Rejects = Sequence[tuple[InputRow, str]]
_MOST_FILES = 1000
_VERBS = ("is", "has", "does", "already", "needs", "must", "would")


def report_rejects(
    context: Context, path: Path, refused: Rejects, *, rows: Iterable[InputRow]
) -> None:
    """Write the refused rows beside the input file; those of a dry run or a pipe are listed.

    `rows` are all rows of the file. If none was refused, rejects that are among them are deleted.
    """
    ordered = sorted(refused, key=lambda reject: reject[0].number)
    if context.is_dry_run or path == STDIN:
        verb = "would be refused" if context.is_dry_run else "was refused"
        for row, reason in ordered:
            render.message(f"row {row.number} {verb}: {_named(row, reason)}")
    elif ordered:
        rejects = _write(path, ordered)
        render.message(f"{len(refused)} refused: see {rejects}")
        failures = [
            Failure(subject=f"row {row.number}", reason=_named(row, reason))
            for row, reason in ordered
        ]
        for line in reasons.lines(failures, more=f"see {rejects}"):
            render.message(line)
    else:
        _delete_settled(path, rows)


def _named(row: InputRow, reason: str) -> str:
    """Return a reason as a sentence: with the order or SKU of the row, if it begins with a verb."""
    names = ("number", "sku", "merchant_sku")
    subject = next((row.cells[name] for name in names if row.cells.get(name)), "")
    begins_with_verb = reason.partition(" ")[0] in _VERBS
    return f"{subject} {reason}" if subject and begins_with_verb else reason


def _write(path: Path, refused: Rejects) -> Path:
    """Write the refused rows as they are in the file; return the path."""
    first = refused[0][0]
    source, of_reason = first.source, _column_of_reason(first)
    added = ("row", of_reason)
    headers = [name for name in source.cells if name not in added] if source else []
    text = io.StringIO(newline="")
    writer = csv.DictWriter(
        text,
        [*headers, *added],
        delimiter=source.delimiter if source else ",",
        extrasaction="ignore",
    )
    writer.writeheader()
    writer.writerows(
        {**(row.source.cells if row.source else {}), "row": row.number, of_reason: reason}
        for row, reason in refused
    )
    content = text.getvalue().encode()
    rejects = _taken_path(path, content)
    try:
        replace_file(rejects, content, mode=0o600)
    except OSError:
        if not rejects.stat().st_size:
            rejects.unlink()
        raise
    return rejects


def _column_of_reason(row: InputRow) -> str:
    """Return the added column with the reason: the file itself may have a column `reason`."""
    return "refusal" if "reason" in row.cells else "reason"


def _taken_path(path: Path, content: bytes) -> Path:
    """Return the first name for the rejects that is free, or whose file has this content.

    A free name is taken by an empty file, so that no other process writes to it.
    """
    first = _number(path) + 1
    for number in range(first, first + _MOST_FILES):
        rejects = _path(path, number)
        with suppress(FileExistsError):
            os.close(os.open(rejects, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            return rejects
        if rejects.is_file() and rejects.read_bytes() == content:
            return rejects
    raise OrdosyncError(f"{rejects} exists, and {_MOST_FILES - 1} others; delete old ones")


def _number(path: Path) -> int:
    """Return 0 for a file, 1 for its rejects, 2 for the rejects of these, and so on."""
    found = _REJECTS.fullmatch(path.stem)
    return int(found["number"] or 1) if found else 0


def _path(path: Path, number: int) -> Path:
    found = _REJECTS.fullmatch(path.stem)
    name = found["name"] if found else path.stem
    return path.with_name(f"{name}.refused{f'-{number}' if number > 1 else ''}.csv")


def _delete_settled(path: Path, rows: Iterable[InputRow]) -> None:
    """Delete the rejects of an earlier call if each of their rows was accepted now."""
    rejects = _path(path, _number(path) + 1)
    rows = list(rows)
    accepted = [row.source for row in rows if row.source]
    if not accepted or not rejects.is_file():
        return
    text = rejects.read_text("utf-8", errors="replace")
    refused = csv.DictReader(io.StringIO(text, newline=""), delimiter=accepted[0].delimiter)
    added = ("row", _column_of_reason(rows[0]))
    known = [_own_cells(row.cells, added) for row in accepted]
    # The operator may have put something else there, which is no CSV file.
    with suppress(csv.Error):
        if all(_own_cells(row, added) in known for row in refused):
            rejects.unlink()


def _own_cells(cells: Mapping[str, str], added: Sequence[str]) -> dict[str, str]:
    return {name: text for name, text in cells.items() if name not in added}


_REJECTS = re.compile(r"(?P<name>.+)\.refused(?:-(?P<number>[0-9]{1,4}))?")
