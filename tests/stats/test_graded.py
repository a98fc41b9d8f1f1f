"""The graded response model: equivalences, recovery of known parameters, analytic derivatives, named faults."""

import numpy as np
import pytest
from scipy import integrate, optimize
from scipy.stats import norm

from surveykit.stats.graded import expected_scores, graded, item_information, probabilities

SLOPES = np.array([0.8, 1.2, 1.6, 2.2])
CUTS = np.array([[-1.5, -0.3, 1.0], [-1.0, 0.2, 1.2], [-0.5, 0.5, np.nan], [-1.2, 0.0, 0.9]])


def simulated(n=3000, seed=5, slopes=SLOPES, cuts=CUTS):
    generator = np.random.default_rng(seed)
    theta = generator.normal(size=n)
    logits = slopes[:, None] * (theta[:, None, None] - np.nan_to_num(cuts, nan=99.0))
    chance = 1 / (1 + np.exp(-logits))
    return (generator.uniform(size=(n, len(slopes)))[:, :, None] < chance).sum(axis=2)


def log_likelihood(codes, slopes, cuts):
    """Marginal log-likelihood by the definition on the model's nodes."""
    theta = np.linspace(-6, 6, 61)
    prior = norm.pdf(theta) / norm.pdf(theta).sum()
    product = np.tile(prior, (len(codes), 1))
    for item, column in enumerate(codes.T):
        bounds = np.array([-np.inf, *cuts[item][~np.isnan(cuts[item])], np.inf])
        above = 1 / (1 + np.exp(-slopes[item] * (theta - bounds[:, None])))
        product *= np.where(column[:, None] < 0, 1.0, (above[:-1] - above[1:])[column])
    return np.log(product.sum(axis=1)).sum()


def test_known_parameters_are_found_within_their_errors():
    fit = graded(simulated())
    assert fit.fault == ""
    z = (np.column_stack([fit.slopes, fit.thresholds]) - np.column_stack([SLOPES, CUTS])) / fit.errors
    assert np.nanmax(np.abs(z)) < 3.5
    assert np.isnan(z).sum() == 1


def test_standard_errors_are_the_spread_over_samples():
    fits = [graded(simulated(600, seed)) for seed in range(60)]
    estimates = np.array([np.column_stack([fit.slopes, fit.thresholds]) for fit in fits])
    told = np.array([fit.errors for fit in fits]).mean(axis=0)
    spread = estimates.std(axis=0, ddof=1)
    known = ~np.isnan(told)
    np.testing.assert_allclose(told[known] / spread[known], 1.0, atol=0.35)
    assert np.mean(told[known] / spread[known]) == pytest.approx(1.0, abs=0.1)


def test_the_likelihood_is_that_of_the_definition_and_at_its_maximum():
    codes = simulated(150)
    codes[::7, 1] = -1
    fit = graded(codes)
    assert fit.log_likelihood == pytest.approx(log_likelihood(codes, fit.slopes, fit.thresholds), abs=1e-6)
    start = np.concatenate([fit.slopes, fit.thresholds.ravel()])

    def value(free):
        return log_likelihood(codes, free[:4], free[4:].reshape(4, 3))

    known = ~np.isnan(start)
    slope = optimize.approx_fprime(np.nan_to_num(start), lambda x: value(np.where(known, x, np.nan)), 1e-6)
    assert np.abs(slope[known]).max() < 1e-2


def test_standard_errors_are_those_of_the_numerical_hessian():
    codes = simulated(200)[:, :3]
    fit = graded(codes)
    start = np.concatenate([fit.slopes, fit.thresholds.ravel()])
    known = np.flatnonzero(~np.isnan(start))

    def value(move):
        point = start.copy()
        point[known] += move
        return log_likelihood(codes, point[:3], point[3:].reshape(3, 3))

    step, size = 2e-3, len(known)
    hessian = np.empty((size, size))
    unit = np.eye(size) * step
    for i in range(size):
        for j in range(i + 1):
            corners = value(unit[i] + unit[j]) - value(unit[i] - unit[j])
            corners += value(-unit[i] - unit[j]) - value(unit[j] - unit[i])
            hessian[i, j] = hessian[j, i] = corners / (4 * step**2)
    expected = np.sqrt(np.diag(np.linalg.inv(-hessian)))
    told = np.concatenate([fit.errors[:, 0], fit.errors[:, 1:].ravel()])[known]
    np.testing.assert_allclose(told, expected, rtol=5e-3)


def test_reordered_rows_and_items_change_nothing():
    codes = simulated(500)
    order = np.array([2, 0, 3, 1])
    first, second = graded(codes), graded(codes[::-1][:, order])
    np.testing.assert_allclose(second.slopes, first.slopes[order], rtol=1e-5)
    np.testing.assert_allclose(second.thresholds, first.thresholds[order], atol=1e-5)
    np.testing.assert_allclose(second.errors, first.errors[order], rtol=1e-4)


def test_a_reversed_item_has_the_same_slope_downwards():
    codes = simulated(500)
    turned = codes.copy()
    turned[:, 0] = 3 - codes[:, 0]
    first, second = graded(codes), graded(turned)
    assert second.slopes[0] == pytest.approx(-first.slopes[0], rel=1e-5)
    np.testing.assert_allclose(second.thresholds[0], first.thresholds[0][::-1], atol=1e-5)
    assert second.log_likelihood == pytest.approx(first.log_likelihood, abs=1e-6)


def test_doubled_rows_shrink_errors_only():
    codes = simulated(400)
    first, second = graded(codes), graded(np.vstack([codes, codes]))
    np.testing.assert_allclose(second.slopes, first.slopes, rtol=1e-5)
    np.testing.assert_allclose(second.errors * np.sqrt(2), first.errors, rtol=1e-4)


def test_rows_without_answers_add_nothing_and_missing_ones_are_passed_over():
    codes = simulated(2000)
    assert graded(np.vstack([codes, np.full((50, 4), -1)])).log_likelihood == graded(codes).log_likelihood
    holes = np.where(np.random.default_rng(1).uniform(size=codes.shape) < 0.2, -1, codes)
    fit = graded(holes)
    z = (fit.slopes - SLOPES) / fit.errors[:, 0]
    assert np.abs(z).max() < 3.5


def test_probabilities_sum_to_one_and_stay_exact_far_out():
    theta = np.array([-40.0, -3.0, 0.0, 3.0, 40.0])
    chance = probabilities(SLOPES, CUTS, theta)
    np.testing.assert_allclose(chance.sum(axis=1), 1.0, rtol=1e-12)
    assert np.all(chance[2, 3] == 0)
    assert np.all(chance[:2, 0, -1] > 0)


def test_information_is_the_negative_mean_second_derivative():
    theta, step = np.array([-1.3, 0.2, 1.7]), 1e-4
    log = [np.log(probabilities(SLOPES[:2], CUTS[:2], theta + shift)) for shift in (-step, 0.0, step)]
    second = (log[0] - 2 * log[1] + log[2]) / step**2
    expected = -(probabilities(SLOPES[:2], CUTS[:2], theta) * second).sum(axis=1)
    np.testing.assert_allclose(item_information(SLOPES[:2], CUTS[:2], theta), expected, rtol=1e-4)


def test_information_of_a_two_answer_item_is_the_logistic_one():
    theta = np.linspace(-3, 3, 7)
    chance = 1 / (1 + np.exp(-1.4 * (theta - 0.5)))
    np.testing.assert_allclose(item_information([1.4], [[0.5]], theta)[0], 1.4**2 * chance * (1 - chance), rtol=1e-10)


def test_scores_are_the_posterior_mean_and_deviation():
    row = [3, 2, -1, 1]

    def density(theta):
        chance = probabilities(SLOPES, CUTS, [theta])[:, :, 0]
        return norm.pdf(theta) * chance[0, 3] * chance[1, 2] * chance[3, 1]

    moments = [integrate.quad(lambda t, k=k: t**k * density(t), -8, 8)[0] for k in range(3)]
    mean, deviation = expected_scores(SLOPES, CUTS, [row, [-1, -1, -1, -1]])
    assert mean[0] == pytest.approx(moments[1] / moments[0], abs=1e-6)
    assert deviation[0] == pytest.approx(np.sqrt(moments[2] / moments[0] - mean[0] ** 2), abs=1e-6)
    assert np.isnan(mean[1]) and np.isnan(deviation[1])


def test_items_that_repeat_each_other_have_no_finite_solution():
    codes = simulated(300)
    codes[:, 1] = codes[:, 0]
    fit = graded(codes)
    assert fit.fault in ("diverged", "unsettled")
    assert np.isnan(fit.errors).all()


def test_random_answers_settle_or_name_a_fault():
    generator = np.random.default_rng(8)
    for _ in range(25):
        codes = generator.integers(0, 3, size=(generator.integers(8, 60), 4))
        codes[:3] = [[0] * 4, [1] * 4, [2] * 4]
        fit = graded(codes)
        settled = np.isfinite(fit.slopes).all() and np.isfinite(fit.errors).all()
        assert settled if fit.fault == "" else np.isnan(fit.errors).all()
