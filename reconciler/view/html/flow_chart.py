"""A graph drawn in layers, from top to bottom: each box below all that it comes after.

Edges that another path implies are not drawn. Boxes of a layer stand in the order that crosses few edges (the median
heuristic, some sweeps); an edge that passes a layer has a place of its own there, so that it runs beside the boxes and
not behind them.

Source: Sugiyama, Tagawa, Toda, Methods for Visual Understanding of Hierarchical System Structures (1981).
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

SWEEPS = 8
MOST_IN_A_LAYER = 4
"""More would not fit side by side on a screen, or not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    width: int
    height: int
    gap_x: int
    gap_y: int
    passage: int
    """How wide the place is that an edge has in a layer which it passes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    name: str
    x: float
    y: float
    """Of its upper left corner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    start: str
    end: str
    path: str
    """As SVG's `d` has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowChart:
    width: float
    height: float
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]


Place = str | tuple[str, str, int]
"""A box's name, or the passage of an edge through a layer."""


def flow_chart(names: Sequence[str], edges: Iterable[tuple[str, str]], size: Size) -> FlowChart:
    """`names` in an order in which every edge leads to a later one; edges of other names are ignored."""
    rank = {name: number for number, name in enumerate(names)}
    drawn = _without_implied(names, {(a, b) for a, b in edges if a in rank and b in rank and rank[a] < rank[b]})
    layer = _layers(names, drawn)
    layers: list[list[Place]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for name in names:
        layers[layer[name]].append(name)
    chains: dict[tuple[str, str], list[Place]] = {}
    for start, end in drawn:
        passages: list[Place] = [(start, end, level) for level in range(layer[start] + 1, layer[end])]
        for number, passage in enumerate(passages, layer[start] + 1):
            layers[number].append(passage)
        chains[start, end] = [start, *passages, end]
    _order(layers, chains.values())
    x, width = _columns(layers, size)
    y = {place: number * (size.height + size.gap_y) for number, places in enumerate(layers) for place in places}
    return FlowChart(
        width=width,
        height=max(0, len(layers) * (size.height + size.gap_y) - size.gap_y),
        boxes=tuple(Box(name=name, x=x[name], y=y[name]) for name in names),
        edges=tuple(
            Edge(start=start, end=end, path=_path(chain, x, y, size)) for (start, end), chain in chains.items()
        ),
    )


def _without_implied(names: Sequence[str], edges: set[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    reached: dict[str, set[str]] = {}
    drawn: list[tuple[str, str]] = []
    rank = {name: number for number, name in enumerate(names)}
    for name in names:
        before = sorted((a for a, b in edges if b == name), key=lambda other: rank[other], reverse=True)
        above: set[str] = set()
        for other in before:
            if other not in above:
                drawn.append((other, name))
                above |= {other} | reached[other]
        reached[name] = above
    return tuple(drawn)


def _layers(names: Sequence[str], edges: Iterable[tuple[str, str]]) -> Mapping[str, int]:
    """As far up as what comes before allows, and as there is room."""
    before: dict[str, list[str]] = {name: [] for name in names}
    for start, end in edges:
        before[end].append(start)
    layer: dict[str, int] = {}
    members: Counter[int] = Counter()
    for name in names:
        level = max((layer[other] + 1 for other in before[name]), default=0)
        while members[level] >= MOST_IN_A_LAYER:
            level += 1
        layer[name] = level
        members[level] += 1
    return layer


def _order(layers: list[list[Place]], chains: Iterable[list[Place]]) -> None:
    above: dict[Place, list[Place]] = {}
    below: dict[Place, list[Place]] = {}
    for chain in chains:
        for upper, lower in itertools.pairwise(chain):
            above.setdefault(lower, []).append(upper)
            below.setdefault(upper, []).append(lower)
    for sweep in range(SWEEPS):
        downwards = sweep % 2 == 0
        neighbours = above if downwards else below
        for number in range(1, len(layers)) if downwards else range(len(layers) - 2, -1, -1):
            reference = layers[number - 1 if downwards else number + 1]
            position = {place: (index + 0.5) / len(reference) for index, place in enumerate(reference)}
            own = {place: (index + 0.5) / len(layers[number]) for index, place in enumerate(layers[number])}
            layers[number].sort(key=lambda place: _median(neighbours.get(place, []), position, own[place]))


def _median(neighbours: Sequence[Place], position: Mapping[Place, float], own: float) -> float:
    known = sorted(position[place] for place in neighbours if place in position)
    return known[len(known) // 2] if known else own


def _columns(layers: Sequence[Sequence[Place]], size: Size) -> tuple[dict[Place, float], float]:
    """Each layer centred."""

    def width(place: Place) -> int:
        return size.width if isinstance(place, str) else size.passage

    def gap(before: Place, after: Place) -> int:
        return size.gap_x if isinstance(before, str) or isinstance(after, str) else size.passage

    def gaps(places: Sequence[Place]) -> Sequence[int]:
        return [*(gap(before, after) for before, after in itertools.pairwise(places)), 0]

    widths = [sum(map(width, places)) + sum(gaps(places)) for places in layers]
    total = max(widths, default=0)
    x: dict[Place, float] = {}
    for places, own in zip(layers, widths, strict=True):
        free = (total - own) / 2
        for place, after in zip(places, gaps(places), strict=True):
            x[place] = free
            free += width(place) + after
    return x, total


def _path(chain: Sequence[Place], x: Mapping[Place, float], y: Mapping[Place, float], size: Size) -> str:
    """From the lower edge of the first to the upper edge of the last, straight through its passages."""

    def middle(place: Place) -> float:
        return x[place] + (size.width if isinstance(place, str) else size.passage) / 2

    parts = [f"M{middle(chain[0]):.1f} {y[chain[0]] + size.height:.1f}"]
    for upper, lower in itertools.pairwise(chain):
        start, end = y[upper] + size.height, y[lower]
        bend = (start + end) / 2
        parts.append(f"C{middle(upper):.1f} {bend:.1f} {middle(lower):.1f} {bend:.1f} {middle(lower):.1f} {end:.1f}")
        if not isinstance(lower, str):
            parts.append(f"V{end + size.height:.1f}")
    return " ".join(parts)
