"""Charts as SVG text: no script, no style attribute, every label escaped, and the figures readable without seeing."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_HEIGHT, _WIDTH, _FOOT = 160, 640, 22


@dataclass(frozen=True, slots=True)
class Series:
    """A row of counts under one name; None is a masked figure and leaves a gap."""

    name: str
    counts: Sequence[int | None]


def columns(title: str, labels: Sequence[str], series: Sequence[Series]) -> Markup:
    """Return a chart of columns side by side, one group for each label. Classes `series-0`, `series-1` give colours."""
    highest = max((c for s in series for c in s.counts if c), default=0) or 1
    step = _WIDTH / max(len(labels), 1)
    bar = step * 0.7 / max(len(series), 1)
    parts = [_grid(highest)]
    for place, label in enumerate(labels):
        for index, one in enumerate(series):
            x = place * step + step * 0.15 + index * bar
            parts.append(_column(x, bar, one.counts[place], highest, f"series-{index}", f"{label}: {one.name}"))
        parts.append(_text(place * step + step / 2, _HEIGHT + _FOOT - 6, label, "middle"))
    said = "; ".join(f"{one.name}: {', '.join('–' if c is None else str(c) for c in one.counts)}" for one in series)
    return _svg(title, said, "".join(parts), _WIDTH, _HEIGHT + _FOOT)


def _column(x: float, width: float, count: int | None, highest: int, kind: str, label: str) -> str:
    if count is None:
        return ""
    height = (_HEIGHT - 16) * count / highest
    tip = f"<title>{escape(label)} {count}</title>"
    shape = f'x="{x:.1f}" y="{_HEIGHT - height:.1f}" width="{width:.1f}" height="{height:.1f}" rx="1.5"'
    return f'<rect class="{kind}" {shape}>{tip}</rect>'


def _grid(highest: int) -> str:
    lines = [f'<line class="axis" x1="0" y1="{_HEIGHT}" x2="{_WIDTH}" y2="{_HEIGHT}"/>']
    lines.append(f'<line class="guide" x1="0" y1="16" x2="{_WIDTH}" y2="16"/>')
    lines.append(_text(0, 11, str(highest), "start"))
    return "".join(lines)


def bars(title: str, rows: Sequence[tuple[str, int | None]]) -> Markup:
    """Return lying bars, each with its label and figure; a masked one shows a dash."""
    highest = max((count for _, count in rows if count), default=0) or 1
    line, left, right = 26, 200, 48
    room = _WIDTH - left - right
    parts = []
    for index, (label, count) in enumerate(rows):
        middle = index * line + 17
        length = room * (count or 0) / highest
        parts.append(_text(left - 10, middle, label if len(label) <= 30 else label[:29] + "…", "end"))
        parts.append(
            f'<rect class="series-0" x="{left}" y="{index * line + 5}" width="{length:.1f}" height="16" rx="1.5"/>'
        )
        parts.append(_text(left + length + 8, middle, "–" if count is None else str(count), "start"))
    said = "; ".join(f"{label}: {'–' if count is None else count}" for label, count in rows)
    return _svg(title, said, "".join(parts), _WIDTH, max(len(rows), 1) * line)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(title: str, said: str, inside: str, width: int, height: int) -> Markup:
    head = f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}. {escape(said)}">'
    return Markup(f"{head}{inside}</svg>")  # noqa: S704 - every text in it went through `escape`
