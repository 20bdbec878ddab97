"""Cost of an operation in points, by the rules of the recorded responses.

An object costs one point; plain values and money are free. A connection costs two points, and its
rows count with the logarithm of their number: 5 rows three times, 10 rows four times. A mutation
costs ten points, which include its payload and the objects directly in it. Not recorded, so the
higher guess: `nodes` costs as much as a query for each of its ids.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    value_from_ast_untyped,
)

_FREE = ("MoneyBag", "MoneyV2", "PageInfo")
_DEAR = {"fulfillmentTrackingInfoUpdate": 50}
"""Mutations that do not cost ten points, as recorded since the end of June 2026."""
_NOTHING: Any = object()
Composite = GraphQLObjectType | GraphQLInterfaceType
Fragments = Mapping[str, FragmentDefinitionNode]


class Costs:
    """Counts the points of one operation, before and after it runs."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Fragments,
        variables: Mapping[str, Any],
    ) -> None:
        self._schema, self._operation = schema, operation
        self._fragments, self._variables = fragments, variables

    def requested(self) -> int:
        """Return the highest possible cost, which must be available before the run."""
        return self._root(_NOTHING)

    def actual(self, data: Mapping[str, Any] | None) -> int:
        """Return the cost of the actual response."""
        return min(self.requested(), self._root(data or {}))

    def _root(self, data: Any) -> int:
        root = self._schema.get_root_type(self._operation.operation)
        assert root is not None
        points = 0
        for node, field in self._fields(self._operation.selection_set, root):
            value = _under(data, node)
            if self._operation.operation is OperationType.MUTATION:
                points += _DEAR.get(node.name.value, 10) + self._payload(node, field, value)
            else:
                points += self._field(node, field, value)
        return max(1, points)

    def _payload(self, node: FieldNode, field: GraphQLField, data: Any) -> int:
        kind = get_named_type(field.type)
        if node.selection_set is None or not isinstance(kind, GraphQLObjectType):
            return 0
        points = 0
        for inner, inner_field in self._fields(node.selection_set, kind):
            of = get_named_type(inner_field.type)
            value = _under(data, inner)
            if isinstance(of, Composite) and inner.selection_set and value is not None:
                rows = value if isinstance(value, list) else [value]
                points += max((self._inside(inner, of, row) for row in rows), default=0)
        return points

    def _field(self, node: FieldNode, field: GraphQLField, data: Any) -> int:
        kind = get_named_type(field.type)
        if not isinstance(kind, Composite) or node.selection_set is None or data is None:
            return 0
        if kind.name.endswith("Connection"):
            return self._connection(node, kind, data)
        own = 0 if kind.name in _FREE else 1
        if node.name.value == "nodes" and (ids := self._argument(node, "ids")) is not None:
            return len(ids) * (own + self._inside(node, kind, _NOTHING))
        if isinstance(data, list):
            return max((own + self._inside(node, kind, row) for row in data), default=0)
        return own + self._inside(node, kind, data)

    def _connection(self, node: FieldNode, kind: Composite, data: Any) -> int:
        rows = _rows(data)
        size = self._size(node) if rows is _NOTHING else len(rows)
        if size == 0:
            return 2
        samples = [_NOTHING] if rows is _NOTHING else rows
        row_cost = max(self._row(node.selection_set, kind, row) for row in samples)
        return 2 + max(1, math.ceil(math.log2(size))) * row_cost

    def _row(self, selected: SelectionSetNode | None, kind: Composite, row: Any) -> int:
        """Return the cost of one row, selected as a node or in an edge."""
        points = 1
        for node, field in self._fields(selected, kind):
            of = get_named_type(field.type)
            if not isinstance(of, Composite) or node.selection_set is None:
                continue
            if node.name.value in ("nodes", "node"):
                points += self._inside(node, of, row)
            elif node.name.value == "edges":
                points += self._row(node.selection_set, of, row) - 1
        return points

    def _inside(self, node: FieldNode, kind: Composite, data: Any) -> int:
        return sum(
            self._field(inner, field, _under(data, inner))
            for inner, field in self._fields(node.selection_set, kind)
        )

    def _size(self, node: FieldNode) -> int:
        for name in ("first", "last"):
            limit = self._argument(node, name)
            if limit is not None:
                return max(0, int(limit))
        return 1

    def _argument(self, node: FieldNode, name: str) -> Any:
        for argument in node.arguments or ():
            if argument.name.value == name:
                return value_from_ast_untyped(argument.value, dict(self._variables))
        return None

    def _fields(
        self, selected: SelectionSetNode | None, kind: Composite
    ) -> Iterator[tuple[FieldNode, GraphQLField]]:
        for node in selected.selections if selected else ():
            if isinstance(node, FieldNode):
                field = kind.fields.get(node.name.value)
                if field is not None:
                    yield node, field
            elif isinstance(node, InlineFragmentNode):
                name = node.type_condition.name.value if node.type_condition else kind.name
                yield from self._fields(node.selection_set, self._kind(name))
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                name = fragment.type_condition.name.value
                yield from self._fields(fragment.selection_set, self._kind(name))

    def _kind(self, name: str) -> Composite:
        kind = self._schema.type_map[name]
        assert isinstance(kind, Composite)
        return kind


def _under(data: Any, node: FieldNode) -> Any:
    """Return the value of a field in the response, which is unknown before the run."""
    if data is _NOTHING:
        return _NOTHING
    name = node.alias.value if node.alias else node.name.value
    return data.get(name) if isinstance(data, Mapping) else None


def _rows(data: Any) -> Any:
    if not isinstance(data, Mapping):
        return _NOTHING
    for value in data.values():
        if isinstance(value, list):
            return [it["node"] if isinstance(it, dict) and "node" in it else it for it in value]
    return []
