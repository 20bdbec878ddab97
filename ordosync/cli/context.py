"""The context of a command: its configuration, its clock, and whether it writes JSON.

A command states only its own options; `with_context` adds `--config`, `--json` and `--debug`.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from ordosync.cli import options
from ordosync.cli.output.terminal import renaming
from ordosync.clock import Clock

if TYPE_CHECKING:
    from ordosync.config.settings import Config
    from ordosync.engine.sandbox import Sandbox

Command = Callable[..., None]


class Context:
    """Values that commands share. The configuration is loaded on first use."""

    before_command: ClassVar[Path | None] = None
    """The `--config` that stands before the command; the one after it wins."""

    def __init__(self, config_option: Path | None, *, as_json: bool = False) -> None:
        self.config_option = config_option
        self.as_json = as_json
        self.is_dry_run = False
        """True if the command works on copies."""
        self.clock = Clock()

    @cached_property
    def config_path(self) -> Path:
        """Path of the configuration. Raises `ConfigError`."""
        from ordosync.config import find_config  # noqa: PLC0415 - slow to import

        return find_config(self.config_option)

    @contextmanager
    def sandboxed(self) -> "Iterator[Sandbox]":
        """Let the command work on copies of everything that it may write."""
        from ordosync.engine.sandbox import sandbox  # noqa: PLC0415 - slow to import

        with sandbox(self.config) as copies:
            original, self.config, self.is_dry_run = self.config, copies.config, True
            try:
                with renaming(copies.originals):
                    yield copies
            finally:
                self.config, self.is_dry_run = original, False

    @cached_property
    def config(self) -> "Config":
        """The configuration. Raises `ConfigError`."""
        from ordosync.config import load_config  # noqa: PLC0415 - slow to import

        return load_config(self.config_path)


def with_context(*, json: bool = True, dry_run: bool = False) -> Callable[[Command], Command]:
    """Return a decorator that passes a `Context` to a command and adds its options.

    `--config` takes the place of the parameter `context`; `--json` and `--debug` come last. With
    `dry_run`, the command gets the option `--dry-run`, with which it works on copies.
    """

    def decorate(command: Command) -> Command:
        @wraps(command)
        # `run` looks for `--debug` itself, since an error can come before the options are parsed.
        def call(*, config: Path | None, as_json: bool = False, debug: bool, **own: object) -> None:
            del debug
            context = Context(config or Context.before_command, as_json=as_json)
            if dry_run and own.pop("dry_run"):
                _run_dry(context, partial(command, **own))
            else:
                command(**own, context=context)

        signature = _signature(command, json=json, dry_run=dry_run)
        call.__signature__ = signature  # type: ignore[attr-defined]
        return call

    return decorate


def _run_dry(context: Context, command: Command) -> None:
    """Run a command on copies, and show what it changes in them."""
    from ordosync.cli.output.dry_runs import showing_changes  # noqa: PLC0415 - slow to import

    with context.sandboxed() as copies, showing_changes(copies, as_json=context.as_json):
        command(context=context)


def _signature(command: Command, *, json: bool, dry_run: bool) -> inspect.Signature:
    signature = inspect.signature(command)
    parameters = [
        parameter.replace(name="config", annotation=options.Config, default=None)
        if parameter.name == "context"
        else parameter
        for parameter in signature.parameters.values()
    ]
    last: dict[str, object] = {"dry_run": options.DryRun} if dry_run else {}
    last |= {"as_json": options.Json} if json else {}
    last |= {"debug": options.Debug}
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=option)
        for name, option in last.items()
    ]
    return signature.replace(parameters=parameters)
