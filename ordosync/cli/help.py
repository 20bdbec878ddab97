"""`help`: shows the pages of documentation that are installed with ordosync."""

from typing import Annotated

import typer

from ordosync.cli import completion, documentation
from ordosync.cli.commands import COMMANDS, load
from ordosync.cli.output import markdown, terminal


def show_help(
    topic: Annotated[
        str | None,
        typer.Argument(
            metavar="[TOPIC]",
            help="A page of the list, or a command.",
            autocompletion=completion.help_topic,
        ),
    ] = None,
) -> None:
    """Show a page of documentation, or help on a command.

    Without a topic, it lists all pages. Exits 2 if there is no page of this name.

    For example:
      ordosync help operations
    """
    if topic is None:
        _list_topics()
    elif topic in COMMANDS and topic not in documentation.topics():
        load(topic).main(["--help"], prog_name=f"ordosync {topic}", standalone_mode=False)
    else:
        markdown.show(documentation.page(topic))


def _list_topics() -> None:
    topics = documentation.topics()
    width = max(map(len, topics))
    for topic in topics:
        terminal.result(f"{topic:<{width}}  {documentation.summary(topic)}")
    terminal.result("")
    terminal.result("`ordosync help TOPIC` shows a page, `ordosync COMMAND --help` a command.")
