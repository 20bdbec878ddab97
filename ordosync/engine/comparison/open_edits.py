"""Edits that `import-orders` has noticed, as differences: the accounts may not show the field."""

from collections.abc import Iterator

from ordosync.engine.comparison.difference import Comparison, Difference


def open_edits(comparison: Comparison) -> Iterator[Difference]:
    """Yield a difference for each open edit, with the groups of fields and without a value."""
    for merchant_id, supplier_id, description in comparison.portal.links.open_edits():
        yield comparison.differs("edited", description, (merchant_id, supplier_id))
