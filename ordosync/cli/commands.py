"""The commands by name. Each is imported only when it is used, since all together are slow."""

import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

COMMANDS = {
    "import-orders": (
        "tasks:import_orders",
        "Create the Merchant's new dropship orders in the Supplier's account.",
    ),
    "import-products": (
        "tasks:import_products",
        "Create the Merchant's products in the Supplier's account, uncounted.",
    ),
    "write-inventory-back": (
        "tasks:write_inventory_back",
        "Set the Merchant's stock to the quantity available at the Supplier.",
    ),
    "update-tracking": (
        "tasks:update_tracking",
        "Add the Supplier's tracking numbers to the Merchant's orders.",
    ),
    "split-order": (
        "tasks:split_order",
        "Split the Merchant's orders in the same way as the Supplier's.",
    ),
    "cancel-orders": (
        "tasks:cancel_orders",
        "Cancel unshipped orders at the Supplier that the Merchant cancelled.",
    ),
    "sync": (
        "tasks:sync",
        "Run the enabled global tasks once, including paused ones; the schedule does not change.",
    ),
    "retry": (
        "retry:retry",
        "Retry steps that are waiting or have failed; `ordosync show RUN` lists them.",
    ),
    "autosync": (
        "autosync:autosync",
        "Show the schedule, or pause (off) or resume (on) a task.",
    ),
    "run-due": (
        "run_due:run_due",
        "Run all due tasks and retry waiting steps; cron calls this every minute.",
    ),
    "activity": ("activity:activity", "Show the most recent runs, newest first."),
    "show": ("activity:show", "Show one run and the current state of its steps."),
    "backup": (
        "backup:backup",
        "Copy the store (task log and sync state) to a file; other commands may run meanwhile.",
    ),
    "restore": (
        "backup:restore",
        "Restore a backup; anything sent since then is found and not sent again.",
    ),
    "prune": (
        "backup:prune",
        "Delete runs and settled steps that are older than `retention:`.",
    ),
    "health": (
        "support.health:health",
        "Check that every scheduled task has succeeded recently and nothing needs attention.",
    ),
    "attention": (
        "support.attention:show_attention",
        "List everything that needs attention, oldest first, with the next step.",
    ),
    "dismiss": (
        "support.attention:dismiss",
        "Close entries of `attention` that need no more work; new content reopens them.",
    ),
    "why": (
        "support.why:show_why",
        "Show the history of an order or a product, and what happens next.",
    ),
    "report": (
        "support.report:show_report",
        "Summarize the runs: volumes, calls, failures, and how long orders and parcels took.",
    ),
    "reconcile": (
        "support.reconcile:reconcile",
        "Compare both accounts directly, independent of the task log; reads all their orders.",
    ),
    "rebuild-state": (
        "support.rebuild:rebuild_state",
        "Rebuild a lost store from both accounts; writes nothing to either.",
    ),
    "purge": (
        "support.purge:purge",
        "Remove an order's personal data from local accounts and copies of files.",
    ),
    "init": (
        "setup.init:init",
        "Write a commented configuration and a sample feed of three orders; overwrites nothing.",
    ),
    "demo": (
        "setup.demo:demo",
        "Run an end-to-end demo with sample data.",
    ),
    "cron": ("cron:app", "Show, install or remove the crontab entry."),
    "orders": ("desk.orders:app", "Manage the orders of a local account."),
    "products": ("desk.products:app", "Manage the products of a local account."),
    "stock": ("desk.stock:app", "Manage the stock of a local account."),
    "config": ("config:app", "Check or show the configuration."),
    "help": ("help:show_help", "Show a page of the documentation, or the list of all pages."),
}
"""Module and attribute of each command, and the first paragraph of its help text."""


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

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write each command with the first paragraph of its help text."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


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
            _join_lines(inner.typer_instance)


def _paragraphs(text: str | None, callback: Callable[..., Any] | None) -> str:
    help_text = inspect.cleandoc(text or (callback and callback.__doc__) or "")
    return "\n\n".join(" ".join(part.split()) for part in help_text.split("\n\n"))
