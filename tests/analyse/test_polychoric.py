"""The polychoric result: matrix, thresholds, intervals, what is told of a matrix that is not positive definite."""

import json

import numpy as np
import pandas as pd
import pytest

from surveykit.analyse.polychoric import polychoric
from surveykit.errors import SurveykitError
from surveykit.result import Result
from tests.oracle_values import assert_meets, frame, ids


@pytest.fixture(scope="module")
def bfi9():
    return polychoric(frame("bfi9"))


@pytest.mark.parametrize("key", ids("polychoric.lavcor.", "polychoric.psych0."))
def test_matrix(key, bfi9):
    one, other = key.split(".")[2].split("_")
    assert_meets(key, bfi9.matrix.loc[one, other])


@pytest.mark.parametrize("key", ids("threshold."))
def test_thresholds(key, bfi9):
    _, item, position = key.split(".")
    table = bfi9.thresholds
    assert_meets(key, table.loc[(table["item"] == item) & (table["answer"] == int(position)), "estimate"].item())


def test_table_and_matrix_say_the_same(bfi9):
    for row in bfi9.table.itertuples():
        assert bfi9.matrix.loc[row.item, row.item2] == row.estimate
        assert row.conf_low < row.estimate < row.conf_high
    assert (bfi9.table["n"] == len(frame("bfi9"))).all()
    crossed = pd.crosstab(frame("bfi9")["A2"], frame("bfi9")["A3"])
    pair = bfi9.table.query("item == 'A3' and item2 == 'A2'")
    assert pair["empty_cells"].item() == (crossed == 0).to_numpy().sum()


def test_intervals_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(11)
    held = []
    for _ in range(150):
        latent = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], size=300)
        rows = pd.DataFrame({"a": np.digitize(latent[:, 0], [-0.5, 0.7]), "b": np.digitize(latent[:, 1], [0.0, 1.0])})
        row = polychoric(rows, conf_level=0.9).table.iloc[0]
        held.append(row["conf_low"] < 0.6 < row["conf_high"])
    assert 0.82 < np.mean(held) < 0.97


def test_a_mixed_table_names_the_method_of_each_pair_and_has_errors_of_correlations():
    rng = np.random.default_rng(12)
    latent = rng.multivariate_normal([0, 0, 0], [[1, 0.5, 0.4], [0.5, 1, 0.3], [0.4, 0.3, 1]], size=4000)
    rows = pd.DataFrame({"a": np.digitize(latent[:, 0], [-1, 0, 1]), "x": 20 + 9 * latent[:, 1], "y": latent[:, 2]})
    table = polychoric(rows, ordered=["a"]).table.set_index(["item", "item2"])
    assert table["method"].to_dict() == {("x", "a"): "polyserial", ("y", "a"): "polyserial", ("y", "x"): "pearson"}
    r = np.corrcoef(rows["x"], rows["y"])[0, 1]
    assert table.loc[("y", "x"), "estimate"] == pytest.approx(r, abs=1e-9)
    assert table.loc[("y", "x"), "std_error"] == pytest.approx((1 - r**2) / np.sqrt(4000), rel=0.06)
    scaled = polychoric(rows.assign(x=rows["x"] / 1000), ordered=["a"]).table.set_index(["item", "item2"])
    np.testing.assert_allclose(scaled["std_error"], table["std_error"], rtol=1e-6)


def test_pairwise_rows_are_counted_by_pair():
    data = frame("bfi")[["A1", "N1", "O1"]]
    table = polychoric(data, missing="pairwise").table
    for row in table.itertuples():
        assert row.n == data[[row.item, row.item2]].dropna().shape[0]


def impossible():
    rng = np.random.default_rng(1)
    data = pd.DataFrame(rng.integers(1, 3, (60, 6)), columns=list("abcdef"))
    data["b"] = np.where(rng.random(60) < 0.9, data["a"], data["b"])
    data["c"] = np.where(rng.random(60) < 0.9, data["b"], 3 - data["a"])
    data["d"] = np.where(rng.random(60) < 0.85, data["c"], data["a"])
    return data


def test_a_matrix_that_is_not_positive_definite_is_told_and_smoothed_only_on_request():
    plain = polychoric(impossible())
    assert np.linalg.eigvalsh(plain.matrix)[0] < 0
    assert "STATS-NOT-PD" in [problem.code for problem in plain.problems]
    assert "smoothed" not in plain.table and "not positive definite" in plain.narrate()
    smooth = polychoric(impossible(), smooth=True)
    assert np.linalg.eigvalsh(smooth.matrix)[0] > -1e-12
    np.testing.assert_allclose(np.diag(smooth.matrix), 1.0)
    assert "ORDINAL-SMOOTHED" in [problem.code for problem in smooth.problems]
    np.testing.assert_array_equal(smooth.table["estimate"], plain.table["estimate"])
    assert "smoothed" in smooth.narrate()


def test_smoothing_a_good_matrix_changes_nothing(bfi9):
    np.testing.assert_array_equal(polychoric(frame("bfi9"), smooth=True).matrix, bfi9.matrix)


@pytest.mark.parametrize("make", [impossible, lambda: pd.DataFrame({"a": [1, 2, 3, 1], "b": [2, 2, 2, 2]})])
def test_the_result_survives_json(make):
    result = polychoric(make(), smooth=True)
    again = Result.from_dict(json.loads(json.dumps(result.to_dict(), allow_nan=False)))
    pd.testing.assert_frame_equal(again.table, result.table)
    pd.testing.assert_frame_equal(again.thresholds, result.thresholds)
    pd.testing.assert_frame_equal(again.matrix, result.matrix)
    for lang in ("en", "zh", "ru"):
        assert again.narrate(lang) == result.narrate(lang)
        assert again.plot(lang)


def test_an_unknown_choice_is_refused():
    with pytest.raises(SurveykitError, match="listwise"):
        polychoric(frame("bfi9"), missing="fiml")
