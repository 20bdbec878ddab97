"""Resolvers by field; both the full schema and our part of it use them.

A field without code is read from its object: by the API's name from a dict, by Python's from
an object of `state`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from graphql import GraphQLObjectType, GraphQLResolveInfo

from tests.fakes.shopify import access, words
from tests.fakes.shopify.refusals import GapError, UserError, UserErrors
from tests.fakes.shopify.schemas import ours
from tests.fakes.shopify.shop import Shop
from tests.fakes.shopify.state import Json

Resolver = Callable[..., Any]

_RESOLVERS: dict[tuple[str, str], Resolver] = {}


@dataclass(kw_only=True)
class Call:
    """An operation while it runs."""

    shop: Shop
    version: str
    """The version of the API."""
    key: str | None = None
    """Key of the directive `@idempotent` on the present field."""
    warnings: list[Json] = field(default_factory=list)
    """Warnings of search about queries."""
    path: list[str | int] = field(default_factory=list)


def resolver(name: str) -> Callable[[Resolver], Resolver]:
    """Register a resolver for a field such as `Order.lineItems`: it takes call and object."""
    kind, _, field_name = name.partition(".")

    def keep(function: Resolver) -> Resolver:
        _RESOLVERS[kind, field_name] = function
        return function

    return keep


def mutation(name: str, *, errors: str = "userErrors") -> Callable[[Resolver], Resolver]:
    """Register the function of a mutation; it may raise user errors."""

    def keep(function: Resolver) -> Resolver:
        def run(call: Call, _root: object, **arguments: Any) -> Json:
            try:
                return {errors: [], "userErrors": [], **function(call, **arguments)}
            except UserErrors as wrong:
                rows = [error.row for error in wrong.errors]
            except UserError as wrong:
                rows = [wrong.row]
            return {errors: rows, "userErrors": rows}

        resolver(f"Mutation.{name}")(run)
        return function

    return keep


def resolve(source: Any, info: GraphQLResolveInfo[Call], **arguments: Any) -> Any:
    """Resolve any field."""
    call = info.context
    kind, name = info.parent_type.name, info.field_name
    access.check(call.shop, kind, name)
    function = _RESOLVERS.get((kind, name))
    if function is not None:
        call.path = info.path.as_list()
        call.key = _key(info)
        allowed = _arguments(kind, name)
        known_arguments = {
            words.snake(key): value for key, value in arguments.items() if key in allowed
        }
        return _plain(function(call, source, **known_arguments))
    if isinstance(source, dict):
        return _plain(source.get(name))
    if not hasattr(source, words.snake(name)):
        raise GapError(f"the fake has no {kind}.{name}")
    return _plain(getattr(source, words.snake(name)))


def type_of(value: Any, *_: Any) -> str:
    """Return the type of an object where several types are possible."""
    return type(value).__name__


@cache
def _arguments(kind: str, name: str) -> frozenset[str]:
    """Return the arguments that the fake knows; others only have default values."""
    of = ours().type_map[kind]
    assert isinstance(of, GraphQLObjectType)
    return frozenset(of.fields[name].args)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return words.moment(value)
    return words.amount(value) if isinstance(value, Decimal) else value


def _key(info: GraphQLResolveInfo[Call]) -> str | None:
    for directive in info.field_nodes[0].directives or ():
        if directive.name.value == "idempotent":
            value = (directive.arguments or ())[0].value
            name = getattr(value, "name", None)
            return str(
                info.variable_values.coerced[name.value] if name else getattr(value, "value", "")
            )
    return None
