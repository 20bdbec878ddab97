"""The fields of a line that its account reads, for a digest of the content of an order.

Fields that a SKU map adds do not count: with them, all orders that were read before would differ.
"""

from collections.abc import Iterable

from ordosync.models import Line

_ADDED = ("merchant_sku", "pack")
_READ = tuple(name for name in Line.__struct_fields__ if name not in _ADDED)


def line_contents(lines: Iterable[Line]) -> list[dict[str, object]]:
    """Return these lines as values that a digest encodes."""
    return [{name: getattr(line, name) for name in _READ} for line in lines]
