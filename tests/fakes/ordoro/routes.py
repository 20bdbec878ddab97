"""Operations of the API: method, path, rule for the body, and function.

Paths under `/v3/` have no slash at their end and all others have one, as in these templates: any
other path is not found. A segment in braces becomes an argument, percent-decoded.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote

from tests.fakes.ordoro.checks import Refused, Rule
from tests.fakes.ordoro.lists import Query
from tests.fakes.ordoro.state import Shop


@dataclass(frozen=True, kw_only=True)
class Call:
    """A valid request."""

    shop: Shop
    query: Query
    body: Any
    user: str


class Answer(NamedTuple):
    """A response before it is written as JSON."""

    status: int
    body: Any


Act = Callable[..., Answer]
"""Takes a `Call` and the arguments from the path."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """One operation of the API."""

    method: str
    template: str
    act: Act
    body: Rule | None = None
    lists: bool = False
    """True if it takes a query, which it checks by itself."""
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        pattern = re.sub(r"\{\w+\}", "([^/]+)", self.template)
        object.__setattr__(self, "pattern", re.compile(pattern))


def find(routes: tuple[Route, ...], method: str, path: str) -> tuple[Route, list[str]]:
    """Return the operation and the arguments in its path; the path is still encoded."""
    path_exists = False
    for route in routes:
        if match := route.pattern.fullmatch(path):
            path_exists = True
            if route.method == method:
                return route, [unquote(segment) for segment in match.groups()]
    if path_exists:
        raise Refused(f"{method} is not possible here", status=405)
    raise Refused(f"there is no {path}", status=404)


def read_query(route: Route, text: str) -> Query:
    """Parse the query, which only lists have."""
    query = parse_qs(text, keep_blank_values=True)
    if query and not route.lists:
        name = next(iter(query))
        raise Refused(f"{name} is not known", name)
    return query


def read_body(route: Route, content_type: str, raw: bytes) -> Any:
    """Parse the body and check it by the rule of the operation."""
    if route.body is None:
        if raw.strip() not in (b"", b"{}"):
            raise Refused("no body is expected")
        return None
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise Refused("Content-Type must be application/json")
    try:
        body = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refused("the body is not JSON") from None
    route.body(body, "body")
    return body


def _no_constant(name: str) -> None:
    raise ValueError(name)
