"""Rows of records that have parts, such as the elements of XML and the objects of JSON.

A record is one row, or one row for each of its lines. A row has the mapped columns only. A path
that leads to two values makes its row unusable, since either of them may be the right one.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar

from ordosync.accounts.files.formats.rows import NO_LINES, Row, cell_problem, cleaner
from ordosync.accounts.files.input_options.input_files import InputFiles
from ordosync.accounts.files.input_options.record_paths import below
from ordosync.accounts.option_types import names_of

N = TypeVar("N")
S = TypeVar("S")


class PathError(Exception):
    """A record does not have the form that a path says."""


class Tree(Protocol[N, S]):
    """Reads the nodes of a format."""

    separator: str
    """The text between two steps of a path."""

    def steps(self, path: str) -> Sequence[S]:
        """Return the steps of a path."""

    def children(self, node: N, step: S) -> Sequence[N]:
        """Return the nodes to which a step leads. Raises `PathError`."""

    def text(self, node: N) -> str | None:
        """Return the text of a node; None if it has parts."""

    def check_lines(self, node: N, step: S, *, is_last: bool) -> None:
        """Raise `PathError` if it is not sure that a node without such children has no lines."""


class _Column(NamedTuple, Generic[S]):
    name: str
    paths: Sequence[Sequence[S]]
    """One for each name of the column, from the node of its level."""


class RecordRows(Generic[N, S]):
    """Makes the rows of records."""

    def __init__(self, tree: Tree[N, S], options: InputFiles) -> None:
        self._tree = tree
        self._steps = tree.steps(options.lines)
        """The steps from a record to its lines, of which it may have several at each step."""
        self._columns = _columns_by_level(tree, options)
        """The columns of the record, then those of each step."""
        self._used_columns = frozenset(options.columns_read)
        self._clean = cleaner(options)

    def rows(
        self,
        number: int,
        record: N,
        *,
        other_cells: Mapping[str, str] | None = None,
        problems: Sequence[str] = (),
    ) -> Iterator[Row]:
        """Yield the rows of a record; `other_cells` are cells that no column maps."""
        return self._rows(number, record, 0, dict(other_cells or {}), list(problems))

    def _rows(
        self, number: int, node: N, depth: int, cells: dict[str, str], problems: list[str]
    ) -> Iterator[Row]:
        own, own_problems = self._read(node, self._columns[depth])
        cells, problems = cells | own, problems + own_problems
        if depth == len(self._steps):
            yield self._row(number, cells, problems)
            return
        try:
            children = self._lines(node, depth)
        except PathError as error:
            yield self._row(number, cells, [*problems, str(error)])
            return
        if not children:
            yield self._row(number, cells, problems, NO_LINES)
        for child in children:
            yield from self._rows(number, child, depth + 1, cells, problems)

    def _lines(self, node: N, depth: int) -> Sequence[N]:
        step = self._steps[depth]
        children = self._tree.children(node, step)
        if not children:
            self._tree.check_lines(node, step, is_last=depth == len(self._steps) - 1)
        return children

    def _row(
        self, number: int, cells: dict[str, str], problems: Sequence[str], otherwise: str = ""
    ) -> Row:
        problem = "; ".join(dict.fromkeys(problems)) or cell_problem(cells, self._used_columns)
        return Row(number, cells, problem or otherwise)

    def _read(self, node: N, columns: Sequence[_Column[S]]) -> tuple[dict[str, str], list[str]]:
        """Return the cells of these columns that a node has, and the problems of others."""
        cells, problems = {}, []
        for column in columns:
            try:
                text = self._text(node, column)
            except PathError as error:
                problems.append(str(error))
                continue
            if text is not None:
                cells[column.name] = self._clean(text)
        return cells, problems

    def _text(self, node: N, column: _Column[S]) -> str | None:
        """Return the text of a column; None if the node does not have it."""
        for path in column.paths:
            nodes: Sequence[N] = (node,)
            for step in path:
                if len(nodes) == 1:
                    nodes = self._tree.children(nodes[0], step)
                else:
                    nodes = [child for each in nodes for child in self._tree.children(each, step)]
            if nodes:
                text = self._tree.text(nodes[0])
                if len(nodes) > 1 or text is None:
                    raise PathError(f"{column.name!a} has more than one value")
                return text
        return None


def _columns_by_level(tree: Tree[N, S], options: InputFiles) -> list[list[_Column[S]]]:
    prefixes = [""]
    for part in options.lines.split(tree.separator) if options.lines else ():
        prefixes.append(tree.separator.join(filter(None, [prefixes[-1], part])))
    columns: dict[str, list[_Column[S]]] = {prefix: [] for prefix in prefixes}
    for name in options.columns_read:
        prefix = next(each for each in reversed(prefixes) if _is_at(each, name, tree.separator))
        paths = [_path(tree, prefix, each) for each in names_of(name)]
        columns[prefix].append(_Column(str(name), paths))
    return list(columns.values())


def _is_at(prefix: str, column: str, separator: str) -> bool:
    return not prefix or below(prefix, column, separator) is not None


def _path(tree: Tree[N, S], prefix: str, name: str) -> Sequence[S]:
    path = below(prefix, name, tree.separator) if prefix else name
    return tree.steps(name if path is None else path)
