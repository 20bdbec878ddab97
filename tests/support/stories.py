"""Stories of orders, as `why` explains them."""

from contextlib import closing
from pathlib import Path
from typing import Any

# Two libraries that have the same file open in one process damage it.
from ordosync.database import sqlite3
from tests.support.command import ordosync


def story(folder: Path, word: str, *words: str) -> dict[str, Any]:
    """Return the only explanation of this order or SKU."""
    [explanation] = ordosync(folder, "why", word, "--json", *words).json["why"]
    assert explanation["next"]
    return dict(explanation)


def texts(explanation: dict[str, Any]) -> list[str]:
    return [event["text"] for event in explanation["story"]]


def edit(folder: Path, file: str, statement: str) -> None:
    """Run a statement on a file, for a change that no command makes."""
    with closing(sqlite3.connect(folder / file)) as db, db:
        db.execute(statement)


def command(explanation: dict[str, Any], place: int = 0) -> list[str]:
    """Return the words of a command that `next` names."""
    return str(explanation["next"]).split("`")[2 * place + 1].split()[1:]
