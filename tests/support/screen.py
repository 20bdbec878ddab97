"""What a command shows on a terminal, line by line, without its colours."""

import re
from pathlib import Path

from rich.cells import cell_len

from tests.support.command import on_a_terminal

NAMES = ("李小龙 王芳", "محمد الأحمد", "דנה לוי", "Zoë 🎁 Müller", "Ann")
_STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def seen(folder: Path, *words: str, columns: int = 80) -> list[str]:
    """Return the lines on a terminal, none of which is wider than it."""
    text = _STYLE.sub("", on_a_terminal(folder, *words, columns=columns)).replace("\r", "")
    lines = [line.rstrip() for line in text.splitlines()]
    assert not [line for line in lines if cell_len(line) > columns]
    return lines
