"""Where labels of points stand so that they overlap neither each other nor the points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from surveykit.draw.checks import Array

DISTANCES = (0.06, 0.12, 0.2, 0.32, 0.48, 0.7)
ANGLES = np.deg2rad([0, 180, 90, 270, 25, 155, 205, 335, 50, 130, 230, 310, 70, 110, 250, 290])
LEADER = 0.15
_LINE, _FAR, _GUIDE = 1.0, 2.5, 0.4


def place_labels(
    points: Array,
    sizes: Array,
    field: tuple[float, float],
    *,
    segments: Sequence[tuple[float, float, float, float]] = (),
    guides: Sequence[tuple[float, float, float, float]] = (),
    taken: Sequence[tuple[float, float, float, float]] = (),
    radius: float = 0.05,
) -> tuple[Array, Array]:
    """Label boxes (n, 4) as left, bottom, right, top, and which found a free place, (n,).

    All in inches: points (n, 2) and label sizes (n, 2) in a field of the given width and height; `taken` boxes are
    closed, `segments` (whiskers) cost more to stand on than `guides`. Crowded points choose first; two more rounds
    let every label move to a better place. A label without a free place is NaN.
    """
    count = len(points)
    boxes = np.full((count, 4), np.nan)
    if not count:
        return boxes, np.zeros(0, dtype=bool)
    candidates = [_around(point, size) for point, size in zip(points, sizes, strict=True)]
    dots = np.column_stack([points - radius, points + radius])
    closed = np.vstack([dots, np.array(taken, dtype=float).reshape(-1, 4)])
    fixed = [_cost(boxes_of, closed, segments, guides, field) for boxes_of in candidates]
    gaps = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1)) + np.eye(count) * 1e9
    for _ in range(3):
        for at in np.argsort(gaps.min(axis=1), kind="stable"):
            others = np.delete(boxes, at, axis=0)
            others = others[np.isfinite(others[:, 0])]
            cost = fixed[at] + np.where(_overlap(candidates[at], others, 0.02).any(axis=1), np.inf, 0.0)
            best = int(np.argmin(cost))
            boxes[at] = candidates[at][best] if np.isfinite(cost[best]) else np.nan
    return boxes, np.isfinite(boxes[:, 0])


def _around(point: Array, size: Array) -> Array:
    """Boxes around a point, nearest distances first, (c, 4)."""
    found = []
    for distance in DISTANCES:
        for angle in ANGLES:
            x, y = np.cos(angle), np.sin(angle)
            centre = point + np.array([x, y]) * distance
            centre = centre + np.array([_side(x) * size[0] / 2, _side(y) * size[1] / 2])
            found.append([*(centre - size / 2), *(centre + size / 2)])
    return np.array(found)


def _side(part: float) -> float:
    """How far a box leans away from its point: fully beside it, or centred where the direction is across."""
    return 0.0 if abs(part) < 0.1 else float(np.sign(part))


def _overlap(boxes: Array, others: Array, air: float = 0.0) -> np.ndarray:
    """Which boxes (c, 4) overlap which others (m, 4)."""
    if not len(others):
        return np.zeros((len(boxes), 0), dtype=bool)
    a, b = boxes[:, None], others[None]
    return (
        (a[..., 0] < b[..., 2] + air)
        & (b[..., 0] < a[..., 2] + air)
        & (a[..., 1] < b[..., 3] + air)
        & (b[..., 1] < a[..., 3] + air)
    )


def _cost(
    boxes: Array,
    closed: Array,
    segments: Sequence[tuple[float, float, float, float]],
    guides: Sequence[tuple[float, float, float, float]],
    field: tuple[float, float],
) -> Array:
    outside = (boxes[:, 0] < 0) | (boxes[:, 1] < 0) | (boxes[:, 2] > field[0]) | (boxes[:, 3] > field[1])
    blocked = outside | _overlap(boxes, closed).any(axis=1)
    cost = np.repeat(np.array(DISTANCES) * _FAR, len(ANGLES)) + np.tile(np.arange(len(ANGLES)) * 0.01, len(DISTANCES))
    for lines, weight in ((segments, _LINE), (guides, _GUIDE)):
        cost = cost + weight * _overlap(boxes, np.array(lines, dtype=float).reshape(-1, 4)).sum(axis=1)
    return np.where(blocked, np.inf, cost)
