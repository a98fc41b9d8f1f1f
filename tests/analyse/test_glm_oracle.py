"""Ordinal, binary and count models, clusters and moderation give the numbers that R gives, id by id."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import surveykit as sk
from surveykit.analyse.adjusted import adjust
from surveykit.analyse.binary import logistic
from surveykit.analyse.counts_model import count_model
from surveykit.analyse.hierarchy import hierarchical
from surveykit.analyse.moderation import moderate
from surveykit.analyse.ordinal import Ordinal, ordinal
from surveykit.analyse.ordinal_mixed import ordinal_mixed
from tests.oracle_values import FOLDER, assert_meets, frame, ids

SFO = Path(__file__).parents[3] / "shared" / "data" / "sfo_airport" / "sfo_2010_2018_harmonised.csv"


@cache
def reference() -> dict:
    return json.loads((FOLDER / "glm" / "values.json").read_text(encoding="utf-8"))["values"]


@cache
def bfi() -> pd.DataFrame:
    data = frame("bfi")[["N1", "N2", "N3", "E1", "A1", "age", "gender", "education"]].dropna()
    return data.assign(hi=(data["N1"] >= 4).astype(int), woman=data["gender"] - 1, count=data["A1"] - 1)


def estimates(table: pd.DataFrame, part: str = "slope", column: str = "estimate") -> np.ndarray:
    return table.loc[table["part"] == part, column].to_numpy()


def close(found, expected, rtol=1e-5, atol=1e-7) -> None:
    np.testing.assert_allclose(np.asarray(found, dtype=float), np.asarray(expected, dtype=float), rtol=rtol, atol=atol)


@cache
def wine(link: str = "logit") -> Ordinal:
    return ordinal("rating ~ temp + contact", frame("wine"), link=link)


@pytest.mark.parametrize("key", [*ids("clm."), *ids("polr.wine")])
def test_wine(key):
    part = key.removeprefix("clm.wine.").removeprefix("polr.wine.")
    found = wine("probit") if part.startswith("probit") else wine()
    slopes = found.table[found.table["part"] == "slope"].set_index("term")
    cuts = found.table[found.table["part"] == "threshold"].set_index("cut")
    tests = found.proportionality.set_index("term")
    names = {"tempwarm": "temp[T.warm]", "contactyes": "contact[T.yes]"}
    if part in names:
        value = slopes.loc[names[part], "estimate"]
    elif part.startswith("th"):
        value = cuts.loc["|".join(part[2:]), "estimate"]
    elif part.startswith("se_"):
        value = slopes["std_error"].iloc[0 if part == "se_temp" else 1]
    elif part.startswith("nominal_test"):
        value = tests.loc[part.split(".")[1], "lr_chi2"]
    else:
        measure = {"logLik": "log_likelihood", "probit.logLik": "log_likelihood", "AIC": "aic", "mcfadden": "mcfadden"}
        value = found.measures[measure[part]]
    assert_meets(key, float(value))


@cache
def housing() -> Ordinal:
    data = frame("housing")
    data = data.loc[data.index.repeat(data["Freq"])].reset_index(drop=True)
    data["Infl"] = pd.Categorical(data["Infl"], ["Low", "Medium", "High"])
    data["Cont"] = pd.Categorical(data["Cont"], ["Low", "High"])
    data["Type"] = pd.Categorical(data["Type"], ["Tower", "Apartment", "Atrium", "Terrace"])
    return ordinal("Sat ~ Infl + Type + Cont", data, levels=["Low", "Medium", "High"])


@pytest.mark.parametrize("key", ids("polr.housing"))
def test_housing_satisfaction(key):
    table = housing().table
    slopes = table[table["part"] == "slope"].set_index("term")
    part = key.split(".")[-1]
    where = {"InflMedium": "Infl[T.Medium]", "InflHigh": "Infl[T.High]", "ContHigh": "Cont[T.High]"}
    if part in where:
        value = slopes.loc[where[part], "estimate"]
    elif part == "se_InflHigh":
        value = slopes.loc["Infl[T.High]", "std_error"]
    else:
        cut = {"LowMedium": "Low|Medium", "MediumHigh": "Medium|High"}[part]
        value = table.set_index("cut").loc[cut, "estimate"]
    assert_meets(key, float(value))


@pytest.mark.parametrize("key", ids("clmm."))
def test_random_intercept(key):
    found = mixed(1)
    part = key.split(".")[-1]
    values = {
        "tempwarm": estimates(found.table)[0],
        "sd_judge": found.measures["group_sd"],
        "logLik": found.measures["log_likelihood"],
    }
    assert_meets(key, float(values[part]))


@cache
def mixed(nodes: int) -> Ordinal:
    return ordinal_mixed("rating ~ temp + contact", frame("wine"), "judge", nodes=nodes)


@pytest.mark.parametrize("nodes", [1, 10])
def test_random_intercept_errors_and_quadrature(nodes):
    found, expected = mixed(nodes), reference()[f"clmm.wine.q{nodes}"]
    close(np.concatenate([estimates(found.table, "threshold"), estimates(found.table)]), expected["coef"], 2e-5)
    errors = [estimates(found.table, part, "std_error") for part in ("threshold", "slope")]
    close(np.concatenate(errors), expected["se"], 2e-4)
    assert found.measures["group_sd"] == pytest.approx(expected["sd"], rel=2e-5)
    assert found.measures["log_likelihood"] == pytest.approx(expected["logLik"], abs=1e-5)


def test_every_id_of_this_page_is_tested():
    assert len(ids("clm.", "polr.", "clmm.", "moderation", "padjust")) == 14 + 7 + 3 + 2 + 7


def test_ordinal_with_categories_and_six_answers():
    found, expected = ordinal("N1 ~ N2 + age + C(education)", bfi()), reference()["clm.bfi"]
    close(estimates(found.table, "threshold"), expected["alpha"])
    close(estimates(found.table), expected["beta"])
    errors = [estimates(found.table, part, "std_error") for part in ("threshold", "slope")]
    close(np.concatenate(errors), expected["se"])
    assert found.measures["log_likelihood"] == pytest.approx(expected["logLik"], abs=1e-8)


def test_complementary_log_log():
    found, expected = wine("cloglog"), reference()["clm.wine.cloglog"]
    close(np.concatenate([estimates(found.table, "threshold"), estimates(found.table)]), expected["coef"])


def test_partial_proportional_odds():
    found = ordinal("rating ~ temp + contact", frame("wine"), partial=["contact"])
    expected = reference()["clm.wine.partial"]
    close(found.measures["log_likelihood"], expected["logLik"])
    close(estimates(found.table), expected["temp"])
    close(estimates(found.table, "threshold"), expected["alpha"][:4])
    close(estimates(found.table, "slope_at"), -np.array(expected["alpha"][4:]))
    errors = [estimates(found.table, part, "std_error") for part in ("threshold", "slope_at", "slope")]
    close(np.concatenate(errors), expected["se"])


def test_ordinal_robust_and_clustered_errors():
    expected = reference()["clm.bfi.robust"]
    for key, options in (("classical", {}), ("hc0", {"covariance": "HC0"}), ("cl", {"cluster": "education"})):
        table = ordinal("N1 ~ N2 + age", bfi(), **options).table
        errors = [estimates(table, part, "std_error") for part in ("threshold", "slope")]
        close(np.concatenate(errors), expected[key])


def test_tests_of_proportional_odds():
    found = ordinal("N1 ~ N2 + age", bfi())
    close(found.proportionality["lr_chi2"], reference()["clm.bfi.robust"]["nominal"], 1e-4)
    close(found.measures["brant"], reference()["brant.bfi"]["all"])
    close(found.proportionality["brant"], reference()["brant.bfi"]["each"])


def test_logistic():
    found, expected = logistic("hi ~ N2 + age + woman", bfi()), reference()["logit.bfi"]
    close(found.table["estimate"], expected["coef"])
    close(found.table["std_error"], expected["se"])
    for name, key in (("log_likelihood", "logLik"), ("null_log_likelihood", "null"), ("aic", "aic"), ("bic", "bic")):
        close(found.measures[name], expected[key])
    effects = found.effects.set_index("term").loc[["N2", "age", "woman"]]
    close(effects["estimate"], expected["ame"])
    close(effects["std_error"], expected["ame_se"])
    close([found.measures["auc"], found.measures["auc_error"]], [expected["auc"], expected["auc_se"]])
    close(found.measures["hosmer_lemeshow"], expected["hl"])
    for key, options in (
        ("hc0", {"covariance": "HC0"}),
        ("hc3", {"covariance": "HC3"}),
        ("cl", {"cluster": "education"}),
    ):
        close(logistic("hi ~ N2 + age + woman", bfi(), **options).table["std_error"], expected[key])


def test_poisson():
    formula, expected = "count ~ N2 + age + woman", reference()["poisson.bfi"]
    found = count_model(formula, bfi())
    close(found.table["estimate"], expected["coef"])
    close(found.table["std_error"], expected["hc3"])
    close(count_model(formula, bfi(), covariance="classical").table["std_error"], expected["se"], 1e-4)
    close(count_model(formula, bfi(), cluster="education").table["std_error"], expected["cl"])
    close(found.measures["log_likelihood"], expected["logLik"])
    close(found.measures["dispersion"], expected["pearson"])
    close(found.measures["overdispersion"], expected["dispersion"])
    exposed = count_model("count ~ N2", bfi(), exposure="age")
    close(exposed.table["estimate"], reference()["poisson.bfi.exposure"]["coef"])


def test_negative_binomial():
    found = count_model("count ~ N2 + age + woman", bfi(), family="negbin", covariance="classical")
    expected = reference()["negbin.bfi"]
    close(found.table["estimate"], expected["coef"], 1e-4)
    close(found.table["std_error"], expected["se"], 1e-4)
    close(found.measures["theta"], expected["theta"], 1e-4)
    close(found.measures["theta_error"], expected["theta_se"], 1e-3)
    close(found.measures["log_likelihood"], expected["logLik"], 1e-8)


def test_clustered_least_squares():
    found, expected = sk.regress("N1 ~ N2 + E1 * age", bfi(), cluster="education"), reference()["cluster.bfi"]
    order = found.table.set_index("term").loc[["Intercept", "N2", "E1", "age", "E1:age"]]
    close(order["std_error"], expected["se"])
    close(order["p_value"], expected["p"], 1e-4)


def test_robust_test_of_a_step():
    table = hierarchical(["N1 ~ N2", "N1 ~ N2 + E1 + age"], bfi(), covariance="HC3").table
    expected = reference()["hier.bfi.hc3"]
    close([table["f_change"][1], table["p_value"][1]], [expected["F"], expected["p"]])


@pytest.mark.parametrize("key", ids("moderation"))
def test_interaction(key):
    found = moderate(frame("attitude"), "complaints", "learning", "rating", covariance="classical")
    row = found.coefficients.set_index("term").loc["complaints:learning"]
    assert_meets(key, float(row[{"b_int": "estimate", "se": "std_error"}[key.split(".")[-1]]]))


def test_simple_slopes_and_johnson_neyman():
    expected = reference()["moderation.attitude"]
    for covariance in ("classical", "HC3"):
        found = moderate(frame("attitude"), "complaints", "learning", "rating", ["raises"], covariance=covariance)
        close(found.table[["estimate", "std_error"]], expected[covariance.lower()])
    found = moderate(frame("attitude"), "complaints", "learning", "rating", ["raises"], covariance="classical")
    close([found.measures["jn_low"], found.measures["jn_high"]], expected["jn"][:2])


@pytest.mark.parametrize("key", ids("padjust"))
def test_adjusted_p_values(key):
    _, method, place = key.split(".")
    assert_meets(key, float(adjust([0.001, 0.008, 0.012, 0.03, 0.041, 0.2], method)[int(place[1]) - 1]))


@pytest.mark.skipif(not SFO.exists(), reason="the airport survey is not beside the project (../shared/data)")
def test_airport_passengers():
    data = pd.read_csv(SFO, encoding="utf-8", low_memory=False)
    found = ordinal("ALL ~ ART + FOOD + STORE + SIGN + WALKWAYS + SCREENS", data[data["year"] == 2017])
    assert found.n == 1850
    assert found.measures["log_likelihood"] == pytest.approx(-1200.961, abs=5e-4)
