"""Keyed digests of the fields of an order that are sent, by group, to notice edits.

Their form is `<fields>:<address>-<contact>-<lines>-<method>-<notes>`. The first part is a digest of
the key and of the options that select the fields: other digests are comparable only if it is equal.
A group whose edits are ignored has `UNTRACKED` in place of a digest. No value can be read from a
digest, and without the key, a value that is known cannot be found in one. Prices are in no group.
"""

import hashlib
from collections.abc import Callable, Mapping

import msgspec
from msgspec.structs import replace

from ordosync.config.settings import EditsConfig
from ordosync.models import Address, Order

Group = str
_SIZE = 6
_WIDTH = 2 * _SIZE
_FORM = "1"
"""Version of the digests; it changes with the fields that go into them."""
UNTRACKED = "x" * _WIDTH
_NOWHERE = Address()


def _address(created: Order) -> object:
    return replace(created.ship_to, email="", phone="")


def _contact(created: Order) -> object:
    return created.ship_to.email, created.ship_to.phone, created.bill_to or _NOWHERE


def _lines(created: Order) -> object:
    return sorted(
        (line.id, line.sku, line.quantity, line.details) for line in created.lines if line.quantity
    )


def _method(created: Order) -> object:
    return created.shipping_method


def _notes(created: Order) -> object:
    return created.customer_notes, created.internal_notes


_GROUPS: Mapping[Group, Callable[[Order], object]] = {
    "address": _address,
    "contact": _contact,
    "lines": _lines,
    "method": _method,
    "notes": _notes,
}
GROUPS = tuple(_GROUPS)


class Digester:
    """Makes the digests of a portal's orders."""

    def __init__(self, key: bytes, rules: str, edits: EditsConfig) -> None:
        self._key = key
        self.rules = rules
        """The digest of the options that select the fields; see `digests.rules`."""
        policies = {
            group: edits.address if group == "contact" else getattr(edits, group)
            for group in GROUPS
        }
        self._tracked = [policies[group] != "ignore" for group in GROUPS]
        self._fields = self._digest("fields", (_FORM, rules), 4)

    def of(self, created: Order) -> str:
        """Return the digests of an order with only the fields that are sent."""
        return f"{self._fields}:" + "-".join(
            self._digest(group, fields(created), _SIZE) if is_tracked else UNTRACKED
            for (group, fields), is_tracked in zip(_GROUPS.items(), self._tracked, strict=True)
        )

    def covers(self, digests: str | None) -> bool:
        """True if digests are comparable with those of this portal now, in each of its groups."""
        if not digests or not digests.startswith(self._fields):
            return False
        start = len(self._fields) + 1
        return not any(
            is_tracked and digests.startswith(UNTRACKED, start + place * (_WIDTH + 1))
            for place, is_tracked in enumerate(self._tracked)
        )

    def _digest(self, group: Group, fields: object, size: int) -> str:
        content = msgspec.json.encode(fields)
        return hashlib.blake2b(
            content, digest_size=size, key=self._key, person=group.encode()
        ).hexdigest()


def are_comparable(before: str | None, after: str | None) -> bool:
    """True if digests were made with the same key, of the same fields."""
    if not before or not after:
        return False
    return before.partition(":")[0] == after.partition(":")[0]


def changed(before: str, after: str) -> tuple[Group, ...]:
    """Return the groups that differ, of comparable digests. Untracked groups never differ."""
    return tuple(
        group
        for group, old, new in zip(GROUPS, _parts(before), _parts(after), strict=True)
        if old != new and UNTRACKED not in (old, new)
    )


def ignores_more(before: str, after: str) -> bool:
    """True if a group is not tracked any more."""
    return any(
        new == UNTRACKED != old for old, new in zip(_parts(before), _parts(after), strict=True)
    )


def _parts(digests: str) -> list[str]:
    return digests.partition(":")[2].split("-")
