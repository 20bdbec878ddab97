"""Runs one operation: parse, validate, pay, execute, respond."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    execute_sync,
    parse,
    validate,
)

from tests.fakes.shopify import (  # noqa: F401 - they say which code answers which field
    deprecation,
    mutations_edits,
    mutations_fulfillment,
    mutations_moves,
    mutations_order_updates,
    mutations_orders,
    mutations_products,
    mutations_stock,
    reads,
    schemas,
    shapes_fulfillment,
    shapes_orders,
    shapes_products,
    wording,
)
from tests.fakes.shopify.bucket import Bucket
from tests.fakes.shopify.costs import Costs
from tests.fakes.shopify.refusals import GapError, Refusal
from tests.fakes.shopify.registry import Call, resolve, type_of
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import Json

_LIMITS = "https://shopify.dev/api/usage/rate-limits"


class Submitted(NamedTuple):
    """The content of a request body."""

    query: str
    variables: Json
    name: str | None


class Ran(NamedTuple):
    """The result of an operation."""

    body: Json
    deprecated: bool = False
    throttled: bool = False


class _Read(NamedTuple):
    document: DocumentNode | None
    wrong: list[Json]
    deprecated: bool = False


def run(shop: Shop, bucket: Bucket, version: str, submitted: Submitted, *, full: bool) -> Ran:
    """Run an operation of a version of the API; return its result or its errors."""
    schema = schemas.schema(version, full_if_available=full)
    read = _read(schema, submitted.query)
    if read.document is None or read.wrong:
        return Ran({"errors": read.wrong})
    operation = _operation(read.document, submitted.name)
    if operation is None:
        return Ran({"errors": [{"message": f"No operation named {_quoted(submitted.name)}"}]})
    if wrong := wording.wrong_variables(schema, operation, submitted.variables):
        return Ran({"errors": wrong})
    _check_gaps(schema, submitted, operation)
    fragments = {
        it.name.value: it
        for it in read.document.definitions
        if isinstance(it, FragmentDefinitionNode)
    }
    costs = Costs(schema, operation, fragments, submitted.variables)
    points = costs.requested()
    if points > shop.switches.most_points:
        return Ran({"errors": [_too_dear(points, shop.switches.most_points)]})
    if not bucket.pay(points, shop.now()):
        error = {
            "message": "Throttled",
            "extensions": {"code": "THROTTLED", "documentation": _LIMITS},
        }
        cost = _cost(shop, bucket, points, None)
        return Ran({"errors": [error], "extensions": {"cost": cost}}, throttled=True)
    body, warnings = _execute(Call(shop=shop, version=version), schema, read, submitted)
    actual = costs.actual(body["data"])
    bucket.pay(actual - points, shop.now())
    more: Json = {"cost": _cost(shop, bucket, points, actual)}
    if warnings:
        more["search"] = warnings
    return Ran({**body, "extensions": more}, read.deprecated)


def _execute(
    call: Call, schema: GraphQLSchema, read: _Read, submitted: Submitted
) -> tuple[Json, list[Json]]:
    assert read.document is not None
    result = execute_sync(
        schema,
        read.document,
        context_value=call,
        variable_values=submitted.variables,
        operation_name=submitted.name,
        field_resolver=resolve,
        type_resolver=type_of,
    )
    body: Json = {"data": result.data}
    if result.errors:
        body = {"errors": [_worded(error) for error in result.errors], **body}
    return body, call.warnings


def _worded(error: GraphQLError) -> Json:
    """Return the error of a resolver; any other exception is a bug of the fake."""
    refusal = error.original_error
    if not isinstance(refusal, Refusal):
        raise refusal or GapError(f"{error.message} at {error.path}")
    worded: Json = {
        "message": refusal.message,
        "locations": [{"line": it.line, "column": it.column} for it in error.locations or ()],
        "path": list(error.path or ()),
    }
    if refusal.extensions:
        worded["extensions"] = refusal.extensions
    return worded


@lru_cache(maxsize=1000)
def _read(schema: GraphQLSchema, text: str) -> _Read:
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        return _Read(None, [wording.syntax(text, error)])
    wrong = [wording.mistake(document, error) for error in validate(schema, document)]
    old = [] if wrong else deprecation.in_document(schema, document)
    return _Read(document, wrong, bool(old))


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    operations = [it for it in document.definitions if isinstance(it, OperationDefinitionNode)]
    if name is None:
        return operations[0] if len(operations) == 1 else None
    return next((it for it in operations if it.name and it.name.value == name), None)


def _quoted(name: str | None) -> str:
    return f"'{name}'" if name else "was given, though the document has several"


def _check_gaps(
    schema: GraphQLSchema, submitted: Submitted, operation: OperationDefinitionNode
) -> None:
    """Raise an error if the service has something that the fake lacks."""
    if schema is schemas.ours():
        return
    wrong = _read(schemas.ours(), submitted.query).wrong
    wrong = wrong or wording.wrong_variables(schemas.ours(), operation, submitted.variables)
    if wrong:
        raise GapError(
            f"the fake lacks what {submitted.name or submitted.query[:60]} asks for: {wrong}"
        )


def _too_dear(points: int, most: int) -> Json:
    return {
        "message": f"Query cost is {points}, which exceeds the single query max cost limit "
        f"({most}).\n\nSee {_LIMITS} for more information on how the cost of a query is "
        "calculated.",
        "extensions": {
            "code": "MAX_COST_EXCEEDED",
            "cost": points,
            "maxCost": most,
            "documentation": _LIMITS,
        },
    }


def _cost(shop: Shop, bucket: Bucket, requested: int, actual: int | None) -> Json:
    return {
        "requestedQueryCost": requested,
        "actualQueryCost": actual,
        "throttleStatus": bucket.status(shop.now()),
    }


def named(body: Mapping[str, Any]) -> Submitted | None:
    """Parse the body of a request; None if it has no document."""
    query = body.get("query")
    variables = body.get("variables")
    if not isinstance(query, str) or not isinstance(variables, dict | None):
        return None
    name = body.get("operationName")
    return Submitted(query, variables or {}, name if isinstance(name, str) else None)
