"""Every figure is legible in every language: nothing cut off, nothing on top of something else."""

from __future__ import annotations

import numpy as np
import pytest

from surveykit.draw.coefficients import coefficient_plot
from surveykit.draw.intervals import dot_intervals
from surveykit.draw.likert import likert_bars
from surveykit.draw.style import Style, png
from surveykit.errors import SurveykitError
from tests.draw.cases import CASES, LANGUAGES, WORDS, assert_legible, drawn


@pytest.mark.parametrize(("lang", "name"), CASES)
def test_no_text_is_cut_off_or_overlaps(lang, name):
    assert_legible(drawn(lang, name))


@pytest.mark.parametrize(
    "style", [Style(width=5.6, font_size=8), Style(width=11, font_size=13)], ids=["small", "large"]
)
@pytest.mark.parametrize(
    "name", ["likert-split", "reliability", "coefficients-panels", "heatmap-4", "nps", "intervals"]
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_other_sizes_stay_legible(lang, name, style):
    assert_legible(drawn(lang, name, style))


def test_more_rows_make_a_higher_figure():
    few, many = (
        dot_intervals(["a"] * rows, np.ones(rows), np.zeros(rows), np.full(rows, 2.0)).get_figheight()
        for rows in (2, 12)
    )
    assert many - few > 10 * 0.2


def test_long_wording_is_kept_whole():
    wording = WORDS["ru"]["items"][1]
    figure = dot_intervals([wording], [1.0], [0.5], [1.5])
    shown = [text.get_text().replace("\n", " ") for text in figure.texts]
    assert wording in shown


def test_no_room_is_an_error_with_a_remedy():
    with pytest.raises(SurveykitError) as caught:
        dot_intervals(
            ["a"],
            [1.0],
            [0.5],
            [1.5],
            style=Style(width=3, font_size=14),
            fmt_interval=lambda *_: "1.00 [0.50; 1.50]",
        )
    assert caught.value.problems[0].code == "DRAW-NARROW"


@pytest.mark.parametrize(
    "call",
    [
        lambda: likert_bars(np.empty((0, 5)), [], list("abcde")),
        lambda: dot_intervals([], [], [], []),
    ],
)
def test_nothing_to_draw_is_an_error(call):
    with pytest.raises(SurveykitError) as caught:
        call()
    assert caught.value.problems[0].code == "DRAW-EMPTY"


def test_a_coefficient_plot_of_only_undefined_estimates_is_still_drawn():
    nan = [float("nan")] * 2
    figure = coefficient_plot(["a", "b"], nan, nan, nan, significant=[False, False])
    assert png(figure, dpi=40).startswith(b"\x89PNG")
