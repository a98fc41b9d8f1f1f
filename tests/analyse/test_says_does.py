"""Answers joined to deeds: nothing lost in silence, the planted truth found, and figures of other programs met."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose

import surveykit as sk
from surveykit.errors import SurveykitError
from surveykit.stats.prediction import calibration, corrected, paired_shares, scaled_brier
from surveykit.stats.roc import auc
from tests.says_data import AT, crm, joined

ORACLE = Path(__file__).resolve().parents[1] / "oracle" / "says_does"
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
shared = pytest.mark.skipif(not DATA.is_dir(), reason="needs the data sets of ../shared, which are not shipped")


def small() -> sk.Tables:
    return sk.read_tables(
        {
            "customers": pd.DataFrame(
                {
                    "customer": list("ABCDE"),
                    "joined": "2025-01-01",
                    "left": [None, "2026-02-10", "2025-12-01", None, None],
                }
            ),
            "contracts": pd.DataFrame(
                {
                    "customer": list("AABD"),
                    "due": ["2025-06-01", "2026-03-01", "2026-02-01", "2026-09-01"],
                    "renewed": [0, 1, 0, 1],
                }
            ),
            "complaints": pd.DataFrame({"customer": list("AAB"), "opened": ["2025-12-30", "2026-01-20", "2026-01-10"]}),
            "purchases": pd.DataFrame(
                {"customer": list("AAE"), "at": ["2025-02-01", "2026-02-01", "2026-02-02"], "amount": [5.0, 7.0, 9.0]}
            ),
        },
        as_of="2026-04-01",
    )


def test_deeds_before_and_after_the_answer_by_hand():
    answers = pd.DataFrame({"who": list("ABCD"), "score": [5, 2, 3, 4]})
    found = sk.join_customers(answers, small(), "who", "2026-01-15").frame.set_index("customer")
    assert_allclose(
        found["renewed"], [1, 0, np.nan, np.nan], err_msg="A's contract of 2025 is past, D's is not yet due"
    )
    assert_allclose(found["left"], [0, 1, np.nan, 0], err_msg="C had left before")
    assert_allclose(found["time_to_left"], [76, 26, np.nan, 76])
    assert_allclose(found["complaints"], [1, 0, np.nan, 0], err_msg="C could not complain any more")
    assert_allclose(found["complaints_before"], [1, 1, 0, 0])
    assert_allclose(found["spend"], [7, 0, np.nan, 0])
    assert_allclose(found["spend_before"], [5, 0, 0, 0])


def test_moments_may_differ_by_answer():
    answers = pd.DataFrame({"who": list("AB"), "when": ["2025-12-01", "2026-03-15"]})
    found = sk.join_customers(answers, small(), "who", "when").frame.set_index("customer")
    assert_allclose(found["complaints"], [2, np.nan], err_msg="B had left before the answer")
    assert np.isnan(found.loc["B", "left"])


def test_every_answer_that_is_not_used_is_counted():
    found = joined()
    counts = found.receipt.set_index("finding")["count"]
    assert dict(counts) == {
        "JOIN-MATCHED": 400, "JOIN-NOKEY": 1, "JOIN-STRANGER": 1, "JOIN-TWICE": 1, "JOIN-SILENT": 200,
        "JOIN-AWAY": 0,
    }  # fmt: skip
    assert {p.code for p in found.problems} == {"JOIN-NOKEY", "JOIN-STRANGER", "JOIN-TWICE"}
    answers, _ = crm()
    last = answers[answers["who"] == "c0002"].iloc[-1]
    assert found.frame.set_index("customer").loc["c0002", "SAT"] == last["SAT"]
    assert len(found.silent) == 200


@pytest.mark.parametrize(
    ("answers", "at", "code"),
    [
        (pd.DataFrame({"who": ["z"]}), AT, "JOIN-NONE"),
        (pd.DataFrame({"other": ["A"]}), AT, "RESP-NOCOLUMN"),
        (pd.DataFrame({"who": ["A"]}), "soon", "OPS-MOMENT"),
    ],
)
def test_what_cannot_be_joined_is_refused(answers, at, code):
    with pytest.raises(SurveykitError) as caught:
        sk.join_customers(answers, small(), "who", at)
    assert caught.value.problems[0].code == code


def test_without_a_moment_before_and_after_are_said_to_be_mixed():
    found = sk.join_customers(pd.DataFrame({"who": ["A"]}), small(), "who")
    assert "JOIN-NOTIME" in {p.code for p in found.problems}
    assert found.frame["complaints"].iloc[0] == 2 and "complaints_before" not in found.frame


def test_the_planted_truth_is_found():
    deed = sk.says_does(joined(), "SAT", "renewed").table.set_index("measure")
    assert deed.loc["average_effect", "conf_low"] > 0
    assert 0.6 < deed.loc["auc_corrected", "estimate"] < deed.loc["auc", "estimate"] + 0.005
    assert deed.loc["calibration_slope", "conf_low"] < 1 < deed.loc["calibration_slope", "conf_high"]
    gone = sk.says_does(joined(), "SAT", "left").table.set_index("measure")
    planted = np.exp(-0.6)
    assert gone.loc["hazard_ratio", "conf_low"] < planted < gone.loc["hazard_ratio", "conf_high"]
    both = sk.moves_both(joined(), ["CARE", "PRICE", "NOISE"], "SAT", "renewed", n_boot=200)
    clear = {side: set(own[own["conf_low"] > 0]["predictor"]) for side, own in both.table.groupby("side")}
    assert clear["says"] == {"CARE", "PRICE"} and "CARE" in clear["does"] and "NOISE" not in clear["does"]
    assert "both SAT and renewing: CARE." in both.narrate()


def test_dimensions_that_are_alike_do_not_stand_out():
    rng = np.random.default_rng(3)
    data = pd.DataFrame(rng.normal(size=(400, 2)), columns=["A", "B"])
    data["SAT"] = data["A"] + data["B"] + rng.normal(size=400)
    data["renewed"] = (data["A"] + data["B"] + rng.logistic(size=400) > 0).astype(int)
    said = sk.moves_both(data, ["A", "B"], "SAT", "renewed", n_boot=200).narrate()
    assert said.startswith("No dimension is shown to take more than an equal share of SAT")


def test_rates_of_bands_are_those_counted():
    frame = joined().frame
    rows = sk.says_does(frame, "SAT", "renewed", bands=[3, 4]).table
    rate = rows[rows["measure"] == "band_rate"]["estimate"].to_numpy()
    place = np.searchsorted([3, 4], frame["SAT"], side="right")
    assert_allclose(rate, frame["renewed"].groupby(place).mean())
    lift = rows[rows["measure"] == "band_lift"]["estimate"].to_numpy()
    assert_allclose(lift, rate / frame["renewed"].mean())


def test_calibration_meets_statsmodels():
    frame = joined().frame
    y = frame["renewed"].to_numpy()
    chance = 1 / (1 + np.exp(-(0.3 + 0.5 * (frame["SAT"] - 3)))).to_numpy()
    fit = sm.GLM(y, sm.add_constant(np.log(chance / (1 - chance))), sm.families.Binomial()).fit()
    (slope, slope_error), (intercept, error) = calibration(y, chance)
    assert_allclose([intercept, slope], fit.params, rtol=1e-6)
    assert_allclose([error, slope_error], fit.bse, rtol=1e-5)
    assert scaled_brier(y, np.full(len(y), y.mean()))[1] == pytest.approx(0)


def test_corrected_figures_are_those_of_new_customers():
    rng = np.random.default_rng(8)

    def drawn(n):
        x = np.column_stack([np.ones(n), rng.normal(size=(n, 6))])
        return x, (rng.random(n) < 1 / (1 + np.exp(-(x[:, 1] - 1)))).astype(float)

    gaps, slopes, news = [], [], []
    for seed in range(12):
        x, y = drawn(120)
        found = corrected(x, y, draws=60, seed=seed)
        fit = sm.GLM(y, x, sm.families.Binomial()).fit()
        other, truth = drawn(20_000)
        chance = 1 / (1 + np.exp(-other @ fit.params))
        gaps.append(auc(y, fit.fittedvalues)[0] - found.area_optimism - auc(truth, chance)[0])
        slopes.append(found.slope)
        news.append(calibration(truth, chance)[0][0])
    assert abs(np.mean(gaps)) < 0.03
    assert np.mean(slopes) == pytest.approx(np.mean(news), abs=0.12)


def test_predictions_of_noise_tell_nothing_apart():
    rng = np.random.default_rng(8)
    y = (rng.random(2000) < 0.4).astype(float)
    x = np.column_stack([np.ones(2000), rng.normal(size=(2000, 3))])
    assert abs(corrected(x, y, draws=50).scaled_brier) < 0.01
    assert np.isnan(corrected(np.ones((8, 1)), np.array([1.0, *[0.0] * 7])).slope)


def test_paired_shares_meet_agresti_and_min():
    # Agresti (2002), approval ratings: 794 yes twice, 150 yes then no, 86 no then yes, 570 no twice; difference .04
    gap, error, low, high = paired_shares(794, 150, 86, 570, 0.95)
    assert gap == pytest.approx(0.04)
    assert error == pytest.approx(0.0095, abs=5e-5)
    assert (round(low, 3), round(high, 3)) == (0.021, 0.059)
    assert np.isnan(paired_shares(0, 0, 0, 0, 0.95)).all()


def test_intention_overstates_action():
    frame = pd.DataFrame({"i": [5] * 60 + [2] * 40, "d": [1] * 40 + [0] * 20 + [1] * 4 + [0] * 36})
    rows = sk.intention_gap(frame, "i", "d", 4).table
    own = rows.set_index("measure")["estimate"]
    assert (own["stated_share"], own["done_share"], own["stated_minus_done"]) == (0.6, 0.44, pytest.approx(0.16))
    assert own["overstatement"] == pytest.approx(60 / 44)
    levels = rows[rows["measure"] == "level_rate"].set_index("band")["estimate"]
    assert_allclose(levels[["2", "5"]], [4 / 40, 40 / 60])
    # binom.test(20, 24): p-value = 0.001544
    assert rows.set_index("measure").loc["stated_minus_done", "p_value"] == pytest.approx(0.001544, abs=5e-7)


def test_a_probability_scale_is_calibrated():
    frame = pd.DataFrame({"i": [10] * 50 + [5] * 50, "d": [1] * 40 + [0] * 10 + [1] * 25 + [0] * 25})
    own = sk.intention_gap(frame, "i", "d", 8, scale=(0, 10)).table.set_index("measure")["estimate"]
    assert own["mean_stated"] == pytest.approx(0.75)
    assert own["probability_gap"] == pytest.approx(0.75 - 0.65)


def test_deeds_that_all_or_none_did_and_odd_deeds():
    frame = joined().frame
    none = sk.says_does(frame.assign(renewed=0.0), "SAT", "renewed")
    assert "SAYS-ONE" in {p.code for p in none.problems}
    assert np.isnan(none.table.set_index("measure").loc["auc", "estimate"])
    with pytest.raises(SurveykitError, match="amount"):
        sk.says_does(frame, "SAT", "spend")
    with pytest.raises(SurveykitError):
        sk.says_does(frame, "NOTHING", "renewed")


@shared
def test_a_complaint_tells_who_leaves_a_telecom_operator():
    data = pd.read_csv(DATA / "telecom_churn" / "Customer_Churn.csv")
    data.columns = [" ".join(name.split()) for name in data.columns]
    found = sk.says_does(data, "Complains", "Churn", bands=[0.5]).table
    whole = found.set_index("measure").loc["deed_share", "estimate"]
    rates = found[found["measure"] == "band_rate"]["estimate"].to_numpy()
    assert_allclose([whole, *rates], [0.1571, 0.1014, 0.8299], atol=5e-5)


@shared
def test_satisfaction_and_what_the_operator_recorded_in_beijing():
    data = pd.read_csv(DATA / "beijing_mobile_voice" / "voice_core.csv")
    found = sk.says_does(data, "had_problem", "sat_overall", kind="amount", bands=[0.5]).table
    means = found[found["measure"] == "band_mean"]["estimate"].to_numpy()
    assert_allclose(means, [9.653, 7.805], atol=5e-4)
    facets = ["cov_signal", "clarity", "stability"]
    scale = sk.reliability(data, scales={"S": ["sat_overall", *facets]}).table.set_index("coefficient")
    assert_allclose(scale.loc["alpha", "estimate"], 0.9716, atol=5e-5)
    fit = sk.regress(f"sat_overall ~ {' + '.join(facets)}", data)
    assert_allclose(fit.measures["r2"], 0.8650, atol=5e-5)
    assert_allclose(fit.table["estimate"].iloc[1:], [0.2990, 0.4437, 0.1997], atol=5e-5)
    assert_allclose((data["sat_overall"] == 10).mean(), 0.58, atol=0.005)
    found = sk.says_does(data, "sat_overall", "had_problem").table.set_index("measure")
    other = sm.Logit(data["had_problem"], sm.add_constant(data["sat_overall"])).fit(disp=0)
    margin = other.get_margeff().summary_frame().iloc[0, :2]
    effect = found.loc["average_effect", ["estimate", "std_error"]].astype(float)
    assert_allclose(effect, margin, rtol=1e-5)


def test_figures_of_r():
    expected = json.loads((ORACLE / "says_does.json").read_text(encoding="utf-8"))
    data = pd.read_csv(ORACLE / "customers.csv")
    found = sk.says_does(data, ["said", "price"], "did").table
    effects = found[found["measure"] == "average_effect"].set_index("term")
    for term in ("said", "price"):
        assert_allclose(effects.loc[term, ["estimate", "std_error"]].astype(float), expected[term], rtol=1e-6)
    area = found.set_index("measure").loc["auc", ["estimate", "std_error"]].astype(float)
    assert_allclose(area, [expected["auc"], expected["auc_error"]], rtol=1e-6)
    stated = np.clip(data["stated"] / 10, 0.02, 0.98)
    assert_allclose(calibration(data["did"], stated)[0], expected["slope"], rtol=1e-6)
    assert_allclose(scaled_brier(data["did"], stated), [expected["brier"], expected["brier_scaled"]], rtol=1e-9)
    gap = sk.intention_gap(data, "said", "did", 6).table.set_index("measure")
    assert_allclose(gap.loc["stated_share", ["conf_low", "conf_high"]].astype(float), expected["wilson_would"])
    assert_allclose(gap.loc["stated_minus_done", "p_value"], expected["mcnemar_p"], rtol=1e-9)


def test_those_who_were_not_there_are_not_silent():
    tables = sk.read_tables(
        {
            "customers": pd.DataFrame(
                {
                    "customer": list("ABCD"),
                    "joined": ["2025-01-01", "2025-01-01", "2025-01-01", "2026-03-01"],
                    "left": [None, None, "2025-06-01", None],
                }
            )
        },
        as_of="2026-04-01",
    )
    found = sk.join_customers(pd.DataFrame({"who": ["A"], "score": [5]}), tables, "who", "2026-01-15")
    assert found.silent["customer"].tolist() == ["B"], "C had left and D had not joined"
    assert found.receipt.set_index("finding")["count"][["JOIN-SILENT", "JOIN-AWAY"]].tolist() == [1, 2]


def test_columns_may_have_any_name():
    data = pd.read_csv(ORACLE / "customers.csv")
    plain = sk.says_does(data, ["said", "price"], "did").table
    odd = data.rename(columns={"said": "How satisfied?", "price": "2 prices", "did": "did it"})
    found = sk.says_does(odd, ["How satisfied?", "2 prices"], "did it").table
    assert_allclose(found["estimate"], plain["estimate"])
    assert "How satisfied?" in set(found["term"])
    assert len(sk.says_does(odd, "How satisfied?", "2 prices", kind="amount").table)


def test_weighted_answers_and_text_are_refused():
    answers = sk.load_data("ecsi_mobile")
    own = pd.DataFrame({"w": np.ones(answers.n), "who": [f"c{at:04d}" for at in range(answers.n)]})
    weighted = answers.with_columns(own).weighted("w")
    with pytest.raises(SurveykitError, match="weights"):
        sk.join_customers(weighted, crm()[1], "who", AT)
    text = pd.DataFrame({"said": ["high", "low"] * 20, "more": range(40), "did": [0, 1] * 20})
    for call in (
        lambda: sk.says_does(text, "said", "did"),
        lambda: sk.intention_gap(text, "said", "did", 4),
        lambda: sk.moves_both(text, ["said", "more"], "more", "did"),
    ):
        with pytest.raises(SurveykitError) as fault:
            call()
        assert fault.value.problems[0].code == "RESP-NOTNUMBER"
