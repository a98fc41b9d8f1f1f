"""sk.dif: reference values, planted and absent differences, purification, undefined cases, refusals."""

import numpy as np
import pandas as pd
import pytest

from surveykit.analyse.dif import dif
from surveykit.errors import SurveykitError
from tests.oracle_values import assert_meets, frame, ids

ITEMS = [f"Q{i}" for i in range(1, 9)]


def planted(shift=0.0, slope=1.0, n=1200, seed=3, gap=0.3):
    """Eight items of one trait in two groups `gap` apart in it; Q1 shifted or steeper in group "b"."""
    generator = np.random.default_rng(seed)
    group = np.repeat(["a", "b"], n // 2)
    trait = generator.normal(size=n) + gap * (group == "b")
    latent = 1.5 * trait[:, None] + generator.logistic(size=(n, 8))
    latent[:, 0] += (group == "b") * (shift + 1.5 * (slope - 1) * trait)
    answers = np.digitize(latent, [-2, -0.7, 0.7, 2]) + 1
    return pd.DataFrame(answers, columns=ITEMS).assign(group=group)


@pytest.mark.parametrize("key", ids("dif"))
def test_dif_of_reference(key):
    _, item, part = key.split(".")
    found = dif(frame("bfi_N_gender"), "gender", "total").table.set_index(["item", "measure"])
    measure, column = {
        "uniform_chi2": ("dif_uniform", "lr_chi2"),
        "nonuniform_chi2": ("dif_nonuniform", "lr_chi2"),
        "b_gender": ("dif_log_odds", "estimate"),
    }[part]
    assert_meets(key, float(found.loc[(item, measure), column]))


def test_a_shifted_item_is_found_with_its_direction():
    found = dif(planted(shift=1.0), "group", purify=True)
    assert "Q1" in found.flagged and "Q1" not in found.anchors
    table = found.table.set_index(["item", "measure"])
    assert table.loc[("Q1", "dif_log_odds"), "estimate"] == pytest.approx(1.0, abs=0.3)
    assert table.loc[("Q1", "dif_nonuniform"), "p_value"] > 0.01
    assert "“Q1” is answered higher in group b than in group a" in found.narrate("en")


def test_a_steeper_item_is_found_as_non_uniform():
    table = dif(planted(slope=2.2), "group").table.set_index(["item", "measure"])
    assert table.loc[("Q1", "dif_nonuniform"), "p_bh"] < 0.01


def test_without_dif_the_tests_reject_as_often_as_they_say():
    p = [dif(planted(n=400, seed=seed, gap=0.0), "group").table for seed in range(30)]
    total = np.concatenate([table[table["measure"] == "dif_total"]["p_value"] for table in p])
    assert 0.01 < (total < 0.05).mean() < 0.09
    assert 0.4 < (total < 0.5).mean() < 0.6


def test_no_flag_is_said_in_words():
    found = dif(planted(n=400, seed=1, gap=0.0), "group", alpha=1e-6)
    assert found.flagged == ()
    assert "No item shows" in found.narrate("en")


def test_swapping_the_groups_changes_the_sign_of_log_odds_only():
    data = planted(shift=0.5)
    turned = data.assign(group=data["group"].map({"a": "b", "b": "a"}))
    first, second = dif(data, "group").table, dif(turned, "group").table
    odds = first["measure"] == "dif_log_odds"
    np.testing.assert_allclose(second.loc[odds, "estimate"], -first.loc[odds, "estimate"], rtol=1e-6)
    np.testing.assert_allclose(second.loc[~odds, "lr_chi2"], first.loc[~odds, "lr_chi2"], atol=1e-6)


def test_a_given_score_and_group_equal_those_made_here():
    data = planted(shift=0.5)
    total = data[ITEMS].sum(axis=1)
    given = dif(data[ITEMS], data["group"], total)
    pd.testing.assert_frame_equal(given.table, dif(data, "group", "total").table)
    assert given.anchors == ()


def test_three_groups_have_two_contrasts_and_degrees_of_freedom():
    data = planted()
    found = dif(data.assign(group=np.resize(["x", "y", "z"], len(data))), "group").table
    assert found[found["measure"] == "dif_log_odds"]["contrast"].unique().tolist() == ["y - x", "z - x"]
    assert found.groupby("measure")["lr_df"].first()[["dif_uniform", "dif_total"]].tolist() == [2, 4]


def test_size_classes_follow_jodoin_and_gierl():
    table = dif(planted(shift=2.0), "group").table
    tests = table[table["measure"] != "dif_log_odds"]
    expected = pd.cut(tests["estimate"], [-1, 0.035, 0.07, 1], right=False, labels=list("ABC")).astype(str)
    assert (tests["dif_class"] == expected).all()
    assert "C" in set(tests["dif_class"])


def test_purification_that_would_leave_no_anchor_stops_and_says_so():
    found = dif(frame("bfi_N_gender"), "gender", purify=True)
    assert "DIF-ALLFLAGGED" in {problem.code for problem in found.problems}
    assert len(found.anchors) == 5


def test_undefined_items_are_nan_and_named_and_the_others_stand():
    data = planted(n=400)
    data["Q1"] = np.where(data["group"] == "a", 1, 2)
    data["Q2"] = 3
    data.loc[0, "Q3"] = np.nan
    found = dif(data, "group")
    table = found.table.set_index(["item", "measure"])
    assert table.loc[["Q1", "Q2"], "p_value"].isna().all()
    assert table.loc[("Q4", "dif_total"), "p_value"] > 0
    codes = {problem.code for problem in found.problems}
    assert {"DIF-SEPARATION", "DIF-ONECATEGORY", "ANALYSE-DROPPED", "DIF-SMALLGROUP"} <= codes
    assert "undefined for Q1, Q2" in found.narrate("en")
    assert found.table["n_items"].iloc[0] == 6


def test_refusals():
    data = planted(n=40)
    with pytest.raises(SurveykitError, match="at least two values"):
        dif(data.assign(group="a"), "group")
    with pytest.raises(SurveykitError, match="at least two items"):
        dif(data[["Q1", "group"]], "group")
    with pytest.raises(SurveykitError, match="one value a row"):
        dif(data[ITEMS], ["a", "b"])
    with pytest.raises(SurveykitError, match="rest, total"):
        dif(data, "group", "sum")
