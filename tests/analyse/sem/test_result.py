"""A fitted model can be read, drawn, told and stored."""

import json

import numpy as np
import pytest

from surveykit.analyse.sem.invariance import Invariance
from surveykit.analyse.sem.public import cfa, sem
from surveykit.analyse.sem.result import StructuralModel
from surveykit.errors import SurveykitError
from surveykit.language import glossary
from surveykit.result import Result
from tests.analyse.sem.models import HS, PD, bfi9, democracy, hs, ladder
from tests.oracle_values import frame


@pytest.mark.parametrize("make", [hs, democracy, ladder, lambda: bfi9("WLSMV")])
def test_stored_and_read_again(make):
    result = make()
    stored = json.loads(json.dumps(result.to_dict()))
    again = Result.from_dict(stored)
    assert isinstance(again, StructuralModel | Invariance)
    assert again.to_dict() == result.to_dict()
    assert again.narrate("zh") == result.narrate("zh")


def test_a_stored_result_says_that_it_cannot_go_on():
    again = Result.from_dict(hs().to_dict())
    with pytest.raises(SurveykitError, match="fit it again"):
        again.modification_indices()


@pytest.mark.parametrize("make", [hs, democracy, ladder])
def test_columns_are_in_the_glossary_and_figures_are_drawn(make):
    result = make()
    assert set(result.table.columns) <= set(glossary())
    assert result.plot().axes
    assert "<table" in result._repr_html_()
    for lang in ("en", "zh", "ru"):
        assert result.narrate(lang)


def test_fit_is_told_with_its_caveat():
    said = hs().narrate()
    assert "χ²(24) = 85.31" in said
    assert "CFI = .931" in said
    assert "do not generalise" in said
    assert "good fit." not in said


@pytest.mark.parametrize("interval", ["percentile", "bca"])
def test_bootstrap_agrees_with_robust_errors(interval):
    drawn = democracy().bootstrap(300, seed=2, interval=interval).query("op == '=~' and std_error > 0")
    robust = sem(PD, frame("poldem"), "MLR").table.query("op == '=~' and free")
    np.testing.assert_allclose(drawn["std_error"], robust["std_error"], rtol=0.5)
    assert (drawn["conf_low"] < drawn["estimate"]).all()
    assert (drawn["conf_high"] > drawn["estimate"]).all()


def test_bootstrap_is_repeatable_and_covers_defined_parameters():
    one, other = (democracy().bootstrap(30, seed=5) for _ in range(2))
    assert one.equals(other)
    row = one.query("op == ':='").set_index("lhs").loc["ind"]
    assert row["conf_low"] < row["estimate"] < row["conf_high"]


def test_raw_residuals_are_sample_minus_model():
    residuals = hs().residuals()
    np.testing.assert_allclose(residuals["observed"] - residuals["implied"], residuals["residual"])
    variances = residuals[residuals["lhs"] == residuals["rhs"]]
    np.testing.assert_allclose(variances["residual"], 0.0, atol=1e-6)


@pytest.mark.parametrize(
    ("pair", "z"), [("x1 x2", -1.99606), ("x1 x3", -0.99692), ("x2 x3", 2.68898), ("x1 x4", 2.67922)]
)
def test_standardised_residuals_are_those_of_lavaan(pair, z):
    """lavaan 0.6-14: residuals(cfa(HS, HolzingerSwineford1939), type = "standardized")$cov."""
    residuals = hs().residuals("standardised").set_index(["lhs", "rhs"])
    assert residuals.loc[tuple(pair.split()), "residual"] == pytest.approx(z, abs=1e-4)


def test_scores_have_a_row_for_each_row_used():
    rows = frame("hs1939_miss")
    assert len(cfa(HS, rows, missing="fiml").scores()) == len(rows)
    fit = cfa(HS, rows)
    assert (
        fit.scores().index.tolist()
        == np.flatnonzero(rows[[f"x{i}" for i in range(1, 10)]].notna().all(axis=1)).tolist()
    )


def test_regression_scores_predict_the_factor_variance():
    scores = hs().scores()
    fit = hs()
    variance = fit.estimate("visual", "~~", "visual")["estimate"]
    assert scores["visual"].var(ddof=0) < variance
