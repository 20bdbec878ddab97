"""Every GraphQL document is valid in each supported version."""

from collections.abc import Mapping

import pytest
from graphql import parse, validate
from graphql.validation import NoDeprecatedCustomRule, specified_rules

from ordosync.accounts.shopify import NEWEST
from ordosync.accounts.shopify.queries import (
    bundles,
    fulfillment,
    holds,
    orders,
    shop,
    shortages,
    stock,
)
from tests.fakes.shopify import schemas

DOCUMENTS: Mapping[str, str] = {
    name: text
    for part in (shop, bundles, fulfillment, holds, stock, orders, shortages)
    for name, text in vars(part).items()
    if name.isupper() and name[0] != "_"
}


@pytest.mark.parametrize("version", schemas.VERSIONS)
def test_documents_are_valid_and_ask_for_nothing_deprecated(version: str) -> None:
    if not schemas.document(version).exists():
        pytest.skip("needs the service's own schemas in ../shared")
    schema = schemas.full(version)
    rules = [*specified_rules, NoDeprecatedCustomRule]

    errors_by_document = {
        name: [error.message for error in validate(schema, parse(text), rules)]
        for name, text in DOCUMENTS.items()
    }

    assert {name: errors for name, errors in errors_by_document.items() if errors} == {}


def test_documents_are_valid_where_the_schemas_are_not_at_hand() -> None:
    for text in DOCUMENTS.values():
        assert validate(schemas.ours(), parse(text)) == []


def test_the_newest_version_is_the_default() -> None:
    assert schemas.VERSIONS[-1] == NEWEST


def test_each_document_has_a_name_of_its_own() -> None:
    names = [text.split("(", 1)[0].split()[1] for text in DOCUMENTS.values()]

    assert len({*names}) == len(names)
