"""Shows Markdown: rendered on a terminal, otherwise unchanged."""

import sys
from typing import TYPE_CHECKING, ClassVar

from ordosync.cli.output import terminal

if TYPE_CHECKING:
    from rich.console import Console, RenderResult

_WIDEST = 100
"""Width in columns up to which text is easy to read."""


def show(text: str) -> None:
    """Write a page of Markdown to standard output."""
    if not sys.stdout.isatty():
        for line in text.splitlines():
            terminal.result(line)
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs rich

    show_on(Console(), text)


def show_on(console: "Console", text: str) -> None:
    """Render a page of Markdown; the lines of code stay as they are, so that they can be copied."""
    from rich.markdown import CodeBlock, Markdown  # noqa: PLC0415 - see above
    from rich.text import Text  # noqa: PLC0415

    class Code(CodeBlock):
        def __rich_console__(self, *_: object) -> "RenderResult":
            yield Text(str(self.text).rstrip(), style="cyan", no_wrap=True, overflow="ignore")

    class Page(Markdown):
        elements: ClassVar = {**Markdown.elements, "fence": Code, "code_block": Code}

    page = Page(text, hyperlinks=False)
    console.print(page, width=min(console.width, _WIDEST), crop=False)
