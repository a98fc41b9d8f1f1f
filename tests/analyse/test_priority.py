"""sk.priority_map: quadrants, cross-hairs, intervals on both axes, stated and derived importance, refusals."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import surveykit as sk
from surveykit.analyse.importance import importance
from surveykit.analyse.priority import priority_map
from surveykit.errors import SurveykitError
from surveykit.stats.means import column_means


def ratings(n=300, seed=1):
    """Four attributes on 1-5 with means 2, 4, 2, 4, and their stated importances with means 4, 4, 2, 2."""
    generator = np.random.default_rng(seed)
    drawn = {
        name: np.clip(np.round(generator.normal(mean, 0.8, n)), 1, 5)
        for name, mean in {"a": 2, "b": 4, "c": 2, "d": 4, "ia": 4, "ib": 4, "ic": 2, "id": 2}.items()
    }
    return pd.DataFrame(drawn)


STATED = {name: f"i{name}" for name in "abcd"}


def test_each_attribute_stands_in_its_quadrant():
    found = priority_map(STATED, ratings(), limits=(1, 5), crosshair="middle")
    assert list(found.table["quadrant"]) == ["concentrate_here", "keep_up", "low_priority", "possible_overkill"]
    assert found.weakest == ("a",)
    assert (found.table["lines_crossed"] == 0).all()
    assert "with no line inside an interval: a." in found.narrate("en")


def test_the_axes_are_means_with_student_intervals_on_0_to_100():
    data = ratings(80)
    row = priority_map(STATED, data, limits=(1, 5)).table.iloc[0]
    low, high = stats.t.interval(0.95, 79, data["a"].mean(), stats.sem(data["a"]))
    assert row["estimate"] == pytest.approx(25 * (data["a"].mean() - 1))
    assert (row["conf_low"], row["conf_high"]) == pytest.approx((25 * (low - 1), 25 * (high - 1)))
    raw = priority_map(STATED, data).table.iloc[0]
    assert raw["estimate"] == pytest.approx(data["a"].mean())
    assert raw["importance"] == pytest.approx(data["ia"].mean())


@pytest.mark.parametrize(("line", "value"), [("mean", 3.0), ("median", 2.5), (3.3, 3.3)])
def test_lines_stand_where_they_are_said_to(line, value):
    data = ratings()
    found = priority_map({"a": 1.0, "b": 2.0, "c": 3.0, "d": 6.0}, data, crosshair=(line, "mean"))
    assert found.measures["importance_line"] == pytest.approx(value)
    assert found.measures["performance_line"] == pytest.approx(data[list("abcd")].mean().mean())


def test_an_interval_that_holds_a_line_is_flagged():
    data = ratings()
    found = priority_map(STATED, data, crosshair=(3.0, float(data["a"].mean())))
    assert list(found.table["lines_crossed"]) == [1, 0, *found.table["lines_crossed"][2:]]
    assert "do not settle the quadrant: a" in found.narrate("en")


def test_derived_importance_keeps_its_intervals_and_caveats():
    data = ratings().assign(y=lambda f: f["a"] + f["b"], a=lambda f: f["a"].clip(upper=2))
    driver = importance("y", ["a", "b"], data, n_boot=200)
    found = priority_map(driver, data)
    np.testing.assert_allclose(found.table["importance_high"], driver.table["share_high"])
    assert found.measures["importance_line"] == pytest.approx(0.5)
    assert "IMPORT-SPREAD" in {problem.code for problem in found.problems}


def test_scores_and_items_know_their_scale():
    answers = sk.load_data("ecsi_mobile")
    items = priority_map({"IMAG1": 1.0, "IMAG2": 2.0}, answers)
    assert items.units[1] == "performance_pomp"
    scores = sk.score(answers, scales={"IMAG": ["IMAG1", "IMAG2"]})
    assert priority_map({"IMAG": 1.0}, scores).table["estimate"][0] == pytest.approx(items.table["estimate"].mean())


def test_weighted_means_are_linearised():
    x = np.array([[1.0, np.nan], [2, 5], [4, 5], [7, 2]])
    w = np.array([1.0, 2, 0.5, 3])
    found = column_means(x, w)
    mean = (w * x[:, 0]).sum() / w.sum()
    assert found.mean[0] == pytest.approx(mean)
    error = np.sqrt(4 / 3 * ((w * (x[:, 0] - mean)) ** 2).sum()) / w.sum()
    assert found.std_error[0] == pytest.approx(error)
    assert list(found.n) == [4, 3]
    equal = column_means(x, np.full(4, 3.0))
    assert equal.std_error[0] == pytest.approx(stats.sem(x[:, 0]))


def test_a_column_without_answers_is_not_placed():
    found = priority_map({"a": 1.0, "b": 2.0}, ratings().assign(b=np.nan))
    assert found.table["quadrant"][1] == "not_placed"
    assert "attribute b" in {problem.place for problem in found.problems}
    assert np.isfinite(found.measures["performance_line"])


def test_nobody_and_one_respondent_give_undefined_numbers_not_tracebacks():
    assert priority_map({"a": 1.0}, ratings().iloc[:0]).table["estimate"].isna().all()
    one = priority_map(STATED, ratings().iloc[:1], limits=(1, 5))
    assert one.table["conf_low"].isna().all() and one.table["estimate"].notna().all()
    assert one.narrate("zh")


def test_refusals():
    data = ratings()
    with pytest.raises(SurveykitError, match="no attribute"):
        priority_map({}, data)
    with pytest.raises(SurveykitError, match="middle of this axis"):
        priority_map({"a": 1.0}, data, crosshair="middle")
    with pytest.raises(SurveykitError, match="outside the ends"):
        priority_map({"a": 1.0}, data, limits=(2, 5))
    with pytest.raises(SurveykitError, match="one kind"):
        priority_map({"a": "ia", "b": 1.0}, data)
    with pytest.raises(SurveykitError, match="mean, median, middle"):
        priority_map({"a": 1.0}, data, crosshair="centre")
    with pytest.raises(SurveykitError, match="nope"):
        priority_map({"a": 1.0}, data, columns={"a": "nope"})
