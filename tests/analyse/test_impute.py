"""Imputations complete what is missing, keep what is known, and pooled results meet R's."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

import surveykit as sk
from surveykit.analyse.impute import impute, pool
from surveykit.errors import SurveykitError, SurveykitWarning
from surveykit.stats.chained import r_hat
from surveykit.stats.pooling import joint, rubin
from tests.oracle_values import assert_meets, frame, ids
from tests.result.examples_imputation import answers, imputed, nhanes, regressions
from tests.weights_values import assert_close, keys


@cache
def pooled():
    return pool(regressions())


@pytest.mark.parametrize("key", ids("mi.nhanes"))
def test_pooled_regression(key):
    _, _, term, *rest = key.split(".")
    if term == "r2":
        assert_meets(key, pooled().measures["r2"])
    elif term == "cc":
        complete = sk.regress("chl ~ age + bmi", frame("nhanes"))
        assert_meets(key, float(complete.table.set_index("term").loc["bmi", "estimate"]))
    elif term == "D1":
        rows = [result.table.set_index("term").loc["bmi"] for result in regressions()]
        test = joint([[row["estimate"]] for row in rows], [[[row["std_error"] ** 2]] for row in rows])
        assert_meets(key, {"F": test.f, "df1": test.df1, "df2": test.df2, "p": test.p_value}[rest[0]])
    else:
        column = {
            "est": "estimate",
            "se": "std_error",
            "df": "pooled_df",
            "p": "p_value",
            "ubar": "within_variance",
            "b": "between_variance",
        }.get(rest[0], rest[0])
        assert_meets(key, float(pooled().table.set_index("term").loc[term, column]))


@pytest.mark.parametrize("key", keys("mi"))
def test_joint_tests_and_large_samples_of_r(key):
    _, what, name = key.split(".")
    if what == "joint":
        designs = [np.column_stack([np.ones(25), data[["age", "bmi"]]]) for data in nhanes()]
        estimates, covariances = [], []
        for x, data in zip(designs, nhanes(), strict=True):
            bread = np.linalg.inv(x.T @ x)
            beta = bread @ x.T @ data["chl"]
            sigma = ((data["chl"] - x @ beta) ** 2).sum() / 22
            estimates.append(beta[1:])
            covariances.append(sigma * bread[1:, 1:])
        test = joint(estimates, covariances)
        assert_close(key, {"f": test.f, "df2": test.df2, "p": test.p_value}[name])
    else:
        found = rubin([[1.0], [1.3], [0.8], [1.1]], [[0.2], [0.25], [0.22], [0.2]])
        assert_close(key, float({"t": found.std_error**2, "df": found.df, "fmi": found.fmi}[name][0]))


def test_the_words_of_a_pooled_regression_name_its_terms():
    words = pooled().narrate()
    assert "20 completed data sets" in words and "bmi: 5.66" in words and "R² = .44" in words


def holes(n=600, seed=1):
    """Correlated answers of several kinds, missing at random given the first."""
    random = np.random.default_rng(seed)
    trait = random.standard_normal(n)
    data = pd.DataFrame(
        {
            "a": np.clip(np.round(trait + 3 + random.standard_normal(n) * 0.6), 1, 5),
            "b": np.clip(np.round(trait + 3 + random.standard_normal(n) * 0.6), 1, 5),
            "c": trait + random.standard_normal(n) * 0.5,
            "yes": (trait + random.standard_normal(n) > 0).astype(float),
            "group": pd.Categorical(np.where(trait > 0.6, "high", np.where(trait < -0.6, "low", "mid"))),
            "text": random.choice(["x", "y"], n),
        }
    )
    full = data.copy()
    for name in ("b", "c", "yes", "group", "text"):
        data.loc[random.random(n) < 1 / (1 + np.exp(-(data["a"] - 4))), name] = np.nan
    return data, full


def test_known_values_stay_missing_ones_are_filled_and_kinds_are_kept():
    data, _ = holes()
    found = impute(data, m=3, iterations=3)
    assert len(found) == 3 and found[-1].equals(found[2])
    for made in found:
        assert not made.isna().any().any()
        assert (made.dtypes == data.dtypes).all()
        for name in data:
            known = data[name].notna()
            assert (made.loc[known, name] == data.loc[known, name]).all()
    assert data["b"].isna().any()
    assert not found[0].equals(found[1])


def test_matching_gives_only_values_that_were_observed():
    data, _ = holes()
    found = impute(data, m=3, iterations=3, method={"c": "pmm"})
    assert set(found[0]["c"]) <= set(data["c"].dropna())
    linear = impute(data, m=3, iterations=3, method={"c": "linear"})
    assert not set(linear[0]["c"]) <= set(data["c"].dropna())


@pytest.mark.parametrize("method", ["pmm", "linear", "ordinal"])
def test_what_is_missing_at_random_is_recovered(method):
    data, full = holes(n=1500, seed=7)
    found = impute(data, m=4, iterations=4, method={"b": method}, columns=["a", "b", "c"])
    made = np.mean([one["b"].mean() for one in found])
    truth, complete = full["b"].mean(), data["b"].mean()
    assert abs(complete - truth) > 0.15
    assert abs(made - truth) < 0.05
    assert np.mean([one[["b", "c"]].corr().iloc[0, 1] for one in found]) == pytest.approx(
        full[["b", "c"]].corr().iloc[0, 1], abs=0.05
    )


def test_categories_are_recovered_too():
    data, full = holes(n=1500, seed=7)
    found = impute(data, m=4, iterations=4)
    for name, value in (("yes", 1.0), ("group", "high")):
        made = np.mean([(one[name] == value).mean() for one in found])
        truth = (full[name] == value).mean()
        assert abs((data[name].dropna() == value).mean() - truth) > 0.05
        assert abs(made - truth) < 0.04


def test_a_seed_gives_the_same_imputations_and_another_gives_others():
    data, _ = holes(200)
    first, again, other = (impute(data, m=2, iterations=2, seed=seed)[0] for seed in (3, 3, 4))
    assert first.equals(again) and not first.equals(other)


def test_answers_come_back_as_answers_with_codes_of_their_scale():
    made = imputed()[0]
    assert isinstance(made, sk.Responses)
    assert made.items == answers().items and made.n == answers().n
    assert set(made.frame(["CUSA1"])["CUSA1"]) <= set(range(1, 11))
    assert sk.score(made).n == 250


def test_a_pooled_mean_has_a_larger_error_than_one_completed_set():
    found = imputed().apply(sk.describe)
    table = found.table.set_index(["item", "measure"])
    own = sk.describe(imputed()[0]).table.set_index(["item", "measure"])
    assert table.loc[("CUSA1", "mean"), "std_error"] > own["std_error"].loc[("CUSA1", "mean")] * 0.98
    assert table.loc[("CUSA1", "mean"), "fmi"] > table.loc[("IMAG1", "mean"), "fmi"]


def test_intervals_stay_within_the_range_of_their_estimate():
    shares = imputed().apply(sk.describe).table
    shares = shares[shares["measure"] != "mean"]
    assert (shares["conf_low"] >= 0).all() and (shares["conf_high"] <= 1).all()
    assert (shares["conf_low"] <= shares["estimate"]).all()
    nearly = pool([sk.nps([10] * 9 + [last]) for last in (10, 9, 8)]).table.iloc[0]
    assert nearly["conf_high"] <= 100


def test_correlations_are_pooled_on_the_scale_of_fisher():
    found = pool([sk.correlate(data, ["bmi", "chl"]) for data in nhanes()]).table.iloc[0]
    z = [np.arctanh(data[["bmi", "chl"]].corr().iloc[0, 1]) for data in nhanes()]
    assert found["estimate"] == pytest.approx(np.tanh(np.mean(z)))
    assert found["conf_high"] < 1


def test_weights_and_designs_may_be_analysed_inside_the_function():
    from surveykit.analyse.survey import survey_mean
    from surveykit.responses.design import survey_design

    data = frame("apistrat")[["api00", "ell", "pw", "stype"]].astype({"api00": float})
    data.loc[::9, "api00"] = np.nan
    found = impute(data, m=3, iterations=3, columns=["api00", "ell", "stype"])
    means = found.apply(lambda one: survey_mean(survey_design(one, "pw", "stype"), "api00"))
    assert means.table["estimate"][0] == pytest.approx(662.3, abs=10)


def test_gaps_in_a_pattern_are_counted():
    report = impute(frame("nhanes"), m=2, iterations=1).report
    assert report.complete == 13
    assert report.patterns["count"].sum() == 25
    assert report.patterns["count"].tolist() == sorted(report.patterns["count"], reverse=True)
    assert report.table.set_index("item").loc["chl", "estimate"] == pytest.approx(0.4)


def test_chains_that_stay_apart_are_told():
    mixed = np.random.default_rng(0).standard_normal((20, 5, 1))
    found, p = r_hat(mixed)
    assert found[0] < 1.2 and p[0] > 0.01
    found, p = r_hat(mixed + 10 * np.arange(5)[None, :, None])
    assert found[0] > 5 and p[0] < 1e-6


def test_variables_that_only_predict_each_other_do_not_settle_and_it_is_said():
    random = np.random.default_rng(0)
    x = random.standard_normal(150)
    data = pd.DataFrame({"x": x, "twin": x + random.standard_normal(150) * 0.02})
    data.loc[:139, "x"] = data.loc[:139, "twin"] = np.nan
    with pytest.warns(SurveykitWarning, match="mixed"):
        found = impute(data, m=5, iterations=10, method="linear")
    assert set(found.report.unsettled) == {"x", "twin"}
    assert "did not settle" in found.report.narrate()


def codes(error):
    return {problem.code for problem in error.value.problems}


def small(**columns):
    return pd.DataFrame({"x": [1, 2, np.nan, 4], "y": [2, np.nan, 3, 5.0], **columns})


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: impute([1, 2]), "IMPUTE-DATA"),
        (lambda: impute(small(), m=1), "IMPUTE-NUMBERS"),
        (lambda: impute(small().head(0)), "IMPUTE-NOROWS"),
        (lambda: impute(small(), columns=["x"]), "IMPUTE-COLUMNS"),
        (lambda: impute(small(z=np.nan), columns=["x", "y", "z"]), "IMPUTE-NOBODY"),
        (lambda: impute(small(), columns=["x", "q"]), "RESP-NOCOLUMN"),
        (lambda: impute(small(), method={"q": "pmm"}), "RESP-NOCOLUMN"),
        (lambda: impute(small(), method="mean"), "ANALYSE-CHOICE"),
        (lambda: impute(small(t=["a", "b", None, "a"]), method="pmm"), "IMPUTE-TEXT"),
        (lambda: impute(small(t=[1, 2, np.inf, 3])), "STATS-INFINITE"),
        (lambda: impute(pd.DataFrame({"t": map(str, range(99)), "x": 1.0}), columns=["t", "x"]), "IMPUTE-CATEGORIES"),
        (lambda: pool(sk.describe), "POOL-NODATA"),
        (lambda: pool([sk.nps([1])]), "POOL-RESULTS"),
        (lambda: pool([sk.nps([1]), sk.ces([1])]), "POOL-KINDS"),
        (lambda: imputed().apply(lambda data: data), "POOL-RESULTS"),
    ],
)
def test_what_cannot_be_imputed_or_pooled_is_refused(call, expected):
    with pytest.raises(SurveykitError) as error:
        call()
    assert expected in codes(error)


def test_one_respondent_constant_columns_and_twins_do_not_stop_it():
    data = pd.DataFrame({"k": [3, 3, np.nan, 3, 3, 3.0], "x": [1, 2, 3, np.nan, 5, 6]})
    data["twin"] = 2 * data["x"]
    for made in impute(data, m=2, iterations=3):
        assert not made.isna().any().any() and (made["k"] == 3).all()
    one = impute(pd.DataFrame({"a": [1.0], "b": [2.0]}), m=2)
    assert one[0].equals(one.original)


def test_dates_and_free_text_are_left_and_it_is_said():
    data = small(when=pd.date_range("2020-01-01", periods=4), what=list("abcd"), empty=np.nan)
    found = impute(data, m=2, iterations=2)
    assert {problem.code for problem in found.report.problems} >= {"IMPUTE-LEFT"}
    assert found[0]["empty"].isna().all()
