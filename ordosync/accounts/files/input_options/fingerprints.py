"""The options that decide how a file is read; after a change of them all files are read again.

An option at its default is left out if earlier releases did not have it. So an unchanged
configuration keeps its fingerprint, and no file is read again after an upgrade.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

from ordosync.accounts.files.presets import digest_of
from ordosync.accounts.option_types import Names

NEWER = frozenset(
    {
        *("only_rows", "skip_orders", "only_orders", "format", "sheet", "record", "lines"),
        *("header", "until", "dialect", "quotes", "whole", "transform", "constants", "defaults"),
        *("optional", "preset", "statuses", "blank_repeats", "one_row", "rows", "quantity_is"),
        *("numbers_at", "place", "after", "ready"),
    }
)
"""Options that earlier releases did not have."""
_NOT_READ = frozenset(
    {
        *("glob", "quiet_s", "max_age", "but", "when_stale", "absent", "min_rows", "complete"),
        *("place", "after", "ready"),
    }
)
"""Options that do not decide how a file is read."""


def fingerprinted(options: Any) -> dict[str, Any]:
    """Return the options of input files as plain values."""
    kept = {each.name: getattr(options, each.name) for each in fields(options)}
    unused = {each.name for each in fields(options) if kept[each.name] == _default(each)} & NEWER
    if options.preset:
        kept["preset"] = digest_of(options.preset)
    return {
        name: _plain(value)
        for name, value in kept.items()
        if name not in _NOT_READ and name not in unused
    }


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        kept = {each.name: getattr(value, each.name) for each in fields(value)}
        defaults = {each.name: _default(each) for each in fields(value)}
        return {name: _plain(item) for name, item in kept.items() if item != defaults[name]}
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return list(value.all) if isinstance(value, Names) and value.others else value


def _default(option: Field[Any]) -> Any:
    factory = option.default_factory
    return option.default if factory is MISSING else factory()
