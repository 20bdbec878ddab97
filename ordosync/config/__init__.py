"""The configuration: found, read whole, and either without a problem or refused with all of them.

The file becomes YAML nodes (`document`), these become typed values (`nodes`, `scalars`, `secret`)
as the schema asks for them (`schema`, `portals`), and what comes of it is in `model`.
"""

from pathlib import Path

from ordosync.config.dump import as_plain
from ordosync.config.reader import Place
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
from ordosync.config.yaml_file import compose, read_source
from ordosync.errors import ConfigError
from ordosync.idle import find, places

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
    "find_config",
    "load_config",
]


def find_config(option: Path | None) -> Path:
    """Return the file to read. One that was named is not looked for elsewhere."""
    if option is not None:
        return option
    found = find(None)
    if found is not None:
        return Path(found)
    looked = ", ".join(places())
    raise ConfigError([f"no configuration in {looked}; `ordosync init` makes one"])


def load_config(path: Path) -> Config:
    """Read a configuration. Raises `ConfigError` with every problem, in the order of the file."""
    source = read_source(path.absolute())
    reader = reader_for(source)
    top = Place(line=1, path="", node=compose(source.text))
    config = read_config(reader, top, source)
    if config is None or reader.problem_count:
        raise ConfigError(reader.problems)
    return config
