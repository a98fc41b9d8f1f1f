"""The Net Promoter Score with what it is made of: the answers 0 to 10 and the three groups."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from surveykit.draw.checks import clean, percent, whole, written
from surveykit.draw.colour import text_on
from surveykit.draw.dots import absent, whiskers
from surveykit.draw.rows import Format
from surveykit.draw.sheet import MARGIN, Head, Key, Sheet
from surveykit.draw.style import DEFAULT, Style, styled
from surveykit.draw.text import Ruler
from surveykit.errors import SurveykitError

GROUPS = (slice(0, 7), slice(7, 9), slice(9, 11))
COLUMNS, BAND, SCALE = 1.5, 0.3, 0.42


def nps_bar(
    counts: npt.ArrayLike,
    nps: float,
    low: float,
    high: float,
    *,
    groups: tuple[str, str, str],
    nps_label: str = "NPS",
    title: str = "",
    fmt: Format = percent,
    fmt_nps: Format = whole,
    fmt_tick: Format = whole,
    interval_text: str = "",
    missing: str = "–",
    style: Style = DEFAULT,
) -> Figure:
    """Answers 0-10 as columns coloured by group, the groups as one bar, the score with interval.

    `counts`: 11 counts, weighted or not; `groups`: labels of detractors (0-6), passives (7-8), promoters
    (9-10). `nps`, `low`, `high` in points; NaN is `missing`. `interval_text` stands behind the score. Errors:
    DRAW-COUNTS.
    """
    tally = np.asarray(counts, dtype=float)
    if tally.shape != (11,) or not (tally >= 0).all():
        raise SurveykitError.of("DRAW-COUNTS", "counts", found=" ".join(f"{value:g}" for value in tally.ravel()))
    total = tally.sum()
    shares = tally / total if total > 0 else np.full(11, np.nan)
    names = clean(groups)
    style = style.suited([*names, title, nps_label, interval_text])
    palette = style.palette
    ramp = palette.ramp(5)
    tints = (ramp[0], palette.neutral, ramp[4])
    colours = [tints[0]] * 7 + [tints[1]] * 2 + [tints[2]] * 2
    with styled(style):
        ruler = Ruler(style)
        words = _group_words(names, shares, fmt, missing)
        keys = [Key(text, tint) for text, tint in zip(words, tints, strict=True)]
        head = Head.of(clean([title])[0], keys, style, ruler)
        wide = style.width - 2 * MARGIN
        score = clean([fmt_nps(nps)])[0] if np.isfinite(nps) else missing
        parts = (clean([nps_label])[0], score, clean([interval_text])[0])
        headline = ruler.wrap("  ".join(part for part in parts if part), style.large, wide)
        score_height = ruler.height(headline, style.large)

        columns_top = head.height + style.small / 72 * 1.6
        bar_top = columns_top + COLUMNS + style.small / 72 * 1.9 + 0.1
        score_top = bar_top + BAND + 0.22
        scale_top = score_top + score_height + 0.04
        sheet = Sheet(scale_top + SCALE + style.small / 72 * 1.9, style)
        sheet.head(head)

        area = sheet.axes(MARGIN, columns_top, wide, COLUMNS)
        area.set_xlim(-0.5, 10.5)
        area.set_ylim(0, max(float(np.nanmax(shares, initial=0.0)), 0.05))
        area.bar(np.arange(11), np.nan_to_num(shares), 0.78, color=colours, lw=0)
        area.axhline(0, color=palette.neutral, lw=0.8)
        area.set_xticks(range(11), [f"{value}" for value in range(11)])
        for value, share in enumerate(shares):
            text = clean([fmt(share)])[0] if np.isfinite(share) else missing
            area.annotate(
                text,
                (value, np.nan_to_num(share)),
                (0, 2),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=style.small,
                color=palette.muted,
            )

        strip = sheet.axes(MARGIN, bar_top, wide, BAND)
        strip.set_xlim(0, 1)
        strip.set_ylim(0, 1)
        start = 0.0
        for part, tint in zip(GROUPS, tints, strict=True):
            share = float(np.nan_to_num(shares[part].sum()))
            strip.barh([0.5], [share], 1.0, left=start, color=tint, edgecolor="white", lw=0.8)
            text = clean([fmt(share)])[0]
            if ruler.width(text, style.font_size) + 0.06 <= share * wide:
                strip.text(start + share / 2, 0.5, text, color=text_on(tint), ha="center", va="center_baseline")
            start += share

        sheet.text(MARGIN, score_top, headline, style.large, palette.ink)
        inset = 0.22
        scale = sheet.axes(MARGIN + inset, scale_top, wide - 2 * inset, SCALE)
        scale.set_xlim(-100, 100)
        scale.set_ylim(0, 1)
        ticks = [-100, -50, 0, 50, 100]
        scale.set_xticks(ticks, [clean([fmt_tick(value)])[0] for value in ticks])
        scale.grid(axis="x", color=palette.grid, lw=0.7)
        scale.axvline(0, color=palette.ink, lw=0.8, zorder=1)
        half = np.array([0.5])
        bounds = [np.array([float(value)]) for value in (nps, low, high)]
        whiskers(scale, half, *bounds, colour=palette.accent, style=style)
        absent(scale, [] if np.isfinite(nps) else [0.5], missing, style)
        return sheet.figure


def _group_words(names: list[str], shares: np.ndarray, fmt: Format, missing: str) -> list[str]:
    """Each group with its share."""
    sums = np.array([shares[part].sum() for part in GROUPS])
    return [f"{name}  {value}" for name, value in zip(names, written(sums, fmt, missing), strict=True)]
