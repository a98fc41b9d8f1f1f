"""The search for partial invariance finds what differs, calls it exploratory, and stops where nothing is left."""

import numpy as np
import pandas as pd
import pytest

from surveykit.analyse.sem.invariance import invariance
from surveykit.analyse.sem.public import cfa
from surveykit.errors import SurveykitError
from tests.analyse.sem.models import BFIN, HS, ladder
from tests.oracle_values import frame

ONE = "f =~ y0 + y1 + y2 + y3 + y4"


def two_groups(loading=0.0, intercept=0.0, mean=0.0, n=1500, seed=5):
    """Item y3 differs in loading, y4 in intercept, the factor in mean, in the second group."""
    rng = np.random.default_rng(seed)
    parts = []
    for group, on in (("a", 0.0), ("b", 1.0)):
        factor = rng.normal(size=n) + on * mean
        slope = np.array([0.8, 0.7, 0.8, 0.7 + on * loading, 0.8])
        level = np.array([0.0, 0.1, 0.2, 0.1, on * intercept])
        rows = level + np.outer(factor, slope) + 0.6 * rng.normal(size=(n, 5))
        parts.append(pd.DataFrame(rows, columns=[f"y{i}" for i in range(5)]).assign(g=group))
    return pd.concat(parts, ignore_index=True)


def codes(result):
    return {problem.code for problem in result.problems}


def test_the_items_that_differ_are_found_and_no_others():
    found = invariance(ONE, two_groups(loading=-0.35, intercept=0.5, mean=0.4), "g", partial=True)
    assert found.released["parameter"].tolist() == ["f=~y3", "y4~1"]
    assert found.table["ladder"].tolist() == [
        "configural",
        "metric",
        "metric_partial",
        "scalar",
        "scalar_partial",
        "strict",
    ]
    assert found.licensed
    assert "SEM-PARTIAL-EXPLORATORY" in codes(found)
    assert "Exploratory" in found.narrate()
    row = found.latent_means.iloc[0]
    assert row["std_difference"] == pytest.approx(0.4, abs=3 * row["std_difference_error"])


def test_nothing_is_searched_where_nothing_fails():
    found = invariance(ONE, two_groups(mean=0.4), "g", partial=True)
    assert found.released.empty
    assert "SEM-NOTHING-TO-RELEASE" in codes(found)
    assert found.licensed
    assert "nothing was searched" in found.narrate()


def test_latent_means_are_not_licensed_where_intercepts_differ():
    found = ladder()
    assert not found.licensed
    (problem,) = [problem for problem in found.problems if problem.code == "SEM-MEANS-UNLICENSED"]
    assert problem.place == "scalar"
    assert "only if equal intercepts hold" in found.narrate()


def test_the_partial_step_is_the_model_with_these_parameters_free():
    found = invariance(HS, frame("hs1939"), "school", partial=True)
    free = found.released["parameter"].tolist()
    assert free == ["x3~1", "x7~1"]
    alone = cfa(HS, frame("hs1939"), group="school", group_equal=("loadings", "intercepts"), group_partial=free)
    row = found.table.set_index("ladder").loc["scalar_partial"]
    assert row["chisq"] == pytest.approx(alone.measures["chisq"], abs=1e-5)
    assert row["df"] == alone.measures["df"]


def test_the_search_stops_with_two_equal_items():
    found = invariance("f =~ y0 + y1 + y2", two_groups(), "g", partial=True)
    differ = two_groups().assign(y1=lambda d: d["y1"] + (d["g"] == "b"), y2=lambda d: d["y2"] - (d["g"] == "b"))
    worse = invariance("f =~ y0 + y1 + y2", differ, "g", partial=True)
    assert found.licensed and not worse.licensed
    assert "SEM-PARTIAL-EXHAUSTED" in codes(worse)
    assert len(worse.released) == 1


@pytest.mark.parametrize("criterion", ["chisq", "cfi", "either"])
def test_a_stricter_rule_releases_no_less(criterion):
    some = invariance(HS, frame("hs1939"), "school", partial=True, criterion=criterion)
    either = invariance(HS, frame("hs1939"), "school", partial=True)
    assert len(some.released) >= len(either.released)


def test_ordered_items_are_searched_in_intercepts_too():
    found = invariance(BFIN, frame("bfi_N_gender"), "gender", ordered=True, partial=True, criterion="chisq")
    assert {"N=~N4", "N5~1", "N4~1"} <= set(found.released["parameter"])
    steps = found.table.set_index("ladder")
    assert steps.loc["scalar_partial", "d_p_value"] > 0.05 > steps.loc["scalar", "d_p_value"]


def test_parameters_can_still_be_named():
    named = invariance(HS, frame("hs1939"), "school", partial=["x3~1", "x7~1"])
    searched = invariance(HS, frame("hs1939"), "school", partial=True)
    found = [
        r.table.set_index("ladder").loc[step, "chisq"] for r, step in ((named, "scalar"), (searched, "scalar_partial"))
    ]
    assert found[0] == pytest.approx(found[1], abs=1e-5)


def test_the_pooled_difference_has_the_error_of_the_delta_method():
    found = invariance(ONE, two_groups(mean=0.5), "g", std_lv=True).latent_means.iloc[0]
    other = invariance(ONE, two_groups(mean=0.5), "g").latent_means.iloc[0]
    assert found["std_difference"] == pytest.approx(other["std_difference"], abs=1e-5)
    assert found["std_difference_error"] == pytest.approx(other["std_difference_error"], abs=1e-5)


def test_unknown_criterion_is_refused():
    with pytest.raises(SurveykitError, match="either, chisq, cfi"):
        invariance(HS, frame("hs1939"), "school", criterion="rmsea")
