"""Keyed digests of the fields of an order that are sent, by group, to notice edits.

Their form is `<fields>:<address>-<contact>-<lines>-<method>-<notes>-<destination>-<country>`. The
first part is a digest of the key and of the options that select the fields: other digests are
comparable only if it is equal. The last two are of the Ship To address, normalized so that it can
be compared with what the Supplier's account shows.

A group whose edits are ignored has `UNTRACKED` in place of a digest. No value can be read from a
digest, and without the key, a value that is known cannot be found in one. Prices are in no group.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache

import msgspec
from msgspec.structs import replace

from ordosync.config.policy_settings import EditsConfig
from ordosync.models import Address, Order
from ordosync.tasks.orders.destination import country, destination

Group = str
_SIZE = 6
_WIDTH = 2 * _SIZE
_FORM = "2"
"""Version of the digests; it changes with the fields that go into them."""
UNTRACKED = "x" * _WIDTH
_NOWHERE = Address()


_DESTINATION, _COUNTRY = 5, 6
"""The places of these digests."""
_FEW_VALUES = frozenset({"contact", "method", "notes", "country"})
"""Most orders have one of a few values of these, often none: their digests are kept."""
_MOST_KEPT = 256


def _address(created: Order) -> object:
    address = created.ship_to
    return replace(address, email="", phone="") if address.email or address.phone else address


def _contact(created: Order) -> object:
    return created.ship_to.email, created.ship_to.phone, created.bill_to or _NOWHERE


def _lines(created: Order) -> object:
    # The Merchant's SKU: an edit of it is noticed, and a change of the map is no edit.
    return sorted(
        (line.id, line.own_sku, line.quantity, line.details)
        for line in created.lines
        if line.quantity
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

    def __init__(
        self, key: bytes, rules: str, edits: EditsConfig, send: Iterable[str] = ()
    ) -> None:
        self._key = key
        self._send = frozenset(send)
        self.rules = rules
        """The digest of the options that select the fields; see `digests.rules`."""
        self._tracked = [edits.of(group) != "ignore" for group in GROUPS]
        self._kept = lru_cache(_MOST_KEPT)(self._of)
        self._fields = self._digest("fields", (_FORM, rules), 4)

    def of(self, created: Order) -> str:
        """Return the digests of an order with only the fields that are sent."""
        groups = [
            self._digest(group, fields(created), _SIZE) if is_tracked else UNTRACKED
            for (group, fields), is_tracked in zip(_GROUPS.items(), self._tracked, strict=True)
        ]
        return f"{self._fields}:" + "-".join((*groups, *self._place(created.ship_to)))

    def is_of(self, digests: str | None) -> bool:
        """True if digests are comparable with those of this portal now."""
        return bool(digests and digests.startswith(self._fields))

    def group(self, group: Group, order: Order) -> str:
        """Return the digest of one group of an order, also if it is not tracked."""
        return self._digest(group, _GROUPS[group](order), _SIZE)

    def destination(self, address: Address) -> str:
        """Return the digest of a normalized address."""
        return self._digest("destination", destination(address, self._send), _SIZE)

    def covers(self, digests: str | None) -> bool:
        """True if digests are comparable with those of this portal now, in each of its groups."""
        if not digests or not self.is_of(digests):
            return False
        start = len(self._fields) + 1
        return not any(
            is_tracked and digests.startswith(UNTRACKED, start + place * (_WIDTH + 1))
            for place, is_tracked in enumerate(self._tracked)
        )

    def _place(self, address: Address) -> tuple[str, str]:
        return self.destination(address), self._digest("country", country(address), _SIZE)

    def _digest(self, group: Group, fields: object, size: int) -> str:
        digest = self._kept if group in _FEW_VALUES else self._of
        return digest(group, msgspec.json.encode(fields), size)

    def _of(self, group: Group, content: bytes, size: int) -> str:
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
        for group, old, new in zip(GROUPS, _groups(before), _groups(after), strict=True)
        if old != new and UNTRACKED not in (old, new)
    )


def ignores_more(before: str, after: str) -> bool:
    """True if a group is not tracked any more."""
    return any(
        new == UNTRACKED != old for old, new in zip(_groups(before), _groups(after), strict=True)
    )


def is_other_country(before: str, after: str) -> bool:
    """True if the country differs."""
    return _parts(before)[_COUNTRY] != _parts(after)[_COUNTRY]


def destination_of(digests: str) -> str:
    """Return the digest of the destination."""
    return _parts(digests)[_DESTINATION]


def group_of(digests: str, group: Group) -> str:
    """Return the digest of a group."""
    return _groups(digests)[GROUPS.index(group)]


def merged(before: str, after: str, groups: Collection[Group]) -> str:
    """Return the digests from before an edit, with those of these groups from after it."""
    fields, _, _ = after.partition(":")
    old, new = _parts(before), _parts(after)
    parts = [new[place] if group in groups else old[place] for place, group in enumerate(GROUPS)]
    place = new if "address" in groups or "contact" in groups else old
    return f"{fields}:" + "-".join((*parts, *place[len(GROUPS) :]))


def _groups(digests: str) -> list[str]:
    return _parts(digests)[: len(GROUPS)]


def _parts(digests: str) -> list[str]:
    return digests.partition(":")[2].split("-")
