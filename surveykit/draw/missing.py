"""Which values are missing together: a column a pattern, the most frequent first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from surveykit.draw.checks import clean, plain, rows_of, vector, whole, written
from surveykit.draw.rows import Column, Format, Panel, lay_out
from surveykit.draw.sheet import Key
from surveykit.draw.style import DEFAULT, Style, styled
from surveykit.errors import SurveykitError


def missing_patterns(
    variables: Sequence[str],
    patterns: npt.ArrayLike,
    counts: npt.ArrayLike,
    shares: npt.ArrayLike,
    *,
    missing_label: str = "missing",
    observed_label: str = "observed",
    share_title: str = "",
    title: str = "",
    xlabel: str = "",
    fmt: Format = plain,
    fmt_n: Format = whole,
    style: Style = DEFAULT,
) -> Figure:
    """Rows are variables, columns patterns: filled where a pattern lacks the variable.

    `patterns` (p, k) is 1 where missing, `counts` (p,) how many rows have each pattern (written below), `shares` (k,)
    the missing share of each variable (written at the right). Errors: DRAW-EMPTY, DRAW-SHAPE.
    """
    names = rows_of(variables)
    gone = np.asarray(patterns, dtype=bool)
    if gone.ndim != 2 or gone.shape[1] != len(names) or not len(gone):
        found = " x ".join(map(str, gone.shape))
        raise SurveykitError.of("DRAW-SHAPE", "patterns", what="patterns", found=found, expected=f"p x {len(names)}")
    sizes = vector(counts, len(gone), "counts")
    labels = clean([missing_label, observed_label])
    style = style.suited([*names, title, xlabel, share_title, *labels])
    palette = style.palette
    keys = [Key(labels[0], palette.accent, "s"), Key(labels[1], palette.grid, "s")]
    columns = [Column(clean([share_title])[0], written(vector(shares, len(names), "shares"), fmt, "–"))]
    with styled(style):
        panel = Panel(0.5, len(gone) + 0.5, xlabel=clean([xlabel])[0], tick_text=lambda value: "")
        rows = lay_out(names, [panel], columns, title=clean([title])[0], style=style, keys=keys)
        area = rows.axes[0]
        area.grid(False)
        area.set_xticks(range(1, len(gone) + 1), clean([fmt_n(float(size)) for size in sizes]))
        for at, middle in enumerate(rows.centres):
            for pattern in range(len(gone)):
                colour = palette.accent if gone[pattern, at] else palette.grid
                area.add_patch(
                    Rectangle((pattern + 0.6, middle - 0.08), 0.8, 0.16, facecolor=colour, edgecolor="none", zorder=3)
                )
        return rows.figure
