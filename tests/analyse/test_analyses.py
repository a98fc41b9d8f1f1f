"""What analyses promise beside reference values: equivalences, honest undefined numbers, clear refusals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pingouin
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st

import surveykit as sk
from surveykit.engine.memory import MemoryEngine
from surveykit.errors import SurveykitError
from tests.oracle_values import frame

N = ["N1", "N2", "N3", "N4", "N5"]
A = ["A1", "A2", "A3", "A4", "A5"]


@pytest.fixture(scope="module")
def bfi():
    return frame("bfi").dropna()


def test_reliability_from_moments_equals_that_from_rows(bfi):
    rows = sk.reliability(bfi[N], scales={"N": N})
    moments = sk.reliability(sk.Moments.of(bfi[N].to_numpy(), N), scales={"N": N})
    columns = ["estimate", "std_error", "conf_low", "conf_high"]
    np.testing.assert_allclose(rows.table[columns], moments.table[columns], rtol=1e-10)
    pd.testing.assert_frame_equal(rows.items, moments.items)


def test_reliability_from_a_published_covariance_matrix(bfi):
    published = sk.Moments.of_covariance(N, bfi[N].cov().to_numpy(), len(bfi))
    assert sk.reliability(published).estimate("scale") == pytest.approx(sk.reliability(bfi[N]).estimate("scale"))


def test_regression_from_moments_equals_that_from_rows_with_classical_errors(bfi):
    formula = "N1 ~ N2 + N3 + E1"
    columns = ["N1", "N2", "N3", "E1"]
    rows = sk.regress(formula, bfi, covariance="classical")
    moments = sk.regress(formula, sk.Moments.of(bfi[columns].to_numpy(), columns), covariance="classical")
    np.testing.assert_allclose(rows.table.select_dtypes("number"), moments.table.select_dtypes("number"), rtol=1e-9)
    with pytest.raises(SurveykitError, match="robust errors need the rows"):
        sk.regress(formula, sk.Moments.of(bfi[columns].to_numpy(), columns))
    with pytest.raises(SurveykitError, match="moments"):
        sk.regress("N1 ~ np.log(N2)", sk.Moments.of(bfi[columns].to_numpy(), columns), covariance="classical")


@pytest.mark.parametrize("formula", ["N1 ~ N2 + N3", "N1 ~ N2 * N3", "N1 ~ C(gender) + age", "N1 ~ np.log(age)"])
def test_regression_agrees_with_statsmodels(bfi, formula):
    ours = sk.regress(formula, bfi).table
    peer = smf.ols(formula, bfi).fit(cov_type="HC3", use_t=True)
    np.testing.assert_allclose(ours["estimate"], peer.params, rtol=1e-8)
    np.testing.assert_allclose(ours["std_error"], peer.bse, rtol=1e-8)
    np.testing.assert_allclose(ours["p_value"], peer.pvalues, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(ours[["conf_low", "conf_high"]], peer.conf_int(), rtol=1e-7)


def test_standardised_coefficients_are_those_of_standardised_data(bfi):
    columns = ["N1", "N2", "E1"]
    standard = (bfi[columns] - bfi[columns].mean()) / bfi[columns].std()
    plain, standardised = (sk.regress("N1 ~ N2 + E1", data).table for data in (bfi, standard))
    np.testing.assert_allclose(plain["beta"][1:], standardised["estimate"][1:])
    np.testing.assert_allclose(plain["beta_low"][1:], standardised["conf_low"][1:])


def test_alpha_agrees_with_pingouin(bfi):
    value, _ = pingouin.cronbach_alpha(bfi[N])
    assert sk.reliability(bfi[N]).estimate("scale") == pytest.approx(value)


def test_reversal_is_keyed_reported_when_automatic_and_never_silent(bfi):
    keyed = sk.reliability(bfi[A], keys={"A1": -1})
    auto = sk.reliability(bfi[A], keys="auto")
    left = sk.reliability(bfi[A])
    turned = sk.reliability(bfi[A].assign(A1=7 - bfi["A1"]))
    assert keyed.estimate("scale") == pytest.approx(auto.estimate("scale")) == pytest.approx(turned.estimate("scale"))
    assert [p.code for p in auto.problems] == ["ANALYSE-REVERSED"] and "A1" in str(auto.problems[0])
    assert [p.code for p in left.problems] == ["ANALYSE-AGAINST"] and "A1" in str(left.problems[0])
    assert keyed.problems == ()
    assert left.estimate("scale") < keyed.estimate("scale")
    assert dict(zip(keyed.items["item"], keyed.items["keyed"], strict=True))["A1"] == -1


def test_wrong_keys_and_options_are_refused(bfi):
    with pytest.raises(SurveykitError, match="Z9"):
        sk.reliability(bfi[A], keys={"Z9": -1})
    with pytest.raises(SurveykitError, match="1 or -1"):
        sk.reliability(bfi[A], keys={"A1": 2})
    for name in ("correlation", "missing", "splits"):
        with pytest.raises(SurveykitError, match=name):
            sk.reliability(bfi[A], **{name: "wrong"})
    with pytest.raises(SurveykitError, match="HC9"):
        sk.regress("A1 ~ A2", bfi, covariance="HC9")


def test_two_items_have_spearman_brown_and_no_omega(bfi):
    found = sk.reliability(bfi[["N1", "N2"]])
    r = bfi[["N1", "N2"]].corr().iloc[0, 1]
    assert found.estimate("scale", "spearman_brown") == pytest.approx(2 * r / (1 + r))
    assert np.isnan(found.estimate("scale", "omega"))
    assert [p.code for p in found.problems] == ["ANALYSE-TWOITEMS"]


def test_omega_of_an_improper_solution_is_not_printed():
    found = sk.reliability(sk.load_data("ecsi_mobile"))
    assert np.isnan(found.estimate("CUSL", "omega"))
    assert any(p.code == "STATS-HEYWOOD" for p in found.problems)
    assert found.best()["CUSL"] == pytest.approx(found.estimate("CUSL", "alpha"))
    assert set(found.weak()) == {"CUEX", "CUSL"}


def test_pairwise_and_listwise_say_their_n():
    items = frame("bfi")[N]
    assert sk.reliability(items).table["n"].iloc[0] == len(items.dropna())
    assert sk.reliability(items, missing="pairwise").table["n"].iloc[0] == items.notna().any(axis=1).sum()


@settings(max_examples=25, deadline=None)
@given(st.permutations(N), st.integers(0, 10_000))
def test_order_of_items_and_rows_does_not_matter(order, seed):
    data = frame("bfi")[N].dropna().head(300)
    shuffled = data.sample(frac=1, random_state=seed)[list(order)]
    one, other = sk.reliability(data), sk.reliability(shuffled)
    for name in ("alpha", "omega", "lambda6", "split_half_max"):
        assert one.estimate("scale", name) == pytest.approx(other.estimate("scale", name), rel=1e-7)


@pytest.mark.parametrize(
    ("formula", "word"),
    [
        ("SAT ~", "formula"),
        ("~ A1", "formula"),
        ("A1 ~ 1", "no predictor"),
        ("A1 ~ A2 - 1", "intercept"),
        ("A1 ~ A99", "A99"),
        ("A1 + A2 ~ A3", "one outcome"),
        ("A1 ~ np.log(A2 - 100)", "infinite or undefined"),
        ("A1 ~ A2 +* A3", "formula"),
    ],
)
def test_formulas_that_mean_nothing_are_refused(bfi, formula, word):
    with pytest.raises(SurveykitError, match=word):
        sk.regress(formula, bfi)


def test_no_complete_row_is_refused_and_few_rows_are_undefined():
    data = pd.DataFrame({"y": [1.0, 2.0, np.nan], "x": [np.nan, np.nan, 1.0]})
    with pytest.raises(SurveykitError, match="none of the 3 rows"):
        sk.regress("y ~ x", data)
    two = sk.regress("y ~ x", pd.DataFrame({"y": [1.0, 2.0], "x": [2.0, 5.0]}))
    assert two.table["std_error"].isna().all()
    assert any(p.code == "STATS-FEW-ROWS" for p in two.problems)


def test_left_out_rows_are_counted_and_influence_names_rows_of_the_data():
    data = pd.DataFrame({"y": [1.0, 2, 3, 4, 30, np.nan], "x": [1.0, 2, 3, 4, 5, 6]})
    found = sk.regress("y ~ x", data)
    assert found.n == 5 and found.dropped == 1
    assert any(p.code == "ANALYSE-DROPPED" for p in found.problems)
    assert int(found.influence["row"].iloc[0]) == 5


def test_hierarchical_steps_must_add_to_one_outcome(bfi):
    with pytest.raises(SurveykitError, match="A2"):
        sk.hierarchical(["A1 ~ A2", "A1 ~ A3 + A4"], bfi)
    with pytest.raises(SurveykitError, match="outcomes"):
        sk.hierarchical(["A1 ~ A2", "A3 ~ A2 + A4"], bfi)
    with pytest.raises(SurveykitError, match="formulas"):
        sk.hierarchical(["A1 ~ A2"], bfi)


def test_hierarchical_steps_use_the_same_rows():
    data = frame("bfi")
    table = sk.hierarchical(["N1 ~ N2", "N1 ~ N2 + age + O1"], data).table
    complete = data[["N1", "N2", "age", "O1"]].dropna()
    assert table["n"].tolist() == [len(complete)] * 2
    assert table["estimate"][0] == pytest.approx(np.corrcoef(complete["N1"], complete["N2"])[0, 1] ** 2)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: sk.nps([0, 5, 11]), "0 to 10"),
        (lambda: sk.nps(range(1, 12)), "1 to 11"),
        (lambda: sk.nps(["ten", 3]), "ten"),
        (lambda: sk.nps([2.5]), "2.5"),
        (lambda: sk.csat([1, 6]), "1 to 5"),
        (lambda: sk.top_box([1, 2], (1, 5), boxes=5), "5 boxes"),
        (lambda: sk.top_box([1, 2], (1, 5), boxes=0), "0 boxes"),
        (lambda: sk.ces([0]), "1 to 7"),
        (lambda: sk.describe(pd.DataFrame({"a": [9]}), limits=(1, 5)), "1 to 5"),
    ],
)
def test_answers_outside_the_scale_are_refused_with_what_was_found(call, word):
    with pytest.raises(SurveykitError, match=word):
        call()


def test_shares_use_those_who_answered_as_base():
    found = sk.csat([5, 4, 1, None, None, 2])
    assert found.n == 4 and found.table["estimate"][0] == 0.5
    assert found.table["missing"][0] == pytest.approx(2 / 6)
    assert sk.csat([10, 8, 7, 1], (1, 10)).table["estimate"][0] == 0.5


def test_item_description_counts_every_answer():
    data = pd.DataFrame({"a": [1, 2, 5, 5, None], "b": [3, 3, 3, 3, 3]})
    found = sk.describe(data, limits=(1, 5))
    assert found.frequencies.query("item == 'a'")["count"].tolist() == [1, 1, 0, 0, 2]
    a = found.table.query("item == 'a'").set_index("measure")["estimate"]
    assert a["mean"] == 3.25 and a["top_box"] == 0.5 and a["floor"] == 0.25 and a["ceiling"] == 0.5
    assert a["bottom_box"] == 0.5 and a["missing"] == 0.2


def test_score_description_gives_pomp_with_the_same_relative_width():
    data = pd.DataFrame({"a": [1, 2, 5, 5], "b": [2, 3, 4, 5]})
    table = sk.describe(sk.score(data, scales={"S": ["a", "b"]}, limits=(1, 5))).table.set_index("measure")
    assert table.loc["pomp", "estimate"] == pytest.approx((table.loc["mean", "estimate"] - 1) / 4 * 100)
    assert table.loc["pomp", "std_error"] == pytest.approx(table.loc["mean", "std_error"] * 25)


def test_correlations_equal_those_of_pandas(bfi):
    found = sk.correlate(bfi, N)
    np.testing.assert_allclose(found.matrix, bfi[N].corr(), atol=1e-12)


def test_reliability_folds_moments_over_the_batches_of_an_engine():
    answers = sk.load_data("ecsi_mobile")
    small = replace(answers, engine=MemoryEngine(answers.frame(), batch_rows=7))
    one, other = sk.reliability(answers), sk.reliability(small)
    pd.testing.assert_frame_equal(one.table, other.table, check_exact=True)
