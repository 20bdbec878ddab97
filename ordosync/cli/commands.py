"""The commands by name, each imported when it is wanted: all of them take very long."""

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
        "Make the Merchant's products known to the Supplier, their stock uncounted.",
    ),
    "write-inventory-back": (
        "tasks:write_inventory_back",
        "Set the Merchant's physical stock to what the Supplier can sell.",
    ),
    "update-tracking": (
        "tasks:update_tracking",
        "Tell the Merchant what the Supplier has shipped; runs at once.",
    ),
    "split-order": (
        "tasks:split_order",
        "Split the Merchant's orders as the Supplier's are split; runs at once.",
    ),
    "cancel-orders": (
        "tasks:cancel_orders",
        "Cancel at the Supplier what the Merchant cancelled, both unshipped.",
    ),
    "sync": (
        "tasks:sync",
        "Run the global tasks that are not off, once, now, paused ones too; changes no schedule.",
    ),
    "retry": (
        "tasks:retry",
        "Try steps again that wait or have failed; `ordosync show RUN` names them.",
    ),
    "autosync": (
        "autosync:autosync",
        "Show what is scheduled, or pause (off) and resume (on) a task.",
    ),
    "run-due": (
        "run_due:run_due",
        "Run what is due, and send what waits; cron calls this every minute.",
    ),
    "activity": ("activity:activity", "Show the most recent runs, newest first."),
    "show": ("activity:show", "Show one run with its steps as they stand now."),
    "backup": (
        "backup:backup",
        "Copy the task log and the state of the sync to a file, whatever else is at work.",
    ),
    "restore": (
        "backup:restore",
        "Go back to a backup; what was sent since it was made is found, and not sent again.",
    ),
    "prune": (
        "backup:prune",
        "Delete runs, and what was settled in them, that are older than `retention:` says.",
    ),
    "health": (
        "support.health:health",
        "Say whether every scheduled task has succeeded lately and nothing needs a person.",
    ),
    "attention": (
        "support.attention:show_attention",
        "List what waits for a person, or for too long, oldest first, and what settles it.",
    ),
    "dismiss": (
        "support.attention:dismiss",
        "Close what `attention` lists and you have looked at; new content opens it again.",
    ),
    "why": (
        "support.why:show_why",
        "Tell what happened to an order or a product, and what happens next.",
    ),
    "report": (
        "support.report:show_report",
        "Sum up what ran: volumes, calls, failures, and how long orders and parcels took.",
    ),
    "reconcile": (
        "support.reconcile:reconcile",
        "Compare both accounts with each other, whatever our own log says; reads all their orders.",
    ),
    "rebuild-state": (
        "support.rebuild:rebuild_state",
        "Make the state of a lost store anew from both accounts; writes nothing to either.",
    ),
    "purge": (
        "support.purge:purge",
        "Remove an order's personal data from embedded accounts and copies of files.",
    ),
    "init": (
        "setup.init:init",
        "Write a commented configuration and a feed of three orders; overwrites nothing.",
    ),
    "demo": (
        "setup.demo:demo",
        "Make a shop and its supplier, and show every task at work between them.",
    ),
    "cron": ("cron:app", "Let cron call ordosync."),
    "orders": ("desk.orders:app", "The orders of an embedded account."),
    "products": ("desk.products:app", "The products of an embedded account."),
    "stock": ("desk.stock:app", "The stock of an embedded account."),
    "config": ("config:app", "Check or show the configuration."),
    "help": ("help:show_help", "Show a page of the documentation, or the list of all pages."),
}
"""Where each of them is, and its first words, which it says itself as well."""


class Commands(TyperGroup):
    """All commands; `--help` names them without an import."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = dict.fromkeys(COMMANDS)  # type: ignore[assignment]  # to suggest one

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """Return their names, in an order that people can follow."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Import a command; None where there is none of this name."""
        return load(cmd_name) if cmd_name in COMMANDS else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """List them with their first words."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


def load(name: str) -> Any:
    """Import a command, or a group of them."""
    module, _, attribute = COMMANDS[name][0].partition(":")
    found = getattr(import_module(f"ordosync.cli.{module}"), attribute)
    around = new_app()
    if isinstance(found, typer.Typer):
        around.add_typer(found, name=name)
    else:
        around.command(name)(found)
    _in_paragraphs(around)
    return typer.main.get_group(around).commands[name]


def new_app(**given: Any) -> typer.Typer:
    """Return an empty one. Help and errors are plain: rich takes as long as all the rest."""
    return typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, **given)


def _in_paragraphs(group: typer.Typer) -> None:
    """Let every help text break where the terminal ends, not where our lines do."""
    for command in group.registered_commands:
        command.help = _paragraphs(command.help, command.callback)
    for inner in group.registered_groups:
        if inner.typer_instance:
            _in_paragraphs(inner.typer_instance)


def _paragraphs(text: str | None, callback: Callable[..., Any] | None) -> str:
    told = inspect.cleandoc(text or (callback and callback.__doc__) or "")
    return "\n\n".join(" ".join(part.split()) for part in told.split("\n\n"))
