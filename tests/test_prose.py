"""Plain English: words to avoid, and the form of docstrings."""

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "ordosync"
MODULES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted(set((ROOT / "tests").rglob("*.py")) - {Path(__file__)})
TEXTS = sorted(
    [ROOT / "README.md", ROOT / "config.example.yaml", *PACKAGE.rglob("*.md")],
)
WORDS = re.compile(
    r"(?<![-\w])(whence|anew|once more|for ever|as good as|whoever|whichever|of ours|alike"
    r"|(?<!there )(?-i:is none|are none)"
    r"|mend|mends|mended|mending|told|nobody|somebody|anybody|hears"
    r"|by hand|for good|stands? for|says? so|in (?:plain )?words|what came of|whatever (?:the|its)"
    r"|of (?:its|their) own|(?:take|takes|taken|took|taking) off|(?:do|does|that) not travel"
    r"|of before the|partly (?:sent|shipped)|needs a person|name (?:one|another)"
    r"|is to (?:ship|send)|embedded account|foreign account|on the shelf|look before you leap"
    r"|the brake)\b",
    re.IGNORECASE,
)
"""Archaic words, words of an own dialect, and subjects that name no reader.

Write user, operator, process or account; remove, reduce or send; manually; separate.
"""
QUESTIONS = {"What", "Why", "Who", "Whom", "Whose", "Which", "Whether", "How", "When", "Where"}
DATA = ('"mended"', '.told"')
"""Codes and names of files that users and stores know."""
RELEASED = {"migrations.py", "first_schema.py"}
"""Statements of released migrations never change, whatever their comments say."""


def _tokens(path: Path) -> Iterator[tokenize.TokenInfo]:
    return tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline)


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the comments and strings of a module, with their lines."""
    for token in _tokens(path):
        if token.type in (tokenize.COMMENT, tokenize.STRING):
            for offset, line in enumerate(token.string.splitlines()):
                yield token.start[0] + offset, line


def _documentation(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the comments and docstrings of a module, without quotations of the specification."""
    for token in _tokens(path):
        is_docstring = token.type == tokenize.STRING and token.string.startswith('"""')
        is_comment = token.type == tokenize.COMMENT and not token.string.startswith("# domain ")
        if is_docstring or is_comment:
            for offset, line in enumerate(token.string.splitlines()):
                yield token.start[0] + offset, line


def _with_words(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files that have such a word at all: to divide a module into tokens is slow."""
    return (path for path in paths if WORDS.search(path.read_text("utf-8")))


def _found(path: Path, lines: Iterable[tuple[int, str]]) -> list[str]:
    name = path.relative_to(ROOT)
    matches = []
    for number, line in lines:
        for kept in DATA:
            line = line.replace(kept, "")  # noqa: PLW2901 - what is left of it
        matches += [f"{name}:{number}: {match[0]}" for match in WORDS.finditer(line)]
    return matches


def test_modules_are_written_in_plain_words() -> None:
    unreleased = [
        path
        for path in MODULES
        if path.name not in RELEASED and not path.parent.name.startswith("migrations")
    ]

    assert [found for path in _with_words(unreleased) for found in _found(path, _texts(path))] == []


def test_tests_are_documented_in_plain_words() -> None:
    assert [
        found for path in _with_words(TESTS) for found in _found(path, _documentation(path))
    ] == []


def test_documents_are_written_in_plain_words() -> None:
    assert [
        found
        for path in TEXTS
        for found in _found(path, enumerate(path.read_text("utf-8").splitlines(), 1))
    ] == []


class Words(NamedTuple):
    """The docstrings and the names of variables of all modules, each with its place."""

    docstrings: list[tuple[str, str]]
    names: list[tuple[str, str]]


@cache
def _words() -> Words:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    words = Words([], [])
    for path in MODULES:
        file = path.relative_to(ROOT)
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, documented):
                place = f"{file}:{getattr(node, 'lineno', 1)}"
                words.docstrings.append((place, ast.get_docstring(node) or ""))
            elif isinstance(node, ast.Name | ast.arg):
                name = node.id if isinstance(node, ast.Name) else node.arg
                words.names.append((f"{file}:{node.lineno}", name))
    return words


def test_docstrings_begin_with_a_noun_or_a_verb() -> None:
    wrong = [
        f"{place}: {text[:40]}"
        for place, text in _words().docstrings
        if text and text.split()[0].strip("`,:") in QUESTIONS
    ]

    assert wrong == []


VAGUE_NAMES = {"one", "here", "there", "told", "said", "gone", "whom"}
"""Names of variables that say nothing of what they hold."""


def test_names_say_what_they_hold() -> None:
    vague = [f"{place}: {name}" for place, name in _words().names if name in VAGUE_NAMES]

    assert vague == []
