"""The documents of services, on which the checks of the fakes depend."""

import json
from pathlib import Path

import pytest
from openapi_core import OpenAPI

from tests.fakes.contract import DOCUMENT
from tests.fakes.woocommerce.contract import SUBSET


@pytest.mark.slow
@pytest.mark.parametrize("document", [DOCUMENT, SUBSET], ids=["ordoro", "woocommerce"])
def test_a_document_is_valid_openapi(document: Path) -> None:
    if not document.exists():
        pytest.skip(f"the contract is not there: {document}")

    # It raises an error if the document is not valid.
    OpenAPI.from_dict(json.loads(document.read_text("utf-8")))
