"""Reads `alerts:`, and checks that the names in it exist."""

from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from functools import partial

from ordosync.config.alert_settings import AlertsConfig
from ordosync.config.converters import quoted, suggestion, to_name
from ordosync.config.reader import Place, Reader


def read_alerts(reader: Reader, place: Place, portals: Collection[str]) -> AlertsConfig | None:
    """Read the section; None if it has a problem."""
    before = reader.problem_count
    alerts: AlertsConfig | None = reader.value(AlertsConfig, place)
    if alerts is None or reader.problem_count > before:
        return None
    entries = reader.entries(place) or {}
    for name, target in (reader.entries(entries["to"]) or {}).items():
        reader.attempt(target, partial(to_name, name))
    rules = reader.items(entries["rules"]) if "rules" in entries else []
    for rule in [reader.entries(rule) or {} for rule in rules]:
        _check(reader, rule.get("to"), alerts.to)
        for pattern in _texts(reader, rule.get("portals")):
            if not any(fnmatchcase(portal, pattern.node.value) for portal in portals):
                hint = suggestion(pattern.node.value, portals)
                reader.problem(pattern, f"{quoted(pattern.node.value)} matches no portal{hint}")
    if "digest" in entries:
        digest = reader.entries(entries["digest"]) or {}
        _check(reader, digest.get("to"), alerts.to)
    return alerts


def _check(reader: Reader, place: Place | None, targets: Collection[str]) -> None:
    """Record a problem for each name in a list that is not the name of a recipient."""
    for item in _texts(reader, place):
        name = item.node.value
        if name not in targets:
            hint = suggestion(name, targets)
            reader.problem(item, f"{quoted(name)} is not a recipient of `alerts.to`{hint}")


def _texts(reader: Reader, place: Place | None) -> Iterator[Place]:
    if place is not None:
        yield from reader.items(place)
