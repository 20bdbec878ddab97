"""Bar charts as inline SVG, which browsers and printers draw without a script."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ordosync.cli.output.html import Markup, text

_WIDTH, _HEIGHT = 760, 178
_LEFT, _TOP, _BOTTOM = 44, 10, 32
_PLOT_WIDTH, _PLOT_HEIGHT = _WIDTH - _LEFT, _HEIGHT - _TOP - _BOTTOM
_MOST_LABELS = 8
_HALF_LABEL = 20
"""Half the width of a label such as `30 Nov`."""
_WIDEST_BAR = 34
_HALVES = (1, 1.5, 2, 3, 4, 5, 6, 8)

STYLE = """
:root { --first: #1f5fa8; --second: #d98324; }
@media (prefers-color-scheme: dark) { :root { --first: #6cb0f5; --second: #f0b06a; } }
@media print { :root { --first: #1f5fa8; --second: #d98324; } }
svg { display: block; width: 100%; height: auto; overflow: visible; print-color-adjust: exact;
  -webkit-print-color-adjust: exact; break-inside: avoid; }
svg text { fill: var(--faint); font-size: 12px; font-variant-numeric: tabular-nums; }
@media screen and (max-width: 40rem) { svg text { font-size: 22px; } }
svg .grid { stroke: var(--rule); stroke-width: 1; }
svg .first { fill: var(--first); }
svg .second { fill: var(--second); }
.legend { color: var(--faint); font-size: .85rem; }
.legend span { margin-right: 1rem; }
.legend i { display: inline-block; width: .75em; height: .75em; margin-right: .35em;
  border-radius: 2px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.legend .first { background: var(--first); }
.legend .second { background: var(--second); }
"""
_KINDS = ("first", "second")


@dataclass(frozen=True, kw_only=True)
class Series:
    """Values of one colour."""

    name: str
    values: Sequence[int]


def bars(title: str, labels: Sequence[str], series: Sequence[Series]) -> Markup:
    """Return a chart with a group of bars for each label."""
    most = _ceiling(max((value for each in series for value in each.values), default=0))
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{text(title)}">\n',
        *_grid(most),
        *_labels(labels),
        *(bar for place in range(len(series)) for bar in _bars(labels, series, place, most)),
        "</svg>\n",
    ]
    return Markup("".join(parts))


def legend(series: Sequence[Series]) -> Markup:
    """Return the colours and names of the series."""
    names = (
        f'<span><i class="{kind}"></i>{text(each.name)}</span>'
        for kind, each in zip(_KINDS, series, strict=False)
    )
    return Markup(f'<p class="legend">{"".join(names)}</p>\n')


def _ceiling(most: int) -> int:
    """Return the end of the axis, whose half is a whole and round number."""
    power = 1
    while True:
        for half in _HALVES:
            end = 2 * half * power
            if end >= most and half * power == int(half * power):
                return int(end)
        power *= 10


def _grid(most: int) -> Iterator[str]:
    for value in (0, most // 2, most):
        y = _y(value, most)
        yield f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value}</text>\n'


def _labels(labels: Sequence[str]) -> Iterator[str]:
    every = -(-len(labels) // _MOST_LABELS) or 1
    for place, label in enumerate(labels):
        # The newest day always has its label.
        if (len(labels) - 1 - place) % every == 0:
            x = _LEFT + (place + 0.5) * _PLOT_WIDTH / len(labels)
            anchor = "end" if x > _WIDTH - _HALF_LABEL else "middle"
            yield f'<text x="{x:.1f}" y="{_HEIGHT - 6}" text-anchor="{anchor}">{text(label)}</text>'


def _bars(labels: Sequence[str], series: Sequence[Series], place: int, most: int) -> Iterator[str]:
    group = _PLOT_WIDTH / len(labels)
    width = min(group * 0.8 / len(series), _WIDEST_BAR)
    each = series[place]
    for at, (label, value) in enumerate(zip(labels, each.values, strict=True)):
        x = _LEFT + (at + 0.5) * group + (place - len(series) / 2) * width
        y = _y(value, most)
        if value:
            yield (
                f'<rect class="{_KINDS[place]}" x="{x:.1f}" y="{y:.1f}" width="{width * 0.94:.1f}"'
                f' height="{_y(0, most) - y:.1f}" rx="1.5">'
                f"<title>{text(label)}: {value} {text(each.name)}</title></rect>\n"
            )


def _y(value: int, most: int) -> float:
    return _TOP + _PLOT_HEIGHT * (1 - value / most)
