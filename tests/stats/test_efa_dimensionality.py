"""Rules for the number of factors, and the omegas and bounds made from factors."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from surveykit.stats import classical
from surveykit.stats.counts import Counts
from surveykit.stats.dimensionality import average_partials, bartlett, kmo, smc
from surveykit.stats.factoring import extract
from surveykit.stats.glb import glb_algebraic, glb_factor
from surveykit.stats.null_polychoric import shuffled_polychorics
from surveykit.stats.parallel import parallel_analysis, random_correlations, reduced_by_one
from surveykit.stats.polychoric import polychoric
from surveykit.stats.schmid_leiman import hierarchical_omega, schmid_leiman
from tests.oracle_values import frame
from tests.stats.test_efa_factoring import PHI, PLANTED, bfi, implied


def test_partial_correlations_by_regression():
    rows = np.random.default_rng(1).normal(size=(60, 4)) @ np.triu(np.ones((4, 4)))
    matrix = np.corrcoef(rows.T)
    others = [np.delete(np.arange(4), [0, 1]), rows - rows.mean(axis=0)]
    left = [
        others[1][:, i] - others[1][:, others[0]] @ np.linalg.lstsq(others[1][:, others[0]], others[1][:, i])[0]
        for i in (0, 1)
    ]
    partial = np.corrcoef(left)[0, 1]
    inverse = np.linalg.inv(matrix)
    assert partial == pytest.approx(-inverse[0, 1] / np.sqrt(inverse[0, 0] * inverse[1, 1]))
    assert 0 < kmo(matrix)[0] < 1


def test_independent_items_have_nothing_in_common():
    assert bartlett(np.eye(5), 100).chi2 == 0
    assert bartlett(np.eye(5), 100).p_value == 1
    assert_allclose(smc(np.eye(5)), 0)
    assert average_partials(np.eye(5)).minimum == 0


def test_singular_matrices_are_undefined():
    matrix = np.corrcoef(np.random.default_rng(0).normal(size=(5, 8)).T)
    assert np.isnan(kmo(matrix)[0])
    assert np.isnan(bartlett(matrix, 5).chi2)


def test_rules_find_a_planted_number():
    found = parallel_analysis(implied(PLANTED, PHI), 500)
    assert (found.factors, found.components) == (3, 3)
    assert average_partials(implied(PLANTED, PHI)).minimum == 3


def test_noise_has_no_factor_more_often_than_the_quantile_says():
    hits = 0
    for seed, matrix in enumerate(random_correlations(8, 200, 40, 99)):
        hits += parallel_analysis(matrix, 200, 50, seed=seed).components > 0
    assert hits <= 7


def test_drawn_matrices_are_those_of_normal_rows():
    rng = np.random.default_rng(5)
    rows = np.array([np.linalg.eigvalsh(np.corrcoef(rng.standard_normal((60, 6)).T))[::-1] for _ in range(800)])
    drawn = np.linalg.eigvalsh(random_correlations(6, 60, 800, 5))[:, ::-1]
    error = np.sqrt(rows.var(axis=0) / 800 + drawn.var(axis=0) / 800)
    assert np.all(np.abs(rows.mean(axis=0) - drawn.mean(axis=0)) < 4 * error)
    assert np.all(np.abs(rows.std(axis=0) / drawn.std(axis=0) - 1) < 0.15)


def test_many_single_factors_are_each_one_factor():
    matrices = random_correlations(10, 150, 12, 3)
    for matrix, reduced in zip(matrices, reduced_by_one(matrices), strict=True):
        single = extract(matrix, 1)
        if not single.heywood.any():
            ours = np.sqrt(np.diag(reduced)) * np.sign(single.loadings[:, 0])
            rests = [
                (matrix - np.outer(loads, loads))[~np.eye(10, dtype=bool)] for loads in (ours, single.loadings[:, 0])
            ]
            gap = [(rest**2).sum() for rest in rests]
            assert gap[0] <= gap[1] + 1e-6


def test_shuffled_items_get_the_usual_polychoric_correlations():
    names = ["N1", "N2", "A1", "gender"]
    data = frame("bfi")[names].iloc[:400].to_numpy(dtype=float)
    (fast,) = shuffled_polychorics(data, 1, 7)
    rng = np.random.default_rng(7)
    mixed = np.column_stack([data[rng.permutation(len(data)), at] for at in range(4)])
    levels = [tuple(np.unique(column[~np.isnan(column)])) for column in data.T]
    assert_allclose(fast, polychoric(Counts.of(mixed, names, levels)).correlation, atol=1e-8)


def test_equal_seeds_give_equal_lines_and_others_do_not():
    first, again, other = (parallel_analysis(bfi(), 2436, 30, seed=seed) for seed in (1, 1, 2))
    assert_allclose(first.random_factors, again.random_factors, rtol=0)
    assert not np.array_equal(first.random_factors, other.random_factors)
    assert np.all(parallel_analysis(bfi(), 2436, 30, None).random_components[:3] < first.random_components[:3])


def test_schmid_leiman_recovers_a_hierarchy():
    second = np.array([0.8, 0.7, 0.6])
    phi = np.outer(second, second)
    np.fill_diagonal(phi, 1)
    matrix = implied(PLANTED, phi)
    found = schmid_leiman(matrix, 3)
    assert_allclose(np.sort(found.second_order), np.sort(second), atol=1e-4)
    assert_allclose(found.general, PLANTED @ second, atol=1e-4)
    shared = found.general**2 + (found.group**2).sum(axis=1)
    assert_allclose(shared, 1 - found.uniquenesses, atol=1e-3)
    omega = hierarchical_omega(matrix, found)
    assert omega.hierarchical == pytest.approx((PLANTED @ second).sum() ** 2 / matrix.sum(), abs=1e-4)
    assert omega.total == pytest.approx(1 - (1 - (PLANTED**2).sum(axis=1)).sum() / matrix.sum(), abs=1e-6)


def test_reversed_items_are_turned_and_change_no_omega():
    signs = np.where(np.arange(12) % 3 == 0, -1.0, 1.0)
    second = np.array([0.8, 0.7, 0.6])
    phi = np.outer(second, second)
    np.fill_diagonal(phi, 1)
    matrix = implied(PLANTED, phi)
    turned = matrix * np.outer(signs, signs)
    plain = hierarchical_omega(matrix, schmid_leiman(matrix, 3))
    other = hierarchical_omega(turned, schmid_leiman(turned, 3))
    assert other.hierarchical == pytest.approx(plain.hierarchical, abs=1e-5)
    assert_allclose(other.signs * signs * other.signs[1], 1.0)


def test_two_items_have_spearman_browns_bound():
    for r in (0.2, 0.7):
        assert glb_algebraic([[1, r], [r, 1]]).estimate == pytest.approx(2 * r / (1 + r), abs=1e-6)


def test_the_bound_is_feasible_optimal_and_above_the_others():
    data = frame("bfi")[["N1", "N2", "N3", "N4", "N5"]].dropna()
    matrix = np.corrcoef(data.to_numpy().T)
    found = glb_algebraic(matrix)
    rest = matrix - np.diag(1 - found.common)
    values, vectors = np.linalg.eigh(rest)
    assert -1e-8 < values[0] < 1e-6 and found.common.max() <= 1
    null = vectors[:, values < 1e-5]
    weights = np.linalg.lstsq((null**2), np.ones(5))[0] if null.shape[1] == 1 else None
    if weights is None:
        pairs = [(i, j) for i in range(null.shape[1]) for j in range(i, null.shape[1])]
        basis = np.array([null[:, i] * null[:, j] * (1 if i == j else 2) for i, j in pairs]).T
        solved = np.linalg.lstsq(basis, np.ones(5))[0]
        dual = np.zeros((null.shape[1], null.shape[1]))
        for (i, j), value in zip(pairs, solved, strict=True):
            dual[i, j] = dual[j, i] = value
        assert np.linalg.eigvalsh(dual)[0] > -1e-4
        bound = float(np.sum((null @ dual @ null.T) * matrix))
        assert bound == pytest.approx((1 - found.common).sum(), abs=1e-3)
    for other in (classical.alpha, classical.lambda2, classical.lambda6):
        assert found.estimate >= other(matrix) - 1e-9
    assert 0 < glb_factor(matrix).estimate < 1
