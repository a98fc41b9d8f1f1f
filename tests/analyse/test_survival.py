"""Survival curves, log-rank and Cox regression meet R and a published table."""

import numpy as np
import pandas as pd
import pytest

from surveykit.analyse.hazards import cox
from surveykit.analyse.survival import survival
from surveykit.errors import SurveykitError
from surveykit.stats.cox import cox_fit
from surveykit.stats.survival import kaplan_meier, log_rank
from tests.value_data import freireich, lung, reference, subscribers, veteran


@pytest.mark.parametrize("group", ["6-MP", "placebo"])
def test_the_curves_meet_r(group):
    want = reference()["mp" if group == "6-MP" else "placebo"]
    found = survival(freireich(), "time", "event", "group", at=[6, 10, 20]).table
    own = found[found["group"] == group]
    shares = own[own["measure"] == "survival_share"]
    for column, name in (("estimate", "survival"), ("std_error", "error"), ("conf_low", "low"), ("conf_high", "high")):
        assert np.allclose(shares[column], want[name], atol=1e-10)
    median = own.set_index("measure").loc["median_time"]
    ends = [np.nan if value is None else value for value in (want["median"], want["median_low"], want["median_high"])]
    assert np.allclose(median[["estimate", "conf_low", "conf_high"]].astype(float), ends, equal_nan=True)
    mean = own.set_index("measure").loc["restricted_mean_time"]
    assert np.allclose(mean[["estimate", "std_error"]].astype(float), [want["rmean"], want["rmean_error"]], atol=1e-10)


def test_the_published_table_of_6mp():
    """Survival after each remission time, as printed by Kleinbaum & Klein 2012, table 2.3."""
    data = freireich().query("group == '6-MP'")
    found = kaplan_meier(data["time"], data["event"])
    died = found.events > 0
    assert found.time[died].tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert found.at_risk[died].tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert np.round(found.survival[died], 4).tolist() == [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]


def test_log_rank_meets_r():
    found = survival(freireich(), "time", "event", "group").measures
    assert found["logrank_chi2"] == pytest.approx(reference()["logrank"]["chi2"], abs=1e-9)
    assert found["logrank_df"] == 1
    own = lung().dropna(subset=["ecog"])
    many = log_rank(own["time"], own["event"], own["ecog"], 4)
    assert many.chi2 == pytest.approx(reference()["logrank_lung"]["chi2"], abs=1e-8)


@pytest.mark.parametrize(
    ("name", "formula", "data", "event"),
    [
        ("cox", "time ~ group", freireich(), "event"),
        ("cox_lung", "time ~ age + sex + ecog", lung(), "event"),
        ("cox_veteran", "time ~ karno + age + diagtime", veteran(), "status"),
    ],
)
def test_cox_and_proportionality_meet_r(name, formula, data, event):
    want, found = reference()[name], cox(formula, data, event)
    assert np.allclose(found.table["estimate"], want["coef"], atol=1e-6)
    assert np.allclose(found.table["std_error"], want["se"], rtol=1e-6)
    measures = found.measures
    assert [measures["null_log_likelihood"], measures["log_likelihood"]] == pytest.approx(want["loglik"], abs=1e-7)
    assert measures["score_chi2"] == pytest.approx(want["score"], rel=1e-8)
    assert measures["concordance"] == pytest.approx(want["concordance"], abs=1e-9)
    chi2 = [*found.table["zph_chi2"], measures["zph_chi2"]]
    assert np.allclose(chi2, want["zph_chi2"], rtol=1e-4)
    assert np.allclose([*found.table["zph_p"], measures["zph_p"]], want["zph_p"], rtol=1e-4)


def test_a_ratio_that_changes_with_time_is_said():
    words = cox("time ~ karno + age", veteran(), "status").narrate()
    assert "changes with time for karno" in words and "later event" in words


def test_without_ties_or_censoring_the_curve_is_the_share_left():
    time = np.random.default_rng(1).permutation(20) + 1.0
    found = kaplan_meier(time, np.ones(20))
    assert np.allclose(found.survival, 1 - np.arange(1, 21) / 20)
    assert np.allclose(found.error[:-1], np.sqrt(found.survival[:-1] * (1 - found.survival[:-1]) / 20))
    assert found.at(0.5) == 1 and found.at(20) == 0


def test_changing_the_unit_of_time_changes_no_test():
    data = lung().dropna()
    first, second = (cox_fit(data["time"] * k, data["event"], data[["age", "sex"]].to_numpy(float)) for k in (1, 30.4))
    assert np.allclose(first.coefficients, second.coefficients) and np.allclose(first.zph, second.zph)


def test_greenwood_bounds_cover_the_truth():
    covered = known = 0
    for seed in range(300):
        data = subscribers(80, seed)
        found = kaplan_meier(data["months"], data["lost"])
        at = int(np.searchsorted(found.time, 12, side="right")) - 1
        known += np.isfinite(found.low[at])
        covered += found.low[at] <= np.exp(-12 / 30) <= found.high[at]
    assert known > 290 and 0.91 <= covered / known <= 0.985


BASE = subscribers(60).assign(band=np.resize(["low", "high"], 60))
REFUSED = {
    "no rows": (lambda: survival(BASE.head(0), "months", "lost"), "VALUE-NOCUSTOMERS"),
    "flags": (lambda: survival(BASE.assign(lost=3), "months", "lost"), "VALUE-FLAGS"),
    "words": (lambda: survival(BASE.assign(months="long"), "months", "lost"), "VALUE-NUMBERS"),
    "negative": (lambda: survival(BASE.assign(months=-1.0), "months", "lost"), "VALUE-NEGATIVE"),
    "column": (lambda: survival(BASE, "month", "lost"), "RESP-NOCOLUMN"),
    "one group": (lambda: survival(BASE.assign(band="low"), "months", "lost", "band"), "GROUPS-FEW"),
    "cox negative": (lambda: cox("months ~ spend", BASE.assign(months=-1.0), "lost"), "VALUE-NEGATIVE"),
    "cox no rows": (lambda: cox("months ~ spend", BASE.head(0), "lost"), "ANALYSE-NOROWS"),
    "cox flags": (lambda: cox("months ~ spend", BASE.assign(lost=2), "lost"), "VALUE-FLAGS"),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_bad_input_is_refused_in_words(name):
    call, code = REFUSED[name]
    with pytest.raises(SurveykitError) as found:
        call()
    assert found.value.problems[0].code == code


@pytest.mark.parametrize(
    ("formula", "data"),
    [
        ("months ~ spend + twin", BASE.assign(twin=BASE["spend"] * 2)),
        ("months ~ flat", BASE.assign(flat=1.0)),
        ("months ~ mark", BASE.assign(mark=BASE["lost"] * 1.0)),
        ("months ~ spend", BASE.assign(lost=0)),
        ("months ~ spend", BASE.head(1).assign(lost=1)),
    ],
    ids=["collinear", "constant", "separates", "no events", "one"],
)
def test_what_has_no_maximum_is_undefined_with_a_reason(formula, data):
    found = cox(formula, data, "lost")
    assert found.table["estimate"].isna().all()
    assert {problem.code for problem in found.problems} & {"SURVIVAL-COX", "SURVIVAL-NOEVENTS"}


def test_a_time_beyond_the_data_is_unknown_not_the_last_value():
    found = survival(BASE, "months", "lost", at=[500.0])
    assert np.isnan(found.table["estimate"].iloc[-1])
    assert "SURVIVAL-BEYOND" in {problem.code for problem in found.problems}


def test_gaps_are_counted_and_a_customer_without_time_is_left_out():
    data = pd.concat([BASE, BASE.head(1).assign(months=np.nan)], ignore_index=True)
    found = survival(data, "months", "lost")
    assert found.n == 60 and "VALUE-GAPS" in {problem.code for problem in found.problems}
