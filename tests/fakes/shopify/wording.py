"""Errors in documents and variables, with the service's messages and codes."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    VariableDefinitionNode,
    get_named_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    type_from_ast,
)
from graphql.utilities import validate_input_value

from tests.fakes.shopify.state import Json
from tests.fakes.shopify.words import GID

Problem = Json
_Words = Callable[[re.Match[str]], tuple[str, Json]]


def syntax(text: str, error: GraphQLSyntaxError) -> Json:
    """Return the error for a document with invalid syntax."""
    place = (error.locations or [])[0]
    line, column = place.line, place.column
    match = re.search(r"(?:Unexpected|found) (.+?)\.?$", error.message)
    unexpected = match[1] if match else "character"
    if "<EOF>" in unexpected:
        unexpected = "end of file"
        start = max((it.start() for it in re.finditer(r"\w+|[^\s\w]", text)), default=0)
        line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
    return {
        "message": f"syntax error, unexpected {unexpected} at [{line}, {column}]",
        "locations": [{"line": line, "column": column}],
        "extensions": {"code": "PARSE_ERROR"},
    }


def _no_field(match: re.Match[str]) -> tuple[str, Json]:
    field, kind = match.groups()
    more = {"code": "undefinedField", "typeName": kind, "fieldName": field}
    return f"Field '{field}' doesn't exist on type '{kind}'", more


def _no_selection(match: re.Match[str]) -> tuple[str, Json]:
    field, kind = match[1], match[2].strip("[]!")
    message = (
        f"Field must have selections (field '{field}' returns {kind} but has no selections. "
        f"Did you mean '{field} {{ ... }}'?)"
    )
    return message, {
        "code": "selectionMismatch",
        "nodeName": f"field '{field}'",
        "typeName": kind,
    }


def _needs_argument(match: re.Match[str]) -> tuple[str, Json]:
    field, argument = match.groups()
    more = {"className": "Field", "name": field, "arguments": argument}
    message = f"Field '{field}' is missing required arguments: {argument}"
    return message, {"code": "missingRequiredArguments", **more}


def _no_argument(match: re.Match[str]) -> tuple[str, Json]:
    argument, field = match.groups()
    more = {"name": field, "typeName": "Field", "argumentName": argument}
    message = f"Field '{field}' doesn't accept argument '{argument}'"
    return message, {"code": "argumentNotAccepted", **more}


def _mismatch(match: re.Match[str]) -> tuple[str, Json]:
    variable, actual, expected = match.groups()
    message = f"Type mismatch on variable ${variable} ({actual} / {expected})"
    return message, {"code": "variableMismatch", "variableName": variable}


_MISTAKES: tuple[tuple[str, _Words], ...] = (
    (r"Cannot query field '(\w+)' on type '(\w+)'", _no_field),
    (r"Field '(\w+)' of type '(.+?)' must have a selection", _no_selection),
    (r"[Aa]rgument '\w+\.(\w+)\((\w+):\)' of type .+ is required", _needs_argument),
    (r"Field '(\w+)' argument '(\w+)' of type .+ is required", _needs_argument),
    (r"Unknown argument '(\w+)' on field '(?:\w+\.)?(\w+)'", _no_argument),
    (r"Variable '\$(\w+)' of type '(.+?)' used in position expecting type '(.+?)'", _mismatch),
)


def mistake(document: DocumentNode, error: GraphQLError) -> Json:
    """Return the error for a document that does not match the schema."""
    message, extensions = error.message, {"code": "invalid"}
    for pattern, words in _MISTAKES:
        if match := re.search(pattern, error.message):
            message, extensions = words(match)
            break
    node = error.nodes[0] if error.nodes else None
    return {
        "message": message,
        "locations": [{"line": it.line, "column": it.column} for it in error.locations or ()],
        "path": _path(document, node) if node is not None else [],
        "extensions": extensions,
    }


def _path(document: DocumentNode, target: Node) -> list[str]:
    for definition in document.definitions:
        for path, node in _walk(definition):
            if node is target:
                return path
    return []


def _walk(node: Node, path: Sequence[str] = ()) -> Iterator[tuple[list[str], Node]]:
    own_path = [*path, *_called(node)]
    yield own_path, node
    selected = getattr(node, "selection_set", None)
    for inner in selected.selections if selected else ():
        yield from _walk(inner, own_path)
    for inner in getattr(node, "arguments", None) or ():
        yield own_path, inner


def _called(node: Node) -> list[str]:
    if isinstance(node, OperationDefinitionNode):
        name = [node.name.value] if node.name else []
        return [" ".join([node.operation.value, *name])]
    if isinstance(node, FragmentDefinitionNode):
        return [f"fragment {node.name.value}"]
    if isinstance(node, InlineFragmentNode):
        return [f"... on {node.type_condition.name.value}"] if node.type_condition else ["..."]
    if isinstance(node, FieldNode):
        return [node.alias.value if node.alias else node.name.value]
    return []


def wrong_variables(
    schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Json
) -> list[Json]:
    """Return the errors in the variables."""
    wrong = []
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        kind = type_from_ast(schema, definition.type)
        assert kind is not None
        optional = definition.default_value is not None or not is_non_null_type(kind)
        if name not in variables and optional:
            continue
        value = variables.get(name)
        if problems := _problems(value, kind):
            wrong.append(_invalid(definition, str(kind), value, problems))
    return wrong


def _problems(value: Any, kind: Any) -> list[Problem]:
    if value is None and is_non_null_type(kind):
        return [{"path": [], "explanation": "Expected value to not be null"}]
    problems: list[Problem] = []
    validate_input_value(
        value, kind, lambda error, path: problems.append(_problem(path, error.message))
    )
    for path, name, leaf in _leaves(value, kind, []):
        if name in _SCALARS and (words := _SCALARS[name](leaf)):
            problems.append({"path": path, "explanation": words, "message": words})
    return problems


def _problem(path: Sequence[str | int], message: str) -> Problem:
    where = list(path)
    if match := re.search(r"type '(\w+)' not to include unknown field '(\w+)'", message):
        words = f"Field is not defined on {match[1]}"
        return {"path": [*where, match[2]], "explanation": words}
    if match := re.search(r"to include required field '(\w+)'", message):
        return {"path": [*where, match[1]], "explanation": "Expected value to not be null"}
    if "not to be None" in message:
        return {"path": where, "explanation": "Expected value to not be null"}
    return {"path": where, "explanation": message}


def _leaves(
    value: Any, kind: Any, path: list[str | int]
) -> Iterator[tuple[list[str | int], str, Any]]:
    """Return all plain values, with the names of their types."""
    if is_non_null_type(kind):
        yield from _leaves(value, kind.of_type, path)
    elif value is None:
        return
    elif is_list_type(kind):
        for place, row in enumerate(value if isinstance(value, list) else [value]):
            yield from _leaves(row, kind.of_type, [*path, place])
    elif is_input_object_type(kind):
        for name, field in kind.fields.items() if isinstance(value, dict) else ():
            yield from _leaves(value.get(name), field.type, [*path, name])
    else:
        yield path, get_named_type(kind).name, value


def _bad_id(value: Any) -> str:
    return "" if GID.fullmatch(str(value)) else f"Invalid global id '{value}'"


def _bad_amount(value: Any) -> str:
    try:
        finite = Decimal(str(value)).is_finite()
    except InvalidOperation:
        finite = False
    return "" if finite else f"Could not coerce value {json.dumps(value)} to Decimal"


def _bad_time(value: Any) -> str:
    try:
        aware = datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        aware = False
    return "" if aware else f"Could not coerce value {json.dumps(value)} to DateTime"


_SCALARS: dict[str, Callable[[Any], str]] = {
    "ID": _bad_id,
    "Decimal": _bad_amount,
    "Money": _bad_amount,
    "DateTime": _bad_time,
}


def _invalid(
    definition: VariableDefinitionNode, kind: str, value: Any, problems: list[Problem]
) -> Json:
    named = ", ".join(
        f"{'.'.join(map(str, it['path']))} ({it['explanation']})" for it in problems if it["path"]
    )
    name = definition.variable.name.value
    start = definition.loc.start_token if definition.loc else None
    return {
        "message": f"Variable ${name} of type {kind} was provided invalid value"
        + (f" for {named}" if named else ""),
        "locations": [{"line": start.line, "column": start.column}] if start else [],
        "extensions": {"code": "INVALID_VARIABLE", "value": value, "problems": problems},
    }
