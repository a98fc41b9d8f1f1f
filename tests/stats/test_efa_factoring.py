"""Extraction and rotation: planted structures come back, and what must not change does not."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from surveykit.stats.factor_fit import fit_measures
from surveykit.stats.factor_scores import score_weights
from surveykit.stats.factoring import degrees_of_freedom, extract
from surveykit.stats.rotation import NORMALISED, ORTHOGONAL, ROTATIONS, rotate
from tests.oracle_values import frame

PHI = np.array([[1.0, 0.4, 0.2], [0.4, 1.0, -0.3], [0.2, -0.3, 1.0]])
PLANTED = np.zeros((12, 3))
for row in range(12):
    PLANTED[row, row // 4] = 0.5 + 0.1 * (row % 4)


def implied(loadings: np.ndarray, phi: np.ndarray) -> np.ndarray:
    matrix = loadings @ phi @ loadings.T
    np.fill_diagonal(matrix, 1.0)
    return matrix


def bfi() -> np.ndarray:
    return np.corrcoef(frame("bfi").iloc[:, :25].dropna().to_numpy().T)


def aligned(found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Columns of `found` in the order and with the signs of those of `wanted`."""
    closeness = wanted.T @ found
    order = np.abs(closeness).argmax(axis=1)
    assert len(set(order)) == len(order)
    return found[:, order] * np.sign(closeness[np.arange(len(order)), order])


@pytest.mark.parametrize("method", ["minres", "ml", "pa"])
def test_a_planted_model_comes_back(method):
    found = extract(implied(PLANTED, PHI), 3, method)
    assert found.converged
    assert_allclose(found.communalities, (PLANTED**2).sum(axis=1), atol=2e-6)
    assert not found.heywood.any()
    turned = rotate(found.loadings, "oblimin")
    assert_allclose(aligned(turned.loadings, PLANTED), PLANTED, atol=2e-5)
    assert_allclose(np.sort(np.abs(turned.correlations[np.tril_indices(3, -1)])), [0.2, 0.3, 0.4], atol=5e-5)


@pytest.mark.parametrize("method", ["minres", "ml", "pa"])
def test_no_derivative_is_left(method):
    matrix = bfi()
    found = extract(matrix, 5, method)
    rest = matrix - found.loadings @ found.loadings.T
    if method == "ml":
        model = found.loadings @ found.loadings.T + np.diag(found.uniquenesses)
        pull = np.linalg.solve(model, (model - matrix)) @ np.linalg.inv(model)
        assert np.abs(pull @ found.loadings).max() < 1e-6
    else:
        np.fill_diagonal(rest, 0.0)
        assert np.abs(rest @ found.loadings).max() < 1e-5


@pytest.mark.parametrize("method", [name for name in ROTATIONS if not name.startswith("target")])
def test_rotation_changes_no_communality(method):
    plain = extract(bfi(), 5).loadings
    turned = rotate(plain, method)
    shared = np.einsum("ij,jk,ik->i", turned.loadings, turned.correlations, turned.loadings)
    assert_allclose(shared, (plain**2).sum(axis=1), atol=1e-9)
    assert_allclose(turned.loadings, plain @ turned.matrix, atol=1e-12)
    assert_allclose(np.diag(turned.correlations), 1, atol=1e-12)
    if method in ORTHOGONAL:
        assert_allclose(turned.correlations, np.eye(5), atol=1e-12)


@pytest.mark.parametrize("method", ["varimax", "oblimin", "geomin", "promax", "quartimax"])
def test_factors_are_ordered_and_reflected_by_rule(method):
    turned = rotate(extract(bfi(), 5).loadings, method)
    squares = np.diag(turned.correlations @ turned.loadings.T @ turned.loadings)
    assert np.all(np.diff(squares) <= 0)
    assert np.all(turned.loadings.sum(axis=0) >= 0)


@pytest.mark.parametrize("method", [name for name in ROTATIONS if not name.startswith("target") and name != "promax"])
def test_the_order_of_items_changes_nothing(method):
    matrix, order = bfi(), np.random.default_rng(4).permutation(25)
    direct = rotate(extract(matrix, 5).loadings, method).loadings
    moved = rotate(extract(matrix[np.ix_(order, order)], 5).loadings, method).loadings
    assert_allclose(moved, direct[order], atol=2e-4)


@pytest.mark.parametrize("method", ["quartimax", "oblimin", "geomin", "geomin_orthogonal"])
def test_a_rotation_is_at_a_minimum(method):
    """No small turn of two factors lowers the criterion, written here anew."""
    plain = extract(bfi(), 5).loadings
    turned = rotate(plain, method)

    def criterion(loads):
        squares = loads**2
        if method == "quartimax":
            return -(squares**2).sum() / 4
        if method == "oblimin":
            return sum((squares[:, i] * squares[:, j]).sum() for i in range(5) for j in range(5) if i != j) / 4
        return np.prod(squares + 0.01, axis=1).__pow__(1 / 5).sum()

    best = criterion(turned.loadings)
    assert best == pytest.approx(turned.minima[0], abs=1e-9)
    matrix = np.linalg.inv(turned.matrix).T if method not in ORTHOGONAL else turned.matrix
    for i in range(5):
        for j in range(5):
            for angle in (1e-3, -1e-3):
                other = matrix.copy()
                if method in ORTHOGONAL and i < j:
                    other[:, i] = np.cos(angle) * matrix[:, i] + np.sin(angle) * matrix[:, j]
                    other[:, j] = np.cos(angle) * matrix[:, j] - np.sin(angle) * matrix[:, i]
                elif method not in ORTHOGONAL and i != j:
                    other[:, i] += angle * matrix[:, j]
                    other[:, i] /= np.linalg.norm(other[:, i])
                use = other if method in ORTHOGONAL else np.linalg.inv(other).T
                assert criterion(plain @ use) >= best - 1e-9


def test_a_finer_tolerance_reaches_the_varimax_optimum():
    plain = extract(bfi(), 5, "ml").loadings
    rough, fine = rotate(plain, "varimax"), rotate(plain, "varimax", tolerance=1e-13)
    assert fine.minima[0] < rough.minima[0]
    assert_allclose(rough.loadings, fine.loadings, atol=3e-3)


def test_kaiser_weights_are_the_default_where_r_has_them():
    plain = extract(bfi(), 5).loadings
    for method in ("varimax", "oblimin"):
        usual = rotate(plain, method).loadings
        same = rotate(plain, method, normalise=method in NORMALISED).loadings
        other = rotate(plain, method, normalise=method not in NORMALISED).loadings
        assert_allclose(usual, same)
        assert np.abs(usual - other).max() > 1e-4


def test_target_rotation_reaches_a_reachable_target():
    plain = extract(implied(PLANTED, PHI), 3).loadings
    target = np.where(PLANTED == 0, 0.0, np.nan)
    turned = rotate(plain, "target", target=target)
    assert turned.minima[0] == pytest.approx(0, abs=1e-10)
    assert_allclose(aligned(turned.loadings, PLANTED), PLANTED, atol=1e-4)


def test_random_starts_agree_or_are_counted():
    plain = extract(bfi(), 5).loadings
    one, many = rotate(plain, "oblimin"), rotate(plain, "oblimin", starts=12, seed=3)
    assert sum(many.reached) == 12
    assert many.minima[0] <= one.minima[0] + 1e-9
    noise = np.random.default_rng(2).normal(size=(12, 5)) * 0.4
    found = rotate(noise, "geomin", starts=30)
    assert len(found.minima) > 1 and list(found.minima) == sorted(found.minima)


def test_a_heywood_case_is_marked():
    matrix = implied(PLANTED, PHI)
    matrix[0, 1] = matrix[1, 0] = 0.97
    assert extract(matrix, 3).heywood[:2].any()


def test_one_factor_is_only_reflected():
    loads = -np.linspace(0.4, 0.8, 6)[:, None]
    turned = rotate(loads, "oblimin")
    assert_allclose(turned.loadings, -loads)
    assert_allclose(turned.correlations, [[1.0]])


def test_degrees_of_freedom():
    assert degrees_of_freedom(25, 5) == 300 - 125 + 10
    assert degrees_of_freedom(5, 3) == -2


def test_a_true_model_leaves_no_residual():
    measures = fit_measures(implied(PLANTED, PHI), PLANTED, PHI, 500)
    assert measures["rmsr"] == pytest.approx(0, abs=1e-12)
    assert measures["chi2"] == pytest.approx(0, abs=1e-8)
    assert measures["rmsea"] == 0 and measures["rmsea_low"] == 0


def test_an_impossible_matrix_is_undefined_not_wrong():
    matrix = np.full((4, 4), -0.6)
    np.fill_diagonal(matrix, 1.0)
    assert np.isnan(extract(matrix, 1, "ml").loadings).all()
    loads = extract(matrix, 1, "minres").loadings
    assert np.isnan(fit_measures(matrix, loads, np.eye(1), 100)["chi2"])
    assert np.isnan(score_weights(matrix, loads, np.eye(1))).all()


def test_scores_keep_what_each_method_promises():
    matrix = implied(PLANTED, PHI)
    bartlett = score_weights(matrix, PLANTED, PHI, "bartlett")
    assert_allclose(bartlett.T @ PLANTED, np.eye(3), atol=1e-10)
    berge = score_weights(matrix, PLANTED, PHI, "tenberge")
    assert_allclose(berge.T @ matrix @ berge, PHI, atol=1e-10)
    regression = score_weights(matrix, PLANTED, PHI, "regression")
    assert_allclose(matrix @ regression, PLANTED @ PHI, atol=1e-10)
