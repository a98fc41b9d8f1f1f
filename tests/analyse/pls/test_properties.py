"""Path models keep their identities, and refuse what they cannot estimate."""

import numpy as np
import pandas as pd
import pytest

import surveykit as sk
from surveykit.analyse.pls.groups import pls_groups
from surveykit.analyse.pls.importance import ipma
from surveykit.analyse.pls.predict import pls_predict
from surveykit.analyse.pls.public import pls
from surveykit.errors import SurveykitError
from tests.analyse.pls.models import ECSI, HIGHER, SATISFACTION, block, mobi

SINGLE = "CUSA1 ~ PERQ1 + IMAG1\nCUSL3 ~ CUSA1"


@pytest.fixture(scope="module")
def fitted():
    return pls(ECSI, mobi(), n_boot=100)


def test_single_items_are_regressions_of_standardised_answers():
    data = mobi()
    found = pls(SINGLE, data, n_boot=0)
    plain = sk.regress("CUSA1 ~ PERQ1 + IMAG1", data)
    betas = plain.table.set_index("term")["beta"]
    for name in ("PERQ1", "IMAG1"):
        assert found.estimate("pls_path", "CUSA1", name)["estimate"] == pytest.approx(betas[name])
    assert found.estimate("r2", "CUSA1")["estimate"] == pytest.approx(plain.measures["r2"])


def test_scores_are_standardised_and_reproduce_the_paths(fitted):
    scores = fitted.scores[list(fitted.constructs)]
    np.testing.assert_allclose(scores.mean(), 0, atol=1e-12)
    np.testing.assert_allclose(scores.std(ddof=0), 1, atol=1e-12)
    betas = sk.regress("CUSA ~ IMAG + CUEX + PERQ + PERV", scores).table.set_index("term")["estimate"]
    for name in ("IMAG", "CUEX", "PERQ", "PERV"):
        assert fitted.estimate("pls_path", "CUSA", name)["estimate"] == pytest.approx(betas[name])


def test_total_is_path_plus_indirect_and_indirect_the_sum_over_the_ways(fitted):
    paths, indirect, total = (fitted.matrix(name).fillna(0) for name in ("pls_path", "pls_indirect", "pls_total"))
    pd.testing.assert_frame_equal(total, paths + indirect)
    through = paths.loc["CUEX", "PERQ"] * paths.loc["PERQ", "PERV"]
    assert indirect.loc["CUEX", "PERV"] == pytest.approx(through)


def test_f2_is_the_fall_of_r2_without_the_predictor(fitted):
    scores = fitted.scores[list(fitted.constructs)]
    with_, without = (sk.regress(f"CUSL ~ {terms}", scores).measures["r2"] for terms in ("CUSA + IMAG", "IMAG"))
    assert fitted.estimate("f2", "CUSL", "CUSA")["estimate"] == pytest.approx((with_ - without) / (1 - with_))


def test_units_of_items_do_not_matter_and_reversing_a_construct_turns_its_paths(fitted):
    data = mobi()
    scaled = data.assign(PERQ1=data["PERQ1"] * 10, CUSA2=data["CUSA2"] / 3 + 5)
    np.testing.assert_allclose(
        pls(ECSI, scaled, n_boot=0).table["estimate"], pls(ECSI, data, n_boot=0).table["estimate"], atol=1e-7
    )
    turned = data.assign(**{f"CUSA{at}": 11 - data[f"CUSA{at}"] for at in (1, 2, 3)})
    other = pls(ECSI, turned, n_boot=0)
    assert other.estimate("pls_path", "CUSL", "CUSA")["estimate"] == pytest.approx(
        -fitted.estimate("pls_path", "CUSL", "CUSA")["estimate"], abs=1e-7
    )
    own = other.table[(other.table["measure"] == "loading") & (other.table["scale"] == "CUSA")]
    assert (own["estimate"] > 0).all()


def test_order_of_rows_and_lines_does_not_matter(fitted):
    shuffled = mobi().sample(frac=1, random_state=1)
    lines = "\n".join(reversed(ECSI.split("\n")))
    keys = ["measure", "scale", "predictor", "item"]
    kept = ["pls_path", "pls_weight", "r2", "ave"]
    one, other = (
        found.table[found.table["measure"].isin(kept)].set_index(keys)["estimate"].sort_index()
        for found in (fitted, pls(lines, shuffled, n_boot=0))
    )
    pd.testing.assert_series_equal(one, other, atol=1e-7, check_exact=False)


def test_resamples_do_not_flip_the_signs(fitted):
    table = fitted.table
    loadings = table[(table["measure"] == "loading") & (table["estimate"] > 0.6)]
    assert (loadings["conf_low"] > 0).all()
    assert (loadings["std_error"] < 0.15).all()


def test_repeated_indicators_and_two_stages_agree_in_direction():
    two, repeated = (pls(HIGHER, mobi(), n_boot=0, higher_order=kind) for kind in ("two_stage", "repeated"))
    for outcome in ("Loyalty", "Complaints"):
        assert two.estimate("pls_path", outcome, "Satisfaction")["estimate"] == pytest.approx(
            repeated.estimate("pls_path", outcome, "Satisfaction")["estimate"], abs=0.1
        )
    assert repeated.estimate("pls_path", "Image", "Satisfaction")["estimate"] > 0.8


def test_blindfolding_of_a_single_item_is_near_its_regression():
    found = pls(SINGLE, mobi(), n_boot=0)
    q2 = found.estimate("q2", "CUSA1")["estimate"]
    assert q2 == pytest.approx(found.estimate("r2", "CUSA1")["estimate"], abs=0.06)
    assert q2 < found.estimate("r2", "CUSA1")["estimate"]


def test_a_planted_model_is_recovered_by_consistent_pls_and_shrunk_by_plain_pls():
    generator = np.random.default_rng(4)
    n = 20_000
    f = generator.normal(size=n)
    g = 0.6 * f + 0.8 * generator.normal(size=n)
    data = pd.DataFrame(
        {
            f"{name}{at}": 0.7 * factor + np.sqrt(0.51) * generator.normal(size=n)
            for name, factor in (("x", f), ("y", g))
            for at in (1, 2, 3)
        }
    )
    model = f"{block('X', 'x', 3)}\n{block('Y', 'y', 3)}\nY ~ X"
    assert pls(model, data, consistent=True, n_boot=0).estimate("pls_path")["estimate"] == pytest.approx(0.6, abs=0.02)
    assert pls(model, data, n_boot=0).estimate("pls_path")["estimate"] < 0.5


def test_prediction_of_single_items_equals_linear_regression():
    found = pls_predict("CUSA1 ~ PERQ1 + IMAG1", mobi(), folds=5, repetitions=2)
    np.testing.assert_allclose(found.table["rmse"], found.table["rmse_lm"])
    np.testing.assert_allclose(found.table["mae"], found.table["mae_lm"])
    in_sample = sk.regress("CUSA1 ~ PERQ1 + IMAG1", mobi()).measures["r2"]
    assert 0 < found.table["estimate"].iloc[0] < in_sample


def test_an_unrelated_outcome_is_not_predicted():
    noise = np.random.default_rng(5).normal(size=250)
    found = pls_predict("N ~ CUSA1 + PERQ1 + IMAG1 + CUEX1", mobi().assign(N=noise), repetitions=5)
    assert found.table["estimate"].iloc[0] < 0.01
    with_chain = pls_predict(ECSI, mobi(), technique="earliest", folds=5, repetitions=1)
    direct = pls_predict(ECSI, mobi(), technique="direct", folds=5, repetitions=1)
    last = with_chain.table["scale"] == "CUSA"
    assert with_chain.table.loc[last, "estimate"].mean() < direct.table.loc[last, "estimate"].mean()


def test_importance_and_performance_of_single_items_are_slope_and_mean():
    data = mobi()
    found = ipma("CUSA1 ~ PERQ1 + IMAG1", data, "CUSA1", limits=(1, 10), n_boot=100).table
    slopes = sk.regress("CUSA1 ~ PERQ1 + IMAG1", data).table.set_index("term")["estimate"]
    rows = found.set_index(["measure", "scale"])["estimate"]
    for name in ("PERQ1", "IMAG1"):
        assert rows["ipma_importance", name] == pytest.approx(slopes[name])
        assert rows["ipma_performance", name] == pytest.approx((data[name].mean() - 1) / 9 * 100)


def test_index_scores_lie_between_0_and_100_and_use_the_questionnaires_scale():
    found = ipma(SATISFACTION.replace("CUSCO", "CUSCO1"), sk.load_data("ecsi_mobile"), "Satisfaction", n_boot=100)
    scores = found.index_scores.drop(columns="row").to_numpy()
    assert scores.min() >= 0 and scores.max() <= 100
    assert not any(problem.code == "PLS-GUESSED" for problem in found.problems)
    guessed = ipma(SATISFACTION, mobi(), "Satisfaction", n_boot=100)
    assert any(problem.code == "PLS-GUESSED" for problem in guessed.problems)


def test_an_index_with_a_negative_weight_is_undefined_with_its_reason():
    data = mobi()
    data["IMAG1"] = 11 - data["IMAG1"]
    found = ipma(SATISFACTION, data, "Satisfaction", limits=(1, 10), n_boot=100)
    image = found.table[found.table["scale"] == "Image"]
    assert image["estimate"].isna().all()
    assert {"PLS-NEGATIVE", "PLS-AGAINST"} <= {problem.code for problem in found.problems}


def test_equal_groups_show_no_difference():
    data = mobi()
    twice = pd.concat([data.assign(g="a"), data.assign(g="b")], ignore_index=True)
    table = pls_groups(SATISFACTION, twice, "g", n_perm=100).table
    composition = table[table["measure"] == "micom_composition"]
    np.testing.assert_allclose(composition["estimate"], 1.0)
    np.testing.assert_allclose(table.loc[table["measure"] != "micom_composition", "estimate"], 0.0, atol=1e-9)
    assert (table["p_value"] > 0.9).all()


def test_a_planted_difference_between_groups_is_found():
    generator = np.random.default_rng(6)
    n = 400
    group = np.repeat(["a", "b"], n // 2)
    f = generator.normal(size=n) + np.where(group == "a", 0.6, 0.0)
    g = np.where(group == "a", 0.8, 0.1) * f + 0.6 * generator.normal(size=n)
    data = pd.DataFrame(
        {
            f"{name}{at}": factor + 0.5 * generator.normal(size=n)
            for name, factor in (("x", f), ("y", g))
            for at in (1, 2)
        }
    ).assign(g=group)
    model = f"{block('X', 'x', 2)}\n{block('Y', 'y', 2)}\nY ~ X"
    table = pls_groups(model, data, "g", n_perm=200).table.set_index(["measure", "scale"])
    assert table.loc[("path_difference", "Y"), "p_value"] < 0.02
    assert table.loc[("path_difference", "Y"), "estimate"] > 0.2
    assert table.loc[("micom_mean", "X"), "p_value"] < 0.02


@pytest.mark.parametrize(
    ("model", "options", "code"),
    [
        ("CUSA =~ CUSA1 + CUSA2", {}, "PLS-NOPATH"),
        ("CUSA =~ CUSA1 + CUSA2\nwhat is this", {}, "PLS-SYNTAX"),
        ("A ~ A", {}, "PLS-SYNTAX"),
        ("CUSA1 ~ CUSA2\nCUSA2 ~ CUSA1", {}, "PLS-LOOP"),
        ("X =~ CUSA1 + CUSA2\nPERQ1 ~ PERQ2", {}, "PLS-ALONE"),
        ("X =~ CUSA1 + CUSA9\nPERQ1 ~ X", {}, "RESP-NOCOLUMN"),
        ("X =~ CUSA1 + flat\nPERQ1 ~ X", {}, "PLS-CONSTANT"),
        ("X =~ CUSA1 + words\nPERQ1 ~ X", {}, "RESP-NOTNUMBER"),
        ("X =~ CUSA1 + empty\nPERQ1 ~ X", {}, "PLS-FEW"),
        ("X <~ CUSA1 + copy\nPERQ1 ~ X", {}, "PLS-UNDEFINED"),
        ("X =~ CUSA1 + CUSA2\nPERQ1 ~ X", {"modes": {"Y": "B"}}, "PLS-UNKNOWN"),
        ("X =~ CUSA1 + CUSA2\nPERQ1 ~ X", {"modes": {"X": "C"}}, "ANALYSE-CHOICE"),
        ("X =~ CUSA1 + CUSA2\nPERQ1 ~ X", {"scheme": "best"}, "ANALYSE-CHOICE"),
        ("X =~ CUSA1 + CUSA2\nPERQ1 ~ X", {"n_boot": 5}, "MEDIATE-DRAWS"),
        ("X =~ CUSA1 + CUSA2\nH =~ X + PERV1\nPERQ1 ~ H", {}, "PLS-HIGHER"),
        (HIGHER, {"consistent": True}, "PLS-HIGHERC"),
        (3, {}, "PLS-MODELKIND"),
    ],
)
def test_what_cannot_be_estimated_is_refused_with_its_reason(model, options, code):
    data = mobi().assign(flat=1, words="many", empty=np.nan, copy=lambda d: 2 * d["CUSA1"])
    with pytest.raises(SurveykitError) as raised:
        pls(model, data, **options)
    assert code in {problem.code for problem in raised.value.problems}


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_hardly_any_rows_are_refused(rows):
    with pytest.raises(SurveykitError):
        pls(ECSI, mobi().head(rows))


def test_collinear_constructs_leave_paths_undefined_with_a_problem():
    data = mobi().assign(copy=lambda d: 2 * d["CUSA1"])
    with pytest.raises(SurveykitError, match="CUSL1"):
        pls("CUSL1 ~ CUSA1 + copy", data, n_boot=0)
    found = pls("CUSL1 ~ CUSA1 + copy", data, scheme="factor", n_boot=0)
    assert np.isnan(found.estimate("pls_path")["estimate"])
    assert any(problem.code == "PLS-NOPATHS" for problem in found.problems)


def test_groups_must_be_two_and_large_enough():
    data = mobi().assign(three=np.arange(250) % 3, few=np.arange(250) < 5)
    for column, code in (("three", "PLS-TWOGROUPS"), ("few", "PLS-SMALLGROUP")):
        with pytest.raises(SurveykitError) as raised:
            pls_groups(SATISFACTION, data, column)
        assert {problem.code for problem in raised.value.problems} == {code}


def test_a_model_object_is_read_like_its_text():
    study = sk.load_study("ecsi_mobile")
    found = pls(study.model, sk.load_data("ecsi_mobile"), n_boot=0)
    assert set(found.constructs) >= {"CUSA", "CUSL"}
    assert np.isfinite(found.estimate("r2", "CUSA")["estimate"])
