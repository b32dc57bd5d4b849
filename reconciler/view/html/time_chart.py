"""Bars along an axis of time: lanes by name, in each as many rows as bars overlap."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reconciler.view.messages.ui import duration
from reconciler.view.render import clipped
from specs.text import Lang

TICKS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
MAX_TICKS = 7
SHORT = 21
"""Columns before the axis."""
NARROWEST = 2.5
"""A bar is at least so wide, or a short step would not be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """`kind` and `marks` are classes of the style; `title` is what a pointer at the bar shows."""

    lane: str
    start_s: float
    end_s: float
    kind: str
    title: str
    marks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    x: float
    y: float
    width: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    name: str
    short: str
    """As much of it as fits before the axis."""
    y: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    x: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A moment across all lanes."""

    x: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeChart:
    width: float
    height: float
    axis_x: float
    lanes: tuple[Lane, ...]
    drawn: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]
    row: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    width: float = 1000
    axis_x: float = 150
    """Where the axis begins; the lanes' names stand before it."""
    row: float = 16
    gap: float = 8


DEFAULT_SCALE = Scale()


def time_chart(
    spans: Iterable[Span],
    lang: Lang,
    *,
    total_s: float,
    lanes: Sequence[str] = (),
    moments: Iterable[tuple[float, str, str]] = (),
    scale: Scale = DEFAULT_SCALE,
    stacked: bool = True,
) -> TimeChart:
    """`lanes`: their order; the others follow. `moments`: when, kind, title. Not `stacked`: a lane is one row, and bars
    that overlap look like one."""
    by_lane: dict[str, list[Span]] = {name: [] for name in lanes}
    for span in spans:
        by_lane.setdefault(span.lane, []).append(span)
    total = max(total_s, 1.0)
    per_second = (scale.width - scale.axis_x - 8) / total

    def at(seconds: float) -> float:
        return scale.axis_x + min(max(seconds, 0.0), total) * per_second

    drawn: list[Bar] = []
    places: list[Lane] = []
    y = 24.0
    for name, members in by_lane.items():
        rows = _rows(members) if stacked else dict.fromkeys(range(len(members)), 0)
        height = (max(rows.values(), default=0) + 1) * scale.row
        places.append(Lane(name=name, short=clipped(name, SHORT), y=y, height=height))
        for number, span in enumerate(members):
            start, end = at(span.start_s), at(span.end_s)
            drawn.append(
                Bar(
                    x=min(start, scale.width - 8 - NARROWEST),
                    y=y + rows[number] * scale.row,
                    width=max(end - start, NARROWEST),
                    kind=f"{span.kind} {span.marks}".strip(),
                    title=span.title,
                )
            )
        y += height + scale.gap
    return TimeChart(
        width=scale.width,
        height=y,
        axis_x=scale.axis_x,
        lanes=tuple(places),
        drawn=tuple(drawn),
        ticks=tuple(Tick(x=at(seconds), text=duration(seconds, lang)) for seconds in _ticks(total)),
        lines=tuple(Line(x=at(seconds), kind=kind, title=title) for seconds, kind, title in moments),
        row=scale.row,
    )


def _rows(spans: Sequence[Span]) -> Mapping[int, int]:
    """Number of the span → the first row that is free then."""
    free: list[float] = []
    rows: dict[int, int] = {}
    for number in sorted(range(len(spans)), key=lambda n: (spans[n].start_s, spans[n].end_s)):
        span = spans[number]
        row = next((index for index, until in enumerate(free) if until <= span.start_s), len(free))
        free[row : row + 1] = [span.end_s]
        rows[number] = row
    return rows


def _ticks(total_s: float) -> Iterable[float]:
    step = next((tick for tick in TICKS_S if total_s / tick <= MAX_TICKS), TICKS_S[-1])
    return (step * number for number in range(int(total_s // step) + 1))
