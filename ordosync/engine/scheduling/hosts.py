"""Configurations of several hosts: all of them follow the newest."""

from ordosync.clock import Clock
from ordosync.config.settings import Config
from ordosync.errors import ConfigError
from ordosync.store import Store
from ordosync.store.configurations import UsedConfiguration


def is_followed(config: Config, tables: str, store: Store, clock: Clock, *, again: bool) -> bool:
    """Note that this host uses a configuration, in the open transaction.

    False if another host follows the same file with a newer version of ordosync. Raises
    `ConfigError` if the configuration was used before the current one, unless it is used `again`.
    """
    version, _, content = config.digest.partition(":")
    own = UsedConfiguration(content=f"{content}/{tables}", host=store.host or "", at=clock.now())
    used = store.configurations.used()
    if used and own.content == used[-1].content:
        in_use = (store.config_digest or "").partition(":")[0]
        return _numbers(version) >= _numbers(in_use)
    if not again and own.content in {earlier.content for earlier in used}:
        problem = (
            f"host {own.host} has an older configuration than the one in use since"
            f" {used[-1].at:%Y-%m-%d %H:%M} UTC (from host {used[-1].host}); copy that one here, or"
            " run `ordosync config use` to use this one again"
        )
        raise ConfigError([problem])
    store.configurations.use(own)
    return True


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())
