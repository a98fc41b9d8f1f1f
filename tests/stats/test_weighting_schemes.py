"""Weights meet published examples: Saaty's judgements, the aircraft of Hwang & Yoon, the firms of Diakoulaki et al."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveykit.errors import SurveykitError
from surveykit.stats.fuzzy_evaluation import compose
from surveykit.stats.topsis import topsis
from surveykit.stats.weighting_schemes import critic_weights, entropy_weights, judged, reciprocal, together
from tests.result.examples_indicators import CLOTHES, JET_WEIGHTS, JETS, square

R = json.loads((Path(__file__).parents[1] / "oracle" / "indicators" / "values.json").read_text(encoding="utf-8"))

PHILADELPHIA = square(6, [1 / 3, 8, 3, 3, 7, 9, 3, 3, 9, 1 / 6, 1 / 5, 2, 1 / 3, 6, 6])
"""Distances of six cities from Philadelphia, judged (Saaty 1980; 2008)."""
_HOUSE = "5 3 7 6 6 1/3 1/4  1/3 5 3 3 1/5 1/7  6 3 4 6 1/5  1/3 1/4 1/7 1/8  1/2 1/5 1/6  1/5 1/6  1/2"
HOUSE = square(8, [float(Fraction(part)) for part in _HOUSE.split()])
"""Buying a house: eight criteria (Saaty 1990, European Journal of Operational Research 48, 9-26)."""


def test_distances_from_philadelphia():
    found = judged(PHILADELPHIA)
    assert found.weights == pytest.approx([0.263, 0.397, 0.033, 0.116, 0.164, 0.027], abs=0.0015)
    assert found.weights == pytest.approx(R["ahp"]["weights"], abs=1e-10)
    assert found.eigenvalue == pytest.approx(R["ahp"]["eigenvalue"], abs=1e-10)
    assert found.index == pytest.approx((R["ahp"]["eigenvalue"] - 6) / 5, abs=1e-10)
    assert found.ratio == pytest.approx(0.0907 / 1.24, abs=1e-4)


def test_buying_a_house():
    found = judged(HOUSE)
    assert found.weights == pytest.approx([0.173, 0.054, 0.188, 0.018, 0.031, 0.036, 0.167, 0.333], abs=6e-4)
    assert found.eigenvalue == pytest.approx(9.669, abs=5e-4)
    assert found.ratio == pytest.approx(0.169, abs=5e-4)


@given(st.lists(st.floats(0.1, 10), min_size=3, max_size=8))
def test_consistent_judgements_give_back_their_weights(sizes):
    weights = np.array(sizes) / sum(sizes)
    found = judged(weights[:, None] / weights)
    assert found.weights == pytest.approx(weights, rel=1e-8)
    assert found.ratio == pytest.approx(0.0, abs=1e-8)


def test_judges_together_by_geometric_means():
    both = together([square(2, [4]), square(2, [1 / 9])])
    assert both[0, 1] == pytest.approx(2 / 3)
    assert both[1, 0] == pytest.approx(3 / 2)
    assert together([square(2, [4]), square(2, [1 / 9])], [1, 0])[0, 1] == pytest.approx(4)


def test_two_elements_cannot_contradict_and_sixteen_have_no_published_index():
    assert judged(square(2, [7])).ratio == 0.0
    assert np.isnan(judged(np.ones((16, 16))).ratio)


@pytest.mark.parametrize(
    ("matrix", "code"),
    [
        ([[1, 2, 3], [1, 1, 1]], "INDIC-NOTSQUARE"),
        ([["a", "b"], ["c", "d"]], "INDIC-NOTSQUARE"),
        ([[1, -2], [-0.5, 1]], "INDIC-NOTPOSITIVE"),
        ([[1, np.nan], [1, 1]], "INDIC-NOTPOSITIVE"),
        ([[1, 3], [3, 1]], "INDIC-NOTRECIPROCAL"),
        ([[2, 3], [1 / 3, 1]], "INDIC-NOTRECIPROCAL"),
    ],
)
def test_impossible_judgements_are_refused(matrix, code):
    with pytest.raises(SurveykitError) as error:
        judged(matrix)
    assert error.value.problems[0].code == code


def test_a_rounded_reciprocal_is_made_exact():
    assert reciprocal([[1, 3], [0.33, 1]])[1, 0] == pytest.approx(1 / 3)


def test_entropy_weights_of_the_aircraft():
    """Hwang & Yoon 1981 compute with four digits: weights .0649 .2055 .0133 .0829 .3570 .2764."""
    found = entropy_weights(JETS.to_numpy())
    assert found == pytest.approx([0.0649, 0.2055, 0.0133, 0.0829, 0.3570, 0.2764], abs=0.002)


def test_entropy_by_hand():
    """Columns (1, 3) and (2, 2): p = 1/4, 3/4, entropy .8113 bits of 1; the constant column carries nothing."""
    assert entropy_weights([[1, 2], [3, 2]]) == pytest.approx([1.0, 0.0])
    shifted = entropy_weights([[1, 1], [3, 0]])
    assert shifted[0] == pytest.approx(0.18872 / 1.18872, abs=1e-5)
    assert np.isnan(entropy_weights([[1, 2]])).all()
    assert np.isnan(entropy_weights([[1, -2], [3, 2]])).all()
    assert np.isnan(entropy_weights([[2, 2], [2, 2]])).all()


def test_critic_weights_of_the_pharmaceutical_firms():
    """Diakoulaki, Mavrotas & Papayannakis 1995: profitability, market share, productivity of eight firms."""
    firms = [
        [61, 1.08, 4.33],
        [20.7, 0.26, 4.34],
        [16.3, 1.98, 2.53],
        [9, 3.29, 1.65],
        [5.4, 2.77, 2.33],
        [4, 4.12, 1.21],
        [-6.1, 3.52, 2.10],
        [-34.6, 3.31, 0.98],
    ]
    assert critic_weights(firms) == pytest.approx([0.20222554, 0.48090173, 0.31687273], abs=1e-7)


def test_critic_where_nothing_varies_or_all_is_one():
    assert critic_weights([[1, 5], [2, 5], [4, 5]]) == pytest.approx([1, 0])
    assert np.isnan(critic_weights([[1, 2], [2, 4], [4, 8]])).all()
    assert np.isnan(critic_weights([[1, 2], [2, 4]])).all()


def test_topsis_of_the_aircraft():
    """Hwang & Yoon 1981: closeness .643, .268, .613, .312, so A1, A3, A4, A2."""
    higher = [name != "cost" for name in JETS]
    found = topsis(JETS.to_numpy(), list(JET_WEIGHTS.values()), higher)
    assert found.closeness == pytest.approx([0.643, 0.268, 0.613, 0.312], abs=0.0011)
    assert found.to_best == pytest.approx([0.0546, 0.1197, 0.0580, 0.1009], abs=2e-4)
    assert found.to_worst == pytest.approx([0.0983, 0.0439, 0.0920, 0.0458], abs=2e-4)


@given(st.floats(0.01, 100), st.integers(0, 5))
def test_topsis_does_not_hang_on_the_unit_of_a_column(factor, column):
    higher = [True] * 6
    scaled = JETS.to_numpy().astype(float)
    scaled[:, column] *= factor
    plain = topsis(JETS.to_numpy(), [1] * 6, higher).closeness
    assert topsis(scaled, [1] * 6, higher).closeness == pytest.approx(plain)


def test_fuzzy_evaluation_of_clothing():
    """The textbook's two kinds of customers by the max-min model: (.2, .3, .4, .1) and (.35, .4, .2, .1)."""
    first = compose([0.1, 0.2, 0.3, 0.4], CLOTHES.to_numpy(), "max_min")
    second = compose([0.4, 0.35, 0.15, 0.1], CLOTHES.to_numpy(), "max_min")
    assert first == pytest.approx([0.2, 0.3, 0.4, 0.1])
    assert second == pytest.approx([0.35, 0.4, 0.2, 0.1])


def test_the_other_fuzzy_models_by_hand():
    memberships = [[0.5, 0.3, 0.2], [0.2, 0.4, 0.4]]
    assert compose([0.6, 0.4], memberships) == pytest.approx([0.38, 0.34, 0.28])
    assert compose([0.6, 0.4], memberships, "max_product") == pytest.approx([0.30, 0.18, 0.16])
    assert compose([0.6, 0.4], memberships, "bounded_sum") == pytest.approx([0.7, 0.7, 0.6])
