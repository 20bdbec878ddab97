"""Holds what commands write with `--json` against their JSON Schemas."""

import json
from collections.abc import Sequence
from functools import cache

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from ordosync.cli.output.json_schemas import DOCUMENTS, schema_of

_LONG = 200_000
"""Characters of a document above which it is not checked: its rows have the same fields."""


def check(words: Sequence[str], text: str) -> None:
    """Fail if `ordosync WORDS` wrote a document that its schema does not describe."""
    name = _command(words)
    assert name, f"the --json of {words} has no schema: see ordosync/cli/output/json_schemas.py"
    if len(text) > _LONG:
        return
    error = best_match(validator(name).iter_errors(json.loads(text)))
    assert error is None, (
        f"`ordosync {name} --json` is not as its schema in ordosync/schemas/ says:"
        f" {error.json_path}: {error.message}"
    )


@cache
def validator(name: str) -> Draft202012Validator:
    """Return a validator of what a command writes."""
    return Draft202012Validator(schema_of(name))


def _command(words: Sequence[str]) -> str | None:
    pairs = zip(words, [*words[1:], ""], strict=True)
    names = (name for first, second in pairs for name in (f"{first} {second}", first))
    return next((name for name in names if name in DOCUMENTS), None)
