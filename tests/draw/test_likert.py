from __future__ import annotations

import numpy as np
import pytest

from surveykit.draw.likert import Geometry, likert_bars
from surveykit.draw.style import Style
from surveykit.errors import SurveykitError

FIVE = np.array([[0.1, 0.2, 0.3, 0.25, 0.15], [0.0, 0.0, 1.0, 0.0, 0.0]])
FOUR = np.array([[0.1, 0.2, 0.3, 0.4]])
LEVELS = ["1", "2", "3", "4", "5"]


def bars(axes):
    return [(bar.get_x(), bar.get_width()) for bar in axes.patches]


def reach(axes):
    spans = bars(axes)
    return min(x for x, _ in spans), max(x + width for x, width in spans)


def test_split_puts_half_the_neutral_on_each_side():
    left, right = reach(likert_bars(FIVE[:1], ["a"], LEVELS, neutral="split").axes[0])
    assert (left, right) == pytest.approx((-(0.1 + 0.2 + 0.15), 0.15 + 0.25 + 0.15))


def test_all_neutral_is_centred():
    assert reach(likert_bars(FIVE[1:], ["a"], LEVELS).axes[0]) == pytest.approx((-0.5, 0.5))


def test_aside_keeps_the_neutral_out_of_the_main_panel():
    main, apart = likert_bars(FIVE[:1], ["a"], LEVELS, neutral="aside").axes
    assert reach(main) == pytest.approx((-0.3, 0.4))
    assert bars(apart) == [pytest.approx((0.0, 0.3))]


def test_plain_runs_from_nought_to_one():
    assert reach(likert_bars(FIVE, ["a", "b"], LEVELS, neutral="plain").axes[0]) == pytest.approx((0, 1))


@pytest.mark.parametrize("neutral", ["split", "aside"])
def test_an_even_number_of_levels_has_no_neutral(neutral):
    figure = likert_bars(FOUR, ["a"], LEVELS[:4], neutral=neutral)
    assert len(figure.axes) == 1
    assert reach(figure.axes[0]) == pytest.approx((-0.3, 0.7))


@pytest.mark.parametrize("levels", [2, 3, 5, 7, 10, 11])
@pytest.mark.parametrize("neutral", ["split", "plain"])
def test_bars_of_a_row_touch_without_gap(levels, neutral):
    shares = np.random.default_rng(levels).dirichlet(np.ones(levels), 6)
    left = Geometry.of(shares, neutral).left
    np.testing.assert_allclose(left[:, 1:], (left + shares)[:, :-1], atol=1e-12)


def test_equal_lengths_mean_equal_shares_in_every_panel():
    figure = likert_bars(
        FIVE, ["a", "b"], LEVELS, neutral="aside", dont_know=[0.1, 0.02], dont_know_title="unsure"
    )
    width = figure.get_figwidth()
    scales = [axes.get_position().width * width / np.ptp(axes.get_xlim()) for axes in figure.axes]
    assert scales == pytest.approx([scales[0]] * 3)


def test_labels_under_five_per_cent_are_hidden():
    figure = likert_bars([[0.04, 0.06, 0.3, 0.3, 0.3]], ["a"], LEVELS, neutral="plain", style=Style(width=12))
    shown = [text.get_text() for text in figure.axes[0].texts]
    assert shown == ["6%", "30%", "30%", "30%"]


def test_an_unused_level_stays_in_the_legend():
    figure = likert_bars(
        [[0.0, 0.0, 0.2, 0.3, 0.5]], ["a"], ["never", "rarely", "at times", "often", "always"]
    )
    assert {"never", "rarely"} <= {text.get_text() for text in figure.texts}


def test_an_undefined_row_is_said():
    figure = likert_bars([[np.nan] * 5, FIVE[0]], ["a", "b"], LEVELS, missing="n/a", right=[np.nan, 0.4])
    assert [text.get_text().strip() for text in figure.axes[0].texts].count("n/a") == 1
    assert [text.get_text() for text in figure.texts].count("n/a") == 1


@pytest.mark.parametrize(
    ("shares", "code"),
    [
        ([[0.5, 0.4]], "DRAW-SHARES"),
        ([[1.2, -0.2]], "DRAW-SHARES"),
        ([[0.2, 0.3, 0.5]], "DRAW-SHAPE"),
    ],
)
def test_wrong_shares_are_refused(shares, code):
    with pytest.raises(SurveykitError) as caught:
        likert_bars(shares, ["a"], ["no", "yes"])
    assert caught.value.problems[0].code == code


def test_a_formatter_reaches_bars_and_columns():
    figure = likert_bars(
        FIVE, ["a", "b"], LEVELS, right=[0.4, 0.0], fmt=lambda share: f"{share:.1f}".replace(".", ",")
    )
    words = [text.get_text() for text in (*figure.texts, *figure.axes[0].texts)]
    assert "0,4" in words and "0,3" in words
    assert not any("." in word for word in words)
