"""Repeat buying, renewals and lifetime value meet published figures, hand-made tables and the truth of simulations."""

import numpy as np
import pandas as pd
import pytest

from surveykit.analyse.contracts import renewal_lifetime
from surveykit.analyse.lifetime import repeat_purchases
from surveykit.analyse.portfolio import lifetime_value
from surveykit.errors import SurveykitError
from surveykit.stats.bgnbd import alive_share, bgnbd, bgnbd_log_likelihood, expected_purchases, future_purchases
from surveykit.stats.lifetime_value import Spending, bootstrap_values, expected_order, gamma_gamma
from tests.value_data import CDNOW, cdnow, cohort, orders, subscribers

PUBLISHED = np.array([0.243, 4.414, 0.793, 2.426])
beside = pytest.mark.skipif(not CDNOW.exists(), reason="the orders are not beside the project (../shared/data)")


def of(result, measure, column="estimate"):
    return result.table.set_index("measure").loc[measure, column]


@pytest.fixture(scope="module")
def sample():
    return repeat_purchases(
        cdnow("CDNOW_sample.txt"), "customer", "date", "amount", until="1997-09-30", horizon=39, discount=0.15
    )


@beside
def test_bgnbd_meets_fader_hardie_and_lee_2005(sample):
    found = [of(sample, name) for name in ("bgnbd_r", "bgnbd_alpha", "bgnbd_a", "bgnbd_b")]
    assert np.round(found, 3).tolist() == PUBLISHED.tolist()
    assert round(sample.measures["log_likelihood"], 1) == -9582.4
    assert sample.n == 2357


@beside
def test_gamma_gamma_meets_fader_and_hardie_2013(sample):
    assert [round(of(sample, name), 2) for name in ("gg_p", "gg_q", "gg_v")] == [6.25, 3.74, 15.44]
    assert round(sample.measures["order_correlation"], 2) == 0.11
    assert of(sample, "gg_p", "n") == 946


@beside
def test_one_customer_of_the_published_spreadsheet(sample):
    x, last, age = 2, 30.43, 38.86
    assert future_purchases(PUBLISHED, x, last, age, 39) == pytest.approx(1.226, abs=0.001)


@beside
def test_the_forecast_is_near_the_purchases_made_after(sample):
    seen = of(sample, "holdout_observed")
    assert seen == sample.customers["later"].sum() == 1882
    assert of(sample, "holdout_expected") == pytest.approx(seen, rel=0.15)


@beside
def test_the_whole_cohort_has_the_known_order_value_revenue_and_repeat_rate():
    found = repeat_purchases(cdnow("CDNOW_master.txt"), "customer", "date", "amount")
    assert found.n == 23570
    assert round(of(found, "order_value"), 2) == 35.89
    assert round(of(found, "customer_revenue"), 2) == 106.08
    assert of(found, "repeat_rate") == pytest.approx(0.4886, abs=0.0001)
    assert round(of(found, "repeat_order_rate"), 4) == 0.4948


def test_the_gradient_is_that_of_the_likelihood():
    rng = np.random.default_rng(1)
    x = rng.integers(0, 5, 30).astype(float)
    age = rng.uniform(5, 40, 30)
    last, weight = np.where(x > 0, age * rng.uniform(size=30), 0), np.ones(30)
    at, step = np.log([0.5, 3.0, 0.7, 2.0]), 1e-6
    slope = bgnbd_log_likelihood(np.exp(at), x, last, age, weight)[1]
    for place, one in enumerate(np.eye(4) * step):
        higher, lower = (bgnbd_log_likelihood(np.exp(at + sign * one), x, last, age, weight)[0] for sign in (1, -1))
        assert slope[place] == pytest.approx((higher - lower) / (2 * step), rel=1e-4)


def test_estimates_change_with_the_unit_of_time_as_they_must():
    data = orders()
    week, day = (
        repeat_purchases(data, "customer", "date", unit=unit, horizon=h) for unit, h in (("week", 26), ("day", 182))
    )
    assert of(day, "bgnbd_alpha") == pytest.approx(7 * of(week, "bgnbd_alpha"), rel=1e-3)
    assert of(day, "bgnbd_r") == pytest.approx(of(week, "bgnbd_r"), rel=1e-3)
    assert of(day, "future_purchases") == pytest.approx(of(week, "future_purchases"), rel=1e-3)


def test_simulated_customers_give_their_parameters_and_future_back():
    rng = np.random.default_rng(8)
    n, (r, alpha, a, b) = 20_000, (0.6, 8.0, 0.9, 3.0)
    rate, quit_at, age = rng.gamma(r, 1 / alpha, n), rng.beta(a, b, n), rng.uniform(20, 40, n)
    x, last, clock, alive = np.zeros(n), np.zeros(n), np.zeros(n), np.ones(n, bool)
    later = np.zeros(n)
    for _ in range(400):
        clock = np.where(alive, clock + rng.exponential(1, n) / rate, clock)
        seen = alive & (clock <= age)
        x, last = x + seen, np.where(seen, clock, last)
        later += alive & (clock > age) & (clock <= age + 20)
        alive &= (clock <= age + 20) & (rng.uniform(size=n) >= quit_at)
        if not alive.any():
            break
    found = bgnbd(x, last, age)
    error = np.sqrt(np.diag(found.covariance))
    assert (np.abs(np.log(found.values) - np.log([r, alpha, a, b])) < 4 * error).all()
    assert future_purchases(found.values, x, last, age, 20).sum() == pytest.approx(later.sum(), rel=0.06)
    assert expected_purchases(np.array([r, alpha, a, b]), 0.0) == 0


def test_a_customer_without_repeats_counts_as_alive_and_silence_lowers_it():
    assert alive_share(PUBLISHED, 0, 0, 30) == 1
    silent = alive_share(PUBLISHED, 3, [28.0, 15.0, 5.0], 30)
    assert (np.diff(silent) < 0).all()


def test_gamma_gamma_gives_simulated_spending_back_and_shrinks():
    rng = np.random.default_rng(2)
    p, q, v, n = 5.0, 4.0, 20.0, 6000
    orders_made = rng.integers(1, 8, n)
    mean = rng.gamma(p * orders_made) / (orders_made * rng.gamma(q, 1 / v, n))
    found = gamma_gamma(orders_made, mean)
    assert (np.abs(np.log(found.values / [p, q, v])) < 4 * np.sqrt(np.diag(found.covariance))).all()
    centre = p * v / (q - 1)
    high = expected_order(np.array([p, q, v]), [1, 5, 500], [2 * centre] * 3)
    assert centre < high[0] < high[1] < high[2] < 2 * centre
    assert expected_order(np.array([p, q, v]), 0, np.nan) == pytest.approx(centre)


@pytest.mark.parametrize(
    ("kept", "alpha", "beta", "level"),
    [
        ([1000, 869, 743, 653, 593, 551, 517, 491], 0.668, 3.806, -1611.2),
        ([1000, 631, 468, 382, 326, 289, 262, 241], 0.704, 1.182, -1680.3),
    ],
    ids=["high end", "regular"],
)
def test_renewals_meet_fader_and_hardie_2007(kept, alpha, beta, level):
    found = renewal_lifetime(cohort(kept), "renewals", "lost", horizon=12)
    assert round(of(found, "sbg_alpha"), 3) == alpha
    assert round(of(found, "sbg_beta"), 3) == beta
    assert round(found.measures["log_likelihood"], 1) == level
    curve = found.table[found.table["measure"] == "renewal_survival"]
    assert np.allclose(curve["observed"].iloc[:7], np.array(kept[1:]) / 1000)
    assert curve["observed"].iloc[7:].isna().all()


def test_contract_value_is_the_discounted_sum_of_what_is_kept():
    found = renewal_lifetime(cohort([100, 70, 55, 48]), "renewals", "lost", margin=50, discount=0.1, horizon=4)
    kept = found.table.loc[found.table["measure"] == "renewal_survival", "estimate"]
    assert of(found, "contract_value") == pytest.approx(50 * (1 + (kept / 1.1 ** np.arange(1, 5)).sum()))


HAND = pd.DataFrame(
    {"spend": [10.0, 20.0, 30.0, 40.0], "months": [4, 8, 12, 16], "lost": [1, 0, 1, 0], "cost": [5, 5, 10, 20]}
)


def test_the_two_lifetime_values_by_hand():
    found = lifetime_value(HAND, "spend", "months", "lost", "cost")
    assert of(found, "churn_rate") == pytest.approx(2 / 40)
    assert of(found, "customer_lifetime") == pytest.approx(20)
    assert of(found, "portfolio_value") == pytest.approx(25 * 20 * 4)
    assert of(found, "customer_value_net") == pytest.approx(25 * 20 - 10)
    assert "not to be compared" in found.narrate()


def test_discount_lowers_a_value_as_the_integral_says():
    found = lifetime_value(HAND, "spend", "months", "lost", "cost", discount=0.02)
    time = np.arange(0, 2000, 0.01)
    worth = np.exp(-time / 20) * 1.02**-time
    assert of(found, "lifetime_discounted") == pytest.approx(worth.sum() * 0.01, rel=1e-3)
    assert of(found, "customer_value_net_discounted") < of(found, "customer_value_net")


def test_a_lifetime_given_is_used_and_has_no_error():
    found = lifetime_value(HAND, "spend", "months", lifetime=10)
    assert of(found, "portfolio_value") == 1000
    assert of(found, "customer_lifetime", "method") == "given"


def test_bootstrap_bounds_cover_the_lifetime():
    covered = 0
    for seed in range(60):
        data = subscribers(200, seed)
        found = bootstrap_values(_spending(data), 0.0, None, 400, seed, 0.9)
        covered += found[2][0] <= 30 <= found[3][0]
    assert 46 <= covered <= 60


def _spending(data):
    return Spending(*(data[name].to_numpy(float) for name in ("spend", "months", "lost", "cost")))


BASE = orders(60)
REFUSED = {
    "no rows": (lambda: repeat_purchases(BASE.head(0), "customer", "date"), "VALUE-NOORDERS"),
    "numbers for dates": (lambda: repeat_purchases(BASE.assign(date=20210101), "customer", "date"), "VALUE-NODATES"),
    "words for dates": (lambda: repeat_purchases(BASE.assign(date="soon"), "customer", "date"), "VALUE-NODATES"),
    "time zone": (
        lambda: repeat_purchases(BASE.assign(date=BASE["date"].dt.tz_localize("UTC")), "customer", "date"),
        "VALUE-ZONE",
    ),
    "words for amounts": (
        lambda: repeat_purchases(BASE.assign(amount="much"), "customer", "date", "amount"),
        "VALUE-NUMBERS",
    ),
    "until before all": (lambda: repeat_purchases(BASE, "customer", "date", until="1999-01-01"), "VALUE-NOORDERS"),
    "until nonsense": (lambda: repeat_purchases(BASE, "customer", "date", until="soon"), "VALUE-NODATES"),
    "unit": (lambda: repeat_purchases(BASE, "customer", "date", unit="year"), "ANALYSE-CHOICE"),
    "horizon": (lambda: repeat_purchases(BASE, "customer", "date", horizon=0), "VALUE-BETWEEN"),
    "column": (lambda: repeat_purchases(BASE, "customer", "day"), "RESP-NOCOLUMN"),
    "flags": (lambda: lifetime_value(HAND.assign(lost=2), "spend", "months", "lost"), "VALUE-FLAGS"),
    "negative": (lambda: lifetime_value(HAND.assign(months=-1), "spend", "months", "lost"), "VALUE-NEGATIVE"),
    "no lifetime": (lambda: lifetime_value(HAND, "spend", "months"), "VALUE-NOLIFETIME"),
    "all missing": (lambda: lifetime_value(HAND.assign(spend=np.nan), "spend", "months", "lost"), "VALUE-NOCUSTOMERS"),
    "half renewals": (
        lambda: renewal_lifetime(pd.DataFrame({"r": [1.5, 2], "l": [1, 0]}), "r", "l"),
        "VALUE-WHOLE",
    ),
    "no renewal came up": (
        lambda: renewal_lifetime(pd.DataFrame({"r": [0, 0], "l": [0, 0]}), "r", "l"),
        "VALUE-NOCUSTOMERS",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(REFUSED))
def test_bad_input_is_refused_in_words(name):
    call, code = REFUSED[name]
    with pytest.raises(SurveykitError) as found:
        call()
    assert found.value.problems[0].code == code


def test_one_customer_or_equal_customers_give_problems_not_numbers():
    for data in (BASE.head(1), BASE.drop_duplicates("customer")):
        found = repeat_purchases(data, "customer", "date", "amount")
        assert np.isnan(of(found, "future_purchases"))
        assert {"VALUE-BGNBD", "VALUE-SPEND"} <= {problem.code for problem in found.problems}


def test_gaps_and_returns_are_counted():
    data = BASE.assign(amount=BASE["amount"].where(BASE.index != 3))
    data.loc[5, "amount"] = -10
    found = repeat_purchases(data, "customer", "date", "amount")
    said = {problem.code: dict(problem.values) for problem in found.problems}
    assert said["VALUE-GAPS"]["left"] == 1 and said["VALUE-RETURNS"]["rows"] == 1


def test_orders_of_one_day_are_one_purchase():
    twice = pd.concat([BASE, BASE])
    once, doubled = (repeat_purchases(data, "customer", "date") for data in (BASE, twice))
    assert of(once, "bgnbd_r") == of(doubled, "bgnbd_r")


def test_constant_retention_has_no_maximum_and_says_so():
    found = renewal_lifetime(cohort([1024, 512, 256, 128, 64]), "renewals", "lost")
    assert np.isnan(of(found, "contract_periods"))
    assert [problem.code for problem in found.problems] == ["VALUE-SBG"]
