"""Intervals hold the truth about as often as they say: small samples of coverage.py beside this."""

import pytest

from tests.analyse import coverage


@pytest.mark.parametrize("n", [50, 400])
def test_nps(n):
    assert 0.94 < coverage.nps(5000, n) < 0.96


@pytest.mark.parametrize(("n", "share"), [(50, 0.1), (100, 0.8)])
def test_top_box(n, share):
    assert 0.94 < coverage.top_box(5000, n, share) < 0.965


def test_r2():
    assert 0.94 < coverage.r2(5000, 100, 2, 0.3) < 0.96


@pytest.mark.parametrize("measure", ["nps", "share"])
def test_weighted_measures_in_strata_and_clusters(measure):
    assert 0.9 < coverage.weighted(200, 240, measure) < 0.99


def test_a_slope_after_imputation():
    assert coverage.imputed(40, 150) >= 0.85
