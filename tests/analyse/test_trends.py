"""Control charts: limits by hand, rules on made series, run lengths of the literature, early warning of a shift."""

import numpy as np
import pandas as pd
import pytest

from surveykit.analyse.seasons import change_point, seasonality
from surveykit.analyse.trends import control_chart
from surveykit.errors import SurveykitError
from surveykit.stats.control import (
    NELSON,
    WESTERN,
    cusum,
    cusum_run_length,
    ewma,
    ewma_run_length,
    individuals,
    pettitt,
    rates,
    shares,
    shewhart_run_length,
    signals,
)
from tests.value_data import months


def test_limits_of_single_values_by_hand():
    made = individuals([10, 12, 11, 13, 9], 5)
    assert made.centre[0] == 11
    assert made.sigma == pytest.approx((2 + 1 + 2 + 4) / 4 / 1.128, rel=1e-3)
    assert made.high[0] == pytest.approx(11 + 3 * made.sigma)


def test_limits_of_shares_and_rates_by_hand():
    made = shares([5, 10], [100, 400], 2)
    assert made.centre.tolist() == [0.03, 0.03]
    assert made.high == pytest.approx(0.03 + 3 * np.sqrt(0.03 * 0.97 / np.array([100, 400])))
    assert made.low[0] == 0
    assert rates([4, 16], [1, 4], 2).high == pytest.approx(4 + 3 * np.sqrt(4 / np.array([1, 4])))


def test_the_cusum_of_montgomery():
    """Montgomery, Introduction to Statistical Quality Control, table 9.1: mean 10, sigma 1, slack 0.5."""
    x = [9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.20, 10.34, 9.03, 11.47, 10.51, 9.40, 10.08,
         9.37, 10.62, 10.31, 8.52, 10.84, 10.90, 9.33, 12.29, 11.50, 10.60, 11.08, 10.38, 11.62, 11.31,
         10.52]  # fmt: skip
    base = [10 - 1.1283791670955126 / 2, 10 + 1.1283791670955126 / 2] * 10
    made, _ = cusum([*base, *x], 20)
    alarms = np.flatnonzero(made.value[20:] > 5) + 1
    assert alarms[0] == 29 and made.value[-2] == pytest.approx(5.28, abs=0.001)


RUNS = {
    "beyond_limit": [0, 0, 3.5],
    "two_of_three": [2.2, 0, 2.1],
    "four_of_five": [1.2, 1.3, 0, 1.4, 1.5],
    "run_of_eight": [0.2] * 8,
    "run_of_nine": [-0.2] * 9,
    "trend_of_six": [0.0, 0.1, 0.2, 0.3, 0.4, 0.5],
    "alternating_fourteen": [0.1, -0.1] * 7,
    "fifteen_within": [0.5, -0.5, 0.4] * 5,
    "eight_outside": [1.5, -1.5] * 4,
}


@pytest.mark.parametrize("rule", sorted({*WESTERN, *NELSON}))
def test_a_rule_alarms_at_the_point_that_completes_it_and_not_before(rule):
    series = np.array(RUNS[rule])
    found = signals(series, (rule,))[rule]
    assert found[-1] and not found[:-1].any()
    assert signals(-series, (rule,))[rule][-1]
    broken = series.copy()
    broken[len(series) // 2] = np.nan
    if len(series) > 3 and rule != "four_of_five":
        assert not signals(broken, (rule,))[rule].any()


def test_false_alarms_are_as_often_as_published():
    assert shewhart_run_length(("beyond_limit",)) == pytest.approx(370.4, abs=0.05)
    assert shewhart_run_length(WESTERN) == pytest.approx(91.75, rel=0.06)  # Champ & Woodall 1987
    assert cusum_run_length(0.5, 4) == pytest.approx(168, abs=0.6)  # Montgomery, table 9.4
    assert cusum_run_length(0.5, 5) == pytest.approx(465, abs=0.6)
    assert ewma_run_length(0.2, 2.962) == pytest.approx(500, rel=0.005)  # Lucas & Saccucci 1990


def test_the_ewma_is_the_weighted_mean():
    made = ewma([10, 12, 11, 13, 9], 5, 0.2)
    assert made.value[:2] == pytest.approx([11 + 0.2 * -1, 0.2 * 12 + 0.8 * 10.8])
    assert made.high[0] - 11 == pytest.approx(2.86 * made.sigma * 0.2)


def test_pettitt_by_hand():
    found = pettitt([1, 2, 3, 4, 11, 12, 13, 14])
    assert found.k == 16 and found.last_before == 3
    assert found.p_value == pytest.approx(2 * np.exp(-6 * 256 / (512 + 64)))


@pytest.mark.parametrize("chart", ["individuals", "ewma", "cusum"])
def test_a_shift_after_the_baseline_is_seen_early_and_nothing_before(chart):
    found = control_chart(months(), "wait", "month", chart=chart, baseline=24)
    hit = found.table.loc[found.table["signal"] != "", "period"]
    assert "M30" <= hit.min() <= "M35"
    assert "The newest point is among them" in found.narrate()
    assert found.measures["false_alarm"] == pytest.approx(1 / found.measures["run_length"])


def test_order_of_rows_does_not_matter_with_a_time():
    mixed = months().sample(frac=1, random_state=1)
    first, second = (control_chart(data, "wait", "month") for data in (months(), mixed))
    pd.testing.assert_frame_equal(first.table, second.table)


def test_dates_name_the_points():
    data = months().assign(month=pd.date_range("2023-01-01", periods=40, freq="MS"))
    assert control_chart(data, "wait", "month").table["period"].iloc[1] == "2023-02-01"


def test_what_undermines_a_chart_is_said():
    def codes(data, **more):
        return {problem.code for problem in control_chart(data, "wait", **more).problems}

    drift = pd.DataFrame({"wait": np.arange(30.0) + np.resize([0, 0.5], 30)})
    assert "TRENDS-RELATED" in codes(drift)
    assert "TRENDS-LOOKSBACK" in codes(drift) and "TRENDS-LOOKSBACK" not in codes(months(), baseline=24)
    assert "TRENDS-BASE" in codes(months(), baseline=10)
    assert "TRENDS-FLAT" in codes(months().assign(wait=1.0))
    spread = pd.DataFrame({"wait": [10, 200] * 15, "size": 1000})
    assert "TRENDS-SPREAD" in codes(spread, size="size", chart="p")


def test_the_change_is_found_where_it_was_planted():
    found = change_point(months(), "wait", "month")
    assert "M28" <= found.table["period"].iloc[1] <= "M31"
    assert "rose statistically significantly" in found.narrate()
    assert "no statistically significant change" in change_point(months(), "customers", "month").narrate()


def test_pettitt_alarms_no_more_often_than_it_says():
    rng = np.random.default_rng(3)
    assert np.mean([pettitt(rng.standard_normal(60)).p_value < 0.05 for _ in range(800)]) < 0.065


def test_seasons_and_trend_come_back():
    rng = np.random.default_rng(2)
    t, effect = np.arange(96), np.array([3.0, 0, -1, -2])
    data = pd.DataFrame({"x": 5 + 0.1 * t + effect[t % 4] + 0.3 * rng.standard_normal(96)})
    found = seasonality(data, "x", seasons=4)
    table = found.table
    assert table["estimate"].iloc[0] == pytest.approx(0.1, abs=0.01)
    assert np.allclose(table["estimate"].iloc[1:], effect, atol=0.2)
    assert table["estimate"].iloc[1:].sum() == pytest.approx(0, abs=1e-9)
    assert "highest in season 1" in found.narrate()
    gap = data.assign(x=data["x"].where(data.index != 7))
    assert seasonality(gap, "x", seasons=4).n == 95


REFUSED = {
    "few for a change": (lambda: change_point(months().head(5), "wait"), "TRENDS-SHORT"),
    "one cycle": (lambda: seasonality(months().head(20), "wait"), "TRENDS-SHORT"),
    "one row": (lambda: control_chart(months().head(1), "wait"), "TRENDS-SHORT"),
    "no rows": (lambda: control_chart(months().head(0), "wait"), "TRENDS-SHORT"),
    "all missing": (lambda: control_chart(months().assign(wait=np.nan), "wait"), "TRENDS-SHORT"),
    "words": (lambda: control_chart(months(), "month"), "VALUE-NUMBERS"),
    "column": (lambda: control_chart(months(), "waits"), "RESP-NOCOLUMN"),
    "twice": (lambda: control_chart(months().assign(month="M01"), "wait", "month"), "TRENDS-TWICE"),
    "no size": (lambda: control_chart(months(), "complaints", chart="p"), "TRENDS-NOSIZE"),
    "over": (lambda: control_chart(months(), "customers", size="complaints", chart="p"), "TRENDS-OVER"),
    "negative": (
        lambda: control_chart(months().assign(complaints=-1), "complaints", size="customers", chart="u"),
        "VALUE-NEGATIVE",
    ),
    "chart": (lambda: control_chart(months(), "wait", chart="c"), "ANALYSE-CHOICE"),
    "baseline": (lambda: control_chart(months(), "wait", baseline=99), "VALUE-BETWEEN"),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_bad_input_is_refused_in_words(name):
    call, code = REFUSED[name]
    with pytest.raises(SurveykitError) as found:
        call()
    assert found.value.problems[0].code == code
