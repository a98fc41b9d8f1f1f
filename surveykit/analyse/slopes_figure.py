"""The figure of a table of slopes or effects: dots with intervals, filled where statistically significant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from surveykit.draw.coefficients import coefficient_plot
from surveykit.language import Kind
from surveykit.result import Writer


def slopes_figure(
    table: pd.DataFrame,
    labels: Sequence[str],
    write: Writer,
    *,
    axis: str,
    conf_level: float,
    kind: Kind = "coefficient",
    columns: tuple[str, str, str] = ("estimate", "conf_low", "conf_high"),
    p: str = "p_value",
    times: float = 1.0,
    **style: Any,
) -> Figure:
    """A row a dot with its label; `columns` hold value and bounds (drawn `times` as large), `p` the p values.

    Where `p` lies below 1 - `conf_level` the dot is filled. `kind` says how values are written, `axis` what they are.
    """
    return coefficient_plot(
        labels,
        *(table[name].to_numpy() * times for name in columns),
        significant=(table[p] < 1 - conf_level).to_numpy(),
        significant_label=write.say("regression.significant"),
        not_significant_label=write.say("regression.not_significant"),
        xlabel=axis,
        fmt=lambda value: write.number(value, kind),
        **style,
    )
