"""The steps of a record that cannot be used, and of a file that is no record."""

import pytest

from ordosync.models import InvalidRecord
from ordosync.tasks.invalid_records import step_of_supplier


@pytest.mark.parametrize(("is_whole_file", "supplier_id"), [(True, None), (False, "S1")])
def test_only_the_step_of_a_record_has_an_id_of_the_supplier(
    *, is_whole_file: bool, supplier_id: str | None
) -> None:
    item = InvalidRecord(
        id="S1", code="no-sku", reason="has no SKU", content="v1", is_whole_file=is_whole_file
    )

    step = step_of_supplier(item)

    assert (step.key, step.merchant_id, step.supplier_id) == ("S1", None, supplier_id)
    assert step.decision
    assert (step.decision.state, step.decision.code) == ("failed", "no-sku")
