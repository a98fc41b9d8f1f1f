"""How the arrows of a path diagram run, and where on them their labels stand free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from surveykit.draw.path_layout import Box, Edge

Array = npt.NDArray[np.float64]
Rect = tuple[float, float, float, float]
POINTS = 81
BULGES = (0.0, 0.12, -0.12, 0.22, -0.22, 0.34, -0.34, 0.48, -0.48)
SLIDES = tuple(sorted((round(0.1 + 0.02 * step, 2) for step in range(41)), key=lambda t: (abs(t - 0.5), t)))


def routes(edges: Sequence[Edge], boxes: Mapping[str, Box]) -> list[Array]:
    """A line (m, 2) for every edge, from border to border, curved where a straight one would run through a node."""
    names = list(boxes)
    found: dict[int, Array] = {}
    for at in sorted(range(len(edges)), key=lambda at: (_rank(edges[at]), _span(edges[at], boxes), at)):
        edge = edges[at]
        one, other = boxes[edge.source], boxes[edge.target]
        strangers = [boxes[name] for name in names if name not in (edge.source, edge.target)]
        best: tuple[float, Array] | None = None
        for price, line in _candidates(edge, one, other):
            line = clipped(line, one, other)
            cost = price + sum(0.5 + 0.1 * hit for box in strangers if (hit := int(box.holds(line, 0.05).sum())))
            cost += 0.012 * sum(_near(line, other_line) for other_line in found.values())
            if best is None or cost < best[0] - 1e-9:
                best = cost, line
        assert best is not None
        found[at] = best[1]
    return [found[at] for at in range(len(edges))]


def _rank(edge: Edge) -> int:
    return ("loading", "regression", "covariance").index(edge.kind)


def _span(edge: Edge, boxes: Mapping[str, Box]) -> float:
    one, other = boxes[edge.source], boxes[edge.target]
    return round(float(np.hypot(one.x - other.x, one.y - other.y)), 6)


def _candidates(edge: Edge, one: Box, other: Box) -> list[tuple[float, Array]]:
    """Lines and what choosing each costs: bent ones cost more."""
    t = np.linspace(0, 1, POINTS)[:, None]
    start, end = np.array([one.x, one.y]), np.array([other.x, other.y])
    if edge.kind == "covariance" and abs(one.x - other.x) < 0.3 * (one.a + other.a):
        lines = []
        for side in (-1, 1):
            for reach in (0.3, 0.4, 0.55):
                p, q = np.array([one.x + side * one.a, one.y]), np.array([other.x + side * other.a, other.y])
                out = np.array([side * reach * (0.55 + abs(one.y - other.y)) * 0.8, 0.0])
                line = (1 - t) ** 3 * p + 3 * (1 - t) ** 2 * t * (p + out) + 3 * (1 - t) * t**2 * (q + out) + t**3 * q
                lines.append((0.05 * (side > 0) + 0.1 * reach, line))
        return lines
    across = np.array([end[1] - start[1], start[0] - end[0]])
    bulges = BULGES[1:] if edge.kind == "covariance" else BULGES
    middle = (start + end) / 2
    return [
        (
            0.9 * abs(bulge),
            (1 - t) ** 2 * start + 2 * (1 - t) * t * (middle + bulge * across) + t**2 * end,
        )
        for bulge in bulges
    ]


def clipped(line: Array, one: Box, other: Box) -> Array:
    """The part of a line between the borders of two nodes, evenly spaced."""
    fine = np.column_stack([np.interp(np.linspace(0, len(line) - 1, 1201), range(len(line)), c) for c in line.T])
    outside = ~(one.holds(fine) | other.holds(fine))
    kept = fine[outside] if outside.sum() > 2 else fine
    steps = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(kept, axis=0).T))])
    return np.column_stack([np.interp(np.linspace(0, steps[-1], POINTS), steps, c) for c in kept.T])


def _near(line: Array, other: Array) -> int:
    """How many points of a line run along another one; their common ends count less."""
    inner, outer = line[4:-4:3], other[::3]
    if (inner.max(0) < outer.min(0) - 0.1).any() or (inner.min(0) > outer.max(0) + 0.1).any():
        return 0
    gaps = np.abs(inner[:, None, :] - outer[None, :, :]).max(axis=2)
    return int((gaps.min(axis=1) < 0.07).sum())


def labels(
    edges: Sequence[Edge],
    lines: Sequence[Array],
    sizes: Sequence[tuple[float, float]],
    boxes: Mapping[str, Box],
) -> list[tuple[float, float]] | None:
    """The middle of each edge's label, on its line, clear of nodes and labels; None where there is no such place."""
    rects = np.array([box.rect for box in boxes.values()])
    every = np.array(lines).reshape(len(lines), -1, 2)
    options: dict[int, list[tuple[float, float, float]]] = {}
    for at, edge in enumerate(edges):
        if not edge.label.strip():
            continue
        wide, high = sizes[at]
        wanted = 0.58 if edge.kind == "loading" else 0.5
        options[at] = []
        for slide in SLIDES:
            x, y = lines[at][round(slide * (POINTS - 1))]
            if _clear(_around(x, y, wide, high, 0.03), rects):
                reach = (wide / 2 + 0.03, high / 2 + 0.03)
                price = 1.6 * abs(slide - wanted) + _covered(x, y, reach, at, every)
                options[at].append((price, x, y))
    placed: dict[int, tuple[float, float]] = {}
    taken = np.empty((0, 4))
    for at in sorted(options, key=lambda at: (len(options[at]), at)):
        wide, high = sizes[at]
        for _, x, y in sorted(options[at]):
            rect = _around(x, y, wide, high, 0.025)
            if _clear(rect, taken):
                placed[at] = (x, y)
                taken = np.vstack([taken, rect])
                break
        else:
            return None
    return [placed.get(at, (0.0, 0.0)) for at in range(len(edges))]


def _around(x: float, y: float, wide: float, high: float, pad: float) -> Rect:
    return x - wide / 2 - pad, y - high / 2 - pad, x + wide / 2 + pad, y + high / 2 + pad


def _clear(rect: Rect, others: Array) -> bool:
    left, top, right, bottom = rect
    apart = (others[:, 0] >= right) | (others[:, 2] <= left) | (others[:, 1] >= bottom) | (others[:, 3] <= top)
    return bool(apart.all())


def _covered(x: float, y: float, reach: tuple[float, float], own: int, lines: Array) -> float:
    """What it costs to cover other lines, `lines` being all of them (k, m, 2)."""
    inside = (np.abs(lines - (x, y)) < reach).all(axis=2).any(axis=1)
    inside[own] = False
    return 0.5 * float(inside.sum())
