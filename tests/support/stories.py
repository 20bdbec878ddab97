"""Stories of orders, as `why` explains them."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.support.command import ordosync


def story(folder: Path, word: str, *words: str) -> dict[str, Any]:
    """Return the only story of what is called so."""
    [explanation] = ordosync(folder, "why", word, "--json", *words).json["why"]
    assert explanation["next"]
    return dict(explanation)


def texts(explanation: dict[str, Any]) -> list[str]:
    return [event["text"] for event in explanation["story"]]


def edit(folder: Path, file: str, statement: str) -> None:
    """Do to a file what no command does, or what only time does."""
    with closing(sqlite3.connect(folder / file)) as db, db:
        db.execute(statement)


def command(explanation: dict[str, Any], place: int = 0) -> list[str]:
    """Return the words of a command that `next` names."""
    return str(explanation["next"]).split("`")[2 * place + 1].split()[1:]
