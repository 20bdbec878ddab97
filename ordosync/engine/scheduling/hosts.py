"""Configurations of several hosts: all of them follow the newest."""

from collections.abc import Sequence
from datetime import datetime

from ordosync.clock import Clock
from ordosync.config.settings import Config
from ordosync.config.table_files import table_files, tables_digest
from ordosync.errors import ConfigError
from ordosync.store import Store
from ordosync.store.checks import Check
from ordosync.store.configurations import UsedConfiguration

_MOST_FILES = 3


def is_followed(config: Config, tables: str, store: Store, clock: Clock, *, again: bool) -> bool:
    """Note that this host uses a configuration, in the open transaction.

    False if another host follows the same file with a newer version of ordosync. Raises
    `ConfigError` if the configuration was used before the current one, unless it is used `again`.
    """
    own, used = _own(config, tables, store, clock.now()), store.configurations.used()
    if used and own.content == used[-1].content:
        return _version_in(config.digest) >= _version_in(store.config_digest or "")
    if not again and (problem := _problem(own, used, config)):
        raise ConfigError([problem])
    store.configurations.use(own)
    return True


def configuration_check(config: Config, store: Store, *, now: datetime) -> Check:
    """Compare the configuration of this host with the one that all hosts follow."""
    own, used = _own(config, tables_digest(config), store, now), store.configurations.used()
    if problem := _problem(own, used, config):
        return Check(name="configuration", state="trouble", text=problem)
    if used and own.content == used[-1].content:
        text = f"the one in use since {used[-1].at:%Y-%m-%d %H:%M} UTC"
    else:
        text = "is new; all hosts follow it after its first run"
    return Check(name="configuration", state="ok", text=text)


def _own(config: Config, tables: str, store: Store, now: datetime) -> UsedConfiguration:
    content = config.digest.partition(":")[2]
    return UsedConfiguration(content=f"{content}/{tables}", host=store.host or "", at=now)


def _problem(
    own: UsedConfiguration, used: Sequence[UsedConfiguration], config: Config
) -> str | None:
    """Return None unless the configuration was used before the current one."""
    if own.content not in {earlier.content for earlier in used[:-1]}:
        return None
    current = used[-1]
    what, whose = "an older configuration", "that one"
    if own.content.partition("/")[0] == current.content.partition("/")[0]:
        what, whose = f"an older version of a CSV file ({_files(config)})", "all of them"
    return (
        f"host {own.host} has {what} than the one in use since {current.at:%Y-%m-%d %H:%M} UTC"
        f" (from host {current.host}); copy {whose} here, or run `ordosync config use` to use this"
        " one again"
    )


def _files(config: Config) -> str:
    """Return the names of the files, of which at least one differs."""
    names = list(dict.fromkeys(str(path) for _, _, path in table_files(config)))
    more = [f"{len(names) - _MOST_FILES} more"] if len(names) > _MOST_FILES else []
    return ", ".join([*names[:_MOST_FILES], *more])


def _version_in(digest: str) -> tuple[int, ...]:
    """Return the version of ordosync in the digest of a configuration, as numbers."""
    version = digest.partition(":")[0]
    return tuple(int(part) for part in version.split(".") if part.isdecimal())
