"""Checks the operations that a fake Shopify received by the service's own schemas.

    contract = Contract()
    fake.on_exchange = contract.watch
    ...
    assert contract.violations == []

Judged are the document, that nothing in it is deprecated, and the variables, in each version that
the fake serves, for any requested version. The schemas are not part of this repository: mark tests
with `needs_contract`.
"""

import json
from functools import cache

import pytest
from graphql import (
    DocumentNode,
    GraphQLError,
    OperationDefinitionNode,
    parse,
    validate,
)

from tests.fakes.service import Exchange
from tests.fakes.shopify import deprecation, schemas, wording
from tests.fakes.shopify.state import Json

AVAILABLE = tuple(version for version in schemas.VERSIONS if schemas.document(version).exists())

needs_contract = pytest.mark.skipif(
    not AVAILABLE, reason=f"the contract is not there: {schemas.document('VERSION')}"
)


class Contract:
    """Collects violations of the schemas in the operations."""

    def __init__(self, versions: tuple[str, ...] = AVAILABLE) -> None:
        self.violations: list[str] = []
        self.judged = 0
        self._versions = versions

    def watch(self, exchange: Exchange) -> None:
        """Check a request, if it is an operation."""
        if not exchange.request.path.endswith("/graphql.json"):
            return
        body = json.loads(exchange.request.body)
        self.judge(body["query"], body.get("variables") or {}, body.get("operationName"))

    def judge(self, query: str, variables: Json, name: str | None = None) -> None:
        """Check an operation."""
        self.judged += 1
        for version in self._versions:
            wrong = _document(version, query) or _variables(version, query, variables, name)
            self.violations += [f"{version}: {mistake}" for mistake in wrong]


_parsed = cache(parse)
"""Operations are few, and their texts are constants."""


@cache
def _document(version: str, query: str) -> tuple[str, ...]:
    try:
        document = _parsed(query)
    except GraphQLError as error:
        return (error.message,)
    schema = schemas.full(version)
    errors = [error.message for error in validate(schema, document)]
    return tuple(errors or deprecation.in_document(schema, document))


def _variables(version: str, query: str, variables: Json, name: str | None) -> list[str]:
    operation = _operation(_parsed(query), name)
    if operation is None:
        return ["the document has several operations, and none is named"]
    schema = schemas.full(version)
    wrong = wording.wrong_variables(schema, operation, variables)
    messages = [str(mistake["message"]) for mistake in wrong]
    return messages or deprecation.in_variables(schema, operation, variables)


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    operations = [it for it in document.definitions if isinstance(it, OperationDefinitionNode)]
    named = [it for it in operations if name is None or (it.name and it.name.value == name)]
    return named[0] if len(named) == 1 else None
