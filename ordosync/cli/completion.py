"""Shell completion from the configuration and its local accounts.

Every command refers to these functions, but only a shell that completes calls them. They therefore
import what they need when they are called.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from ordosync.config.settings import Config
    from ordosync.embedded.desk import Desk


def local_accounts(config: "Config", name: str | None = None) -> list[str]:
    """Return the names of the local accounts of this host; with `name`, at most this one."""
    from ordosync.accounts import is_embedded  # noqa: PLC0415 - see above
    from ordosync.config.hosts import is_usable  # noqa: PLC0415

    return [
        account.name
        for account in config.accounts.values()
        if is_embedded(account.kind)
        and name in (None, account.name)
        and is_usable(config, account.name)
    ]


def open_local(config: "Config", name: str) -> "Desk":
    """Open a local account. Raises `OrdosyncError` if it is on another host."""
    from ordosync.config.hosts import check_host  # noqa: PLC0415 - see above
    from ordosync.embedded.desk import Desk  # noqa: PLC0415

    check_host(config, name)
    options = config.accounts[name].options
    return Desk(name=name, **options)


def number(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the order numbers that start with this text."""
    return _at_the_desk(ctx, lambda desk: desk.order_numbers(incomplete))


def sku(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the SKUs that start with this text."""
    return _at_the_desk(ctx, lambda desk: desk.skus(incomplete))


def known(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the order numbers and SKUs that start with this text."""
    return _at_the_desk(ctx, lambda desk: [*desk.order_numbers(incomplete), *desk.skus(incomplete)])


def account(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the local accounts that start with this text."""
    return _of(ctx, incomplete, local_accounts)


def files_account(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the accounts that read files and start with this text."""
    return _of(
        ctx,
        incomplete,
        lambda config: [name for name, account in config.opened.items() if account.feeds],
    )


def feed_subject(incomplete: str) -> list[str]:
    """Return the subjects of files that start with this text."""
    from ordosync.accounts.feeds import SUBJECTS  # noqa: PLC0415 - see above

    return [word for word in SUBJECTS if word.startswith(incomplete)]


def portal(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the portals that start with this text."""
    return _of(ctx, incomplete, lambda config: list(config.portals))


def run_status(incomplete: str) -> list[str]:
    """Return the statuses of runs that start with this text."""
    from ordosync.store.runs import STATUSES  # noqa: PLC0415 - see above

    return [word for word in STATUSES if word.startswith(incomplete)]


def step_state(incomplete: str) -> list[str]:
    """Return the states of steps that start with this text."""
    from ordosync.cli.output.steps import STATES  # noqa: PLC0415 - see above

    return [word for word in STATES if word.startswith(incomplete)]


def task(incomplete: str) -> list[str]:
    """Return the tasks that start with this text."""
    from ordosync.tasks import TASKS  # noqa: PLC0415 - see above

    return [word for word in TASKS if word.startswith(incomplete)]


def switch(incomplete: str) -> list[str]:
    """Return `on` and `off`, or the one that starts with this text."""
    return [word for word in ("on", "off") if word.startswith(incomplete)]


def switched_task(incomplete: str) -> list[str]:
    """Return the tasks that can be paused and start with this text."""
    from ordosync.config.settings import SCHEDULED_TASKS  # noqa: PLC0415 - see above

    return [word for word in SCHEDULED_TASKS if word.startswith(incomplete)]


def help_topic(incomplete: str) -> list[str]:
    """Return the pages of documentation that start with this text."""
    from ordosync.cli.documentation import topics  # noqa: PLC0415 - see above

    return [topic for topic in topics() if topic.startswith(incomplete)]


def kind(incomplete: str) -> list[str]:
    """Return the kinds of account that start with this text."""
    from ordosync.accounts import KINDS  # noqa: PLC0415 - see above

    return [name for name in KINDS if name.startswith(incomplete)]


def _at_the_desk(ctx: typer.Context, find: "Callable[[Desk], list[str]]") -> list[str]:
    def of_each(config: "Config") -> list[str]:
        names = local_accounts(config, ctx.params.get("account"))
        return sorted({word for name in names for word in find(open_local(config, name))})

    return _of(ctx, "", of_each)


def _of(ctx: typer.Context, incomplete: str, find: "Callable[[Config], list[str]]") -> list[str]:
    from ordosync.config import find_config, load_config  # noqa: PLC0415 - see above
    from ordosync.errors import OrdosyncError  # noqa: PLC0415 - see above

    try:
        config = load_config(find_config(ctx.params.get("config")))
        return [word for word in find(config) if word.startswith(incomplete)]
    except OrdosyncError:
        # A shell that completes cannot show an error message.
        return []
