"""Path diagrams: latent variables as ellipses, observed ones as boxes, arrows with their coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, Polygon, Rectangle

from surveykit.draw.checks import clean
from surveykit.draw.path_layout import Array, Box, Edge, Measures, Node, Plan, arrange, overlapping, plan
from surveykit.draw.path_routes import labels, routes
from surveykit.draw.sheet import MARGIN, Head, Sheet
from surveykit.draw.style import DEFAULT, Style, styled
from surveykit.draw.text import LINE_SPACING, Ruler, atoms
from surveykit.errors import SurveykitError

FIRST, GROWTH, TRIES = 0.88, 1.13, 11
LATENT_WRAP, OBSERVED_WRAP, INDICATOR_WRAP = 1.0, 1.1, 1.25
LEAST_WIDTH = 3.4


def path_diagram(
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    *,
    indicators: Literal["all", "none"] = "all",
    covariances: bool = True,
    title: str = "",
    note: str = "",
    style: Style = DEFAULT,
) -> Figure:
    """A path diagram whose labels stand on their arrows and overlap neither each other nor a node.

    Causes stand left of effects; an observed variable that a factor loads on is its indicator, drawn at the factor's
    side, or folded away with `indicators="none"`. Covariances are thin double-headed curves; edges that are not
    `significant` are grey and dashed. The figure is as large as the diagram needs: `style.width` is not used.
    Errors: DRAW-EMPTY, DRAW-PATH for a name given twice or an edge to an unknown one, DRAW-CROWDED where the labels
    find no place.
    """
    if not nodes:
        raise SurveykitError.of("DRAW-EMPTY")
    _checked(nodes, edges)
    texts = clean([node.label for node in nodes])
    nodes = [replace(node, label=text) for node, text in zip(nodes, texts, strict=True)]
    edges = [replace(edge, label=text) for edge, text in zip(edges, clean([e.label for e in edges]), strict=True)]
    edges = [edge for edge in edges if edge.source != edge.target and (covariances or edge.kind != "covariance")]
    made = plan(nodes, edges)
    if indicators == "none":
        folded = {item for items in made.indicators.values() for item in items}
        nodes = [node for node in nodes if node.name not in folded]
        edges = [edge for edge in edges if not {edge.source, edge.target} & folded]
        made.indicators.clear()
    title, note = clean([title, note])
    style = style.suited([*texts, *(edge.label for edge in edges), title, note])
    with styled(style):
        ruler = Ruler(style)
        nodes, sizes = _measured(nodes, made, edges, style, ruler)
        spots = [ruler.box(edge.label, style.small) for edge in edges]
        boxes, lines, places = _solved(made, sizes, edges, spots)
        return _drawn(nodes, edges, boxes, lines, places, spots, title, note, style, ruler)


def _checked(nodes: Sequence[Node], edges: Sequence[Edge]) -> None:
    names = [node.name for node in nodes]
    twice = next((name for name in names if names.count(name) > 1), None)
    strange = next((end for edge in edges for end in (edge.source, edge.target) if end not in names), None)
    if twice is not None or strange is not None:
        raise SurveykitError.of("DRAW-PATH", str(twice if strange is None else strange))


def _measured(
    nodes: Sequence[Node], made: Plan, edges: Sequence[Edge], style: Style, ruler: Ruler
) -> tuple[list[Node], Measures]:
    """Labels wrapped for their nodes, and the common size of each kind of node."""
    owned = {item for items in made.indicators.values() for item in items}
    wrapped = []
    half: dict[str, list[tuple[float, float]]] = {"latent": [(0.42, 0.24)], "observed": [(0.4, 0.18)], "item": []}
    for node in nodes:
        kind = "item" if node.name in owned else node.kind
        size = style.small if kind == "item" else style.font_size
        limit = {"latent": LATENT_WRAP, "observed": OBSERVED_WRAP, "item": INDICATOR_WRAP}[kind]
        limit = max(limit, min(ruler.longest_word(node.label, size), 1.9)) * style.font_size / DEFAULT.font_size
        widths = (limit, 1.2 * limit, 1.5 * limit)
        texts = [ruler.wrap(node.label, size, width) for width in widths]
        text = next((text for text in texts if _unbroken(node.label, text)), texts[0])
        wide, high = ruler.box(text, size)
        grow = 0.7 if kind == "latent" else 0.5
        half[kind].append((wide * grow + 0.07, high * grow + 0.05))
        wrapped.append(replace(node, label=text))
    boxes = [ruler.box(edge.label, style.small) for edge in edges if edge.label.strip()]
    latent, observed, item, label = (
        (max((w for w, _ in found), default=0.0), max((h for _, h in found), default=0.0))
        for found in (half["latent"], half["observed"], half["item"], boxes)
    )
    return wrapped, Measures(latent, observed, item, label)


def _unbroken(label: str, text: str) -> bool:
    """Whether `text`, the wrapped `label`, has its line ends between words."""
    ends = set(accumulate(len(atom.replace(" ", "")) for line in label.split("\n") for atom in atoms(line)))
    return ends.issuperset(accumulate(len(line.replace(" ", "")) for line in text.split("\n")))


def _solved(
    made: Plan, sizes: Measures, edges: Sequence[Edge], spots: Sequence[tuple[float, float]]
) -> tuple[dict[str, Box], list[Array], list[tuple[float, float]]]:
    """The tightest layout in which every label finds a place."""
    for step in range(TRIES):
        boxes = arrange(made, sizes, FIRST * GROWTH**step)
        if overlapping(boxes.values()):
            continue
        lines = routes(edges, boxes)
        places = labels(edges, lines, spots, boxes)
        if places is not None:
            return boxes, lines, places
    raise SurveykitError.of("DRAW-CROWDED", edges=len(edges))


def _drawn(
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    boxes: dict[str, Box],
    lines: Sequence[Array],
    places: Sequence[tuple[float, float]],
    spots: Sequence[tuple[float, float]],
    title: str,
    note: str,
    style: Style,
    ruler: Ruler,
) -> Figure:
    rects = [box.rect for box in boxes.values()]
    rects += [(line[:, 0].min(), line[:, 1].min(), line[:, 0].max(), line[:, 1].max()) for line in lines]
    rects += [
        (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
        for edge, (x, y), (wide, high) in zip(edges, places, spots, strict=True)
        if edge.label.strip()
    ]
    left, top = (float(min(rect[at] for rect in rects)) for at in (0, 1))
    right, bottom = (float(max(rect[at] for rect in rects)) for at in (2, 3))
    style = replace(style, width=max(right - left + 2 * MARGIN + 0.1, LEAST_WIDTH))
    head = Head.of(title, (), style, ruler)
    foot = ruler.wrap(note, style.small, style.width - 2 * MARGIN) if note.strip() else ""
    base = head.height + 0.05 + bottom - top
    sheet = Sheet(base + 0.05 + (ruler.height(foot, style.small) + 0.08 if foot else 0.0) + MARGIN, style)
    sheet.head(head)
    area = sheet.axes(0, 0, sheet.width, sheet.height)
    area.set_xlim(0, sheet.width)
    area.set_ylim(sheet.height, 0)
    move = np.array([(sheet.width - left - right) / 2, head.height + 0.05 - top])
    for at, (edge, line, (x, y)) in enumerate(zip(edges, lines, places, strict=True)):
        _arrow(area, edge, line + move, style)
        if edge.label.strip():
            text = area.text(
                x + move[0], y + move[1], edge.label, fontsize=style.small, ha="center", va="center", zorder=4,
                color=style.palette.ink if edge.significant else style.palette.muted, linespacing=LINE_SPACING,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.9},
            )  # fmt: skip
            text.set_gid(f"label-{at}")
    items = _items(edges, nodes)
    for at, node in enumerate(nodes):
        box = boxes[node.name]
        box = replace(box, x=box.x + move[0], y=box.y + move[1])
        _node(area, node, box, at, node.name not in items, style)
    sheet.text(MARGIN, base + 0.08, foot, style.small, style.palette.muted)
    return sheet.figure


def _items(edges: Sequence[Edge], nodes: Sequence[Node]) -> set[str]:
    observed = {node.name for node in nodes if node.kind == "observed"}
    return {edge.target for edge in edges if edge.kind == "loading" and edge.target in observed}


def _node(area: Axes, node: Node, box: Box, at: int, structural: bool, style: Style) -> None:
    palette = style.palette
    look = {"edgecolor": palette.accent if structural else palette.aside, "linewidth": 1.1 if structural else 0.8}
    shape: Ellipse | Rectangle
    if box.round:
        shape = Ellipse((box.x, box.y), 2 * box.a, 2 * box.b, facecolor=_tint(palette.positive[0]), zorder=3, **look)
    else:
        shape = Rectangle((box.x - box.a, box.y - box.b), 2 * box.a, 2 * box.b, facecolor="white", zorder=3, **look)
    shape.set_gid(f"node-{at}")
    area.add_patch(shape)
    area.text(
        box.x, box.y, node.label, fontsize=style.font_size if structural else style.small, color=palette.ink,
        ha="center", va="center", zorder=5, linespacing=LINE_SPACING,
    )  # fmt: skip


def _tint(colour: str) -> str:
    return to_hex([1 - 0.4 * (1 - channel) for channel in to_rgb(colour)])


def _arrow(area: Axes, edge: Edge, line: Array, style: Style) -> None:
    palette = style.palette
    colour = palette.aside if not edge.significant else palette.muted if edge.kind != "regression" else palette.ink
    width = {"regression": 1.3, "loading": 0.8, "covariance": 0.7}[edge.kind]
    length = 0.1 if edge.kind == "regression" else 0.075
    ends = (False, True) if edge.kind == "covariance" else (True,)
    shaft = np.column_stack([np.interp(np.linspace(0, 1, 801), np.linspace(0, 1, len(line)), c) for c in line.T])
    for forward in ends:
        run = line if forward else line[::-1]
        tip = run[-1]
        far = np.hypot(*(run - tip).T)
        ahead = tip - run[np.flatnonzero(far >= min(length, far[0]))[-1]]
        ahead = ahead * length / max(float(np.hypot(*ahead)), 1e-9)
        across = np.array([ahead[1], -ahead[0]]) * 0.36
        corners = [tip, tip - ahead + across, tip - ahead - across]
        area.add_patch(Polygon(corners, closed=True, facecolor=colour, lw=0, zorder=2))
        keep = np.hypot(*(shaft - tip).T) >= 0.8 * length
        shaft = shaft[keep] if keep.sum() > 1 else shaft
    dashes = "-" if edge.significant else (0, (3.5, 2.5))
    area.plot(*shaft.T, color=colour, lw=width, ls=dashes, zorder=1, solid_capstyle="butt")
