"""Operations of the API. A segment in braces is an id, or a word if it is called `{word}`."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from tests.fakes.woocommerce.problems import Json, Refused, no_route
from tests.fakes.woocommerce.schema import Rules, checked
from tests.fakes.woocommerce.state import Shop
from tests.fakes.woocommerce.switches import Switches


@dataclass(frozen=True, kw_only=True)
class Call:
    """A valid request."""

    shop: Shop
    method: str
    params: Json
    """Known parameters of query and body, checked; unknown names are dropped."""
    query: list[tuple[str, str]]
    """The raw query, for links."""
    url: str
    """URL of this call, without the query."""


class Answer(NamedTuple):
    """A response before it is written as JSON."""

    status: int
    body: Any
    headers: Mapping[str, str] = {}


Act = Callable[..., Answer]
"""Takes a `Call` and the arguments from the path."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """One operation of the API."""

    method: str
    template: str
    act: Act
    rules: Callable[[Shop], Rules] = lambda _shop: {}
    required: tuple[str, ...] = ()
    verb: str = "view"
    """Part of the error code without permission: `cannot_view`, `cannot_create`."""
    needs: Callable[[Switches], bool] = lambda _switches: True
    """True if a shop with these switches has this operation."""
    public: bool = False
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        pattern = re.sub(r"\{(\w+)\}", _segment, self.template)
        object.__setattr__(self, "pattern", re.compile(pattern + "/?"))


def _segment(match: re.Match[str]) -> str:
    return r"([\w-]+)" if match[1] == "word" else r"(\d+)"


def fixed(rules: Rules) -> Callable[[Shop], Rules]:
    """Return rules that are the same in every shop."""
    return lambda _shop: rules


def find(
    routes: tuple[Route, ...], switches: Switches, method: str, path: str
) -> tuple[Route, list[int | str]]:
    """Return the operation and the arguments in its path."""
    if path.startswith("/wc/") and not switches.active:
        raise no_route()
    for route in routes:
        match = route.pattern.fullmatch(path)
        if match and route.method == method and route.needs(switches):
            return route, [int(it) if it.isdigit() else it for it in match.groups()]
    raise no_route()


def read_query(text: str) -> Json:
    """Parse a query as PHP does: `a[]=1&a[]=2` is a list; the last of equal names counts."""
    read: Json = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        key, bracket, _ = name.partition("[")
        if bracket:
            read.setdefault(key, []).append(value)
        else:
            read[name] = value
    return read


def read_body(content_type: str, raw: bytes) -> Json:
    """Parse a body; it is ignored unless its content type is JSON."""
    if content_type.partition(";")[0].strip().lower() != "application/json" or not raw:
        return {}
    try:
        body = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refused("rest_invalid_json", "Invalid JSON body passed.") from None
    return body if isinstance(body, dict) else {}


def _no_constant(name: str) -> None:
    raise ValueError(name)


def read_params(route: Route, shop: Shop, params: Json) -> Json:
    """Check the parameters by the rules of the operation."""
    missing = [name for name in route.required if name not in params]
    if missing:
        words = f"Missing parameter(s): {', '.join(missing)}"
        raise Refused("rest_missing_callback_param", words, params=missing)
    return checked(route.rules(shop), params)
