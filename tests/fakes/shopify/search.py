"""Language of `query:` arguments: `status:open AND (sku:'A-1' OR sku:'A-2') -tag:"on hold"`.

The fake has two traps of the service. A value without quotes ends at a colon, so a bare time loses
its minutes, is read in the shop's time zone, and its remainder looks like another field. A field
that a list does not know is ignored with a warning: all rows match.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tests.fakes.shopify.refusals import Refusal
from tests.fakes.shopify.state import Json

Matcher = Callable[["Term"], bool]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<open>\() | (?P<close>\)) |
        (?P<word>AND|OR|NOT)(?=[\s()]) |
        (?P<minus>-)? (?: (?P<field>\w+) : (?P<op>>=|<=|>|<)? )?
            (?: (?P<quote>['"]) (?P<quoted>(?:\\.|(?!(?P=quote)).)*) (?P=quote)
              | (?P<bare>[^\s()'":]+) )
    )""",
    re.VERBOSE | re.DOTALL,
)
_RANGES = {">=": "range_gte", "<=": "range_lte", ">": "range_gt", "<": "range_lt"}


class Term(NamedTuple):
    """One condition; without a field it applies to all fields."""

    field: str | None
    op: str
    value: str

    @property
    def shown(self) -> Json:
        """Return the condition as the response shows it."""
        key = "match_phrase" if " " in self.value else _RANGES.get(self.op, "match_all")
        return {"field": self.field or "default", key: self.value}


@dataclass(frozen=True)
class Query:
    """Conditions joined by `and`, `or` or `not`, or a single condition."""

    joined: str
    parts: tuple["Query", ...] = ()
    term: Term | None = None

    def matches(self, fields: Mapping[str, Matcher]) -> bool:
        """True if a row matches; unknown fields are ignored."""
        if self.term is not None:
            matcher = fields.get(self.term.field or "")
            return matcher is None or matcher(self.term)
        if self.joined == "not":
            return not self.parts[0].matches(fields)
        return (any if self.joined == "or" else all)(part.matches(fields) for part in self.parts)

    def terms(self) -> list[Term]:
        """Return all conditions."""
        own = [self.term] if self.term else []
        return own + [term for part in self.parts for term in part.terms()]

    @property
    def shown(self) -> Json:
        """Return the query as the response shows it."""
        if self.term is not None:
            return self.term.shown
        if self.joined == "not":
            return {"not": self.parts[0].shown}
        return {self.joined: [part.shown for part in self.parts]}


def warnings(query: Query, known_fields: Mapping[str, object]) -> list[Json]:
    """Return a warning for each field that a list does not know."""
    return [
        {
            "field": term.field,
            "message": "Invalid search field for this query.",
            "code": "invalid_field",
        }
        for term in query.terms()
        if term.field is not None and term.field not in known_fields
    ]


def parse(text: str) -> Query | None:
    """Parse a query; None if it is empty."""
    tokens = list(_tokens(text))
    if not tokens:
        return None
    reader = _Reader(tokens)
    query = reader.either()
    if reader.rest:
        raise _bad(text)
    return query


class _Reader:
    def __init__(self, tokens: list[re.Match[str]]) -> None:
        self.rest = tokens

    def either(self) -> Query:
        parts = [self._both()]
        while self._word("OR"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Query("or", tuple(parts))

    def _both(self) -> Query:
        parts = [self._one()]
        while self.rest and not self.rest[0]["close"] and self.rest[0]["word"] != "OR":
            self._word("AND")
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Query("and", tuple(parts))

    def _one(self) -> Query:
        if self._word("NOT"):
            return Query("not", (self._one(),))
        if not self.rest:
            raise _bad("it ends too early")
        token = self.rest.pop(0)
        if token["open"]:
            inner = self.either()
            if not self.rest or not self.rest.pop(0)["close"]:
                raise _bad("a parenthesis is not closed")
            return inner
        if token["close"] or token["word"]:
            raise _bad(token[0])
        quoted = token["quoted"]
        value = token["bare"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        term = Query("", term=Term(token["field"], token["op"] or "", value))
        return Query("not", (term,)) if token["minus"] else term

    def _word(self, word: str) -> bool:
        if self.rest and self.rest[0]["word"] == word:
            self.rest.pop(0)
            return True
        return False


def _tokens(text: str) -> list[re.Match[str]]:
    place, tokens = 0, []
    while text[place:].strip():
        if text[place] == ":":
            # The remainder of a value without quotes.
            place += 1
            continue
        match = _TOKEN.match(text, place)
        if match is None:
            raise _bad(text[place:])
        tokens.append(match)
        place = match.end()
    return tokens


def _bad(reason: str) -> Refusal:
    return Refusal(f"Invalid search query: {reason}", "BAD_REQUEST")
