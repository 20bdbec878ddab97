"""The pages of documentation and the example configurations that are installed with ordosync.

A page is Markdown. Its file name is the topic, and its first line `# Title: summary`. The page of
a kind of account has that kind's example configuration as its first YAML block.
"""

import re
from collections.abc import Iterable
from importlib.resources import files

from ordosync.errors import UsageError

_FOLDER = files("ordosync").joinpath("docs")
_COMMENT = re.compile(r"^<!--.*-->\n", re.MULTILINE)
_YAML = re.compile(r"^```yaml\n(.+?)^```", re.MULTILINE | re.DOTALL)


def topics() -> list[str]:
    """Return the names of the pages, sorted."""
    names = (entry.name for entry in _FOLDER.iterdir())
    return sorted(name.removesuffix(".md") for name in names if name.endswith(".md"))


def summary(topic: str) -> str:
    """Return the summary of a page, from its first line."""
    return page(topic).partition("\n")[0].partition(": ")[2]


def page(topic: str) -> str:
    """Return the Markdown of a page. Raises `UsageError` if there is no such page."""
    if topic not in topics():
        raise UsageError(f"no help on {topic!r}{_suggestion(topic, topics())}")
    return _COMMENT.sub("", _FOLDER.joinpath(f"{topic}.md").read_text("utf-8"))


def example(kind: str | None = None) -> str:
    """Return the full example configuration, or that of one kind of account.

    Raises `UsageError` if there is no such kind.
    """
    if kind is None:
        return _FOLDER.joinpath("config.example.yaml").read_text("utf-8")
    from ordosync.accounts import KINDS  # noqa: PLC0415 - only here

    if kind not in KINDS:
        raise UsageError(f"no kind of account {kind!r}{_suggestion(kind, KINDS)}")
    return "".join(_YAML.findall(page(kind))[:1])


def _suggestion(word: str, known: Iterable[str]) -> str:
    from ordosync.config.converters import suggestion  # noqa: PLC0415 - only for a mistake

    return suggestion(word, known)
