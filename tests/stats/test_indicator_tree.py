"""Scores roll up a tree as arithmetic and geometric means do, whatever the unit of the weights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveykit.stats.indicator_tree import local_weights, ranged, roll_up, shares, standardised, to_target

CHILDREN = [(1, 4), (2, 3), (), (), ()]
"""A root with a branch of two leaves (places 2 and 3) and a leaf of its own (4)."""
scores = st.lists(st.floats(0.5, 100), min_size=3, max_size=3)
weights = st.lists(st.floats(0.1, 10), min_size=5, max_size=5)


def leaves(values):
    return np.array([np.nan, np.nan, *values])


@given(scores, weights, st.floats(0.1, 10))
def test_only_the_proportion_of_siblings_matters_and_geometric_never_exceeds_arithmetic(values, given_weights, factor):
    w = np.array(given_weights)
    scaled = w * np.array([1, factor, 1, 1, factor])
    for aggregate in ("arithmetic", "geometric"):
        plain = roll_up(leaves(values), CHILDREN, w, aggregate)
        assert roll_up(leaves(values), CHILDREN, scaled, aggregate) == pytest.approx(plain)
        assert min(values) - 1e-9 <= plain[0] <= max(values) + 1e-9
    geometric = roll_up(leaves(values), CHILDREN, w, "geometric")[0]
    assert geometric <= roll_up(leaves(values), CHILDREN, w)[0] + 1e-9


@given(scores, weights)
def test_a_batch_of_draws_equals_one_draw_at_a_time(values, given_weights):
    batch = np.stack([leaves(values), leaves(values[::-1])])
    together = roll_up(batch, CHILDREN, np.array(given_weights))
    for row, single in zip(together, batch, strict=True):
        assert row == pytest.approx(roll_up(single, CHILDREN, np.array(given_weights)))


def test_leaf_weights_from_values_make_the_index_their_weighted_mean():
    own = np.array([0, 0, 0.2, 0.5, 0.3])
    found = local_weights(own, CHILDREN)
    assert found.tolist() == [1.0, 0.7, 0.2, 0.5, 0.3]
    assert roll_up(leaves([10, 20, 30]), CHILDREN, found)[0] == pytest.approx(2 + 10 + 9)
    local, whole = shares(found, CHILDREN)
    assert local.tolist() == pytest.approx([1, 0.7, 2 / 7, 5 / 7, 0.3])
    assert whole.tolist() == pytest.approx([1, 0.7, 0.2, 0.5, 0.3])


def test_missing_scores_and_zero_weights():
    w = np.ones(5)
    assert np.isnan(roll_up(leaves([np.nan, 20, 30]), CHILDREN, w)[:2]).all()
    assert roll_up(leaves([np.nan, 20, 30]), CHILDREN, w, reweight=True)[:2].tolist() == [25.0, 20.0]
    assert np.isnan(roll_up(leaves([np.nan, np.nan, np.nan]), CHILDREN, w, reweight=True)[:2]).all()
    assert roll_up(leaves([0, 20, 30]), CHILDREN, w, "geometric")[:2].tolist() == [0.0, 0.0]
    nothing = np.array([1, 1, 0, 1, 1.0])
    assert roll_up(leaves([0, 20, 20]), CHILDREN, nothing, "geometric")[0] == pytest.approx(20)


def test_normalisations_by_hand():
    low, high, up = np.array([0.0, 0.0]), np.array([10.0, 10.0]), np.array([1.0, -1.0])
    assert ranged(low, high, up).score([2.0, 2.0]).tolist() == [20.0, 80.0]
    assert ranged(low, high, up).score([12.0, 12.0]).tolist() == [100.0, 0.0]
    assert to_target(low, high, up, np.array([8.0, 2.0])).score([4.0, 6.0]).tolist() == [50.0, 50.0]
    values = np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]])
    assert standardised(values, up).score(values).tolist() == [[-1.0, 1.0], [0.0, 0.0], [1.0, -1.0]]
    assert np.isnan(ranged(low, low, up).score([0.0, 1.0])).all()
