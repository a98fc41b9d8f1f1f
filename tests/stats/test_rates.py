"""Rates, Kaplan-Meier curves of many cells and working time against R and published values."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from surveykit.stats.censored import curves, ended_by, quantile
from surveykit.stats.rates import dispersion, linearised, means, poisson, share
from surveykit.stats.working_time import working_seconds

ORACLE = json.loads((Path(__file__).parents[1] / "oracle" / "operations" / "rates.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", ORACLE["poisson"])
def test_counts_meet_the_exact_interval_of_r(case):
    found = poisson([case["x"]], [case["time"]])
    assert_allclose([found.estimate[0], found.low[0], found.high[0]], case["values"], rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("case", ORACLE["share"])
def test_shares_meet_the_score_interval_of_r(case):
    found = share([case["x"]], [case["n"]])
    assert_allclose([found.low[0], found.high[0]], case["values"], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("case", ORACLE["survival"], ids=lambda case: case["name"])
def test_curves_quantiles_and_bounds_meet_survfit(case):
    time, event = np.array(case["time"], dtype=float), np.array(case["event"], dtype=bool)
    found = curves(np.zeros(len(time), dtype=np.intp), time, event, 1)
    assert_allclose(found.time, case["times"])
    assert_allclose(found.survival, case["survival"], atol=1e-12)
    for level, wanted in case["quantiles"].items():
        q = quantile(found, float(level))
        values = [np.nan if value is None else value for value in wanted]
        assert_allclose([q.estimate[0], q.low[0], q.high[0]], values)
    at = ended_by(found, case["at"])
    assert_allclose([at.estimate[0], at.low[0], at.high[0]], case["ended"], rtol=1e-7)


def test_many_cells_at_once_are_each_cell_alone():
    rng = np.random.default_rng(7)
    cell, time = rng.integers(0, 5, 400), rng.integers(1, 30, 400).astype(float)
    event = rng.random(400) < 0.6
    cell[cell == 3] = 4
    together = curves(cell, time, event, 5)
    for one in range(5):
        mine = cell == one
        alone = curves(np.zeros(mine.sum(), dtype=np.intp), time[mine], event[mine], 1)
        span = slice(together.start[one], together.start[one + 1])
        assert_allclose(together.survival[span], alone.survival, atol=1e-12)
        assert_allclose(quantile(together, 0.5).estimate[one], quantile(alone, 0.5).estimate[0])
    assert np.isnan(quantile(together, 0.5).estimate[3]) and together.n[3] == 0


def test_an_empty_base_is_undefined_and_never_zero():
    assert np.isnan(share([0], [0]).estimate[0]) and np.isnan(poisson([0], [0]).estimate[0])
    assert np.isnan(share([3], [2]).estimate[0])
    assert np.isnan(means(np.zeros(0, dtype=np.intp), [], 1).estimate[0])
    none = curves(np.zeros(0, dtype=np.intp), [], [], 2)
    assert np.isnan(quantile(none, 0.5).estimate).all() and np.isnan(ended_by(none, 1).estimate).all()


def test_a_share_beyond_what_was_watched_is_undefined():
    found = curves(np.zeros(3, dtype=np.intp), [1.0, 2.0, 5.0], [True, False, False], 1)
    assert np.isnan(ended_by(found, 6.0).estimate[0])
    assert_allclose(ended_by(found, 5.0).estimate[0], 1 / 3)


def test_scatter_among_customers_widens_the_interval_of_a_count():
    assert_allclose(dispersion([4], [8], [2 * 36 - 8]), [(64 - 16) / 3 / 2])
    plain, wide = poisson([20], [10]), poisson([20], [10], dispersion=[4.0])
    assert wide.low[0] < plain.low[0] < plain.estimate[0] < plain.high[0] < wide.high[0]
    assert_allclose(poisson([20], [10], dispersion=[0.3]).low, plain.low)


def test_the_scattered_interval_of_a_count_covers_as_it_says():
    rng = np.random.default_rng(3)
    counts = rng.negative_binomial(1, 0.25, (2000, 300))
    scatter = dispersion(np.full(2000, 300), counts.sum(axis=1), (counts**2).sum(axis=1))
    found = poisson(counts.sum(axis=1), np.full(2000, 300.0), dispersion=scatter)
    covered = ((found.low <= 3) & (found.high >= 3)).mean()
    assert 0.93 <= covered <= 0.97


def test_the_delta_method_of_a_ratio_is_the_textbook_one():
    covariance = np.array([[[0.04], [0.01]], [[0.01], [0.09]]])
    found = linearised([2 / 4], ([1 / 4], [-2 / 16]), covariance, [50])
    variance = 0.04 / 16 - 2 * 0.01 * (1 / 4) * (2 / 16) + 0.09 * (2 / 16) ** 2
    assert_allclose(found.std_error, [variance**0.5])


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        ("2026-03-27T17:00", "2026-03-30T10:00", 2),
        ("2026-03-28T10:00", "2026-03-29T10:00", 0),
        ("2026-03-30T08:00", "2026-03-30T20:00", 9),
        ("2026-03-31T12:00", "2026-04-02T12:00", 9),
        ("1969-12-31T12:00", "1970-01-01T12:00", 9),
        ("NaT", "2026-03-30T10:00", np.nan),
    ],
)
def test_only_opening_hours_count(begin, end, hours):
    times = (np.array([moment], dtype="datetime64[ns]") for moment in (begin, end))
    assert_allclose(working_seconds(*times, 9, 18, "1111100", ("2026-04-01",)) / 3600, [hours])
