"""Comparisons, waves, modes, correlations and method bias give R's numbers, say what they may, refuse the rest."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import special

import surveykit as sk
from surveykit.analyse.compare import GroupComparison, compare
from surveykit.analyse.correlation import correlate
from surveykit.analyse.method_bias import method_bias
from surveykit.analyse.mode_effects import mode_effects
from surveykit.analyse.waves import waves
from surveykit.stats import studentised_range
from surveykit.stats.group_means import group_means
from surveykit.stats.group_tests import mann_whitney
from surveykit.stats.moments import Moments
from tests.oracle_values import assert_meets, frame, ids
from tests.result.examples_groups import BIG, few, grouped, schools, seasons

R = json.loads((Path(__file__).parents[1] / "oracle" / "groups" / "groups.json").read_text(encoding="utf-8"))["values"]
SFO = Path(__file__).parents[3] / "shared" / "data" / "sfo_airport" / "sfo_2010_2018_harmonised.csv"


def meets(key: str, found: float) -> None:
    """Fail unless `found` is R's value."""
    value, tolerance = R[key]["value"], R[key]["tol"]
    assert found == pytest.approx(value, rel=tolerance * 10, abs=tolerance), key


@cache
def bfi() -> pd.DataFrame:
    data = frame("bfi")
    return data.assign(
        N=data[["N1", "N2", "N3", "N4", "N5"]].mean(axis=1, skipna=False),
        schooling=pd.cut(data["education"], [0, 2, 3, 5]).astype(object),
    ).assign(schooling=lambda d: d["schooling"].map(str).where(data["education"].notna()))


@cache
def by_gender(method: str) -> GroupComparison:
    return compare("N", "gender", bfi(), method)


@cache
def by_education(method: str) -> GroupComparison:
    return compare("N", "education", bfi(), method, adjust="none")


def row(found: sk.Result, measure: str, contrast: str = "") -> pd.Series:
    table = found.table
    table = table[table["measure"] == measure]
    if contrast:
        table = table[table["contrast"] == contrast]
    return table.iloc[0]


@pytest.mark.parametrize("key", ids("welch.", "welch_anova", "hedges", "mwu", "rank_biserial", "kruskal"))
def test_oracle_of_group_tests(key):
    part = key.split(".")[-1]
    if key.startswith("welch."):
        levels = by_gender("welch").table.query("role == 'group'")["estimate"]
        difference = row(by_gender("welch"), "mean_difference")
        ends = {"lo": "conf_low", "hi": "conf_high", "t": "test_statistic", "df": "df_error"}
        found = levels.iloc[int(part[1]) - 1] if part in ("m1", "m2") else difference[ends[part]]
    elif key.startswith("welch_anova"):
        found = row(by_education("welch"), "omega2")[{"F": "test_statistic", "df2": "df_error"}[part]]
    elif key.startswith("hedges"):
        found = row(by_gender("welch"), "hedges_g")[{"g": "estimate", "lo": "conf_low", "hi": "conf_high"}[part]]
    elif key.startswith("kruskal"):
        found = row(by_education("kruskal"), "epsilon2")["test_statistic"]
    else:
        column = "test_statistic" if key.startswith("mwu") else "estimate"
        found = row(by_gender("mann_whitney"), "rank_biserial")[column]
    assert_meets(key, float(found))


@pytest.mark.parametrize("key", ids("chisq", "cramersV_adj"))
def test_oracle_of_tables(key):
    found = row(compare("schooling", "gender", bfi()), "cramers_v")
    assert_meets(key, float(found["test_statistic" if key.startswith("chisq") else "estimate"]))


@pytest.mark.parametrize("key", ids("friedman", "kendallW"))
def test_oracle_of_repeated_answers(key):
    found = row(compare(["A2", "A3", "A4", "A5"], None, frame("bfi").head(200), "friedman"), "kendall_w")
    assert_meets(key, float(found["test_statistic" if key.startswith("friedman") else "estimate"]))


def test_harmans_share_meets_r():
    items = list(frame("bfi").columns[:25])
    meets("harman.first_pc_share", method_bias(frame("bfi"), {"all": items}).table["estimate"][0])


def test_every_id_of_these_rooms_is_tested():
    rooms = ("welch", "hedges", "mwu", "rank_biserial", "kruskal", "chisq", "cramersV", "friedman", "kendallW")
    rooms += ("padjust",)
    assert len(ids(*rooms)) == 18


def test_pooled_tests_meet_r():
    found = by_education("anova")
    meets("anova.F", row(found, "omega2")["test_statistic"])
    meets("anova.p", row(found, "omega2")["p_value"])
    meets("pooled_t.1_4.p", row(found, "mean_difference", "1 − 4")["p_value"])
    meets("pooled_t.2_5.p", row(found, "mean_difference", "2 − 5")["p_value"])
    holm = compare("N", "education", bfi(), "anova")
    meets("pooled_t.1_4.holm", row(holm, "mean_difference", "1 − 4")["p_adjusted"])


def test_welch_and_games_howell_meet_r():
    found = by_education("welch")
    meets("welch_anova.p", row(found, "omega2")["p_value"])
    for pair in ("1_4", "3_4"):
        made = row(found, "mean_difference", pair.replace("_", " − "))
        meets(f"games_howell.{pair}.p", made["p_value"])
        meets(f"games_howell.{pair}.lo", made["conf_low"])
        meets(f"games_howell.{pair}.hi", made["conf_high"])


@pytest.mark.parametrize("df", [1.0, 2.0, 7.5, 90.0])
def test_the_studentised_range_of_two_groups_is_students_t(df):
    """R's own ptukey and qtukey miss this at df = 2 by 5e-5 and 5e-3."""
    assert float(studentised_range.cdf(3.7, 2, df)) == pytest.approx(1 - 2 * special.stdtr(df, -3.7 / np.sqrt(2)))
    expected = np.sqrt(2) * special.stdtrit(df, 0.975)
    assert float(studentised_range.quantile(0.95, 2, df)) == pytest.approx(expected)


@pytest.mark.parametrize("key", [key for key in R if key.startswith(("ptukey", "qtukey")) and not key.endswith("_2")])
def test_the_studentised_range_is_that_of_r(key):
    name, groups, df = key.split("_")
    kind, value = name.split(".", 1)
    if kind == "ptukey":
        meets(key, float(studentised_range.cdf(float(value), int(groups), float(df))))
    else:
        meets(key, float(studentised_range.quantile(float(f".{value}"), int(groups), float(df))))


def test_rank_tests_meet_r():
    found = by_education("kruskal")
    meets("wilcoxon.1_4.p", row(found, "rank_biserial", "1 − 4")["p_value"])
    meets("wilcoxon.1_5.p", row(found, "rank_biserial", "1 − 5")["p_value"])
    complete = bfi()[bfi()["N"].notna() & bfi()["education"].notna()]
    men = complete[complete["gender"] == 1]["N"].to_numpy()[:12] + np.arange(1, 13) / 1000
    women = complete[complete["gender"] == 2]["N"].to_numpy()[:15] + np.arange(1, 16) / 997
    meets("wilcoxon.small.p", mann_whitney(men, women).p_value)
    meets("wilcoxon.small.W", mann_whitney(men, women).statistic)


@pytest.mark.parametrize("pair", ["A3_A5", "N1_C5"])
def test_rank_correlations_meet_r(pair):
    data = frame("bfi")[pair.split("_")].dropna()
    whole = {method: correlate(data, method=method).table.iloc[0] for method in ("kendall", "spearman")}
    meets(f"kendall.{pair}", whole["kendall"]["estimate"])
    meets(f"kendall.p.{pair}", whole["kendall"]["p_value"])
    meets(f"spearman.{pair}", whole["spearman"]["estimate"])
    for method in ("kendall", "spearman"):
        meets(f"{method}.p100.{pair}", correlate(data.head(100), method=method).table["p_value"][0])


def test_partial_correlations_meet_r_from_rows_and_from_moments():
    names = ["A3", "A5"]
    found = correlate(frame("bfi"), names, partial=["A1", "age"])
    meets("partial.A3_A5.A1_age", found.table["estimate"][0])
    meets("partial.p", found.table["p_value"][0])
    moments = Moments.of(frame("bfi")[[*names, "A1", "age"]].to_numpy(), [*names, "A1", "age"])
    again = correlate(moments, names, method="partial", partial=["A1", "age"])
    assert again.table["estimate"][0] == pytest.approx(found.table["estimate"][0], abs=1e-12)


def test_shares_and_residuals_meet_r():
    data = bfi().assign(top=(bfi()["A2"] >= 5).astype(float).where(bfi()["A2"].notna()))
    found = row(compare("top", "gender", data, measure="share"), "share_difference")
    meets("shares.p", found["p_value"])
    table = compare("education", "gender", data, "chi2")
    cell = table.table.query("group == '1' and category == '3'").iloc[0]
    meets("stdres.1_3", cell["adjusted_residual"])
    meets("chisq.p", row(table, "cramers_v")["p_value"])
    boxes = row(compare("A2", "gender", data, measure="top_box", scale=(1, 6)), "share_difference")
    assert boxes["estimate"] == pytest.approx(found["estimate"])


def test_weighted_levels_meet_the_survey_package():
    data = bfi().assign(w=1 + (bfi()["age"] % 7) / 3)
    found = waves("N", "gender", data, "w").table.query("role == 'level'")
    for at in (1, 2):
        meets(f"svy.N.{at}", found["estimate"].iloc[at - 1])
        meets(f"svy.se.{at}", found["std_error"].iloc[at - 1])


def test_waves_without_weights_are_welch_tests():
    found = row(waves("N", "gender", bfi()), "mean_difference")
    plain = row(by_gender("welch"), "mean_difference")
    assert found["estimate"] == pytest.approx(-plain["estimate"])
    assert found["conf_low"] == pytest.approx(-plain["conf_high"])
    assert found["p_value"] == pytest.approx(plain["p_value"])


@pytest.mark.skipif(not SFO.exists(), reason="the airport data lie beside the project (shared/data), not in it")
def test_the_airports_nps_of_two_years():
    data = pd.read_csv(SFO, encoding="utf-8", low_memory=False).query("year >= 2017")
    plain = waves("NETPRO", "year", data, measure="nps").table
    weighted = waves("NETPRO", "year", data, "weight", measure="nps").table
    assert plain["estimate"].tolist()[:2] == pytest.approx([39.84, 30.98], abs=5e-3)
    assert weighted["estimate"].tolist()[:2] == pytest.approx([40.40, 35.11], abs=5e-3)
    assert weighted["std_error"][0] == pytest.approx(1.4457, abs=5e-5)


def test_mode_effects_meet_r():
    data = bfi().assign(gender=bfi()["gender"].map({1: "m", 2: "w"}))
    found = mode_effects("N", "education", data, ["age", "gender"]).table.query("measure == 'mode_adjusted'")
    for at, made in zip(range(2, 6), found.to_dict("records"), strict=True):
        meets(f"mode.b.{at}", made["estimate"])
        meets(f"mode.se.{at}", made["std_error"])
        meets(f"mode.p.{at}", made["p_value"])


def test_the_marker_ladder_meets_lavaan():
    turned = ["A1", "C4", "C5", "E1", "E2", "O2", "O5"]
    data = frame("bfi").assign(**{item: 7 - frame("bfi")[item] for item in turned})
    found = method_bias(data, BIG, "O")
    table = found.table.set_index("measure")
    for ours, theirs in {"marker_cfa": "marker_cfa", "marker_r_model": "marker_r_model"}.items():
        meets(f"{theirs}.df", table.loc[ours, "df"])
    for step in ("marker_cfa", "marker_baseline", "marker_c", "marker_u", "marker_r_model"):
        meets(f"{step}.chisq", table.loc[step, "chisq"])
        meets(f"{step}.cfi", table.loc[step, "estimate"])
    pairs = found.table.query("measure == 'latent_method_r'")
    first = pairs[(pairs["item"] == "C") & (pairs["item2"] == "A")].iloc[0]
    meets("marker_u.r.A_C", first["estimate"])
    meets("marker_base.r.A_C", first["raw_r"])


def test_lindell_and_whitney_by_hand():
    """r = .467406, m = .138934, n = 2513: (r - m) / (1 - m) = .38147."""
    rng = np.random.default_rng(2)
    base = rng.normal(size=(300, 1))
    data = pd.DataFrame(rng.normal(size=(300, 3)) + base, columns=["x", "y", "m"])
    found = method_bias(data, {"X": ["x"], "Y": ["y"]}, "m").table.set_index("measure")
    r = data.corr().to_numpy()
    m = min(r[0, 2], r[1, 2])
    adjusted = (r[0, 1] - m) / (1 - m)
    assert found.loc["marker_adjusted_r", "estimate"] == pytest.approx(adjusted)
    assert found.loc["marker_adjusted_r", "std_error"] == pytest.approx(np.sqrt((1 - adjusted**2) / 297))


def test_a_marker_that_correlates_negatively_takes_nothing_out():
    rng = np.random.default_rng(4)
    data = pd.DataFrame(rng.normal(size=(200, 2)), columns=["x", "y"])
    data["m"] = -data["x"] + rng.normal(size=200)
    found = method_bias(data, {"X": ["x"], "Y": ["y"]}, "m")
    adjusted = found.table.set_index("measure").loc["marker_adjusted_r"]
    assert adjusted["estimate"] == pytest.approx(adjusted["raw_r"])
    assert "BIAS-NOSHARED" in {problem.code for problem in found.problems}


def test_the_tests_of_several_outcomes_are_corrected():
    found = compare(["warmth", "worry"], "school", grouped(), adjust="bonferroni").table.query("role == 'test'")
    np.testing.assert_allclose(found["p_adjusted"], np.minimum(found["p_value"] * 2, 1))


def test_more_respondents_of_the_same_kind_do_not_change_the_estimates():
    data = grouped().head(300)
    once, twice = compare("warmth", "sex", data), compare("warmth", "sex", pd.concat([data, data]))
    for measure in ("group_mean", "mean_difference"):
        assert row(once, measure)["estimate"] == pytest.approx(row(twice, measure)["estimate"])
    assert row(once, "mean_difference")["std_error"] > row(twice, "mean_difference")["std_error"]


def test_small_groups_are_withheld_from_figure_and_words():
    found = compare(["warmth", "worry"], "region", few())
    level = found.table.query("group == 'far' and outcome == 'warmth'")["estimate"].iloc[0]
    assert np.isfinite(level)
    texts = [text.get_text() for text in found.plot().texts]
    assert "<10" in texts
    assert f"{level:.2f}" not in texts
    assert "Too few answers to be shown: far." in found.narrate()
    one = compare("warmth", "region", few().query("region != 'near'"))
    assert f"{level:.2f}" not in one.narrate()


def test_the_gate_says_what_is_known_of_invariance():
    data, ladder = schools()
    assert compare("textual", "sex", data).gate == "untested"
    assert compare("textual", "school", data, invariance=ladder).gate == "failed"
    assert "(Chen (2007)" not in compare("textual", "school", data, gate="off").narrate()
    with pytest.raises(sk.SurveykitError, match="invariance over school does not hold"):
        compare("textual", "school", data, invariance=ladder, gate="require")
    with pytest.raises(sk.SurveykitError, match="not tested"):
        compare("textual", "school", data, gate="require")
    with pytest.raises(sk.SurveykitError, match="tested over school"):
        compare("textual", "sex", data, invariance=ladder)


def test_directions_of_change_are_said():
    data = seasons()
    data["warmth"] += data["wave"].map({"spring": 0.0, "summer": 0.5, "autumn": 0.0}).astype(float)
    words = waves("warmth", "wave", data).narrate()
    assert "rose statistically significantly from spring" in words
    assert "fell statistically significantly from summer" in words


def test_rows_without_a_weight_are_counted():
    data = seasons(300)
    data.loc[:9, "weight"] = np.nan
    found = waves("warmth", "wave", data, "weight")
    assert any(problem.code == "WAVES-NOWEIGHT" for problem in found.problems)
    assert found.n == 290 - int(data.loc[10:, "warmth"].isna().sum())


def test_a_planted_mode_effect_is_found_beside_a_covariate():
    rng = np.random.default_rng(6)
    age = rng.integers(20, 70, 800)
    phone = rng.random(800) < np.where(age > 45, 0.7, 0.3)
    y = 0.02 * age + 0.4 * phone + rng.normal(size=800)
    data = pd.DataFrame({"y": y, "mode": np.where(phone, "phone", "online"), "age": age})
    found = mode_effects("y", "mode", data, ["age"]).table.set_index("measure")
    assert abs(found.loc["mode_adjusted", "estimate"] - 0.4) < 3 * found.loc["mode_adjusted", "std_error"]
    assert found.loc["mode_plain", "estimate"] > found.loc["mode_adjusted", "estimate"] + 0.1


BAD = {
    "unknown column": lambda d: compare("nowhere", "sex", d),
    "text as a mean": lambda d: compare("school", "sex", d, measure="mean"),
    "one group": lambda d: compare("warmth", "sex", d.query("sex == 'men'")),
    "no rows": lambda d: compare("warmth", "sex", d.head(0)),
    "an identifier": lambda d: compare("warmth", "id", d.assign(id=range(len(d)))),
    "t of five": lambda d: compare("warmth", "school", d, "t"),
    "chi2 of means": lambda d: compare("warmth", "sex", d, "chi2", measure="mean"),
    "nps of a six": lambda d: compare("nps", "sex", d.assign(nps=11), measure="nps"),
    "share of a scale": lambda d: compare("kind", "sex", d, measure="share"),
    "box without a scale": lambda d: compare("kind", "sex", d, measure="top_box"),
    "wrong method": lambda d: compare("warmth", "sex", d, "anova2"),
    "no outcome": lambda d: compare([], "sex", d),
    "itself": lambda d: compare("warmth", "warmth", d),
    "no group": lambda d: compare("warmth", None, d),
    "friedman with a group": lambda d: compare(["warmth", "worry"], "sex", d, "friedman"),
    "friedman of one": lambda d: compare("warmth", None, d, "friedman"),
    "measure of another": lambda d: compare("warmth", "sex", d, measure={"worry": "mean"}),
    "waves of categories": lambda d: waves("school", "sex", d),
    "negative weights": lambda d: waves("warmth", "sex", d.assign(w=-1.0), "w"),
    "mode as covariate": lambda d: mode_effects("warmth", "sex", d, ["sex"]),
    "unknown reference": lambda d: mode_effects("warmth", "sex", d, reference="robots"),
    "nothing held": lambda d: correlate(d, ["warmth", "worry"], method="partial"),
    "held and analysed": lambda d: correlate(d, ["warmth", "age"], partial=["age"]),
    "kendall held": lambda d: correlate(d, ["warmth", "worry"], method="kendall", partial=["age"]),
    "kendall of moments": lambda d: correlate(Moments.of(np.eye(3), list("abc")), method="kendall"),
    "marker and one scale": lambda d: method_bias(d, {"a": ["warmth"]}, "worry"),
    "shared items": lambda d: method_bias(d, {"a": ["warmth"], "b": ["warmth"], "c": ["worry"]}),
}


@pytest.mark.parametrize("name", list(BAD))
def test_bad_input_is_refused_with_advice(name):
    with pytest.raises(sk.SurveykitError) as met:
        BAD[name](grouped())
    assert all(problem.message(lang) for problem in met.value.problems for lang in ("en", "zh", "ru"))


def test_weighted_answers_are_not_compared_as_if_unweighted():
    answers = sk.load_data("ecsi_mobile")
    weighted = answers.with_columns(pd.DataFrame({"w": np.ones(answers.n), "half": np.resize(["a", "b"], answers.n)}))
    weighted = weighted.weighted("w")
    with pytest.raises(sk.SurveykitError, match="weights"):
        compare("CUSA1", "half", weighted)
    found = waves("CUSA1", "half", weighted)
    assert found.weights == "w"
    assert "weighted" in found.narrate()
    boxes = compare("CUSA1", "half", weighted.weighted(None), measure="top_box", boxes=3)
    assert set(boxes.table["measure"]) >= {"top_box", "share_difference"}
    assert group_means(np.ones(3), np.zeros(3), 1).n[0] == 3


def test_scores_know_the_columns_behind_them():
    answers = sk.load_data("ecsi_mobile")
    with_half = answers.with_columns(pd.DataFrame({"half": np.resize(["a", "b"], answers.n)}))
    scores = sk.score(with_half, scales=sk.load_study("ecsi_mobile").model.measurement)
    found = compare(["CUSA", "IMAG"], "half", scores)
    assert found.outcomes == ("CUSA", "IMAG")
    assert "CUSA" in found.names
