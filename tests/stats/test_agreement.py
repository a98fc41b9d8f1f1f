"""Numerics of agreement give published values, those of R and of peers, and NaN with a reason where undefined."""

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from statsmodels.stats import inter_rater

from surveykit.stats import kappa
from surveykit.stats.bland_altman import bland_altman
from surveykit.stats.bootstrap_bounds import bca, percentile
from surveykit.stats.icc import FORMS, icc
from surveykit.stats.krippendorff import krippendorff
from tests.oracle_values import assert_meets, ids

SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7.0]])
NA = np.nan
# Krippendorff (2011), Computing Krippendorff's alpha-reliability: 12 units by 4 observers, alphas in section D and E
UNITS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NA, NA, NA],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NA, 3],
        [NA, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NA],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NA],
    ]
).T


@pytest.mark.parametrize("key", ids("icc.sf"))
def test_icc_of_shrout_and_fleiss(key):
    _, _, form, part = key.split(".")
    found = icc(SHROUT_FLEISS)
    values = {"icc": found.estimate, "lo": found.conf_low, "hi": found.conf_high, "F": found.f}[part]
    assert_meets(key, float(values[FORMS.index(form.lower())]))


@pytest.mark.parametrize("shape", [(5, 2), (30, 3), (80, 6)])
def test_icc_agrees_with_pingouin(shape):
    ratings = np.random.default_rng(shape[0]).normal(size=shape) + np.arange(shape[0])[:, None] / 20
    long = pd.DataFrame(ratings).rename_axis("subject").reset_index().melt("subject", var_name="rater")
    peer = pingouin.intraclass_corr(long, "subject", "rater", "value")
    found = icc(ratings)
    np.testing.assert_allclose(found.estimate, peer["ICC"], rtol=1e-9)
    np.testing.assert_allclose(found.f, peer["F"], rtol=1e-9)
    np.testing.assert_allclose(found.p_value, peer["pval"], rtol=1e-6, atol=1e-12)


@given(arrays(float, (6, 3), elements=st.integers(1, 7).map(float)), st.floats(0.1, 50), st.floats(-100, 100))
@settings(max_examples=50, deadline=None)
def test_icc_does_not_change_with_unit_and_origin(ratings, scale, shift):
    before, after = icc(ratings), icc(ratings * scale + shift)
    np.testing.assert_allclose(after.estimate, before.estimate, rtol=1e-6, atol=1e-8)


def test_raters_in_any_order_give_the_same_icc():
    np.testing.assert_allclose(icc(SHROUT_FLEISS[:, ::-1]).conf_low, icc(SHROUT_FLEISS).conf_low)


@pytest.mark.parametrize(
    ("ratings", "code"),
    [
        ([[1.0, 2.0]], "AGREE-SIZE"),
        ([[1.0], [2.0]], "AGREE-SIZE"),
        ([[3.0, 3.0], [3.0, 3.0]], "AGREE-NOVARIANCE"),
        ([[1.0, 2.0], [1.0, 2.0]], "AGREE-NOVARIANCE"),
    ],
)
def test_icc_without_variance_or_size_is_undefined(ratings, code):
    found = icc(ratings)
    assert np.isnan(found.estimate).all() and np.isnan(found.p_value).all()
    assert [problem.code for problem in found.problems] == [code]


def test_perfect_ratings_have_an_icc_and_no_test():
    found = icc([[1, 1.0], [2, 2.0], [3, 3.0]])
    assert found.estimate.tolist() == [1.0] * 6
    assert np.isnan(found.f).all() and np.isnan(found.conf_low).all()
    assert found.problems[0].code == "AGREE-PERFECT"


def _table(a, b):
    codes = sorted({*a, *b})
    table = np.zeros((len(codes), len(codes)))
    for first, second in zip(a, b, strict=True):
        table[codes.index(first), codes.index(second)] += 1
    return table, codes


@pytest.mark.parametrize("key", ids("kappa.psychhelp"))
def test_kappa_of_the_psych_help_page(key):
    a, b = range(1, 10), (1, 3, 1, 6, 1, 5, 5, 6, 7)
    table, codes = _table(a, b)
    weights = kappa.agreement_weights(codes, "quadratic") if key.endswith("weighted") else None
    assert_meets(key, kappa.cohen(table, weights).estimate)


# psych 2.2.9: k <- cohen.kappa(cbind(A, B)); k$kappa, k$weighted.kappa, sqrt(k$var.kappa)
A = "524423425254555112144323535241341252111152532413442141525223"
B = "514414525144555211153422544331342151111153423313431141514223"


def test_kappa_and_its_error_are_those_of_psych():
    table, codes = _table([int(x) for x in A], [int(x) for x in B])
    plain, weighted = kappa.cohen(table), kappa.cohen(table, kappa.agreement_weights(codes, "quadratic"))
    assert plain.estimate == pytest.approx(0.4176776429809, abs=1e-10)
    assert plain.std_error == pytest.approx(0.0780155135028, abs=1e-10)
    assert weighted.estimate == pytest.approx(0.8938187334092, abs=1e-10)


def test_the_error_of_weighted_kappa_is_that_of_resampling():
    """psych 2.2.9 prints .0234 here, which neither resampling nor Fleiss, Cohen & Everitt bear out."""
    a, b = (np.array([int(x) for x in column]) for column in (A, B))
    weights, generator, draws = kappa.agreement_weights(range(5), "quadratic"), np.random.default_rng(0), []
    for _ in range(1000):
        rows = generator.integers(0, 60, 60)
        table = np.zeros((5, 5))
        np.add.at(table, (a[rows] - 1, b[rows] - 1), 1)
        draws.append(kappa.cohen(table, weights).estimate)
    table, _ = _table(list(a), list(b))
    assert kappa.cohen(table, weights).std_error == pytest.approx(np.std(draws), rel=0.08)


@pytest.mark.parametrize("kind", ["none", "linear", "quadratic"])
def test_kappa_agrees_with_statsmodels(kind):
    table = np.random.default_rng(2).integers(1, 15, (4, 4)) + 10 * np.eye(4)
    peer = inter_rater.cohens_kappa(table, wt=None if kind == "none" else kind)
    found = kappa.cohen(table, kappa.agreement_weights(range(4), kind))
    np.testing.assert_allclose([found.estimate, found.std_error], [peer.kappa, peer.std_kappa], rtol=1e-9)
    np.testing.assert_allclose([found.conf_low, found.conf_high], [peer.kappa_low, peer.kappa_upp], rtol=1e-6)


def test_a_category_nobody_used_does_not_change_weighted_kappa_of_numeric_codes():
    a, b = [1, 2, 4, 4, 2, 1], [1, 4, 4, 2, 2, 1]
    table, codes = _table(a, b)
    wide = np.zeros((4, 4))
    wide[np.ix_([0, 1, 3], [0, 1, 3])] = table
    short = kappa.cohen(table, kappa.agreement_weights(codes, "linear"))
    full = kappa.cohen(wide, kappa.agreement_weights([1, 2, 3, 4], "linear"))
    assert full.estimate == pytest.approx(short.estimate)


def test_fleiss_kappa_agrees_with_statsmodels():
    counts = np.random.default_rng(6).multinomial(6, [0.5, 0.2, 0.2, 0.1], size=30)
    assert kappa.fleiss(counts).estimate == pytest.approx(inter_rater.fleiss_kappa(counts), abs=1e-12)


def test_the_error_of_fleiss_kappa_is_that_of_resampling():
    generator = np.random.default_rng(5)
    truth = generator.integers(0, 3, 200)
    ratings = np.where(generator.random((200, 4)) < 0.7, truth[:, None], generator.integers(0, 3, (200, 4)))
    counts = np.stack([(ratings == code).sum(axis=1) for code in range(3)], axis=1)
    draws = [kappa.fleiss(counts[generator.integers(0, 200, 200)]).estimate for _ in range(400)]
    assert kappa.fleiss(counts).std_error == pytest.approx(np.std(draws), rel=0.12)


@pytest.mark.parametrize(
    ("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_alpha_of_krippendorffs_example(level, published):
    found = krippendorff(UNITS, level, n_boot=0)
    assert found.estimate == pytest.approx(published, abs=5e-4)
    assert (found.n, found.ratings) == (11, 40)


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_the_error_of_alpha_is_that_of_resampled_units(level):
    generator = np.random.default_rng(7)
    ratings = generator.integers(1, 6, (60, 1)) + generator.integers(0, 3, (60, 3)).astype(float)
    ratings[generator.random(ratings.shape) < 0.1] = np.nan
    found = krippendorff(ratings, level, n_boot=2000)
    draws = [krippendorff(ratings[generator.integers(0, 60, 60)], level, n_boot=0).estimate for _ in range(500)]
    assert found.std_error == pytest.approx(np.std(draws), rel=0.12)
    assert found.conf_low < found.estimate < found.conf_high


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_alpha_does_not_change_with_the_order_of_units_and_raters(level):
    turned = krippendorff(UNITS[::-1, ::-1], level, n_boot=0).estimate
    assert turned == pytest.approx(krippendorff(UNITS, level, n_boot=0).estimate)


def test_alpha_of_complete_nominal_pairs_is_scotts_pi_with_its_correction():
    pairs = np.array([[1, 1], [2, 2], [1, 2], [3, 3], [3, 1], [2, 2.0]])
    share = np.bincount(pairs.ravel().astype(int), minlength=4)[1:] / 12
    pi = (4 / 6 - (share**2).sum()) / (1 - (share**2).sum())
    assert krippendorff(pairs, n_boot=0).estimate == pytest.approx(1 - (1 - pi) * (12 - 1) / 12)


def test_a_seed_gives_the_same_interval_and_another_seed_another():
    first, again, other = (krippendorff(UNITS, seed=seed) for seed in (1, 1, 2))
    assert (first.conf_low, first.std_error) == (again.conf_low, again.std_error)
    assert first.std_error != other.std_error


def test_undefined_alpha_and_kappa_say_why():
    assert krippendorff([[1, 1], [1, 1.0]]).problems[0].code == "AGREE-ONECATEGORY"
    assert krippendorff([[1, NA], [NA, 2.0]]).problems[0].code == "AGREE-NOCASES"
    assert krippendorff([[-1, 2], [1, 2.0]], "ratio").problems[0].code == "AGREE-RATIO"
    assert kappa.cohen([[4, 0], [0, 0]]).problems[0].code == "AGREE-ONECATEGORY"
    assert kappa.cohen(np.zeros((2, 2))).problems[0].code == "AGREE-NOCASES"
    assert kappa.fleiss([[3, 0], [3, 0]]).problems[0].code == "AGREE-ONECATEGORY"
    for found in (krippendorff([[1, 1], [1, 1.0]]), kappa.cohen([[4, 0], [0, 0]]), kappa.fleiss([[3, 0]])):
        assert np.isnan(found.estimate) and np.isnan(found.conf_low)
    perfect = kappa.cohen([[4, 0], [0, 2]])
    assert perfect.estimate == 1 and np.isnan(perfect.std_error) and perfect.problems[0].code == "AGREE-PERFECT"


def test_bland_altman_of_peak_flow():
    """Bland & Altman (1986), Lancet, table 1: Wright meters; bias -2.1, SD 38.8, limits -79.7 and 75.5 at 2 SD."""
    large = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
    mini = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
    found = bland_altman(large, mini)
    assert found.estimate[0] == pytest.approx(-2.1, abs=0.05)
    assert found.sd == pytest.approx(38.8, abs=0.05)
    np.testing.assert_allclose(found.estimate[1:], [-2.118 - 1.95996 * 38.765, -2.118 + 1.95996 * 38.765], atol=0.01)
    assert found.conf_low[0] == pytest.approx(-22.0, abs=0.1) and found.conf_high[0] == pytest.approx(17.8, abs=0.1)
    swapped = bland_altman(mini, large)
    np.testing.assert_allclose(swapped.estimate, -found.estimate[[0, 2, 1]])


def test_equal_differences_have_a_bias_and_nothing_else():
    found = bland_altman([1, 2, 3], [0, 1, 2])
    assert found.estimate[0] == 1 and np.isnan(found.estimate[1:]).all() and np.isnan(found.p_value)
    assert found.problems[0].code == "AGREE-SAMEDIFFERENCE"


def test_bca_of_a_mean_agrees_with_scipy_and_percentile_with_quantiles():
    generator = np.random.default_rng(8)
    x = generator.exponential(size=60)
    draws = x[generator.integers(0, 60, (4000, 60))].mean(axis=1)
    left_out = (x.sum() - x) / 59
    low, high = bca(draws[:, None], [x.mean()], left_out[:, None])
    peer = stats.bootstrap((x,), np.mean, method="BCa", n_resamples=4000, random_state=1).confidence_interval
    np.testing.assert_allclose([low[0], high[0]], peer, atol=0.03)
    np.testing.assert_allclose(np.ravel(percentile(draws[:, None])), np.quantile(draws, [0.025, 0.975]))
    assert np.isnan(percentile(np.ones((50, 1)))[0]).all()
