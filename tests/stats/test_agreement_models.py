"""HTMT, composite reliability, proportional odds and item DIF: oracle values, peers, equivalences, undefined cases."""

from functools import cache

import numpy as np
import pytest
from scipy import optimize
from statsmodels.miscmodels.ordinal_model import OrderedModel
from statsmodels.stats.multitest import multipletests

from surveykit.stats.composite import ave, ave_interval, composite_reliability, factor_reliability
from surveykit.stats.counts import Counts
from surveykit.stats.dif import benjamini_hochberg, item_dif
from surveykit.stats.htmt import htmt
from surveykit.stats.logistic_ordinal import proportional_odds, tabulate
from surveykit.stats.onefactor import one_factor
from surveykit.stats.polychoric import polychoric
from surveykit.stats.resampled_moments import left_out_correlations, resample_weights, resampled_correlations
from surveykit.stats.resampled_polychoric import resampled_polychoric
from tests.oracle_values import assert_meets, frame, ids

HS = [f"x{i}" for i in range(1, 10)]
NINE = [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
FACTORS = ("visual", "textual", "speed")


@cache
def holzinger():
    return frame("hs1939")[HS].to_numpy()


@cache
def three_factors():
    """Maximum likelihood of the three-factor model by a general optimiser: loadings, psi, theta, S (divisor n)."""
    s = np.cov(holzinger().T, bias=True)
    free = [(i, f) for f, items in enumerate(NINE) for i in items]

    def unpack(x):
        lam = np.zeros((9, 3))
        for value, place in zip(x[:9], free, strict=True):
            lam[place] = value
        psi = np.eye(3)
        psi[np.tril_indices(3, -1)] = x[9:12]
        return lam, psi + np.tril(psi, -1).T, np.exp(x[12:])

    def objective(x):
        lam, psi, theta = unpack(x)
        sigma = lam @ psi @ lam.T + np.diag(theta)
        sign, log = np.linalg.slogdet(sigma)
        if sign <= 0:
            return 1e10, np.zeros(21)
        inverse = np.linalg.inv(sigma)
        slope = inverse @ (sigma - s) @ inverse
        by_loading, by_factor = 2 * slope @ lam @ psi, 2 * lam.T @ slope @ lam
        parts = [by_loading[place] for place in free], by_factor[np.tril_indices(3, -1)], np.diag(slope) * theta
        return log + np.trace(s @ inverse), np.concatenate(parts)

    start = np.concatenate([np.sqrt(np.diag(s)) * 0.7, [0.3] * 3, np.log(np.diag(s) / 2)])
    found = optimize.minimize(objective, start, jac=True, method="BFGS", options={"gtol": 1e-9, "maxiter": 2000})
    lam, psi, theta = unpack(found.x)
    return lam, psi, np.diag(theta), s


@pytest.mark.parametrize("key", ids("rel.hs", "compRelSEM.hs"))
def test_reliabilities_of_a_fitted_model_are_those_of_semtools(key):
    found = dict(zip(FACTORS, factor_reliability(*three_factors()), strict=True))[key.split(".")[2]]
    assert_meets(key, found.omega3 if key.startswith("comp") else getattr(found, key.split(".")[3]))


@pytest.mark.parametrize("key", ids("CR.std", "AVE.std"))
def test_cr_and_ave_of_standardised_loadings(key):
    lam, psi, theta, _ = three_factors()
    spread = np.sqrt(np.diag(lam @ psi @ lam.T + theta))
    at = FACTORS.index(key.split(".")[-1])
    loadings = lam[NINE[at], at] / spread[NINE[at]]
    assert_meets(key, composite_reliability(loadings) if key.startswith("CR") else ave(loadings))


def test_cr_and_ave_take_loadings_of_any_metric_and_refuse_improper_ones():
    loadings, unique = np.array([0.8, 0.6, 0.7]), 1 - np.array([0.8, 0.6, 0.7]) ** 2
    scale = np.array([2.0, 0.5, 3.0])
    assert ave(loadings * scale, unique * scale**2) == pytest.approx(ave(loadings))
    assert composite_reliability(loadings * 3, unique * 9) == pytest.approx(composite_reliability(loadings))
    for wrong in ([0.8, np.nan], [1.2, 0.5], []):
        assert np.isnan(ave(wrong)) and np.isnan(composite_reliability(wrong))


def test_the_error_of_ave_is_that_of_resampling():
    rows = holzinger()[:, 3:6]
    fit = one_factor(np.cov(rows.T), 301)
    generator, draws = np.random.default_rng(1), []
    for _ in range(300):
        again = one_factor(np.cov(rows[generator.integers(0, 301, 301)].T), 301)
        draws.append(ave(again.loadings, again.uniquenesses))
    error, low, high = ave_interval(fit)
    assert error == pytest.approx(np.std(draws), rel=0.15)
    assert low < ave(fit.loadings, fit.uniquenesses) < high


@pytest.mark.parametrize("key", ids("htmt.hs", "htmt2.hs"))
def test_htmt_is_that_of_semtools(key):
    found = htmt(np.corrcoef(holzinger().T), NINE)
    at = ["vis_tex", "vis_spd", "tex_spd"].index(key.split(".")[2])
    assert_meets(key, (found.geometric if key.startswith("htmt2") else found.arithmetic)[at])


@pytest.mark.parametrize("key", ids("htmt.bfi9.ordered"))
def test_htmt_of_polychoric_correlations_is_that_of_semtools(key):
    nine = frame("bfi9")
    rho = polychoric(Counts.of(nine.to_numpy(float), list(nine.columns), range(1, 7))).correlation
    assert_meets(key, htmt(rho, NINE).arithmetic[0])


def test_htmt_of_a_perfect_model_is_the_latent_correlation():
    """Equal loadings for HTMT, any loadings for HTMT2 (Roemer, Schuberth & Henseler 2021)."""
    equal, mixed = np.full(6, 0.8), np.array([0.9, 0.5, 0.7, 0.6, 0.8, 0.4])
    for loadings, name in ((equal, "arithmetic"), (mixed, "geometric")):
        lam = np.zeros((6, 2))
        lam[:3, 0], lam[3:, 1] = loadings[:3], loadings[3:]
        r = lam @ np.array([[1, 0.73], [0.73, 1]]) @ lam.T
        np.fill_diagonal(r, 1)
        assert getattr(htmt(r, [[0, 1, 2], [3, 4, 5]]), name)[0] == pytest.approx(0.73)


def test_htmt_is_undefined_for_one_item_and_for_items_that_do_not_hang_together():
    r = np.array([[1, -0.4, 0.3, 0.3], [-0.4, 1, 0.2, 0.2], [0.3, 0.2, 1, 0.5], [0.3, 0.2, 0.5, 1]])
    assert np.isnan(htmt(r, [[0], [2, 3]]).arithmetic[0])
    assert np.isnan(htmt(r, [[0, 1], [2, 3]], absolute=False).arithmetic[0])
    assert np.isfinite(htmt(r, [[0, 1], [2, 3]]).arithmetic[0])
    r[0, 2] = r[2, 0] = np.nan
    found = htmt(r, [[0, 1], [2, 3]])
    assert np.isnan(found.arithmetic[0]) and np.isnan(found.geometric[0])


def test_resampled_correlations_are_those_of_the_repeated_rows():
    rows = holzinger() * 10 + 1000
    weights = np.concatenate(list(resample_weights(301, 5, 3)))
    found = np.concatenate(list(resampled_correlations(rows, 5, 3)))
    assert (weights.sum(axis=1) == 301).all()
    for counts, correlation in zip(weights, found, strict=True):
        np.testing.assert_allclose(correlation, np.corrcoef(np.repeat(rows, counts.astype(int), axis=0).T), atol=1e-12)


def test_left_out_correlations_are_those_of_the_other_rows():
    found = np.concatenate(list(left_out_correlations(holzinger())))
    for at in (0, 150, 300):
        np.testing.assert_allclose(found[at], np.corrcoef(np.delete(holzinger(), at, axis=0).T), atol=1e-12)


def test_a_variable_constant_in_a_resample_has_no_correlation():
    rows = np.array([[1, 5.0], [2, 5.0], [3, 5.0], [4, 6.0]])
    weights = np.concatenate(list(resample_weights(4, 50, 1)))
    found = np.concatenate(list(resampled_correlations(rows, 50, 1)))
    constant = (weights[:, 3] == 0) | (weights[:, 3] == 4)
    np.testing.assert_array_equal(np.isnan(found[:, 0, 1]), constant)


def test_resampled_polychoric_correlations_are_those_of_the_repeated_rows():
    nine = frame("bfi9").iloc[:400, :4]
    names, levels = list(nine.columns), [tuple(range(1, 7))] * 4
    found = np.concatenate(list(resampled_polychoric(nine.to_numpy(float), levels, 3, 9)))
    weights = np.concatenate(list(resample_weights(400, 3, 9)))
    for counts, rho in zip(weights, found, strict=True):
        again = nine.to_numpy(float).repeat(counts.astype(int), axis=0)
        np.testing.assert_allclose(rho, polychoric(Counts.of(again, names, levels)).correlation, atol=1e-7)


def _ordered(n=400, seed=1, q=2, c=5):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n, q)) * [1.0, 20.0][:q] + [0, 50][:q]
    latent = x @ np.array([0.8, 0.03])[:q] + generator.logistic(size=n)
    return np.digitize(latent, np.quantile(latent, np.linspace(0, 1, c + 1)[1:-1])), x


@pytest.mark.parametrize(("q", "c"), [(1, 2), (1, 5), (2, 4), (2, 11)])
def test_proportional_odds_agrees_with_statsmodels(q, c):
    y, x = _ordered(q=q, c=c)
    counts, rows, codes = tabulate(y, x)
    found = proportional_odds(counts, rows)
    peer = OrderedModel(y, x - x.mean(axis=0), distr="logit").fit(method="bfgs", disp=False, gtol=1e-8, maxiter=500)
    cuts = peer.model.transform_threshold_params(peer.params)[1:-1] + x.mean(axis=0) @ found.slopes
    assert found.converged and len(codes) == c
    assert found.log_likelihood == pytest.approx(peer.llf, abs=1e-7)
    np.testing.assert_allclose(found.slopes, peer.params[:q], rtol=2e-5)
    np.testing.assert_allclose(found.slope_errors, peer.bse[:q], rtol=1e-4)
    np.testing.assert_allclose(found.thresholds, cuts, rtol=1e-4)
    assert found.mcfadden == pytest.approx(peer.prsquared, abs=1e-8)


def test_proportional_odds_of_grouped_rows_equals_that_of_single_rows():
    generator = np.random.default_rng(2)
    x = generator.integers(0, 4, (300, 1)).astype(float)
    y = np.clip(x[:, 0] + generator.integers(-1, 2, 300), 0, 4)
    grouped = proportional_odds(*tabulate(y, x)[:2])
    single = proportional_odds((y[:, None] == np.arange(5)).astype(float), x)
    np.testing.assert_allclose(grouped.slopes, single.slopes, rtol=1e-7)
    np.testing.assert_allclose(grouped.covariance, single.covariance, rtol=1e-6)
    assert grouped.nagelkerke == pytest.approx(single.nagelkerke, abs=1e-9)


def test_proportional_odds_turned_round_changes_signs_only():
    y, x = _ordered(q=1)
    up, down = proportional_odds(*tabulate(y, x)[:2]), proportional_odds(*tabulate(-y, x)[:2])
    np.testing.assert_allclose(down.slopes, -up.slopes, rtol=1e-7)
    np.testing.assert_allclose(down.thresholds, -up.thresholds[::-1], rtol=1e-6)


def test_undefined_proportional_odds_say_why():
    x = np.arange(20.0)[:, None]
    separated = proportional_odds(*tabulate(x[:, 0] > 9, x)[:2])
    constant = proportional_odds(*tabulate(x[:, 0] > 9, np.ones((20, 1)))[:2])
    twice = proportional_odds(*tabulate(np.arange(20) % 3, np.column_stack([x, 2 * x]))[:2])
    single = proportional_odds(*tabulate(np.ones(20), x)[:2])
    codes = [found.problems[0].code for found in (separated, constant, twice, single)]
    assert codes == ["DIF-SEPARATION", "DIF-DEPENDENT", "DIF-DEPENDENT", "DIF-ONECATEGORY"]
    assert all(np.isnan(found.log_likelihood) and np.isnan(found.slopes).all() for found in (separated, constant))


@pytest.mark.parametrize("key", ids("dif"))
def test_dif_is_that_of_clm(key):
    _, item, part = key.split(".")
    data = frame("bfi_N_gender")
    total = data[["N1", "N2", "N3", "N4", "N5"]].sum(axis=1)
    found = item_dif(data[item], total, data["gender"] - 1)
    values = {"uniform_chi2": found.chi2[0], "nonuniform_chi2": found.chi2[1], "b_gender": found.log_odds[0]}
    assert_meets(key, float(values[part]))


def test_tests_of_dif_add_up_and_ignore_the_unit_of_the_score():
    data = frame("bfi_N_gender").head(600)
    score = data[["N1", "N2", "N3", "N4"]].sum(axis=1)
    found = item_dif(data["N5"], score, data["gender"] - 1)
    scaled = item_dif(data["N5"], 100 - 3 * score, data["gender"] - 1)
    assert found.chi2[2] == pytest.approx(found.chi2[0] + found.chi2[1])
    assert found.nagelkerke[2] == pytest.approx(found.nagelkerke[0] + found.nagelkerke[1])
    np.testing.assert_allclose(scaled.chi2, found.chi2, atol=1e-7)
    np.testing.assert_allclose(scaled.log_odds, found.log_odds, rtol=1e-6)


def test_benjamini_hochberg_agrees_with_statsmodels_and_leaves_nan_out():
    p = np.random.default_rng(4).random(12) ** 3
    np.testing.assert_allclose(benjamini_hochberg(p), multipletests(p, method="fdr_bh")[1])
    gaps = np.insert(p, 3, np.nan)
    np.testing.assert_allclose(np.delete(benjamini_hochberg(gaps), 3), benjamini_hochberg(p))
