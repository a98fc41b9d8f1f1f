"""The reliability of several scales at a glance: coefficients with intervals on one axis from 0 to 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from surveykit.draw.checks import clean, plain, rows_of, vector, whole, written
from surveykit.draw.dots import MARKERS, OFFSET, absent, offsets, whiskers
from surveykit.draw.rows import Column, Format, Panel, lay_out
from surveykit.draw.sheet import Key
from surveykit.draw.style import DEFAULT, Style, styled

Interval = tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike]


def reliability_card(
    scales: Sequence[str],
    coefficients: Mapping[str, Interval],
    *,
    n_items: npt.ArrayLike | None = None,
    n_items_title: str = "",
    n: npt.ArrayLike | None = None,
    n_title: str = "n",
    guide: float | None = 0.70,
    guide_label: str = "",
    title: str = "",
    xlabel: str = "",
    fmt: Format = plain,
    fmt_n: Format = whole,
    missing: str = "–",
    style: Style = DEFAULT,
) -> Figure:
    """One row a scale: every coefficient as a dot with its interval, its value, items and n as text.

    `coefficients`: label (such as alpha, omega) -> (estimate, low, high), each with one value a scale. The
    axis is 0 to 1; what lies below 0 ends in an arrow and its value stands in the text column. NaN is shown
    as `missing`. Errors: DRAW-EMPTY, DRAW-SHAPE.
    """
    labels = rows_of(scales)
    names = clean(list(coefficients))
    style = style.suited([*labels, *names, title, guide_label, xlabel])
    palette = style.palette
    series = [
        tuple(vector(part, len(labels), f"coefficients[{name}]") for part in parts)
        for name, parts in coefficients.items()
    ]
    columns = [
        Column(name, written(parts[0], fmt, missing)) for name, parts in zip(names, series, strict=True)
    ]
    for header, values, what in ((n_items_title, n_items, "n_items"), (n_title, n, "n")):
        if values is not None:
            cells = written(vector(values, len(labels), what), fmt_n, missing)
            columns.append(Column(clean([header])[0], cells))
    guides = () if guide is None else ((guide, clean([guide_label])[0]),)
    colours = palette.series
    keys = [
        Key(name, colours[at % len(colours)], MARKERS[at % len(MARKERS)]) for at, name in enumerate(names)
    ]
    with styled(style):
        panel = Panel(0.0, 1.0, xlabel=clean([xlabel])[0], tick_text=fmt, guides=guides)
        rows = lay_out(
            labels,
            [panel],
            columns,
            title=clean([title])[0],
            style=style,
            keys=keys if len(keys) > 1 else (),
            mark=OFFSET * len(series) + 0.04,
        )
        area = rows.axes[0]
        for key, place, (estimate, low, high) in zip(keys, offsets(len(series)), series, strict=True):
            whiskers(
                area,
                rows.centres + place,
                estimate,
                low,
                high,
                colour=key.colour,
                marker=key.marker,
                style=style,
            )
        empty = np.all([np.isnan(parts[0]) for parts in series], axis=0)
        absent(area, list(rows.centres[empty]), missing, style)
        return rows.figure
