"""sk.irt: reference values, keys, missing answers, information, scores, troubles by name, refusals."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

import surveykit as sk
from surveykit.analyse.irt import irt
from surveykit.analyse.irt_result import GradedResponse
from surveykit.draw.curves import Curves, curves
from surveykit.errors import SurveykitError
from tests.draw.cases import WORDS, assert_legible
from tests.oracle_values import assert_meets, frame, ids

ITEMS = ["N1", "N2", "N3", "N4", "N5"]


def worries() -> pd.DataFrame:
    return frame("bfi")[ITEMS].dropna()


@cache
def fitted() -> GradedResponse:
    return irt(worries())


def codes(found) -> set[str]:
    return {problem.code for problem in found.problems}


@pytest.mark.parametrize("key", ids("grm."))
def test_graded_response_of_reference(key):
    _, item, parameter = key.split(".")
    table = fitted().table.set_index(["item", "parameter"])
    assert_meets(key, float(table.loc[(item, parameter), "estimate"]))


def test_every_reference_of_the_model_is_met_here():
    assert len(ids("grm.")) == 15


def test_fit_measures_belong_together():
    measures = fitted().measures
    assert measures["n_parameters"] == 30
    assert measures["aic"] == pytest.approx(60 - 2 * measures["logl"])
    assert measures["bic"] == pytest.approx(30 * np.log(2694) - 2 * measures["logl"])


def test_intervals_are_wald_intervals_at_their_level():
    table = irt(worries(), conf_level=0.9).table
    np.testing.assert_allclose((table["conf_high"] - table["estimate"]) / table["std_error"], 1.6448536, rtol=1e-6)
    assert (table["conf_level"] == 0.9).all()


def test_reversed_items_by_keys_and_by_themselves_are_the_same_model():
    turned = worries().assign(N2=lambda f: 7 - f["N2"])
    expected = fitted().table["estimate"]
    for keys in ({"N2": -1}, "auto"):
        found = irt(turned, keys=keys)
        np.testing.assert_allclose(found.table["estimate"], expected, atol=1e-5)
        assert found.reversed_items == ("N2",)
        assert found.levels["N2"] == (6, 5, 4, 3, 2, 1)
    unkeyed = irt(turned)
    assert {"IRT-NEGATIVE", "ANALYSE-AGAINST"} <= codes(unkeyed)
    assert "goes with a lower trait: “N2”" in unkeyed.narrate("en")


def test_any_whole_codes_give_the_same_estimates():
    recoded = worries().replace({1: -3, 2: 0, 3: 7, 4: 8, 5: 9, 6: 15})
    np.testing.assert_allclose(irt(recoded).table["estimate"], fitted().table["estimate"], atol=1e-6)


def test_partly_answered_rows_are_used_and_counted():
    found = irt(frame("bfi")[ITEMS])
    assert found.n == frame("bfi")[ITEMS].notna().any(axis=1).sum()
    assert "IRT-MISSING" in codes(found)
    np.testing.assert_allclose(found.table["estimate"], fitted().table["estimate"], atol=0.1)


def test_information_adds_up_and_gives_the_error():
    found = fitted().information([-1.0, 0.0, 2.0])
    np.testing.assert_allclose(found["test"], found[ITEMS].sum(axis=1))
    np.testing.assert_allclose(found["std_error"], found["test"] ** -0.5)
    assert list(found.index) == [-1.0, 0.0, 2.0]


def test_the_precise_range_ends_where_reliability_falls_below_its_limit():
    measures = fitted().measures
    inside = fitted().information([measures["precise_low"], measures["precise_high"]])["test"]
    outside = fitted().information([measures["precise_low"] - 0.025, measures["precise_high"] + 0.025])["test"]
    assert (inside / (inside + 1) >= 0.7).all()
    assert (outside / (outside + 1) < 0.7).all()
    shares = fitted().table.drop_duplicates("item")["info_share"]
    assert shares.sum() == pytest.approx(1.0)


def test_scores_rise_with_answers_and_rest_on_what_was_answered():
    rows = pd.DataFrame([[1.0] * 5, [3.0] * 5, [6.0] * 5, [6.0] + [np.nan] * 4, [np.nan] * 5], columns=ITEMS)
    found = fitted().scores(rows)
    assert found["theta"].iloc[:3].is_monotonic_increasing
    assert found["std_error"].iloc[3] > found["std_error"].iloc[1]
    assert found.iloc[4].isna().all()
    all_rows = fitted().scores(worries())
    assert all_rows["theta"].mean() == pytest.approx(0.0, abs=0.02)
    assert all_rows["theta"].var() + (all_rows["std_error"] ** 2).mean() == pytest.approx(1.0, abs=0.03)


def test_a_code_that_the_model_has_not_seen_is_refused_by_name():
    with pytest.raises(SurveykitError, match="item N3"):
        fitted().scores(worries().head(3).assign(N3=9))


def test_empty_and_rare_codes_are_named():
    gap = worries().head(400).assign(N1=lambda f: f["N1"].replace(3, 4))
    gap.loc[gap.index[0], "N2"] = 9
    found = irt(gap)
    told = {(problem.code, problem.place): str(problem) for problem in found.problems}
    assert "answer 3" in told["IRT-EMPTY", "item N1"]
    assert "7, 8" in told["IRT-EMPTY", "item N2"]
    assert "answer 9" in told["IRT-RARE", "item N2"]
    steps = found.table[(found.table["item"] == "N1") & (found.table["parameter"] != "a")]
    assert steps["answer"].tolist() == [2, 4, 5, 6]


def test_codes_that_the_questionnaire_offers_and_nobody_gave_are_named():
    found = irt(sk.load_data("ecsi_mobile"), only="IMAG")
    assert any(problem.code == "IRT-EMPTY" and problem.place == "item IMAG1" for problem in found.problems)


def test_a_constant_item_is_undefined_and_the_others_stand():
    found = irt(worries().assign(flat=2))
    rows = found.table[found.table["item"] == "flat"]
    assert rows["estimate"].isna().all() and len(rows) == 1
    assert "IRT-CONSTANT" in codes(found)
    np.testing.assert_allclose(found.table["estimate"].dropna(), fitted().table["estimate"], atol=1e-6)


def test_an_unrelated_item_is_flat_and_said_so():
    noise = np.random.default_rng(2).integers(1, 6, len(worries()))
    found = irt(worries().assign(noise=noise))
    assert any(problem.code == "IRT-FLAT" and problem.place == "item noise" for problem in found.problems)
    assert "unrelated to the trait: “noise”" in found.narrate("en")


def test_items_that_repeat_each_other_give_no_estimates_but_a_reason():
    found = irt(worries().head(500)[["N1", "N3", "N5"]].assign(again=lambda f: f["N1"]))
    assert found.table["estimate"].isna().all()
    assert codes(found) & {"IRT-DIVERGED", "IRT-NOTCONVERGED"}
    with pytest.raises(SurveykitError, match="cannot be scored"):
        found.scores(worries())


def test_refusals():
    with pytest.raises(SurveykitError, match="at least 3 items"):
        irt(worries()[["N1", "N2"]])
    with pytest.raises(SurveykitError, match="one trait is modelled at a time"):
        irt(sk.load_data("ecsi_mobile"))
    with pytest.raises(SurveykitError, match="graded"):
        irt(worries(), "rasch")
    with pytest.raises(SurveykitError, match="rows of answers"):
        irt(pd.DataFrame(np.full((4, 3), np.nan), columns=list("abc")))
    with pytest.raises(SurveykitError, match="conf_level"):
        irt(worries(), conf_level=95)


@pytest.mark.parametrize("lang", ["en", "zh", "ru"])
@pytest.mark.parametrize("what", ["information", "categories"])
def test_figures_are_legible_with_long_names(lang, what):
    names = dict(zip(ITEMS, [*WORDS[lang]["items"], "N5"], strict=True))
    found = fitted().renamed({item: {lang: name} for item, name in names.items()})
    assert_legible(found.plot(lang, what=what))


def test_curves_refuse_nothing_and_lines_of_another_length():
    with pytest.raises(SurveykitError):
        curves([0.0, 1.0], [])
    with pytest.raises(SurveykitError):
        curves([0.0, 1.0], [Curves("a", [1.0, 2.0, 3.0])])
