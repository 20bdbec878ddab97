"""The context of a command: its configuration, its clock, and whether it writes JSON.

A command states only its own options; `with_context` adds `--config`, `--json` and `--debug`.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from ordosync.cli import options
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
            original, self.config = self.config, copies.config
            try:
                yield copies
            finally:
                self.config = original

    @cached_property
    def config(self) -> "Config":
        """The configuration. Raises `ConfigError`."""
        from ordosync.config import load_config  # noqa: PLC0415 - slow to import

        return load_config(self.config_path)


def with_context(*, json: bool = True) -> Callable[[Command], Command]:
    """Return a decorator that passes a `Context` to a command and adds its options.

    `--config` takes the place of the parameter `context`; `--json` and `--debug` come last.
    """

    def decorate(command: Command) -> Command:
        @wraps(command)
        # `run` looks for `--debug` itself, since an error can come before the options are parsed.
        def call(*, config: Path | None, as_json: bool = False, debug: bool, **own: object) -> None:
            del debug
            command(**own, context=Context(config or Context.before_command, as_json=as_json))

        call.__signature__ = _signature(command, json=json)  # type: ignore[attr-defined]
        return call

    return decorate


def _signature(command: Command, *, json: bool) -> inspect.Signature:
    signature = inspect.signature(command)
    parameters = [
        parameter.replace(name="config", annotation=options.Config, default=None)
        if parameter.name == "context"
        else parameter
        for parameter in signature.parameters.values()
    ]
    last = {"as_json": options.Json, "debug": options.Debug}
    if not json:
        del last["as_json"]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=option)
        for name, option in last.items()
    ]
    return signature.replace(parameters=parameters)
