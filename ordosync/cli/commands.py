"""The commands by name. Each is imported only when it is used, since all together are slow."""

import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from ordosync.errors import UsageError

SECTIONS = {
    "Tasks": {
        "import-orders": (
            "tasks:import_orders",
            "Create the Merchant's new orders at the Supplier.",
        ),
        "import-products": (
            "tasks:import_products",
            "Create the Merchant's products at the Supplier.",
        ),
        "write-inventory-back": (
            "tasks:write_inventory_back",
            "Write the Supplier's available stock to the Merchant.",
        ),
        "update-tracking": (
            "tasks:update_tracking",
            "Send the Supplier's tracking numbers to the Merchant.",
        ),
        "report-shortages": (
            "tasks:report_shortages",
            "Report units that the Supplier cannot send.",
        ),
        "split-order": (
            "tasks:split_order",
            "Split the Merchant's orders like the Supplier's.",
        ),
        "cancel-orders": (
            "tasks:cancel_orders",
            "Cancel the Merchant's cancelled orders at the Supplier.",
        ),
        "sync": (
            "tasks:sync",
            "Run the enabled global tasks once, now.",
        ),
        "retry": (
            "retry:retry",
            "Retry steps that are waiting or have failed.",
        ),
    },
    "Schedule": {
        "autosync": (
            "autosync:autosync",
            "Show the schedule; pause or resume a task.",
        ),
        "run-due": (
            "run_due:run_due",
            "Run all due tasks; cron calls this every minute.",
        ),
        "work": (
            "work:work",
            "Run due tasks until a signal, on one of several hosts.",
        ),
        "workers": (
            "workers:workers",
            "List the workers of all hosts; drain one of them.",
        ),
        "cron": (
            "cron:app",
            "Show, install or remove the crontab entry.",
        ),
    },
    "Log and problems": {
        "activity": (
            "activity:activity",
            "Show the most recent runs, newest first.",
        ),
        "show": (
            "show:show",
            "Show one run and the current state of its steps.",
        ),
        "attention": (
            "support.attention:show_attention",
            "List problems that need you, with the next step.",
        ),
        "dismiss": (
            "support.attention:dismiss",
            "Close entries of `attention` that need no more work.",
        ),
        "alerts": (
            "support.alerts:app",
            "List and test the alerts of `alerts:`.",
        ),
        "digest": (
            "support.digest:show_digest",
            "Summarize the last day: what needs you first.",
        ),
        "edits": (
            "support.edits:app",
            "List edits of orders that were sent; apply or keep them.",
        ),
        "find": (
            "support.find:find",
            "Find orders and products by any part of them.",
        ),
        "why": (
            "support.why:show_why",
            "Show the history of an order or product.",
        ),
        "reconcile": (
            "support.reconcile:reconcile",
            "Compare both accounts, and repair differences.",
        ),
        "health": (
            "support.health:health",
            "Check that every scheduled task ran recently.",
        ),
        "report": (
            "support.report:show_report",
            "Summarize the runs: volumes, failures, durations.",
        ),
    },
    "Local accounts": {
        "orders": (
            "desk.orders:app",
            "Manage the orders of a local account.",
        ),
        "products": (
            "desk.products:app",
            "Manage the products of a local account.",
        ),
        "stock": (
            "desk.stock:app",
            "Manage the stock of a local account, and stop products.",
        ),
        "purge": (
            "support.purge:purge",
            "Remove an order's personal data.",
        ),
    },
    "Store": {
        "backup": (
            "backup:backup",
            "Copy the store (task log and sync state) to a file.",
        ),
        "restore": (
            "backup:restore",
            "Restore a backup of the store.",
        ),
        "store": (
            "store:app",
            "Move the store to another database.",
        ),
        "prune": (
            "backup:prune",
            "Delete runs and steps older than `retention:`.",
        ),
        "rebuild-state": (
            "support.rebuild:rebuild_state",
            "Rebuild a lost store from both accounts.",
        ),
    },
    "Start and help": {
        "init": (
            "setup.init:init",
            "Write a commented configuration and a sample feed.",
        ),
        "demo": (
            "setup.demo:demo",
            "Run an end-to-end demo with sample data.",
        ),
        "feed": (
            "support.feed:app",
            "Check a file before it is read.",
        ),
        "place": (
            "places:app",
            "Look at the place of an account, and try it.",
        ),
        "config": (
            "config:app",
            "Check or show the configuration.",
        ),
        "sku": (
            "skus:app",
            "List and change the SKU map of a portal.",
        ),
        "schema": (
            "schema:show_schema",
            "Print the JSON Schema of a command's --json.",
        ),
        "help": (
            "help:show_help",
            "Show a page of documentation, or help on a command.",
        ),
    },
}
"""Module and attribute of each command, and the first paragraph of its help text, by subject."""

COMMANDS = {name: entry for section in SECTIONS.values() for name, entry in section.items()}


class Commands(TyperGroup):
    """All commands; `--help` names them without an import."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        # Typer suggests names from this mapping after a typing error.
        self.commands = dict.fromkeys(COMMANDS)  # type: ignore[assignment]

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """Return the names of the commands, related ones together."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Return the command; None if there is no command with this name."""
        return load(cmd_name) if cmd_name in COMMANDS else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command of the first word. Raises `UsageError` if there is none."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from ordosync.config.converters import suggestion  # noqa: PLC0415 - only for a mistake

            near = in_groups(args[0]) or suggestion(args[0], COMMANDS)
            near = near or "; `ordosync --help` lists the commands"
            raise UsageError(f"there is no command {args[0]!r}{near}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write each command with the first paragraph of its help text, by subject."""
        width = max(map(len, COMMANDS))
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(
                    [(f"{name:<{width}}", words) for name, (_, words) in commands.items()]
                )


class Group(TyperGroup):
    """A group of commands, such as `orders`; its help never cuts a description."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write each command with the first paragraph of its help text."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, (command.help or "").split("\n\n")[0])
                    for name, command in self.commands.items()
                ]
            )


def in_groups(word: str) -> str:
    """Return a hint for a command without its group, such as `ship`; empty if no group has it."""
    found = [
        f"`ordosync {name} {word}`"
        for name, (path, _) in COMMANDS.items()
        if path.endswith(":app") and word in load(name).commands
    ]
    return f"; did you mean {' or '.join(found)}?" if found else ""


def load(name: str) -> Any:
    """Import a command or a group of commands."""
    module, _, attribute = COMMANDS[name][0].partition(":")
    command = getattr(import_module(f"ordosync.cli.{module}"), attribute)
    parent = new_app()
    if isinstance(command, typer.Typer):
        parent.add_typer(command, name=name)
    else:
        parent.command(name)(command)
    _join_lines(parent)
    return typer.main.get_group(parent).commands[name]


def new_app(**arguments: Any) -> typer.Typer:
    """Return an empty app. Help and errors are plain text, because importing rich is slow."""
    return typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, **arguments)


def _join_lines(group: typer.Typer) -> None:
    """Join the lines of each help text, so that it wraps at the width of the terminal."""
    for command in group.registered_commands:
        command.help = _paragraphs(command.help, command.callback)
    for inner in group.registered_groups:
        if inner.typer_instance:
            inner.typer_instance.info.cls = Group
            _join_lines(inner.typer_instance)


def _paragraphs(text: str | None, callback: Callable[..., Any] | None) -> str:
    help_text = inspect.cleandoc(text or (callback and callback.__doc__) or "")
    return "\n\n".join(map(_paragraph, help_text.split("\n\n")))


def _paragraph(part: str) -> str:
    """Return a paragraph as one line; an example keeps its lines, so that it can be copied."""
    return f"\b\n{part}" if part.startswith("For example:") else " ".join(part.split())
