"""Every metric against a provider counted by hand; times, bounds and groups; nothing dropped without a count."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

import surveykit as sk
from surveykit.analyse.operations.features import FEATURES
from surveykit.analyse.operations.hours import WorkingHours
from surveykit.analyse.operations.page import indicator_page
from surveykit.analyse.operations.public import operations
from surveykit.analyse.operations.records import RECORDS, RECORDS_BY_CODE
from surveykit.errors import SurveykitError
from surveykit.home import home
from surveykit.language import term
from tests.analyse.operations.small import SCALES, contacts, customers, frames, tables

MONTHS = ["2026-01", "2026-02", "2026-03"]
NAN = float("nan")


@pytest.fixture(scope="module")
def found():
    return operations(tables(), "month", scales=SCALES)


# January, February, March: value and base, counted from tests/analyse/operations/small.py
BY_HAND = {
    "retention_source": ([4 / 5, 3 / 3, 3 / 4], [5, 3, 4]),
    "retention": ([4 / 4, 3 / 5, 3 / 3], [4, 5, 3]),
    "retention_difference": ([-1 / 5, 2 / 5, -1 / 4], [4, 5, 3]),
    "customer_churn": ([0, 2 / 5, 0], [4, 5, 3]),
    "renewal_source": ([2 / 5, 0, 0], [5, 5, 4]),
    "renewal_rate": ([2 / 3, 0, NAN], [3, 1, 0]),
    "referral_rate": ([2 / 5, 0, 0], [5, 5, 4]),
    "contacts_per_customer": ([4 / 5, 0, 2 / 4], [5, 5, 4]),
    "customers_without_contact": ([2 / 5, 1, 3 / 4], [5, 5, 4]),
    "participation_rate": ([3 / 5, 0, 0], [5, 5, 4]),
    "participants_share": ([3 / 5, 0, 0], [5, 5, 4]),
    "contact_volume": ([4, 0, 2], [4, 0, 2]),
    "waiting_mean": ([20, NAN, 32.5], [3, 0, 2]),
    "service_level": ([2 / 4, NAN, 1 / 2], [4, 0, 2]),
    "service_level_served": ([2 / 3, NAN, 1 / 2], [3, 0, 2]),
    "answered_in_time": ([1, NAN, 1], [3, 0, 2]),
    "resolution_rate": ([1, NAN, 1 / 2], [3, 0, 2]),
    "open_contacts": ([0, 0, 1], [3, 0, 2]),
    "first_contact_resolution": ([2 / 3, NAN, 1], [3, 0, 1]),
    "abandonment_rate": ([1 / 4, NAN, 0], [4, 0, 2]),
    "refusal_rate": ([0, NAN, 0], [4, 0, 2]),
    "resolution_median": ([6, NAN, 1], [3, 0, 2]),
    "conformity": ([0.85, NAN, NAN], [2, 0, 0]),
    "praise_share": ([1 / 4, NAN, NAN], [4, 0, 0]),
    "complaint_share": ([1 / 4, NAN, NAN], [4, 0, 0]),
    "suggestion_share": ([2 / 4, NAN, NAN], [4, 0, 0]),
    "praise_per_100": ([20, 0, 0], [5, 5, 4]),
    "suggestion_adoption": ([1 / 2, NAN, NAN], [2, 0, 0]),
    "feedback_valid_share": ([4 / 5, NAN, NAN], [5, 0, 0]),
    "complaints_per_100": ([60, 0, 0], [5, 5, 4]),
    "complaining_share": ([2 / 5, 0, 0], [5, 5, 4]),
    "complaint_handling_source": ([1 / 3, NAN, NAN], [3, 0, 0]),
    "complaint_handling": ([2 / 3, NAN, NAN], [3, 0, 0]),
    "complaint_resolution_median": ([24, NAN, NAN], [3, 0, 0]),
    "complaint_resolved_in_time": ([2 / 3, NAN, NAN], [3, 0, 0]),
    "fix_satisfaction": ([3, NAN, NAN], [2, 0, 0]),
    "activity_effect": ([1, NAN, NAN], [3, 0, 0]),
    "satisfaction_mean": ([4, NAN, NAN], [4, 0, 0]),
    "team_satisfaction": ([4.25, NAN, NAN], [4, 0, 0]),
    "satisfaction_score": ([80, NAN, NAN], [4, 0, 0]),
    "satisfaction_pomp": ([75, NAN, NAN], [4, 0, 0]),
    "recommendation_index": ([75, NAN, NAN], [4, 0, 0]),
    "recommendation_nps": ([25, NAN, NAN], [4, 0, 0]),
    "loyalty_index": ([70, NAN, NAN], [4, 0, 0]),
    "loyalty_pomp": ([62.5, NAN, NAN], [4, 0, 0]),
    "service_satisfaction": ([3 / 4, NAN, NAN], [4, 0, 0]),
    "service_satisfaction_source": ([3 / 5, NAN, NAN], [5, 0, 0]),
    # promised in January o1, o2, o3 (o4 is cancelled), in February o5 (never delivered), in March none
    "delivered_on_time": ([2 / 3, 0, NAN], [3, 1, 0]),
    "delivery_time_median": ([24, NAN, NAN], [3, 1, 0]),
    "delivery_delay": ([(-24 + 0 + 48) / 3, NAN, NAN], [3, 0, 0]),
    "order_fill_rate": ([9 / 10, 2 / 4, NAN], [10, 4, 0]),
    "orders_filled": ([2 / 3, 0, NAN], [3, 1, 0]),
    "order_accuracy": ([2 / 3, NAN, NAN], [3, 0, 0]),
    "change_flexibility": ([1 / 2, NAN, NAN], [2, 0, 0]),
    "tracking_share": ([2 / 3, 0, NAN], [3, 1, 0]),
    "return_rate": ([1 / 3, NAN, NAN], [3, 0, 0]),
    "complaints_per_100_orders": ([100, NAN, NAN], [3, 0, 0]),
    "invoice_on_time": ([1 / 2, 0, NAN], [2, 1, 0]),
    "invoice_accuracy": ([1, NAN, NAN], [2, 0, 0]),
    "invoice_good": ([1 / 2, 0, NAN], [2, 1, 0]),
    "handling_mean": ([(7190 + 86370 + 21580) / 3, NAN, 3540], [3, 0, 1]),
    "handling_median": ([21580, NAN, 3540], [3, 0, 2]),
    "handling_p90": ([86370, NAN, NAN], [3, 0, 2]),
    "waiting_median": ([20, NAN, 32.5], [3, 0, 2]),
    "waiting_p90": ([30, NAN, 60], [3, 0, 2]),
    "resolution_p90": ([24, NAN, NAN], [3, 0, 2]),
    "resolved_in_time": ([1, NAN, NAN], [3, 0, 2]),
    "value_portfolio": ([NAN, 140 / 5 / 0.4 * 5, NAN], [5, 5, 4]),
    "value_net": ([NAN, 140 / 5 / 0.4 - 20, NAN], [5, 5, 4]),
}


@pytest.mark.parametrize("code", BY_HAND)
def test_a_metric_is_what_the_hand_counts(found, code):
    own = found.metric(code)
    assert list(own["period"]) == MONTHS
    values, bases = BY_HAND[code]
    assert_allclose(own["estimate"], values, atol=1e-12)
    assert_allclose(own["n"], bases)


CATEGORIES = {
    ("churn_reason", "price", "2026-02"): 1 / 2,
    ("complaint_type", "quality", "2026-01"): 2 / 3,
    ("praise_type", "speed", "2026-01"): 1,
    ("suggestion_type", "app", "2026-01"): 1 / 2,
}


@pytest.mark.parametrize("place", CATEGORIES)
def test_a_category_is_what_the_hand_counts(found, place):
    code, category, period = place
    own = found.metric(code, category=category).set_index("period")
    assert_allclose(own.loc[period, "estimate"], CATEGORIES[place])


def test_every_metric_is_counted_by_hand_here():
    covered = {*BY_HAND, *(code for code, _, _ in CATEGORIES)}
    elsewhere = {"churned_share", "tenure_median", "churn_within_year", "value_discounted"}
    assert covered | elsewhere == set(RECORDS_BY_CODE)


def test_the_discounted_value_is_the_sum_of_the_coming_months(found):
    rate, keep, spend = 1.1 ** (1 / 12) - 1, 3 / 5, 140 / 5
    total = sum(spend * (keep / (1 + rate)) ** month for month in range(400)) - 20
    own = found.metric("value_discounted").set_index("period")
    assert_allclose(own.loc["2026-02", "estimate"], total)
    assert own.loc["2026-02", "conf_low"] < total < own.loc["2026-02", "conf_high"]


def test_time_to_leaving_counts_those_who_stay():
    # days: A 445 open, B 315.5 left, C 303.75 open, D 211.75 open, E 36 left, F 29.75 open
    # at E's 36 days five are watched, at B's 315.5 days two are
    whole = operations(tables(), "all")
    assert_allclose(whole.metric("churn_within_year")["estimate"], [1 - (1 - 1 / 5) * (1 - 1 / 2)])
    assert_allclose(whole.metric("tenure_median")["estimate"], [315.5 / (365.25 / 12)])


def test_an_open_ticket_is_censored_and_not_dropped():
    late = contacts().assign(resolved=[None, None, "2026-01-07 16:00:00", None, None, None])
    own = operations(tables(contacts=late), "month", metrics=["resolution_median", "resolution_rate"])
    assert np.isnan(own.metric("resolution_median")["estimate"].iloc[0])
    assert_allclose(own.metric("resolution_rate")["estimate"].iloc[0], 1 / 3)
    assert any(problem.code == "OPS-NOTSEEN" for problem in own.problems)


def test_groups_come_from_the_table_or_from_the_customer():
    by_channel = operations(tables(), "all", "channel", metrics=["contact_volume", "retention", "feedback_valid_share"])
    assert_allclose(by_channel.metric("contact_volume", "phone")["estimate"], 4)
    assert_allclose(by_channel.metric("feedback_valid_share", "web")["estimate"], 2 / 3)
    assert any(p.code == "OPS-NOGROUP" and "retention" in p.place for p in by_channel.problems)
    by_segment = operations(tables(), "month", "segment")
    assert_allclose(by_segment.metric("contact_volume", "s")["estimate"], [4, 0, 0])
    assert_allclose(by_segment.metric("retention", "t")["estimate"], [1, 1 / 2, 1])
    both = operations(tables(), "all", ["segment", "channel"], metrics=["contact_volume"])
    assert_allclose(both.metric("contact_volume", "t / chat")["estimate"], 1)
    hours = operations(tables(), "all", "hour", metrics=["contact_volume"])
    assert_allclose(hours.metric("contact_volume", "10")["estimate"], 4)


def test_groups_add_up_to_the_whole(found):
    parts = operations(tables(), "month", "segment")
    for code in ("contact_volume", "open_contacts"):
        own = parts.table[parts.table["metric"] == code].groupby("period")["estimate"].sum()
        assert_allclose(own.loc[MONTHS], found.metric(code)["estimate"])
    for code in ("retention", "customer_churn", "referral_rate"):
        own = parts.table[parts.table["metric"] == code].groupby("period")["n"].sum()
        assert_allclose(own.loc[MONTHS], found.metric(code)["n"])


def test_a_rolling_window_is_the_months_joined():
    own = operations(tables(), "month", rolling=2)
    assert list(own.metric("retention")["period"]) == MONTHS[1:]
    assert_allclose(own.metric("contact_volume")["estimate"], [4, 2])
    assert_allclose(own.metric("retention")["estimate"], [3 / 4, 3 / 5])
    assert_allclose(own.metric("retention")["n"], [4, 5])
    quarter = operations(tables(), "quarter")
    assert list(quarter.metric("retention")["period"]) == ["2026-Q1"]
    assert_allclose(quarter.metric("retention")["estimate"], [3 / 4])
    assert_allclose(operations(tables(), "month", rolling=3).metric("retention")["estimate"], [3 / 4])


def test_working_hours_count_only_while_open():
    # k5: Monday 30 March 18:00, closed until Tuesday 09:00; open until 31 March 18:00: nine hours, one day of work
    frame = contacts().assign(resolved=["2026-01-05 12:00", "2026-01-07 10:00", "2026-01-07 16:00", None, None, None])
    open_hours = WorkingHours(opens=9, closes=18)
    own = operations(tables(contacts=frame), "month", metrics=["resolution_median"], hours=open_hours)
    assert_allclose(own.metric("resolution_median")["estimate"].iloc[0], 6)
    own = operations(tables(contacts=frame), "month", metrics=["resolution_p90"], hours=open_hours)
    assert_allclose(own.metric("resolution_p90")["estimate"].iloc[0], 9)


def test_the_last_period_is_told_to_be_partial(found):
    assert any(problem.code == "OPS-PARTIAL" and problem.place == "2026-03" for problem in found.problems)


def test_an_undefined_metric_says_why():
    own = operations(tables(), "all")
    codes = {(p.place, p.code) for p in own.problems}
    assert ("metric retention", "OPS-TIMED") in codes
    assert ("metric satisfaction_pomp", "OPS-NOSCALE") in codes
    assert np.isnan(own.metric("retention")["estimate"]).all()
    seven = operations(tables(), "all", scales={"recommendation": (1, 7)}, metrics=["recommendation_nps"])
    assert {p.code for p in seven.problems} == {"OPS-NPS"}


def test_no_customers_is_undefined_and_no_error():
    nobody = {"customers": customers().head(0), "contacts": contacts().head(0)}
    own = operations(nobody, "all")
    assert own.table["estimate"].isin([0.0]).sum() == own.table["estimate"].notna().sum()
    assert np.isnan(own.metric("customers_without_contact")["estimate"]).all()
    with pytest.raises(SurveykitError) as caught:
        operations(nobody, "month")
    assert caught.value.problems[0].code == "OPS-NOSPAN"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"period": "fortnight"}, "ANALYSE-CHOICE"),
        ({"metrics": ["speed"]}, "ANALYSE-CHOICE"),
        ({"by": "colour"}, "OPS-BY"),
        ({"rolling": 0}, "OPS-ROLLS"),
        ({"rolling": 9}, "OPS-ROLLING"),
        ({"start": "2027-01-01"}, "OPS-SPAN"),
        ({"start": "soon"}, "OPS-MOMENT"),
        ({"conf_level": 95}, "OPS-LEVEL"),
        ({"discount": -2}, "OPS-DISCOUNT"),
        ({"scales": {"satisfaction": (5, 1)}}, "OPS-SCALE"),
        ({"period": "day", "start": "1700-01-01"}, "OPS-LONG"),
    ],
)
def test_what_cannot_be_is_refused_in_words(change, code):
    with pytest.raises(SurveykitError) as caught:
        operations(tables(), **({"period": "month"} | change))
    assert caught.value.problems[0].code == code


def test_hours_that_cannot_be_are_refused():
    for wrong in ({"opens": 18, "closes": 9}, {"days": "0000000"}, {"days": "11111"}, {"holidays": ("May Day",)}):
        with pytest.raises(SurveykitError):
            WorkingHours(**wrong)


def test_tables_that_allow_nothing_are_refused():
    with pytest.raises(SurveykitError) as caught:
        operations({"checks": frames()["checks"]}, "month", metrics=["retention"])
    assert caught.value.problems[0].code == "OPS-NOMETRIC"


def test_every_record_is_whole_and_its_standard_form_exists():
    assert len(RECORDS_BY_CODE) == len(RECORDS)
    for record in RECORDS:
        assert record.studies and record.needs and term(record.interval)
        assert not record.standard or record.standard in RECORDS_BY_CODE
        assert record.standard or not record.source_form


def test_the_page_of_indicators_is_made_of_the_records():
    page = home() / "docs" / "indicators.md"
    if not page.is_file():
        pytest.skip("docs/ is not beside an installed package")
    assert page.read_text(encoding="utf-8") == indicator_page()


ROWS = {"S1": 11, "S2": 17, "S3": 9, "S4": 9}


def test_every_row_of_the_source_studies_is_a_metric_or_a_feature():
    """Rows of the tables of S1 to S4, counted from the top; S2 13/14/18 to 20 of the source repeat others."""
    covered = {place for record in RECORDS for place in record.studies} | {place for place, _ in FEATURES}
    assert covered == {f"{study} {row}" for study, rows in ROWS.items() for row in range(1, rows + 1)}


def test_every_feature_names_calls_that_exist():
    for place, names in FEATURES:
        assert names and set(names) <= set(sk.__all__), place
