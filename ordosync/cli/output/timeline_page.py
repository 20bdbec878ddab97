"""The page of `why --html`: the timeline of an order or product, one lane for each account."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from ordosync.cli.output import html
from ordosync.cli.output.html import Markup, text
from ordosync.cli.output.render import named
from ordosync.engine.diagnosis.story import Event, Story
from ordosync.text import status_text

_STYLE = """
.made { margin-top: 1.2rem; }
section + section { margin-top: 3rem; }
.next { border: 1px solid var(--rule); border-left: 4px solid #1f5fa8; border-radius: 4px;
  background: var(--band); padding: .5rem .9rem; margin: 1rem 0; }
.lanes { list-style: none; margin: 1.2rem 0; padding: 0; }
.lanes li { display: grid; grid-template-columns: 1fr 12rem 1fr; }
.lanes .head { font-weight: 600; padding-bottom: .5rem; }
.lanes .head > span { border-bottom: 2px solid var(--rule); padding: 0 .6rem .3rem; }
.lanes .head > .axis { border: 0; }
.axis { grid-column: 2; grid-row: 1; text-align: center; color: var(--faint); font-size: .8rem;
  line-height: 1.35; padding: .55rem .4rem; font-variant-numeric: tabular-nums;
  background: linear-gradient(var(--rule), var(--rule)) center / 2px 100% no-repeat; }
.axis > * { background: var(--paper); display: inline-block; padding: .1rem .3rem; }
.event { grid-row: 1; border: 1px solid var(--rule); border-radius: 6px; background: var(--band);
  padding: .45rem .8rem; margin: .25rem 0; }
.merchant .event { grid-column: 1; }
.supplier .event { grid-column: 3; }
.both .event { grid-column: 1 / -1; grid-row: 2; text-align: center; }
.account { display: none; }
.sync { border-color: #1f5fa8; }
.merchant .sync { border-right-width: 4px; }
.supplier .sync { border-left-width: 4px; }
.by { color: var(--faint); font-size: .8rem; display: block; }
@media (prefers-color-scheme: dark) {
  .sync { border-color: #6cb0f5; } .next { border-left-color: #6cb0f5; }
}
@media print { .lanes li { break-inside: avoid; } .sync { border-color: #1f5fa8; } }
@media (max-width: 40rem) {
  .lanes li { grid-template-columns: 7rem 1fr; }
  .lanes .head { display: none; }
  .axis { grid-column: 1; }
  .merchant .event, .supplier .event, .both .event { grid-column: 2; grid-row: 1;
    text-align: left; }
  .account { display: inline; }
}
"""


def timeline_page(stories: Sequence[Story], now: datetime) -> Iterator[str]:
    """Yield the page part by part."""
    title = " and ".join(dict.fromkeys(_name(story) for story in stories))
    yield from html.page(title, _body(stories, now), style=_STYLE)


def _name(story: Story) -> str:
    return story.merchant_number or story.merchant or story.supplier or ""


def _body(stories: Sequence[Story], now: datetime) -> Iterator[str]:
    for story in stories:
        yield f"<section>\n<h1><bdi>{text(_name(story))}</bdi></h1>\n"
        yield f"<p>Portal {text(story.portal)}: {_state(story.conclusion.text)}</p>\n"
        yield f'<p class="next">Next: {_with_commands(story.conclusion.next)}</p>\n'
        yield from _lanes(story)
        units = [*story.units.texts()]
        yield "<h2>Units</h2>\n" if units else ""
        yield from (f"<p>{text(each)}</p>\n" for each in units)
        yield "</section>\n"
    yield f'<p class="faint made">Made {html.moment(now)}.</p>\n'


def _state(state: str) -> str:
    return f'<b class="bad">{text(state)}</b>' if state == "failed" else f"<b>{text(state)}</b>"


def _lanes(story: Story) -> Iterator[str]:
    merchant = named(story.merchant, story.merchant_number)
    yield '<ol class="lanes">\n<li class="head">'
    yield _head(story.merchant_account, merchant, story.merchant_status, story)
    yield '<span class="axis"></span>'
    yield _head(story.supplier_account, story.supplier or "", story.supplier_status, story)
    yield "</li>\n"
    for event in story.events:
        yield _event(event, story)
    yield "</ol>\n"


def _head(account: str, number: str, status: str, story: Story) -> str:
    status = status_text(status) if story.has_status else ""
    details = ", ".join(filter(None, (number, status)))
    return f'<span><bdi>{text(account)}</bdi> <span class="by">{text(details)}</span></span>'


def _event(event: Event, story: Story) -> str:
    accounts = {"merchant": story.merchant_account, "supplier": story.supplier_account}
    account = f"{accounts[event.side]}: " if event.side else ""
    words = event.text.removeprefix(account)
    # A narrow screen has one lane, so there the text needs the account.
    lane = "" if words == event.text else f'<span class="account">{text(account)}</span>'
    kind = "event sync" if event.is_sync else "event"
    by = '<span class="by">ordosync</span>' if event.is_sync else ""
    return (
        f'<li class="{event.side or "both"}"><span class="axis">{_time(event.at)}</span>'
        f'<div class="{kind}">{by}<bdi>{lane}{text(words)}</bdi></div></li>\n'
    )


def _with_commands(sentence: str) -> Markup:
    """Return a text whose commands, which are between backticks, stand out."""
    return Markup(re.sub("`([^`]+)`", _command, text(sentence)))


def _command(match: re.Match[str]) -> str:
    # A browser would break an option after its hyphens, and `--` is another option of a shell.
    options = re.sub(r"(?<!\S)--\S+", r'<span class="whole">\g<0></span>', match[1])
    return f"<code>{options}</code>"


def _time(at: datetime | None) -> str:
    if at is None:
        return "<span>now</span>"
    return html.moment(at)
