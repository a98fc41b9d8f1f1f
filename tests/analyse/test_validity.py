"""sk.validity: reference values, the demo data's known overlap, equivalences, honest undefined numbers."""

import numpy as np
import pandas as pd
import pytest

import surveykit as sk
from surveykit.analyse.validity import validity
from surveykit.errors import SurveykitError
from tests.oracle_values import assert_meets, frame, ids

HS = {"visual": ["x1", "x2", "x3"], "textual": ["x4", "x5", "x6"], "speed": ["x7", "x8", "x9"]}
NINE = {"A": ["A2", "A3", "A5"], "C": ["C1", "C2", "C3"], "N": ["N1", "N2", "N3"]}
SHORT = {"vis": "visual", "tex": "textual", "spd": "speed"}


@pytest.fixture(scope="module")
def mobile():
    return validity(sk.load_data("ecsi_mobile"))


@pytest.mark.parametrize("key", ids("htmt.hs", "htmt2.hs"))
def test_htmt(key):
    measure, _, pair = key.split(".")
    first, second = (SHORT[name] for name in pair.split("_"))
    assert_meets(key, validity(frame("hs1939"), HS, n_boot=0).matrix(measure).loc[first, second])


@pytest.mark.parametrize("key", ids("htmt.bfi9.ordered"))
def test_htmt_of_ordered_items(key):
    found = validity(frame("bfi9"), NINE, correlation="polychoric", n_boot=0)
    assert_meets(key, found.matrix().loc["A", "C"])


def test_satisfaction_and_loyalty_of_the_demo_data_are_not_shown_to_differ(mobile):
    assert mobile.matrix().loc["CUSA", "CUSL"] == pytest.approx(0.957, abs=5e-4)
    words = mobile.narrate("en")
    assert "The interval reaches 1.00" in words and "Satisfaction with Loyalty (HTMT = .96" in words
    assert "Henseler" in words


def test_cr_and_ave_of_two_items_rest_on_their_correlation(mobile):
    table = mobile.table.set_index(["scale", "measure"])
    data = sk.load_data("ecsi_mobile").frame(["PERV1", "PERV2"])
    r = np.corrcoef(data["PERV1"], data["PERV2"])[0, 1]
    assert table.loc[("PERV", "ave"), "estimate"] == pytest.approx(r)
    assert table.loc[("PERV", "composite_reliability"), "estimate"] == pytest.approx(2 * r / (1 + r))


def test_a_single_item_and_an_improper_fit_are_undefined_and_named(mobile):
    table = mobile.table
    for scale, code in (("CUSCO", "VALID-ONEITEM"), ("CUSL", "VALID-IMPROPER")):
        own = table[(table["scale"] == scale) & table["measure"].isin(["ave", "composite_reliability"])]
        assert own["estimate"].isna().all()
        assert code in {problem.code for problem in mobile.problems if scale in problem.place}
    assert mobile.matrix().loc["CUSCO"].isna().all()


def test_fornell_larcker_has_the_root_of_ave_on_its_diagonal():
    found = validity(frame("hs1939"), HS, n_boot=0)
    table, extracted = found.fornell_larcker, found.table.set_index(["scale", "measure"])["estimate"]
    for scale in HS:
        assert table.loc[scale, scale] == pytest.approx(np.sqrt(extracted[scale, "ave"]))
    assert np.isnan(table.loc["visual", "speed"]) and np.isfinite(table.loc["speed", "visual"])


def test_cross_loadings_leave_the_item_out_of_its_own_construct():
    data = frame("hs1939")
    found = validity(data, HS, n_boot=0).cross_loadings.set_index(["item", "scale2"])["estimate"]
    own = data["x1"].corr(data["x2"] + data["x3"])
    assert found["x1", "visual"] == pytest.approx(own)
    assert found["x1", "speed"] == pytest.approx(data["x1"].corr(data[HS["speed"]].sum(axis=1)))


def test_reversed_items_with_their_key_change_nothing_but_the_sign_of_data():
    data = frame("hs1939")
    turned = data.assign(x2=10 - data["x2"])
    plain, keyed = validity(data, HS, n_boot=100), validity(turned, HS, keys={"x2": -1}, n_boot=100)
    columns = ["estimate", "std_error", "conf_low", "conf_high"]
    np.testing.assert_allclose(keyed.table[columns], plain.table[columns], rtol=1e-6)


def test_moments_give_the_estimates_without_their_intervals():
    items = [item for group in HS.values() for item in group]
    data = frame("hs1939")
    rows, moments = validity(data, HS, n_boot=0), validity(sk.Moments.of(data[items].to_numpy(), items), HS)
    np.testing.assert_allclose(moments.table["estimate"], rows.table["estimate"], rtol=1e-9)
    assert "VALID-NOROWS" in {problem.code for problem in moments.problems}


def test_bootstrap_intervals_repeat_with_their_seed_and_hold_the_estimate():
    data = frame("hs1939")
    for interval in ("percentile", "bca"):
        first, again = (validity(data, HS, interval=interval, n_boot=500, seed=4) for _ in range(2))
        pairs = first.table[first.table["measure"].isin(["htmt", "htmt2"])]
        pd.testing.assert_frame_equal(first.table, again.table)
        assert (pairs["conf_low"] < pairs["estimate"]).all() and (pairs["estimate"] < pairs["conf_high"]).all()
        assert set(pairs["method"]) == {f"boot_{interval}"}


def test_bootstrap_of_ordered_items_has_intervals():
    found = validity(frame("bfi9").head(300), NINE, correlation="polychoric", n_boot=100)
    pairs = found.table[found.table["measure"] == "htmt"]
    assert pairs[["conf_low", "conf_high"]].notna().all().all()


def test_rows_with_a_missing_item_are_left_out_and_counted():
    found = validity(frame("hs1939_miss"), HS, n_boot=0)
    complete = frame("hs1939_miss")[[item for group in HS.values() for item in group]].dropna()
    assert found.n == len(complete)
    pd.testing.assert_frame_equal(found.table, validity(complete, HS, n_boot=0).table)
    assert "ANALYSE-DROPPED" in {problem.code for problem in found.problems}


def test_constructs_that_are_clearly_apart_are_said_to_be():
    words = validity(frame("hs1939"), HS).narrate("en")
    assert "Every upper bound lies below .85" in words and "often fail" not in words


def test_refusals():
    data = frame("hs1939")
    with pytest.raises(SurveykitError, match="only one"):
        validity(data, {"visual": HS["visual"]})
    with pytest.raises(SurveykitError, match="more than one construct"):
        validity(data, {"a": ["x1", "x2"], "b": ["x2", "x3"]})
    with pytest.raises(SurveykitError, match="percentile"):
        validity(frame("bfi9"), NINE, correlation="polychoric", interval="bca")
