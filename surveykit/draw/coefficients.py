"""Regression coefficients with intervals around a zero line, of one model or of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from surveykit.draw.checks import clean, plain, rows_of, vector, written
from surveykit.draw.dots import MARKERS, OFFSET, absent, offsets, whiskers
from surveykit.draw.rows import Column, Format, Panel, lay_out, limits
from surveykit.draw.sheet import Key
from surveykit.draw.style import DEFAULT, Style, styled
from surveykit.errors import SurveykitError


def coefficient_plot(
    terms: Sequence[str],
    estimate: npt.ArrayLike,
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    *,
    significant: Sequence[bool],
    model: Sequence[str] | None = None,
    arrange: Literal["colours", "panels"] = "colours",
    significant_label: str = "",
    not_significant_label: str = "",
    value_title: str = "",
    title: str = "",
    xlabel: str = "",
    fmt: Format = plain,
    missing: str = "–",
    style: Style = DEFAULT,
) -> Figure:
    """Standardised coefficients as dots with intervals: filled where `significant`, hollow where not.

    All arguments have one value a coefficient; with `model` labels a term may come once in each model and
    models are told apart by colour and marker in one panel, or by panels. Terms and models keep the order in
    which they first appear. A NaN estimate is `missing`. The values stand at the right when there is one
    model. Errors: DRAW-EMPTY, DRAW-SHAPE, DRAW-REPEAT.
    """
    listed = rows_of(terms)
    count = len(listed)
    centre, lower, upper = (
        vector(estimate, count, "estimate"),
        vector(low, count, "low"),
        vector(high, count, "high"),
    )
    firm = vector(significant, count, "significant").astype(bool)
    owner = clean(model) if model is not None else [""] * count
    if len(owner) != count:
        raise SurveykitError.of(
            "DRAW-SHAPE", "model", what="model", found=str(len(owner)), expected=str(count)
        )
    names, models = list(dict.fromkeys(listed)), list(dict.fromkeys(owner))
    place = _placed(listed, owner)

    style = style.suited([*names, *models, title, xlabel, significant_label, not_significant_label])
    palette = style.palette
    many, panelled = len(models) > 1, arrange == "panels" and len(models) > 1
    colours = [
        palette.accent if panelled or not many else palette.series[i % len(palette.series)]
        for i in range(len(models))
    ]
    shapes = ["o" if panelled else MARKERS[i % len(MARKERS)] for i in range(len(models))]
    keys = (
        [Key(*entry) for entry in zip(models, colours, shapes, strict=True)] if many and not panelled else []
    )
    tint = palette.muted if keys else palette.accent
    if not firm.all():
        keys += [
            Key(clean([significant_label])[0], tint, "o"),
            Key(clean([not_significant_label])[0], tint, "o", hollow=True),
        ]
    start, end = limits([centre, lower, upper], 0.0)
    start, end = (
        (start - 0.02 * (end - start) if start == 0 else start),
        (end + 0.02 * (end - start) if end == 0 else end),
    )
    below = clean([xlabel])[0]
    panels = [
        Panel(start, end, header=name if panelled else "", xlabel=below, tick_text=fmt)
        for name in (models if panelled else [""])
    ]
    columns = [] if many else [Column(clean([value_title])[0], written(centre, fmt, missing))]
    dodge = np.zeros(len(models)) if panelled else offsets(len(models))
    with styled(style):
        mark = 0.2 if panelled else OFFSET * len(models) + 0.04
        rows = lay_out(names, panels, columns, title=clean([title])[0], style=style, keys=keys, mark=mark)
        for area in rows.axes:
            area.axvline(0, color=palette.ink, lw=0.8, zorder=2)
        for at, name in enumerate(models):
            area = rows.axes[at if panelled else 0]
            chosen = [place.get((term, name)) for term in names]
            there = np.array([row for row, index in enumerate(chosen) if index is not None])
            index = np.array([index for index in chosen if index is not None])
            heights = rows.centres[there] + dodge[at]
            whiskers(
                area,
                heights,
                centre[index],
                lower[index],
                upper[index],
                colour=colours[at],
                marker=shapes[at],
                style=style,
                hollow=list(~firm[index]),
            )
            absent(area, list(heights[np.isnan(centre[index])]), missing, style, 0.0)
        return rows.figure


def _placed(terms: Sequence[str], owner: Sequence[str]) -> dict[tuple[str, str], int]:
    place: dict[tuple[str, str], int] = {}
    for index, pair in enumerate(zip(terms, owner, strict=True)):
        if pair in place:
            raise SurveykitError.of("DRAW-REPEAT", f"term {pair[0]}", term=pair[0], model=pair[1])
        place[pair] = index
    return place
