"""Pages of HTML in one file: no script, no network, in light and dark, and made to be printed.

Every text of a page is foreign: it is escaped, and its control characters are written out.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from html import escape

from ordosync.cli.output.render import local
from ordosync.text import printable

_SHORT = 20
"""Length of a cell that is shown on one line, such as an SKU."""


class Markup(str):
    """HTML that needs no escape."""

    __slots__ = ()


def page(title: str, body: Iterable[str], *, style: str = "") -> Iterator[str]:
    """Yield a page part by part, so that a long one needs little memory.

    A browser that shows it runs no script and opens no connection.
    """
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy"'
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{text(title)}</title>\n<style>{_STYLE}{style}</style>\n</head>\n<body>\n<main>\n"
    )
    yield from body
    yield "</main>\n</body>\n</html>\n"


def text(value: object) -> Markup:
    """Return foreign text, or any other value, as HTML that shows it."""
    return value if isinstance(value, Markup) else Markup(escape(printable(value)))


def lines(values: Iterable[str]) -> Markup:
    """Return texts, and the lines of each, below each other; empty ones are omitted."""
    parts = [part for value in values for part in value.splitlines() if part.strip()]
    return Markup("<br>\n".join(f"<bdi>{text(part)}</bdi>" for part in parts))


def moment(at: datetime) -> Markup:
    """Return a time in the local time zone, which breaks only between date and time of day."""
    day, _, time = local(at).partition(" ")
    return Markup(f'<time datetime="{text(at.isoformat())}">{whole(day)} {whole(time)}</time>')


def whole(value: object) -> Markup:
    """Return a text that stands on one line, such as a date."""
    return Markup(f'<span class="whole">{text(value)}</span>')


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    numeric: Collection[str] = (),
    printed_heading: str = "",
) -> Iterator[str]:
    """Yield a table row by row; its headings are repeated on each printed page.

    On a screen that is too narrow for it, the table scrolls, and not the page.

    `printed_heading` is a text above them that only a printed page has.
    """
    classes = [' class="number"' if name in numeric else "" for name in columns]
    yield '<div class="wide">\n<table>\n<thead>'
    if printed_heading:
        span = f'colspan="{len(columns)}" scope="colgroup"'
        yield f'<tr class="printed"><th {span}><bdi>{text(printed_heading)}</bdi></th></tr>\n'
    yield "<tr>"
    for name, kind in zip(columns, classes, strict=True):
        yield f'<th scope="col"{kind}>{text(name)}</th>'
    yield "</tr></thead>\n<tbody>\n"
    for row in rows:
        cells = zip(row, classes, strict=True)
        yield f"<tr>{''.join(f'<td{kind}>{_cell(value)}</td>' for value, kind in cells)}</tr>\n"
    yield "</tbody>\n</table>\n</div>\n"


def _cell(value: object) -> str:
    if isinstance(value, Markup):
        return value
    shown = text(value)
    # A name in Arabic or Hebrew must not reorder the text around it.
    return f'<bdi class="short">{shown}</bdi>' if len(shown) <= _SHORT else f"<bdi>{shown}</bdi>"


_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --faint: #59636e;
  --rule: #d1d9e0; --band: #f6f8fa; --bad: #c62828; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --paper: #0d1117; --faint: #9198a1; --rule: #3d444d; --band: #151b23;
    --bad: #ff8a80; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0; }
h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
p { margin: .3rem 0; }
.short, .whole { white-space: nowrap; }
.bad { color: var(--bad); font-weight: 600; }
.wide { overflow-x: auto; }
.printed { display: none; }
.faint { color: var(--faint); }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem;
  border-bottom: 1px solid var(--rule); overflow-wrap: break-word; }
th { font-size: .85rem; font-weight: 600; color: var(--faint); white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
@media (max-width: 40rem) {
  main { padding: 1rem; }
  th, td { padding: .35rem; }
  th, .short { white-space: normal; }
}
@page { margin: 15mm; }
@media print {
  :root { color-scheme: light; --ink: #000; --paper: #fff; --faint: #444; --rule: #999;
    --band: #fff; --bad: #a00000; }
  .wide { overflow: visible; }
  body { font-size: 11pt; }
  main { max-width: none; padding: 0; }
  thead { display: table-header-group; }
  .printed { display: table-row; }
  tr, h2 { break-inside: avoid; }
  h2 { break-after: avoid; }
}
"""
