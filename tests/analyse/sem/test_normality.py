"""Mardia's test is psych's, and refuses what has no covariance matrix."""

import numpy as np
import pandas as pd
import pytest

from surveykit.analyse.sem.normality import mardia
from surveykit.errors import SurveykitError
from tests.analyse.sem.reference import reference
from tests.oracle_values import frame

ITEMS = [f"x{i}" for i in range(1, 10)]


def test_values_are_those_of_psych():
    rows = mardia(frame("hs1939"), ITEMS).table.set_index("measure")
    skew, kurtosis = rows.loc["mardia_skewness"], rows.loc["mardia_kurtosis"]
    found = [skew["estimate"], skew["z_or_chisq"], skew["p_value"]]
    found += [kurtosis["estimate"], kurtosis["z_or_chisq"], kurtosis["p_value"]]
    np.testing.assert_allclose(found, reference("mardia.hs"), rtol=1e-6, atol=1e-10)


def test_rows_with_a_missing_answer_are_counted():
    found = mardia(frame("hs1939_miss"), ITEMS)
    (problem,) = found.problems
    assert problem.code == "SEM-ROWS-OUT"
    assert found.n + int(dict(problem.values)["dropped"]) == 301


def test_units_change_nothing():
    rows = frame("hs1939")[ITEMS]
    one, other = mardia(rows).table, mardia(rows * 1000 + 7).table
    np.testing.assert_allclose(one["z_or_chisq"], other["z_or_chisq"], rtol=1e-6)


def test_normal_answers_are_kept_and_skewed_ones_told():
    rng = np.random.default_rng(1)
    normal = pd.DataFrame(rng.normal(size=(400, 4)), columns=list("abcd"))
    assert "not statistically significantly different" in mardia(normal).narrate()
    assert "are statistically significantly different" in mardia(np.exp(normal)).narrate()


@pytest.mark.parametrize(
    "rows",
    [
        pd.DataFrame({"a": [1.0] * 20, "b": range(20)}),
        pd.DataFrame({"a": [1.0, 2.0], "b": [2.0, 1.0]}),
        pd.DataFrame({"a": [], "b": []}, dtype=float),
        pd.DataFrame({"a": [np.nan] * 5, "b": [1.0, 2, 3, 4, 5]}),
        pd.DataFrame({"a": ["x", "y"]}),
    ],
)
def test_what_has_no_covariance_matrix_is_refused(rows):
    with pytest.raises(SurveykitError):
        mardia(rows)


def test_unknown_columns_are_named():
    with pytest.raises(SurveykitError, match="x99"):
        mardia(frame("hs1939"), ["x1", "x99"])
