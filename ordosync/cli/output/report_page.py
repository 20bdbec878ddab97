"""The page of `report --html`: orders by Merchant, days to ship, failures, stock that ran out."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from ordosync.cli.output import charts, html
from ordosync.cli.output.charts import Series
from ordosync.cli.output.html import Markup, text
from ordosync.cli.output.report import duration
from ordosync.engine.diagnosis.overview import Overview, PortalOverview, typical

_MOST_BARS = 62
_MOST_ROWS = 100
_MOST_DAYS = 7
"""Orders that take longer share the last bar."""
_DAY_S = 86_400
_STYLE = """
.tiles { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.2rem 0; padding: 0; }
.tiles div { flex: 1 1 8rem; border: 1px solid var(--rule); border-radius: 6px;
  background: var(--band); padding: .6rem .9rem; }
.tiles dt { color: var(--faint); font-size: .85rem; }
.tiles dd { margin: 0; font-size: 1.6rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
@media print {
  .tiles div { padding: .4rem .5rem; }
  .tiles dt { font-size: .75rem; white-space: nowrap; }
  .tiles dd { font-size: 1.2rem; }
}
h3 { font-size: 1rem; margin: 1rem 0 .2rem; break-after: avoid; }
"""


def report_page(overview: Overview) -> Iterator[str]:
    """Yield the page part by part."""
    first, last = overview.days[0], overview.days[-1]
    title = f"Report {first.isoformat()} to {last.isoformat()}"
    yield from html.page(title, _body(overview), style=charts.STYLE + _STYLE)


def _body(overview: Overview) -> Iterator[str]:
    first, last = (html.whole(overview.days[at].isoformat()) for at in (0, -1))
    yield f"<h1>Report {first} to {last}</h1>\n"
    yield f'<p class="faint">Made {html.moment(overview.until)}. Days are in UTC.</p>\n'
    yield from _tiles(overview)
    yield from _orders(overview)
    yield from _days_to_ship(overview)
    yield from _failures(overview)
    yield from _out_of_stock(overview)
    yield from _tasks(overview)


def _tiles(overview: Overview) -> Iterator[str]:
    middle = typical(overview.days_to_ship)
    out = sum(product.is_now for product in overview.out_of_stock)
    tiles = (
        ("Orders in", sum(sum(portal.orders_in) for portal in overview.portals)),
        ("Orders out", sum(sum(portal.orders_out) for portal in overview.portals)),
        ("Median to ship", "-" if middle is None else duration(middle * _DAY_S)),
        ("Failed steps now", _alarming(overview.failed)),
        ("Ran out, still out", _alarming(out)),
    )
    yield '<dl class="tiles">\n'
    for name, value in tiles:
        yield f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>\n"
    yield "</dl>\n"


def _orders(overview: Overview) -> Iterator[str]:
    names = overview.names()
    yield "<h2>Orders in and out by merchant</h2>\n"
    yield from html.table(
        ("merchant", "in", "out", "median time to ship", "longest"),
        [(names[portal.portal], *_numbers(portal)) for portal in overview.portals],
        numeric=("in", "out", "median time to ship", "longest"),
    )
    width = -(-len(overview.days) // _MOST_BARS)
    labels = [_label(day) for day in overview.days[::width]]
    yield charts.legend([Series(name="in", values=()), Series(name="out", values=())])
    if width > 1:
        yield f'<p class="faint">Each bar is the sum of {width} days, by its first day.</p>\n'
    for portal in overview.portals:
        if any((*portal.orders_in, *portal.orders_out)):
            name = names[portal.portal]
            series = (
                Series(name="in", values=_sums(portal.orders_in, width)),
                Series(name="out", values=_sums(portal.orders_out, width)),
            )
            yield f"<h3><bdi>{text(name)}</bdi></h3>\n"
            yield charts.bars(f"Orders of {name} in and out by day", labels, series)


def _numbers(portal: PortalOverview) -> tuple[object, ...]:
    took = portal.days_to_ship
    middle = typical(took)
    times = (
        ("", "") if middle is None else (duration(middle * _DAY_S), duration(max(took) * _DAY_S))
    )
    return sum(portal.orders_in), sum(portal.orders_out), *times


def _days_to_ship(overview: Overview) -> Iterator[str]:
    yield "<h2>Days to ship</h2>\n"
    counts = Counter(min(int(days), _MOST_DAYS) for days in overview.days_to_ship)
    if not counts:
        yield '<p class="faint">No order was shipped.</p>\n'
        return
    labels = ["< 1 d", *(f"{days} d" for days in range(1, _MOST_DAYS)), f"{_MOST_DAYS} d +"]
    values = [counts[days] for days in range(_MOST_DAYS + 1)]
    yield (
        '<p class="faint">Full days from the import of an order until its first tracking number'
        " reached the merchant.</p>\n"
    )
    yield charts.bars("Orders by days to ship", labels, [Series(name="orders", values=values)])


def _failures(overview: Overview) -> Iterator[str]:
    names = overview.names()
    rows = [
        (names[task.portal], task.task, _WHAT[failure.of], failure.code, failure.count)
        for task in overview.tasks
        for failure in task.failures
    ]
    yield "<h2>Failures</h2>\n"
    yield from _rows(("merchant", "task", "what", "code", "count"), rows, "Nothing still fails.")
    if rows:
        yield (
            '<p class="faint"><code>ordosync attention</code> lists what needs attention, with its'
            " reason and the next step.</p>\n"
        )


_WHAT = {"runs": "runs since then", "steps": "steps failed now"}


def _out_of_stock(overview: Overview) -> Iterator[str]:
    names = overview.names()
    rows = [
        (
            product.sku,
            names.get(product.portal, product.portal),
            html.moment(product.at),
            Markup('<span class="bad">out</span>') if product.is_now else "back in stock",
        )
        for product in overview.out_of_stock
    ]
    yield "<h2>Stock that ran out</h2>\n"
    yield from _rows(("sku", "merchant", "ran out", "now"), rows, "Nothing ran out.")


def _tasks(overview: Overview) -> Iterator[str]:
    names = overview.names()
    rows = [
        (
            names[task.portal],
            task.task,
            task.total.runs,
            task.total.counts.done,
            task.total.counts.skipped,
            task.total.counts.failed,
            task.total.calls,
        )
        for task in overview.tasks
    ]
    columns = ("merchant", "task", "runs", "done", "skipped", "failed", "calls")
    yield "<h2>Tasks</h2>\n"
    yield from _rows(columns, rows, "No task ran.")


def _rows(columns: Sequence[str], rows: Sequence[Sequence[object]], if_empty: str) -> Iterator[str]:
    if not rows:
        yield f'<p class="faint">{text(if_empty)}</p>\n'
        return
    numeric = ("count", "runs", "done", "skipped", "failed", "calls")
    yield from html.table(columns, rows[:_MOST_ROWS], numeric=numeric)
    if len(rows) > _MOST_ROWS:
        yield f'<p class="faint">and {len(rows) - _MOST_ROWS} more</p>\n'


def _alarming(count: int) -> Markup:
    return Markup(f'<span class="bad">{count}</span>' if count else "0")


def _label(day: date) -> str:
    return f"{day.day} {day:%b}"


def _sums(values: Sequence[int], width: int) -> Sequence[int]:
    return [sum(values[at : at + width]) for at in range(0, len(values), width)]
