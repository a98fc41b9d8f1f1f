"""Means, POMP scores or any estimates with their intervals, a row each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from surveykit.draw.checks import clean, plain, rows_of, vector, whole, written
from surveykit.draw.dots import absent, whiskers
from surveykit.draw.rows import Column, Format, Panel, lay_out, limits
from surveykit.draw.style import DEFAULT, Style, styled

FormatInterval = Callable[[float, float, float], str]


def dot_intervals(
    labels: Sequence[str],
    estimate: npt.ArrayLike,
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    *,
    axis: tuple[float, float] | None = None,
    reference: float | None = None,
    reference_label: str = "",
    value_title: str = "",
    n: npt.ArrayLike | None = None,
    n_title: str = "n",
    title: str = "",
    xlabel: str = "",
    fmt: Format = plain,
    fmt_interval: FormatInterval | None = None,
    fmt_n: Format = whole,
    missing: str = "–",
    style: Style = DEFAULT,
) -> Figure:
    """Estimates as dots with whiskers on one axis, their values as text at the right.

    `axis`: the ends of the axis, such as (0, 100) for POMP scores; by default just wide enough for the
    intervals. `fmt_interval(estimate, low, high)` writes the value column (default: the estimate alone by
    `fmt`). A NaN estimate is an empty row with `missing`; a NaN bound leaves the dot alone. Errors:
    DRAW-EMPTY, DRAW-SHAPE.
    """
    names = rows_of(labels)
    count = len(names)
    centre, lower, upper = (
        vector(estimate, count, "estimate"),
        vector(low, count, "low"),
        vector(high, count, "high"),
    )
    style = style.suited([*names, title, xlabel, value_title, reference_label])
    if fmt_interval is None:
        cells = written(centre, fmt, missing)
    else:
        trios = zip(centre, lower, upper, strict=True)
        cells = [clean([fmt_interval(*trio)])[0] if np.isfinite(trio).all() else missing for trio in trios]
    columns = [Column(clean([value_title])[0], cells)]
    if n is not None:
        columns.append(Column(clean([n_title])[0], written(vector(n, count, "n"), fmt_n, missing)))
    fixed = () if reference is None else (reference,)
    start, end = axis or limits([centre, lower, upper], *fixed)
    guides = () if reference is None else ((reference, clean([reference_label])[0]),)
    with styled(style):
        panel = Panel(start, end, xlabel=clean([xlabel])[0], tick_text=fmt, guides=guides)
        rows = lay_out(names, [panel], columns, title=clean([title])[0], style=style)
        whiskers(rows.axes[0], rows.centres, centre, lower, upper, colour=style.palette.accent, style=style)
        absent(rows.axes[0], list(rows.centres[np.isnan(centre)]), missing, style)
        return rows.figure
