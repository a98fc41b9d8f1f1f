"""Importance numerics: reference values, what the definitions promise, resampling, cross-validation."""

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveykit.errors import SurveykitError
from surveykit.stats.cross_validation import k_fold_r2
from surveykit.stats.importance import complete, conditional, lmg, owen, relative_weights, shapley, subset_r2
from surveykit.stats.resampled_weighted import bootstrap_correlations, normal_correlations
from tests.oracle_values import assert_meets, frame, ids

OUTCOME = {"attitude": "rating", "swiss": "Fertility"}


def correlations(p=5, seed=0, n=60):
    generator = np.random.default_rng(seed)
    rows = generator.normal(size=(n, p + 1)) + generator.normal(size=(n, 1))
    return np.corrcoef(rows.T)


def r2(correlation, members):
    members = list(members)
    if not members:
        return 0.0
    towards = correlation[members, -1]
    return float(towards @ np.linalg.solve(correlation[np.ix_(members, members)], towards))


@pytest.mark.parametrize("key", [key for key in ids("lmg", "johnson") if key.count(".") > 1])
def test_meets_r(key):
    measure, data, predictor = key.split(".", 2)
    rows = frame(data)
    rows.columns = [str(name) for name in rows.columns]
    names = [name for name in rows.columns if name != OUTCOME[data]]
    matrix = np.corrcoef(rows[[*names, OUTCOME[data]]].to_numpy(dtype=float).T)
    found = (lmg if measure == "lmg" else relative_weights)(matrix)[:, 0]
    assert_meets(key, float(found[names.index(predictor)]))


def test_every_subset_has_the_r2_of_its_regression():
    matrix = correlations()
    found = subset_r2(matrix)[:, 0]
    for size in range(6):
        for members in combinations(range(5), size):
            at = sum(1 << member for member in members)
            assert found[at] == pytest.approx(r2(matrix, members), abs=1e-12)


def test_shapley_is_the_mean_gain_over_all_orders():
    matrix = correlations(4, 3)
    gains = np.zeros(4)
    for order in permutations(range(4)):
        for place, unit in enumerate(order):
            gains[unit] += r2(matrix, order[: place + 1]) - r2(matrix, order[:place])
    np.testing.assert_allclose(lmg(matrix)[:, 0], gains / 24, atol=1e-12)


@given(st.integers(1, 7), st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_shares_sum_to_r2_and_follow_their_predictors(p, seed):
    matrix = correlations(p, seed)
    order = np.random.default_rng(seed).permutation(p)
    moved = matrix[np.ix_([*order, p], [*order, p])]
    for measure in (lmg, relative_weights):
        shares = measure(matrix)[:, 0]
        assert shares.sum() == pytest.approx(r2(matrix, range(p)), abs=1e-10)
        np.testing.assert_allclose(measure(moved)[:, 0], shares[order], atol=1e-9)
        assert (shares > -1e-12).all()


def test_uncorrelated_predictors_have_their_squared_betas():
    matrix = np.eye(4)
    matrix[:3, 3] = matrix[3, :3] = [0.5, -0.3, 0.2]
    for measure in (lmg, relative_weights):
        np.testing.assert_allclose(measure(matrix)[:, 0], [0.25, 0.09, 0.04], atol=1e-12)


def test_duplicates_share_equally_and_constants_get_nothing():
    single = np.array([[1, 0.3, 0.6], [0.3, 1, 0.4], [0.6, 0.4, 1]])
    twice = single[np.ix_([0, 0, 1, 2], [0, 0, 1, 2])]
    for measure in (lmg, relative_weights):
        shares = measure(twice)[:, 0]
        assert shares[0] == pytest.approx(shares[1], abs=1e-12)
        assert shares.sum() == pytest.approx(r2(single, [0, 1]), abs=1e-12)
    with_constant = np.full((4, 4), np.nan)
    with_constant[np.ix_([0, 1, 3], [0, 1, 3])] = single
    for measure in (lmg, relative_weights):
        shares = measure(with_constant)[:, 0]
        assert shares[2] == 0
        np.testing.assert_allclose(shares[:2], measure(single)[:, 0], atol=1e-12)


def test_a_constant_outcome_is_undefined():
    matrix = np.eye(3)
    matrix[2, 2] = np.nan
    assert np.isnan(lmg(matrix)).all() and np.isnan(relative_weights(matrix)).all()


def test_units_enter_together_and_owen_divides_them():
    matrix = correlations(5, 4)
    units = [(0, 3), (1,), (2, 4)]
    game = subset_r2(matrix, units)[:, 0]
    assert game[0b101] == pytest.approx(r2(matrix, [0, 3, 2, 4]), abs=1e-12)
    grouped, single = shapley(game[:, None])[:, 0], owen(matrix, units)
    np.testing.assert_allclose([single[list(unit)].sum() for unit in units], grouped, atol=1e-12)
    np.testing.assert_allclose(owen(matrix, [(at,) for at in range(5)]), lmg(matrix)[:, 0], atol=1e-12)


def test_general_dominance_is_the_mean_of_conditional_dominance():
    matrix = correlations(5, 6)
    game = subset_r2(matrix)[:, 0]
    np.testing.assert_allclose(conditional(game).mean(axis=1), lmg(matrix)[:, 0], atol=1e-12)
    np.testing.assert_allclose(conditional(game)[:, 0], matrix[:5, 5] ** 2, atol=1e-12)


def test_complete_dominance_counts_subsets():
    matrix = correlations(4, 8)
    found = complete(subset_r2(matrix)[:, 0])
    for i, j in permutations(range(4), 2):
        others = [k for k in range(4) if k not in (i, j)]
        subsets = [s for size in range(3) for s in combinations(others, size)]
        share = np.mean([r2(matrix, (*s, i)) > r2(matrix, (*s, j)) for s in subsets])
        assert found[i, j] == pytest.approx(share)


def test_a_stack_gives_what_its_matrices_give():
    stack = np.stack([correlations(4, seed) for seed in range(7)])
    np.testing.assert_allclose(lmg(stack), np.column_stack([lmg(one) for one in stack]), atol=1e-14)


def test_too_many_units_are_refused():
    with pytest.raises(SurveykitError, match="20 are the most"):
        subset_r2(np.eye(22))


def test_resamples_are_weighted_resamples_of_the_rows():
    rows = np.random.default_rng(2).normal(size=(300, 3))
    weights = np.random.default_rng(3).integers(1, 4, 300)
    plain = bootstrap_correlations(rows, 2000, 1)
    np.testing.assert_allclose(plain.mean(axis=0), np.corrcoef(rows.T), atol=0.01)
    doubled = bootstrap_correlations(rows, 5, 1, np.full(300, 2.0))
    np.testing.assert_allclose(doubled, plain[:5], atol=1e-12)
    target = np.corrcoef(np.repeat(rows, weights, axis=0).T)
    np.testing.assert_allclose(bootstrap_correlations(rows, 2000, 1, weights).mean(axis=0), target, atol=0.01)


def test_normal_samples_have_the_spread_of_fishers_z():
    matrix = np.array([[1, 0.6], [0.6, 1]])
    draws = np.arctanh(normal_correlations(matrix, 50, 8000, 1)[:, 0, 1])
    assert draws.std() == pytest.approx(1 / np.sqrt(47), rel=0.03)


def test_leaving_one_out_gives_the_known_r2():
    rows = frame("attitude").to_numpy(dtype=float)
    rows = np.column_stack([rows[:, 1:], rows[:, 0]])
    assert k_fold_r2(rows, folds=30, repeats=1)[0] == pytest.approx(0.547, abs=5e-4)
    design = np.column_stack([np.ones(30), rows[:, :-1]])
    hat = design @ np.linalg.solve(design.T @ design, design.T)
    residual = rows[:, -1] - hat @ rows[:, -1]
    press = ((residual / (1 - np.diag(hat))) ** 2).sum()
    total = ((rows[:, -1] - rows[:, -1].mean()) ** 2).sum()
    assert k_fold_r2(rows, folds=30, repeats=1)[0] == pytest.approx(1 - press / total, abs=1e-10)


def test_cross_validated_r2_is_undefined_without_rows_or_variance():
    assert np.isnan(k_fold_r2(np.random.default_rng(1).normal(size=(5, 4)))).all()
    assert np.isnan(k_fold_r2(np.column_stack([np.arange(30.0), np.ones(30)]))).all()
