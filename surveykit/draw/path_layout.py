"""Where the nodes of a path diagram stand: columns by causal depth, indicators beside, above or below their factor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
NodeKind = Literal["latent", "observed"]
EdgeKind = Literal["regression", "loading", "covariance"]


@dataclass(frozen=True, slots=True)
class Node:
    """A variable: latent (ellipse) or observed (box); `label` is what is written in it."""

    name: str
    label: str
    kind: NodeKind = "observed"


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow from `source` to `target` (a covariance has no direction), with the text written on it."""

    source: str
    target: str
    kind: EdgeKind = "regression"
    label: str = ""
    significant: bool = True


@dataclass(frozen=True, slots=True)
class Box:
    """A placed node in inches, y downwards: centre, half width, half height, and whether it is an ellipse."""

    x: float
    y: float
    a: float
    b: float
    round: bool = False

    def holds(self, points: Array, pad: float = 0.0) -> npt.NDArray[np.bool_]:
        """Which points (n, 2) lie inside the node widened by `pad`."""
        dx, dy = np.abs(points[..., 0] - self.x) / (self.a + pad), np.abs(points[..., 1] - self.y) / (self.b + pad)
        return dx**2 + dy**2 < 1 if self.round else np.maximum(dx, dy) < 1

    @property
    def rect(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        return self.x - self.a, self.y - self.b, self.x + self.a, self.y + self.b


@dataclass(frozen=True, slots=True)
class Measures:
    """Half sizes of each kind of node, and the largest label of an arrow, in inches."""

    latent: tuple[float, float]
    observed: tuple[float, float]
    indicator: tuple[float, float]
    label: tuple[float, float]


@dataclass
class Plan:
    """The columns of structural nodes, and the indicators that belong to each."""

    columns: list[list[str]]
    indicators: dict[str, list[str]]
    links: list[tuple[str, str]]
    kinds: Mapping[str, NodeKind]
    sides: dict[str, str] = field(default_factory=dict)


def plan(nodes: Sequence[Node], edges: Sequence[Edge]) -> Plan:
    """Columns by the longest causal chain that leads to a node, ordered so that linked nodes stand near."""
    kinds = {node.name: node.kind for node in nodes}
    owner: dict[str, str] = {}
    for edge in edges:
        if edge.kind == "loading" and kinds[edge.target] == "observed":
            owner.setdefault(edge.target, edge.source)
    indicators: dict[str, list[str]] = {}
    for item, factor in owner.items():
        indicators.setdefault(factor, []).append(item)
    free = [node.name for node in nodes if node.name not in owner]
    links = [(e.source, e.target) for e in edges if e.kind != "covariance" and {e.source, e.target} <= set(free)]
    depth = _depths(free, links)
    columns: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for name in free:
        columns[depth[name]].append(name)
    _order(columns, links)
    return Plan(columns, indicators, links, kinds)


def _depths(names: Sequence[str], links: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Longest chain of links before each node; a link that closes a loop is left out."""
    after: dict[str, list[str]] = {name: [] for name in names}
    state: dict[str, int] = {}
    finished: list[str] = []
    kept: list[tuple[str, str]] = []
    for source, target in links:
        after[source].append(target)

    def visit(name: str) -> None:
        state[name] = 1
        for target in after[name]:
            if state.get(target) == 1:
                continue
            kept.append((name, target))
            if target not in state:
                visit(target)
        state[name] = 2
        finished.append(name)

    caused = {target for _, target in links}
    for name in sorted(names, key=lambda each: each in caused):
        if name not in state:
            visit(name)
    depth = dict.fromkeys(names, 0)
    for name in reversed(finished):
        for source, target in kept:
            if source == name:
                depth[target] = max(depth[target], depth[name] + 1)
    return depth


def _order(columns: list[list[str]], links: Sequence[tuple[str, str]]) -> None:
    """A few sweeps that put each node at the mean height of those it is linked with."""
    for _ in range(4):
        place = {name: at - (len(names) - 1) / 2 for names in columns for at, name in enumerate(names)}
        for names in columns:
            near = {
                name: [place[b if a == name else a] for a, b in links if name in (a, b) and a != b] for name in names
            }
            means = {name: float(np.mean(found)) if found else place[name] for name, found in near.items()}
            names.sort(key=means.__getitem__)
            place.update({name: at - (len(names) - 1) / 2 for at, name in enumerate(names)})


def arrange(made: Plan, sizes: Measures, scale: float) -> dict[str, Box]:
    """Boxes of all nodes; the columns are moved up and down until the links pass by the nodes between them."""
    last = len(made.columns) - 1
    wide, scale = scale, max(scale, 1.0)
    pitch = (2 * max(sizes.latent[0], sizes.observed[0]) + sizes.label[0] + 0.45) * wide
    starts = [[0.0] * (last + 1), [0.7 * (-1) ** at for at in range(last + 1)]]
    reach = 2.4 if made.indicators else 1.6
    steps = np.linspace(-reach, reach, 9) * scale if last > 1 else np.zeros(1)
    best: tuple[float, dict[str, Box]] | None = None
    for shifts in starts:
        cost, boxes = _placed(made, sizes, scale, pitch, shifts)
        for _ in range(3 if last > 1 else 0):
            before = cost
            for column in range(last + 1):
                for step in steps:
                    trial = [*shifts[:column], float(step), *shifts[column + 1 :]]
                    found, placed = _placed(made, sizes, scale, pitch, trial)
                    if found < cost - 1e-9:
                        cost, boxes, shifts = found, placed, trial
            if cost >= before:
                break
        if best is None or cost < best[0]:
            best = cost, boxes
    assert best is not None
    return best[1]


def _placed(
    made: Plan, sizes: Measures, scale: float, pitch: float, shifts: Sequence[float]
) -> tuple[float, dict[str, Box]]:
    boxes: dict[str, Box] = {}
    owners: dict[str, str] = {}
    last = len(made.columns) - 1
    level = float(np.mean(shifts))
    for column, names in enumerate(made.columns):
        blocks = []
        for at, name in enumerate(names):
            side = "right" if column == last else "left"
            if 0 < column < last:
                upper = at < len(names) / 2 if len(names) > 1 else shifts[column] <= level
                side = "above" if upper else "below"
            blocks.append(_block(made, name, side, sizes, scale))
        heights = [(min(b.rect[1] for b in block.values()), max(b.rect[3] for b in block.values())) for block in blocks]
        gap = (0.22 if any(made.indicators.get(name) for name in names) else 0.4) * scale
        total = sum(low - high for high, low in heights) + gap * (len(names) - 1)
        top = shifts[column] - total / 2
        if len(names) == 1:
            top = shifts[column] + heights[0][0]
        for name, block, (high, low) in zip(names, blocks, heights, strict=True):
            for key, box in block.items():
                boxes[key] = Box(box.x + column * pitch, box.y + top - high, box.a, box.b, box.round)
                owners[key] = name
            top += low - high + gap
    return _cost(made, boxes, owners), boxes


def _block(made: Plan, name: str, side: str, sizes: Measures, scale: float) -> dict[str, Box]:
    """A node at the origin with its indicators at one side."""
    latent = made.kinds[name] == "latent"
    a, b = sizes.latent if latent else sizes.observed
    block = {name: Box(0.0, 0.0, a, b, latent)}
    items = made.indicators.get(name, [])
    wide, high = sizes.indicator
    offsets = np.arange(len(items)) - (len(items) - 1) / 2
    if side in ("left", "right"):
        step = max(2 * high + 0.08, sizes.label[1] + 0.12) * scale
        away = (a + sizes.label[0] + 0.5 * scale + wide) * (1 if side == "right" else -1)
        places = [(away, offset * step) for offset in offsets]
    else:
        step = max(2 * wide + 0.08, sizes.label[0] + 0.1) * scale
        away = (b + 0.62 * scale + high) * (1 if side == "below" else -1)
        places = [(offset * step, away) for offset in offsets]
    block |= {item: Box(float(x), float(y), wide, high) for item, (x, y) in zip(items, places, strict=True)}
    return block


def _cost(made: Plan, boxes: Mapping[str, Box], owners: Mapping[str, str]) -> float:
    """Links through nodes, overlapping nodes, crossing links, and the height and length of it all."""
    names = list(boxes)
    x, y, a, b = (np.array([getattr(boxes[name], part) for name in names]) for part in "xyab")
    apart_x = np.abs(x[:, None] - x) - a[:, None] - a
    apart_y = np.abs(y[:, None] - y) - b[:, None] - b
    overlaps = np.triu((apart_x < 0.06) & (apart_y < 0.06), 1).sum()
    cost = 60.0 * overlaps + 1.1 * float((y + b).max() - (y - b).min())
    along = np.linspace(0, 1, 25)[:, None]
    for source, target in made.links:
        one, other = boxes[source], boxes[target]
        line_x, line_y = one.x + along * (other.x - one.x), one.y + along * (other.y - one.y)
        inside = (np.abs(line_x - x) < a + 0.08) & (np.abs(line_y - y) < b + 0.08)
        strange = np.array([name not in (source, target) for name in names])
        cost += 4.0 * float((inside & strange).any(axis=0).sum())
        cost += 0.1 * float(np.hypot(one.x - other.x, one.y - other.y))
    return cost + 1.0 * crossings([(boxes[s], boxes[t]) for s, t in made.links])


def crossings(lines: Sequence[tuple[Box, Box]]) -> int:
    """How many pairs of straight links cross."""
    count = 0
    for at, (p, q) in enumerate(lines):
        for r, s in lines[:at]:
            if _turn(p, q, r) * _turn(p, q, s) < -1e-12 and _turn(r, s, p) * _turn(r, s, q) < -1e-12:
                count += 1
    return count


def _turn(p: Box, q: Box, r: Box) -> float:
    return (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x)


def overlapping(boxes: Iterable[Box]) -> bool:
    """Whether any two nodes touch."""
    rects = np.array([box.rect for box in boxes])
    wide = np.minimum(rects[:, None, 2], rects[:, 2]) - np.maximum(rects[:, None, 0], rects[:, 0])
    high = np.minimum(rects[:, None, 3], rects[:, 3]) - np.maximum(rects[:, None, 1], rects[:, 1])
    return bool(np.triu((wide > -0.03) & (high > -0.03), 1).any())
