"""sk.reliability and sk.validity of fitted models: the numbers of lavaan and semTools, and refusals."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import surveykit as sk
from surveykit.errors import SurveykitError
from tests.oracle_values import assert_meets, frame, ids

HS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
NINE = "A =~ A2 + A3 + A5\nC =~ C1 + C2 + C3\nN =~ N1 + N2 + N3"
NEUROTICISM = "N =~ N1 + N2 + N3 + N4 + N5"
DEMOCRACY = """ind60 =~ x1 + x2 + x3
dem60 =~ y1 + y2 + y3 + y4
dem65 =~ y5 + y6 + y7 + y8
dem60 ~ ind60
dem65 ~ ind60 + dem60
y1 ~~ y5
y2 ~~ y4 + y6
y3 ~~ y7
y4 ~~ y8
y6 ~~ y8"""
MADE = {
    entry["id"]: entry["value"]
    for entry in json.loads(
        (Path(__file__).parents[1] / "oracle" / "measurement" / "values.json").read_text(encoding="utf-8")
    )["values"]
    if entry["value"] != "NA"
}
COEFFICIENTS = {
    "alpha": "alpha",
    "omega": "omega",
    "omega2": "omega_implied",
    "omega3": "omega_observed",
    "avevar": "ave_weighted",
    "ave": "ave_weighted",
}
ORDERED = {
    "alpha": "alpha",
    "alpha.ord": "alpha_ordinal",
    "alpha_ord": "alpha_ordinal",
    "omega": "omega_categorical",
    "omega_GY": "omega_categorical",
    "omega3": "omega_categorical_observed",
    "avevar": "ave_weighted",
    "ave": "ave_weighted",
}


def neuroticism():
    return frame("bfi")[["N1", "N2", "N3", "N4", "N5"]].dropna()


@cache
def model(name):
    hs = frame("hs1939")
    return {
        "hs": lambda: sk.cfa(HS, hs),
        "MLR": lambda: sk.cfa(HS, hs, estimator="MLR"),
        "cross": lambda: sk.cfa(HS + "\nvisual =~ x9", hs),
        "residual": lambda: sk.cfa(HS + "\nx7 ~~ x8", hs),
        "group": lambda: sk.cfa(HS, hs, group="school"),
        "bfi9": lambda: sk.cfa(NINE, frame("bfi9"), ordered=True),
        "ordered": lambda: sk.cfa(NEUROTICISM, neuroticism(), ordered=True),
        "theta": lambda: sk.cfa(NEUROTICISM, neuroticism(), ordered=True, parameterization="theta"),
        "ordered_residual": lambda: sk.cfa(NEUROTICISM + "\nN1 ~~ N2", neuroticism(), ordered=True),
        "poldem": lambda: sk.sem(DEMOCRACY, frame("poldem")),
    }[name]()


@cache
def card(name, group=None):
    return sk.reliability(model(name), group=group)


@cache
def discriminant(name):
    return sk.validity(model(name), n_boot=0)


def meets(key, value, tolerance=1e-4):
    assert value == pytest.approx(MADE[key], abs=tolerance), key


def made(*prefixes):
    return [key for key in MADE if key.startswith(tuple(f"{prefix}." for prefix in prefixes))]


@pytest.mark.parametrize("key", ids("rel.hs", "compRelSEM.hs"))
def test_reliability_of_a_fitted_model(key):
    kind, _, factor, *rest = key.split(".")
    name = "omega3" if kind == "compRelSEM" else rest[0]
    assert_meets(key, card("hs").estimate(factor, COEFFICIENTS[name]))


@pytest.mark.parametrize("key", ids("rel.bfi9.wlsmv"))
def test_reliability_of_ordered_items(key):
    _, _, _, factor, name = key.split(".")
    assert_meets(key, card("bfi9").estimate(factor, ORDERED[name]))


@pytest.mark.parametrize("key", ids("CR.std", "AVE.std"))
def test_cr_and_ave_of_a_fitted_model(key):
    measure = {"CR": "composite_reliability", "AVE": "ave"}[key.split(".")[0]]
    table = discriminant("hs").table.set_index(["scale", "measure"])["estimate"]
    assert_meets(key, table[key.split(".")[-1], measure])


@pytest.mark.parametrize("key", ids("htmt.hs", "htmt2.hs", "htmt.bfi9"))
def test_htmt_of_the_rows_of_a_fit(key):
    measure, data, pair = key.split(".")[0], *key.split(".")[1:3]
    names = {"vis": "visual", "tex": "textual", "spd": "speed"}
    first, second = ("A", "C") if data == "bfi9" else (names[part] for part in pair.split("_"))
    assert_meets(key, discriminant(data).matrix(measure).loc[first, second])


@pytest.mark.parametrize("key", made("cross", "residual", "poldem"))
def test_models_with_cross_loadings_residual_covariances_and_paths(key):
    name, factor, coefficient = key.split(".")
    meets(key, card(name).estimate(factor, COEFFICIENTS[coefficient]))


@pytest.mark.parametrize("key", made("group"))
def test_each_group_has_its_own_card(key):
    _, group, factor, coefficient = key.split(".")
    meets(key, card("group", group).estimate(factor, COEFFICIENTS[coefficient]))


UNLIKE = ("theta.N.avevar",)
"""semTools 0.5-6 takes loadings of the theta parameterisation as if they were standardised; the model is the same."""


@pytest.mark.parametrize(
    "key",
    [key for key in made("ordered", "theta", "ordered_residual") if "omega2" not in key and key not in UNLIKE],
)
def test_one_factor_of_ordered_items(key):
    name, factor, coefficient = key.split(".", 2)
    meets(key, card(name).estimate(factor, ORDERED[coefficient]), 2e-4)


def test_errors_are_those_of_the_delta_method_of_lavaan():
    omega = card("hs").table.set_index(["scale", "coefficient"]).loc[("speed", "omega"), "std_error"]
    meets("delta.omega.se", omega)
    table = discriminant("hs").table.set_index(["scale", "measure"])
    for part, measure in (("cr", "composite_reliability"), ("ave", "ave")):
        meets(f"delta.{part}.est", table.loc[("speed", measure), "estimate"])
        meets(f"delta.{part}.se", table.loc[("speed", measure), "std_error"])


@pytest.mark.parametrize("key", made("latent"))
def test_factor_correlations_with_errors(key):
    _, estimator, first, second, what = key.split(".", 4)
    column = {"est.std": "estimate", "se": "std_error", "ci.lower": "conf_low", "ci.upper": "conf_high"}[what]
    table = discriminant({"ML": "hs", "WLSMV": "bfi9"}.get(estimator, estimator)).table
    rows = table[table["measure"] == "factor_r"].set_index(["scale", "scale2"])
    meets(key, rows.loc[(first, second), column])


@pytest.mark.parametrize("key", made("implied"))
def test_correlations_of_factors_that_paths_imply(key):
    _, first, second = key.split(".")
    meets(key, discriminant("poldem").matrix("factor_r").loc[first, second])


def test_one_factor_fitted_as_a_model_or_as_items_is_the_same():
    data = neuroticism()
    items, fitted = sk.reliability(data), sk.reliability(sk.cfa(NEUROTICISM, data))
    for name in ("alpha", "omega"):
        rows = [found.table.set_index("coefficient").loc[name] for found in (items, fitted)]
        columns = ["estimate", "std_error", "conf_low", "conf_high"]
        np.testing.assert_allclose(*(row[columns].astype(float) for row in rows), atol=2e-6)
    np.testing.assert_allclose(items.items["loading"], fitted.items["loading"], atol=1e-5)
    np.testing.assert_allclose(items.items["sd"], fitted.items["sd"], rtol=1e-9)


def test_categorical_omega_of_items_is_that_of_the_one_factor_model():
    items = sk.reliability(neuroticism(), correlation="polychoric").table.set_index("coefficient")
    fitted = card("ordered").table.set_index("coefficient")
    columns = ["estimate", "std_error", "conf_low", "conf_high"]
    np.testing.assert_allclose(
        items.loc["omega_categorical", columns].astype(float), fitted.loc["omega_categorical", columns].astype(float)
    )


def test_the_error_of_categorical_omega_is_that_of_resampling():
    data = neuroticism().head(400)
    rng, draws = np.random.default_rng(3), []
    for _ in range(60):
        again = data.iloc[rng.integers(0, len(data), len(data))].reset_index(drop=True)
        draws.append(sk.reliability(again, correlation="polychoric").estimate("scale", "omega_categorical"))
    row = sk.reliability(data, correlation="polychoric").table.set_index("coefficient").loc["omega_categorical"]
    assert row["std_error"] == pytest.approx(np.std(draws), rel=0.3)


def test_a_reversed_item_is_named_and_turned_only_when_asked():
    data = frame("hs1939").assign(x2=lambda d: 10 - d["x2"])
    fitted = sk.cfa(HS, data)
    plain = sk.reliability(fitted)
    assert "ANALYSE-AGAINST" in {problem.code for problem in plain.problems}
    for keys in ("auto", {"x2": -1}):
        turned = sk.reliability(fitted, keys=keys)
        for name in ("alpha", "omega", "omega_implied", "omega_observed"):
            assert turned.estimate("visual", name) == pytest.approx(card("hs").estimate("visual", name), abs=1e-6)
        assert sk.validity(fitted, keys=keys, n_boot=0).matrix("htmt").loc["visual", "speed"] == pytest.approx(
            discriminant("hs").matrix("htmt").loc["visual", "speed"]
        )


def test_a_reversed_ordered_item_turned_gives_the_same_categorical_omega():
    data = neuroticism().assign(N3=lambda d: 7 - d["N3"])
    found = sk.reliability(data, keys={"N3": -1}, correlation="polychoric")
    assert found.estimate("scale", "omega_categorical") == pytest.approx(
        card("ordered").estimate("N", "omega_categorical"), abs=1e-6
    )


def test_cross_loadings_are_structure_coefficients_with_the_modification_index():
    found = discriminant("hs").cross_loadings.set_index(["item", "scale2"])
    correlation = discriminant("hs").matrix("factor_r").loc["visual", "speed"]
    assert found.loc[("x1", "speed"), "estimate"] == pytest.approx(
        found.loc[("x1", "visual"), "estimate"] * correlation
    )
    top = model("hs").modification_indices().iloc[0]
    assert found.loc[(top["rhs"], top["lhs"]), "mi"] == pytest.approx(top["mi"])
    assert found.loc[found["own"] == 1, "mi"].isna().all()


def test_fornell_larcker_of_a_model_holds_its_factor_correlations():
    table = discriminant("hs").fornell_larcker
    assert table.loc["speed", "visual"] == discriminant("hs").matrix("factor_r").loc["speed", "visual"]


def test_rows_with_missing_answers_give_htmt_without_an_interval():
    fitted = sk.cfa(HS, frame("hs1939_miss"), missing="fiml")
    found = sk.validity(fitted, n_boot=200)
    rows = found.table[found.table["measure"] == "htmt"]
    assert rows["estimate"].notna().all() and rows["conf_low"].isna().all()
    assert "VALID-UNEQUALROWS" in {problem.code for problem in found.problems}
    assert sk.reliability(fitted).table.set_index(["scale", "coefficient"])["conf_low"].isna()["visual", "alpha"]


def test_moments_are_enough_for_a_card_without_intervals_of_htmt():
    items = [f"x{i}" for i in range(1, 10)]
    fitted = sk.cfa(HS, sk.Moments.of(frame("hs1939")[items].to_numpy(), items))
    found = sk.validity(fitted)
    known = discriminant("hs").table
    pd.testing.assert_series_equal(found.table["estimate"], known["estimate"], rtol=1e-6)
    assert "VALID-NOROWS" in {problem.code for problem in found.problems}


def test_a_shared_item_has_no_htmt_and_a_second_order_factor_is_named():
    found = discriminant("cross")
    assert np.isnan(found.matrix("htmt").loc["visual", "speed"])
    assert {"VALID-SHAREDPAIR", "MEASURE-CROSS"} <= {problem.code for problem in found.problems}
    second = sk.validity(sk.cfa(HS + "\ng =~ visual + textual + speed", frame("hs1939")), n_boot=0)
    assert list(second.scales) == ["visual", "textual", "speed"]
    assert "MEASURE-NO-ITEMS" in {problem.code for problem in second.problems}


def test_single_items_and_heywood_cases_are_undefined_and_named():
    single = sk.validity(sk.cfa("visual =~ x1 + x2 + x3\nspeed =~ x9", frame("hs1939")), n_boot=0)
    table = single.table.set_index(["scale", "measure"])["estimate"]
    assert np.isnan(table["speed", "ave"]) and np.isfinite(table["visual", "ave"])
    rng = np.random.default_rng(2)
    factor = rng.standard_normal(40)
    data = pd.DataFrame({"a": factor + rng.standard_normal(40) * 0.01, "b": factor * 0.5, "c": -0.1 * factor})
    data = data + rng.standard_normal((40, 3)) * [0.0, 1.0, 1.0]
    fitted = sk.cfa("f =~ a + b + c", data)
    if (fitted.table.query("lhs == rhs")["estimate"] < 0).any():
        assert np.isnan(sk.reliability(fitted).estimate("f", "omega"))


def test_what_makes_no_sense_is_refused():
    with pytest.raises(SurveykitError, match="name one of"):
        sk.validity(model("group"))
    with pytest.raises(SurveykitError, match="name one of"):
        sk.reliability(model("hs"), group="Pasteur")
    with pytest.raises(SurveykitError, match="no meaning"):
        sk.validity(model("hs"), {"visual": ["x1", "x2"]})
    with pytest.raises(SurveykitError, match="no meaning"):
        sk.reliability(model("hs"), n_boot=100)
    with pytest.raises(SurveykitError, match="no meaning"):
        sk.reliability(neuroticism(), group="x")
    with pytest.raises(SurveykitError, match="x99"):
        sk.reliability(model("hs"), keys={"x99": -1})
    with pytest.raises(SurveykitError, match="stored"):
        sk.reliability(sk.Result.from_dict(model("hs").to_dict()))
    with pytest.raises(SurveykitError, match="no factor"):
        sk.validity(sk.sem("x1 ~ x2", frame("hs1939")))


def test_words_of_a_model_name_the_closest_factors():
    words = discriminant("hs").narrate("en")
    assert "visual with speed (r = .47" in words and "disattenuated" not in words
    assert "categorical ω" in card("bfi9").narrate("en")
