"""Steps of records that cannot be used, and of files and rows that are no record at all."""

from ordosync.models import InvalidRecord
from ordosync.tasks.base import Decision, Step


def step_of_source(item: InvalidRecord) -> Step:
    """Return the step of a file or row that could not be read as a record.

    It has no id of either account, which distinguishes it from the steps of records.
    """
    return Step(key=item.id, merchant_id=None, content=item.content, decision=Decision.of(item))


def step_of_supplier(item: InvalidRecord) -> Step:
    """Return the step of a record of the Supplier that cannot be used, or of a file or row."""
    if item.is_whole_file:
        return step_of_source(item)
    return Step(
        key=item.id,
        merchant_id=None,
        supplier_id=item.id,
        content=item.content,
        decision=Decision.of(item),
    )
