"""The context of a command: its configuration, its clock, and whether it writes JSON or CSV.

A command states only its own options; `with_context` adds `--config`, `--csv`, `--json` and
`--debug`.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from ordosync.cli import options
from ordosync.cli.output.terminal import renaming
from ordosync.clock import Clock
from ordosync.errors import UsageError

if TYPE_CHECKING:
    from ordosync.config.settings import Config
    from ordosync.engine.sandbox import Sandbox

Command = Callable[..., None]
_SHARED = {
    "dry_run": options.DryRun,
    "as_csv": options.Csv,
    "as_json": options.Json,
    "debug": options.Debug,
}


class OptionGroup(Protocol):
    """Options that several commands share, as one value."""

    options: ClassVar[Mapping[str, tuple[object, object]]]
    """The options by the names of their parameters: the annotation and the default of each."""

    @classmethod
    def of(cls, typed: Mapping[str, Any]) -> "OptionGroup":
        """Return the value of the options that were typed."""


class Context:
    """Values that commands share. The configuration is loaded on first use."""

    before_command: ClassVar[Path | None] = None
    """The `--config` that stands before the command; the one after it wins."""

    def __init__(
        self, config_option: Path | None, *, as_json: bool = False, as_csv: bool = False
    ) -> None:
        self.config_option = config_option
        self.as_json = as_json
        self.as_csv = as_csv
        self.is_dry_run = False
        """True if the command works on copies."""
        self.clock = Clock()

    @property
    def as_text(self) -> bool:
        """True if the output is for people."""
        return not (self.as_json or self.as_csv)

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

        config = load_config(self.config_path)
        config.database.follow(self.clock)
        return config


def with_context(
    *,
    json: bool = True,
    csv: bool = False,
    dry_run: bool = False,
    filters: type[OptionGroup] | None = None,
) -> Callable[[Command], Command]:
    """Return a decorator that passes a `Context` to a command and adds its options.

    `--config` takes the place of the parameter `context`; `--json` and `--debug` come last. With
    `csv`, the command gets the option `--csv`. With `dry_run`, it gets the option `--dry-run`, with
    which it works on copies. With `filters`, these options take the place of the parameter
    `filters`, which gets their value.
    """
    group = filters.options if filters else {}

    def decorate(command: Command) -> Command:
        @wraps(command)
        # `run` looks for `--debug` itself, since an error can come before the options are parsed.
        def call(
            *,
            config: Path | None,
            as_json: bool = False,
            as_csv: bool = False,
            debug: bool,
            **own: object,
        ) -> None:
            del debug
            if as_csv and as_json:
                raise UsageError("use either --csv or --json")
            path = config or Context.before_command
            context = Context(path, as_json=as_json, as_csv=as_csv)
            if filters:
                own["filters"] = filters.of({name: own.pop(name) for name in group})
            if dry_run and own.pop("dry_run"):
                _run_dry(context, partial(command, **own))
            else:
                command(**own, context=context)

        shared = {"dry_run": dry_run, "as_csv": csv, "as_json": json, "debug": True}
        names = [name for name, has_it in shared.items() if has_it]
        signature = _signature(command, names, filters=group)
        call.__signature__ = signature  # type: ignore[attr-defined]
        return call

    return decorate


def _run_dry(context: Context, command: Command) -> None:
    """Run a command on copies, and show what it changes in them."""
    from ordosync.cli.output.dry_runs import showing_changes  # noqa: PLC0415 - slow to import

    with context.sandboxed() as copies, showing_changes(copies, as_json=context.as_json):
        command(context=context)


def _signature(
    command: Command, shared: Sequence[str], *, filters: Mapping[str, tuple[object, object]]
) -> inspect.Signature:
    """Return the signature of a command with these shared options and filters."""
    signature = inspect.signature(command)
    replaced = {
        "context": [_option("config", options.Config, None)],
        "filters": [_option(name, *option) for name, option in filters.items()],
    }
    parameters: list[inspect.Parameter] = []
    for parameter in signature.parameters.values():
        parameters += replaced.get(parameter.name, [parameter])
    parameters += [_option(name, _SHARED[name], False) for name in shared]
    return signature.replace(parameters=parameters)


def _option(name: str, annotation: object, default: object) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )
