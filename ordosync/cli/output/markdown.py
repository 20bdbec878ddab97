"""Shows Markdown: rendered on a terminal, otherwise unchanged."""

import sys

from ordosync.cli.output import terminal

_WIDEST = 100
"""Width in columns up to which text is easy to read."""


def show(text: str) -> None:
    """Write a page of Markdown to standard output."""
    if not sys.stdout.isatty():
        for line in text.splitlines():
            terminal.result(line)
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs rich
    from rich.markdown import Markdown  # noqa: PLC0415

    console = Console()
    console.print(Markdown(text, hyperlinks=False), width=min(console.width, _WIDEST))
