"""`help`: shows the pages of documentation that are installed with ordosync."""

from typing import Annotated

import typer

from ordosync.cli import completion, documentation
from ordosync.cli.commands import COMMANDS, in_groups, load
from ordosync.cli.output import markdown, terminal
from ordosync.errors import UsageError


def show_help(
    topic: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TOPIC]",
            help="A page of the list, or a command, such as `orders ship`.",
            autocompletion=completion.help_topic,
        ),
    ] = None,
) -> None:
    """Show a page of documentation, or help on a command.

    Without a topic, it lists all pages. Exits 2 if there is no page of this name.

    For example:
      ordosync help operations
    """
    if not topic:
        _list_topics()
        return
    name, *words = topic
    if name in COMMANDS and (words or name not in documentation.topics()):
        load(name).main([*words, "--help"], prog_name=f"ordosync {name}", standalone_mode=False)
    elif words:
        raise UsageError(f"{name!r} is one page; `ordosync help {name}` shows it")
    elif name not in documentation.topics() and (hint := in_groups(name)):
        raise UsageError(f"no help on {name!r}{hint.replace('`ordosync ', '`ordosync help ')}")
    else:
        markdown.show(documentation.page(name))


def _list_topics() -> None:
    topics = documentation.topics()
    width = max(map(len, topics))
    for topic in topics:
        terminal.result(f"{topic:<{width}}  {documentation.summary(topic)}")
    terminal.result("")
    terminal.result("`ordosync help TOPIC` shows a page, `ordosync COMMAND --help` a command.")
