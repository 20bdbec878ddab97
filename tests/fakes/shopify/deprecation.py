"""Deprecated elements of an operation.

The rule of graphql-core fails on schemas that come from introspection.
"""

from collections.abc import Iterator
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    GraphQLSchema,
    ObjectFieldNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    type_from_ast,
    visit,
)

from tests.fakes.shopify.state import Json


class _Collector(Visitor):
    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.found: list[str] = []
        self._types = types

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self._note(self._types.get_field_def(), f"field {node.name.value}")

    def enter_argument(self, node: ArgumentNode, *_: object) -> None:
        self._note(self._types.get_argument(), f"argument {node.name.value}")

    def enter_object_field(self, node: ObjectFieldNode, *_: object) -> None:
        parent = get_named_type(self._types.get_parent_input_type())
        if is_input_object_type(parent):
            self._note(parent.fields.get(node.name.value), f"input {node.name.value}")

    def enter_enum_value(self, node: EnumValueNode, *_: object) -> None:
        self._note(self._types.get_enum_value(), f"value {node.value}")

    def _note(self, definition: Any, element: str) -> None:
        reason = getattr(definition, "deprecation_reason", None)
        if reason:
            self.found.append(f"{element} is deprecated: {reason}")


def in_document(schema: GraphQLSchema, document: DocumentNode) -> list[str]:
    """Return the deprecated elements of a document."""
    types = TypeInfo(schema)
    collector = _Collector(types)
    visit(document, TypeInfoVisitor(types, collector))
    return collector.found


def in_variables(
    schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Json
) -> list[str]:
    """Return the deprecated input fields in the variables."""
    deprecated: list[str] = []
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        deprecated += _in_value(
            type_from_ast(schema, definition.type), variables.get(name), f"${name}"
        )
    return deprecated


def _in_value(kind: Any, value: Any, path: str) -> Iterator[str]:
    if is_non_null_type(kind):
        yield from _in_value(kind.of_type, value, path)
    elif is_list_type(kind):
        for row in value if isinstance(value, list) else [value]:
            yield from _in_value(kind.of_type, row, path)
    elif is_input_object_type(kind) and isinstance(value, dict):
        for name, inner in value.items():
            field = kind.fields.get(name)
            if field is not None and field.deprecation_reason:
                yield f"input {path}.{name} is deprecated: {field.deprecation_reason}"
            if field is not None:
                yield from _in_value(field.type, inner, f"{path}.{name}")
