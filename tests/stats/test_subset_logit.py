"""Logit models on every subset: R's McFadden values, single fits, resamples, separation, weights."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from surveykit.errors import SurveykitError
from surveykit.stats.logistic_ordinal import proportional_odds, tabulate
from surveykit.stats.resampled_moments import resample_weights
from surveykit.stats.subset_logit import SubsetLogit
from tests.oracle_values import frame

VALUES = Path(__file__).parents[1] / "oracle" / "importance" / "values.json"


@cache
def reference():
    known = json.loads(VALUES.read_text(encoding="utf-8"))["mcfadden"]
    rows = frame("bfi9")
    return known, rows[known["predictors"]].to_numpy(dtype=float), rows[known["outcome"]].to_numpy()


def singles(count):
    return [(at,) for at in range(count)]


def test_every_subset_meets_r():
    known, x, y = reference()
    ordinal = SubsetLogit(y - 1, x, singles(4)).fit()
    np.testing.assert_allclose(ordinal.mcfadden[:, 0], known["ordinal"], atol=1e-8)
    binary = SubsetLogit(y > known["cut"], x, singles(4)).fit()
    np.testing.assert_allclose(binary.mcfadden[:, 0], known["binary"], atol=1e-8)


def test_units_enter_together_and_single_fits_agree():
    _, x, y = reference()
    x, y = x[:400], y[:400]
    found = SubsetLogit(np.unique(y, return_inverse=True)[1], x, [(0, 2), (1,)]).fit()
    counts, rows, _ = tabulate(y, x[:, [0, 2]])
    assert found.log_likelihood[1] == pytest.approx(proportional_odds(counts, rows).log_likelihood, abs=1e-7)


def test_resamples_are_close_to_full_fits():
    _, x, y = reference()
    x, codes = x[:300], np.unique(y[:300], return_inverse=True)[1]
    model = SubsetLogit(codes, x, singles(3))
    draws = model.draws(model.fit(), 40, 5)
    weights = next(resample_weights(300, 40, 5))
    spread = draws.std(axis=1).max()
    for at in range(0, 40, 8):
        used = weights[at] > 0
        again = SubsetLogit(np.unique(codes[used], return_inverse=True)[1], x[used], singles(3), weights[at][used])
        np.testing.assert_allclose(draws[:, at], again.fit().mcfadden[:, 0], atol=0.08 * spread)


def test_a_resample_without_a_rare_answer_still_counts():
    generator = np.random.default_rng(1)
    x = generator.normal(size=(80, 2))
    codes = np.digitize(x[:, 0] + generator.logistic(size=80), [-0.5, 0.5])
    codes[0] = 3
    model = SubsetLogit(codes, x, singles(2))
    assert np.isfinite(model.draws(model.fit(), 30, 2)).all()


def test_whole_weights_are_repeated_rows():
    _, x, y = reference()
    x, codes = x[:200], (y[:200] > 4).astype(int)
    weights = np.random.default_rng(1).integers(1, 4, 200)
    weighted = SubsetLogit(codes, x, singles(2), weights).fit().mcfadden
    repeated = SubsetLogit(np.repeat(codes, weights), np.repeat(x, weights, axis=0), singles(2)).fit().mcfadden
    np.testing.assert_allclose(weighted, repeated, atol=1e-8)


def test_separated_answers_do_not_converge_and_collinear_ones_do():
    x = np.linspace(-1, 1, 40)[:, None]
    assert list(SubsetLogit(x[:, 0] > 0, x, singles(1)).fit().converged) == [True, False]
    noisy = (x[:, 0] + np.resize([0.8, -0.9, 0.1], 40) > 0).astype(int)
    twin = SubsetLogit(noisy, np.column_stack([x, x]), singles(2)).fit()
    assert twin.converged.all()
    np.testing.assert_allclose(twin.log_likelihood[1:], twin.log_likelihood[1], atol=1e-5)


def test_too_many_units_are_refused():
    with pytest.raises(SurveykitError, match="12 are the most"):
        SubsetLogit(np.arange(30) % 2, np.ones((30, 13)), singles(13))
