"""Estimates from designed samples meet R's values, agree with each other, and refuse what has no answer."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import surveykit as sk
from surveykit.analyse.rake import rake
from surveykit.analyse.survey import survey_mean, survey_quantile, survey_share, survey_total
from surveykit.analyse.survey_alpha import survey_alpha
from surveykit.analyse.survey_crosstab import survey_crosstab
from surveykit.analyse.survey_regression import survey_regress
from surveykit.errors import SurveykitError
from surveykit.responses.design import survey_design
from tests.oracle_values import assert_meets, frame, ids
from tests.result.examples_weights import clusters, strata, weighted, wide
from tests.weights_values import assert_close, keys

AIRPORT = Path(__file__).resolve().parents[3] / "shared" / "data" / "sfo_airport" / "sfo_2010_2018_harmonised.csv"


def row(found, **where):
    table = found.table
    for name, value in where.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return table.iloc[0]


@pytest.mark.parametrize("key", ids("svy.strat", "svy.clus1.mean", "svy.clus1.jk1"))
def test_means_and_totals(key):
    column = {"mean": "estimate", "total": "estimate", "se": "std_error", "deff": "design_deff"}[key.split(".")[-1]]
    if "total" in key:
        found = row(survey_total(strata(), "enroll"))
    elif ".by." in key:
        found = row(survey_mean(strata(), "api00", by="stype"), group=key.split(".")[3])
    elif "jk1" in key:
        found = row(survey_mean(jackknife(), "api00"))
    else:
        found = row(survey_mean(clusters() if "clus1" in key else strata(), "api00"))
    assert_meets(key, float(found[column]))


def jackknife():
    return survey_design(frame("apiclus1"), "pw", clusters="dnum", fpc="fpc", replicates="JK1")


@pytest.mark.parametrize("key", ids("svyglm"))
def test_regression(key):
    name = key.split(".")[-1]
    found = survey_regress("api00 ~ ell + meals + mobility", strata())
    term = {"int": "Intercept"}.get(name.removeprefix("se_"), name.removeprefix("se_"))
    assert_meets(key, float(row(found, term=term)["std_error" if name.startswith("se_") else "estimate"]))


@pytest.mark.parametrize("key", ids("svyciprop", "svyquantile", "svychisq", "svycralpha"))
def test_shares_quantiles_tables_and_alpha(key):
    column = {"p": "estimate", "q": "estimate", "lo": "conf_low", "hi": "conf_high"}.get(key.split(".")[-1], "")
    if key.startswith("svyciprop"):
        assert_meets(key, float(row(survey_share(strata(), "sch.wide", "Yes"))[column]))
    elif key.startswith("svyquantile"):
        assert_meets(key, float(row(survey_quantile(strata(), "api00"))[column]))
    elif key.startswith("svycralpha"):
        found = survey_alpha(strata(), {"s": ["ell", "mobility", "meals"]})
        assert_meets(key, float(row(found)["estimate"]))
    else:
        measures = survey_crosstab(strata(), "sch.wide", "stype").measures
        assert_meets(key, measures["f" if key.endswith("F") else "p_value"])


@pytest.mark.parametrize("key", keys("design"))
def test_further_values_of_r(key):
    """Replicates, logistic regression, a joint test, missing values, a quartile: tests/oracle/weights."""
    _, what, name = key.split(".", 2)
    if what == "jkn":
        design = survey_design(frame("apistrat"), "pw", strata="stype", fpc="fpc", replicates="JKn")
        if name.startswith("mean"):
            found = row(survey_mean(design, "api00"))["std_error"]
        else:
            found = row(survey_regress("api00 ~ ell + meals", design), term="ell")["std_error"]
    elif what == "logit":
        part, term = name.split("_")
        fit = survey_regress("wide ~ ell + meals", wide(), family="binomial")
        found = row(fit, term="Intercept" if term == "int" else term)[{"b": "estimate", "se": "std_error"}[part]]
    elif what == "wald":
        found = survey_regress("api00 ~ ell + meals + mobility", strata()).measures[name]
    elif what == "missing":
        found = row(survey_mean(clusters(), "acs.core"))[
            {"mean": "estimate", "se": "std_error", "df": "design_df"}[name]
        ]
    elif what == "quartile":
        found = row(survey_quantile(clusters(), "api00", 0.25))[{"q": "estimate", "lo": "conf_low"}[name]]
    else:
        raise AssertionError(key)
    assert_close(key, float(found))


def test_the_bootstrap_agrees_with_linearisation():
    data = frame("apistrat")
    taylor = survey_mean(survey_design(data, "pw", "stype"), ["api00", "enroll"]).table["std_error"]
    drawn = survey_design(data, "pw", "stype", replicates="bootstrap", n_replicates=2000, seed=4)
    assert survey_mean(drawn, ["api00", "enroll"]).table["std_error"].to_numpy() == pytest.approx(
        taylor.to_numpy(), rel=0.08
    )
    alpha = {"s": ["ell", "mobility", "meals"]}
    line = survey_alpha(survey_design(data, "pw", "stype"), alpha).table["std_error"][0]
    assert survey_alpha(drawn, alpha).table["std_error"][0] == pytest.approx(line, rel=0.1)
    jackknife = survey_design(data, "pw", "stype", replicates="JKn")
    assert survey_alpha(jackknife, alpha).table["std_error"][0] == pytest.approx(line, rel=0.05)


def test_equal_weights_give_the_classical_mean_and_the_effect_of_one():
    data = pd.DataFrame({"x": [1, 2, 3, 5, 9.0]})
    found = row(survey_mean(data, "x"))
    assert found["std_error"] == pytest.approx(data["x"].std() / np.sqrt(5))
    assert found["design_deff"] == pytest.approx(1.0)
    assert found["design_df"] == 4


def test_weights_may_be_multiplied_by_anything():
    data = frame("apistrat")
    for call in (
        lambda d: survey_mean(d, "api00").table,
        lambda d: survey_regress("api00 ~ ell", d).table,
        lambda d: survey_crosstab(d, "stype", "sch.wide").table,
    ):
        one, seven = (call(survey_design(data.assign(w=data["pw"] * scale), "w", "stype")) for scale in (1, 7))
        pd.testing.assert_frame_equal(one, seven, rtol=1e-9)


def test_doubling_a_row_by_weight_gives_the_estimate_of_two_rows():
    data = pd.DataFrame({"x": [1.0, 4, 6], "w": [2, 1, 1]})
    assert row(survey_mean(survey_design(data, "w"), "x"))["estimate"] == pytest.approx(12 / 4)


def test_weighted_answers_are_described_with_their_weights():
    answers = weighted()
    values, weights = answers.frame(["CUSA1"])["CUSA1"].to_numpy(), np.linspace(0.5, 2, answers.n)
    table = sk.describe(answers).table
    own = table[table["item"] == "CUSA1"].set_index("measure")
    assert own.loc["mean", "estimate"] == pytest.approx(np.average(values, weights=weights))
    assert own.loc["top_box", "estimate"] == pytest.approx(np.average(values >= 9, weights=weights))
    assert own.loc["missing", "estimate"] == 0 and own.loc["missing", "method"] == "korn_graubard"
    top = row(sk.top_box(answers, (1, 10), column="CUSA1"))
    assert top["std_error"] == pytest.approx(own.loc["top_box", "std_error"])
    scores = sk.describe(sk.score(answers, scales={"S": ["CUSA1", "CUSA2", "CUSA3"]})).table.set_index("measure")
    assert scores.loc["mean", "estimate"] == pytest.approx(
        np.average(answers.frame(["CUSA1", "CUSA2", "CUSA3"]).mean(axis=1), weights=weights)
    )


def test_csat_effort_and_nps_of_a_frame_are_those_of_the_column():
    data = pd.DataFrame({"q": [5, 4, 3, 2, 4, 5, np.nan], "r": [10, 9, 7, 3, 0, 8, 10]})
    assert row(sk.csat(data, column="q"))["estimate"] == sk.csat(data["q"]).table["estimate"][0]
    effort = row(sk.ces(data.dropna(), (1, 5), column="q"))
    classic = sk.ces(data["q"], (1, 5)).table.iloc[0]
    assert effort["conf_low"] == pytest.approx(classic["conf_low"])
    points = sk.nps(data["r"]).table["estimate"][0]
    assert row(sk.nps(data, column="r"), measure="nps")["estimate"] == pytest.approx(points)


def test_an_opt_in_panel_says_that_its_margin_is_modelled():
    found = survey_mean(survey_design(frame("apistrat"), "pw", sample="opt_in"), "api00")
    assert [problem.code for problem in found.problems] == ["DESIGN-OPTIN"]
    assert "modelled" in found.narrate()


def codes(error):
    return {problem.code for problem in error.value.problems}


def lonely():
    return pd.DataFrame({"x": [1, 2, 3.0], "s": ["a", "a", "b"], "w": 1.0})


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: survey_design(lonely(), strata="s"), "DESIGN-LONELY"),
        (lambda: survey_design(lonely().head(0)), "DESIGN-NOROWS"),
        (lambda: survey_design(lonely(), "w", replicates="JK2"), "DESIGN-CHOICE"),
        (lambda: survey_design(lonely(), [1, 2]), "DESIGN-ROWS"),
        (lambda: survey_design(lonely(), [1, -2, 3]), "DESIGN-WEIGHTS"),
        (lambda: survey_design(lonely(), "x", clusters=[1, None, 2]), "DESIGN-MISSING"),
        (lambda: survey_design(lonely(), clusters=[1, 2]), "DESIGN-ROWS"),
        (lambda: survey_design(lonely(), fpc=[5, 5, 6]), "DESIGN-FPCVARIES"),
        (lambda: survey_design(lonely(), fpc=2), "DESIGN-FPCSMALL"),
        (lambda: survey_design(lonely(), fpc=-1), "DESIGN-FPC"),
        (lambda: survey_design(lonely(), fpc=10, replicates="bootstrap"), "DESIGN-BOOTFPC"),
        (lambda: survey_design(frame("apistrat"), "pw", "stype", replicates="JK1"), "DESIGN-JK1"),
        (lambda: survey_design(lonely(), "nowhere"), "RESP-NOCOLUMN"),
        (lambda: survey_mean(lonely(), "s"), "RESP-NOTNUMBER"),
        (lambda: survey_share(lonely(), "s", "z"), "DESIGN-NOVALUE"),
        (lambda: survey_quantile(lonely(), "x", 1.5), "DESIGN-CHOICE"),
        (lambda: survey_mean(lonely().assign(g=np.nan), "x", by="g"), "DESIGN-NOGROUP"),
        (lambda: sk.nps(lonely().assign(g=np.nan), column="x", by="g"), "DESIGN-NOGROUP"),
        (lambda: survey_crosstab(lonely().assign(g=np.nan), "g", "s"), "DESIGN-NOGROUP"),
        (lambda: sk.nps(lonely()), "DESIGN-NOCOLUMN"),
        (lambda: sk.nps(lonely().assign(x=12), column="x"), "ANALYSE-RANGE"),
        (lambda: survey_crosstab(lonely(), "s", "s"), "DESIGN-CHOICE"),
        (lambda: survey_regress("x ~ w", lonely(), family="binomial"), "DESIGN-BINARY"),
        (lambda: survey_regress("wide ~ ell", replicated(), family="binomial"), "DESIGN-NOREPLICATES"),
        (lambda: rake(jackknife(), {"stype": {"E": 0.7, "H": 0.1, "M": 0.2}}).apply(jackknife()), "DESIGN-RAKEREP"),
    ],
)
def test_what_has_no_answer_is_refused(call, expected):
    with pytest.raises(SurveykitError) as error:
        call()
    assert expected in codes(error)


def replicated():
    return survey_design(wide().data, "pw", "stype", replicates="JKn")


def test_too_few_clusters_for_the_coefficients_leave_errors_undefined():
    data = pd.DataFrame(np.random.default_rng(1).normal(size=(40, 4)), columns=list("yabc"))
    found = survey_regress("y ~ a + b + c", survey_design(data, clusters=np.repeat([1, 2, 3], [10, 10, 20])))
    assert found.table["estimate"].notna().all() and found.table["std_error"].isna().all()
    assert {problem.code for problem in found.problems} == {"DESIGN-NODF"}
    assert "undefined" in found.narrate()


def test_scores_without_known_limits_have_a_mean_and_no_percentage():
    answers = sk.score(weighted(), scales={"S": ["CUSA1", "CUSA2"]})
    free = replace(answers, limits={"S": (np.nan, np.nan)})
    found = sk.describe(free)
    assert found.table["measure"].tolist() == ["mean"] and not found.problems


def test_a_stratum_taken_with_certainty_adds_no_variance():
    data = pd.DataFrame({"x": [1, 2, 4.0, 100], "s": ["a", "a", "a", "b"], "N": [30, 30, 30, 1]})
    found = row(survey_mean(survey_design(data, strata="s", fpc="N"), "x"))
    assert found["estimate"] == pytest.approx((30 * data["x"][:3].mean() + 100) / 31)
    assert found["std_error"] == pytest.approx(30 / 31 * data["x"][:3].std() / np.sqrt(3) * np.sqrt(0.9))


@pytest.mark.skipif(not AIRPORT.exists(), reason="the airport survey lies beside the project, not in it")
@pytest.mark.parametrize(
    ("year", "plain", "weighed", "error"), [(2017, 39.84, 40.40, 1.4457), (2018, 30.98, 35.11, None)]
)
def test_the_airport_survey(year, plain, weighed, error):
    data = pd.read_csv(AIRPORT, encoding="utf-8", low_memory=False).query("year == @year")
    assert sk.nps(data["NETPRO"]).table["estimate"][0] == pytest.approx(plain, abs=0.005)
    found = row(sk.nps(survey_design(data, "weight"), column="NETPRO"), measure="nps")
    assert found["estimate"] == pytest.approx(weighed, abs=0.005)
    if error:
        assert found["std_error"] == pytest.approx(error, abs=0.0005)
        design = survey_design(data, "weight")
        assert "Kish deff 1.211" in repr(design)
