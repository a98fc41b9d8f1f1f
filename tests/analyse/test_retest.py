"""sk.retest: numbers of R's ICC, people matched by code, level against consistency, refusals."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import surveykit as sk
from surveykit.analyse.retest import retest
from surveykit.errors import SurveykitError
from tests.result.examples_retest import occasion


def test_the_numbers_are_those_of_icc_and_correlation_of_the_matched_pairs():
    first, second = occasion(1), occasion(2)
    found = retest(first, second.sample(frac=1, random_state=3), "code")
    known = sk.icc(pd.DataFrame({"a": first["sat"], "b": second["sat"]}))
    rows = found.table.set_index(["scale", "measure"])
    for form in ("icc2", "icc3"):
        assert found.estimate("sat", form) == pytest.approx(known.estimate(form))
    r = stats.pearsonr(first["sat"], second["sat"])
    assert found.estimate("sat", "pearson") == pytest.approx(r.statistic)
    low, high = r.confidence_interval()
    assert rows.loc[("sat", "pearson"), ["conf_low", "conf_high"]].tolist() == pytest.approx([low, high])
    change = stats.ttest_rel(second["sat"], first["sat"])
    assert rows.loc[("sat", "mean_change"), "p_value"] == pytest.approx(change.pvalue)
    error = found.estimate("sat", "measurement_error")
    assert found.estimate("sat", "smallest_change") == pytest.approx(1.959964 * np.sqrt(2) * error, rel=1e-6)


def test_a_change_of_level_lowers_agreement_but_not_consistency():
    first = occasion(1)
    second = first.assign(sat=first["sat"] + 1.0)
    found = retest(first, second.assign(loy=second["loy"] + 1e-9 * np.arange(60)), "code")
    assert found.estimate("sat", "pearson") == pytest.approx(1.0)
    assert found.estimate("sat", "icc2") < 0.9
    assert "sat" in retest(occasion(1), occasion(2), "code").narrate().split("statistically significantly so, in")[1]


def test_people_on_one_occasion_only_are_counted():
    found = retest(occasion(1).head(40), occasion(2).tail(50), "code")
    assert found.n == 30
    problem = next(problem for problem in found.problems if problem.code == "RETEST-UNMATCHED")
    assert "10 only the first and 20 only the second" in str(problem)


def test_scales_are_scored_with_their_keys():
    first = pd.DataFrame({"q1": [1, 2, 4, 5], "q2": [5, 4, 1, 2]})
    second = pd.DataFrame({"q1": [2, 2, 5, 5], "q2": [5, 3, 2, 1]})
    found = retest(first, second, scales={"s": ["q1", "q2"]}, keys={"q2": -1}, limits=(1, 5))
    scores = [(data["q1"] + 6 - data["q2"]) / 2 for data in (first, second)]
    assert found.estimate("s", "pearson") == pytest.approx(np.corrcoef(*scores)[0, 1])
    assert "RETEST-BYROW" in {problem.code for problem in found.problems}


def test_responses_and_their_scores_are_the_same():
    data = sk.load_data("ecsi_mobile")
    scored = sk.score(data)
    direct, given = retest(data, data), retest(scored, scored)
    np.testing.assert_array_equal(direct.table["estimate"], given.table["estimate"])
    assert direct.estimate(scored.scales[0], "icc2") == pytest.approx(1.0)


def test_undefined_is_named():
    constant = retest(pd.DataFrame({"a": [1, 1, 1]}), pd.DataFrame({"a": [1, 2, 3]}))
    assert np.isnan(constant.estimate("a", "pearson"))
    assert "RETEST-CONSTANT" in {problem.code for problem in constant.problems}
    alone = retest(pd.DataFrame({"a": [1.0]}), pd.DataFrame({"a": [2.0]}))
    assert alone.table["estimate"].isna().all() and alone.problems


def test_refusals():
    first, second = occasion(1), occasion(2)
    with pytest.raises(SurveykitError, match="more than once"):
        retest(pd.concat([first, first.head(2)]), second, "code")
    with pytest.raises(SurveykitError, match="no respondent"):
        retest(first, second.assign(code=lambda d: d["code"] + 500), "code")
    with pytest.raises(SurveykitError, match="name the column"):
        retest(first, second.head(5))
    with pytest.raises(SurveykitError, match="share no score"):
        retest(first[["sat"]], second[["loy"]])
    with pytest.raises(SurveykitError):
        retest(first, second, "kode")
