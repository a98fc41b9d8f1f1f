"""Counts of coded comments and their intervals, one row an estimate."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.customer_rows import Row, row, share_row
from surveykit.stats.intervals import nps_adjusted_wald, nps_score

Flags = NDArray[np.bool_]
TONES = (("positive_share", 1.0), ("neutral_share", 0.0), ("negative_share", -1.0))


def theme_rows(marks: Flags, sign: NDArray[np.float64], codes: tuple[str, ...], level: float) -> Iterator[Row]:
    """Tone of all comments, then of every category its share, tone and balance, then the share of none."""
    n = len(sign)
    for measure, tone in TONES:
        yield share_row(measure, int((sign == tone).sum()), n, level) | {"category": ""}
    yield _balance("comment_balance", sign, level) | {"category": ""}
    for code, own in zip(codes, marks.T, strict=True):
        told = sign[own]
        yield share_row("theme_share", int(own.sum()), n, level) | {"category": code}
        for measure, tone in (("theme_positive", 1.0), ("theme_negative", -1.0)):
            yield share_row(measure, int((told == tone).sum()), len(told), level) | {"category": code}
        yield _balance("theme_balance", told, level) | {"category": code}
    yield share_row("uncoded_share", int((~marks.any(axis=1)).sum()), n, level) | {"category": ""}


def _balance(measure: str, sign: NDArray[np.float64], level: float) -> Row:
    """Positive minus negative; the interval of few comments, which is drawn to zero, is widened to the estimate."""
    n, up, down = len(sign), int((sign > 0).sum()), int((sign < 0).sum())
    if not n:
        return row(measure, np.nan, np.nan, np.nan, np.nan, 0, "adjusted_wald")
    score, error = nps_score(up, down, n)
    low, high = nps_adjusted_wald(up, down, n, level)
    ends = min(float(low), float(score)), max(float(high), float(score))
    return row(measure, float(score), float(error), *ends, n, "adjusted_wald")
