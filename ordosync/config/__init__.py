"""Loads the configuration, or reports all its problems at once.

`yaml_file` parses the file to YAML nodes. `reader`, `converters` and `secret_sources` turn these
into typed values, as `schema` and `portals` ask for them. The result is in `settings`.
"""

from collections.abc import Callable
from pathlib import Path

from ordosync.config.dump import as_plain
from ordosync.config.reader import Place, Reader
from ordosync.config.schema import read_config, reader_for
from ordosync.config.settings import (
    AT_ONCE_TASKS,
    SCHEDULED_TASKS,
    AccountConfig,
    Config,
    Interval,
    PortalConfig,
    ProductsConfig,
    ShippingMethodsConfig,
    SideConfig,
)
from ordosync.config.yaml_file import Source, compose, read_source
from ordosync.errors import ConfigError
from ordosync.idle import digest, find, places

__all__ = [
    "AT_ONCE_TASKS",
    "SCHEDULED_TASKS",
    "AccountConfig",
    "Config",
    "Interval",
    "PortalConfig",
    "ProductsConfig",
    "ShippingMethodsConfig",
    "SideConfig",
    "as_plain",
    "config_of",
    "find_config",
    "load_config",
]


def find_config(option: Path | None) -> Path:
    """Return the given path, or the first default path that exists. Raises `ConfigError`."""
    if option is not None:
        return option
    path = find(None)
    if path is not None:
        return Path(path)
    paths = ", ".join(places())
    raise ConfigError([f"no configuration in {paths}; `ordosync init` creates one"])


def load_config(path: Path, *, check: Callable[[Reader, Place], None] | None = None) -> Config:
    """Load a configuration. Raises `ConfigError` with all problems, in the order of the file.

    `check` records further problems.
    """
    return _loaded(read_source(path.absolute()), check)


def config_of(text: str, folder: Path) -> Config:
    """Load the text of a configuration as if it were a file in this folder; see `load_config`."""
    path = folder.absolute() / "config.yaml"
    return _loaded(Source(path=path, text=text, digest=digest(text.encode()), exposed=False))


def _loaded(source: Source, check: Callable[[Reader, Place], None] | None = None) -> Config:
    reader = reader_for(source)
    top = Place(line=1, keys=(), node=compose(source.text))
    config = read_config(reader, top, source)
    if check:
        check(reader, top)
    if config is None or reader.problem_count:
        raise ConfigError(reader.problems)
    return config
