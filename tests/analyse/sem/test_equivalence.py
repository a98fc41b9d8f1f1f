"""The same model asked in different ways gives the same numbers."""

import numpy as np
import pandas as pd
import pytest

from surveykit.analyse.sem.public import cfa, sem
from surveykit.spec.model import Model
from surveykit.stats.moments import Moments
from tests.analyse.sem.models import BFI9, HS, PD, bfi9, democracy, hs
from tests.oracle_values import frame

ITEMS = [f"x{i}" for i in range(1, 10)]
MEASURES = ("chisq", "df", "cfi", "tli", "rmsea", "srmr", "logl", "bic")


def same(one, other, tolerance=1e-6):
    left, right = one.table, other.table
    keys = ["lhs", "op", "rhs"]
    joined = left.merge(right, on=keys, suffixes=("", "_other"))
    assert len(joined) == len(left)
    for column in ("estimate", "std_error", "std_all"):
        np.testing.assert_allclose(joined[column], joined[f"{column}_other"], atol=tolerance)
    for name in MEASURES:
        if name in one.measures and name in other.measures:
            assert one.measures[name] == pytest.approx(other.measures[name], abs=1e-5)


def test_rows_moments_and_covariance_matrix():
    rows = frame("hs1939")[ITEMS]
    same(hs(), cfa(HS, Moments.of(rows.to_numpy(), ITEMS)))
    same(hs(), cfa(HS, rows.cov(), n=len(rows)))


def test_a_model_is_its_syntax():
    same(hs(), cfa(Model.parse(HS), frame("hs1939")))


def test_order_of_rows_and_items_does_not_matter():
    shuffled = frame("poldem").sample(frac=1, random_state=3)
    same(democracy(), sem(PD, shuffled[shuffled.columns[::-1]]))


def test_fixed_marker_and_unit_variance_fit_the_same():
    other = cfa(HS, frame("hs1939"), std_lv=True)
    assert other.measures["chisq"] == pytest.approx(hs().measures["chisq"], abs=1e-6)
    loadings = [fit.table.query("op == '=~'")["std_all"].to_numpy() for fit in (hs(), other)]
    np.testing.assert_allclose(*loadings, atol=1e-6)


def test_full_information_on_complete_rows_is_ml_with_means():
    rows = frame("hs1939")
    complete = cfa(HS, rows, meanstructure=True)
    same(complete, cfa(HS, rows, missing="fiml"))


def test_missing_code_path_agrees_with_complete_moments():
    rows = frame("hs1939")[ITEMS]
    extra = pd.DataFrame([[np.nan] * 8 + [5.0]], columns=ITEMS)
    one = cfa(HS, pd.concat([rows, extra]), missing="fiml")
    other = cfa(HS, rows, meanstructure=True)
    assert one.estimate("visual", "=~", "x2")["estimate"] == pytest.approx(
        other.estimate("visual", "=~", "x2")["estimate"], abs=1e-3
    )


@pytest.mark.parametrize("estimator", ["ML", "MLR", "MLM"])
def test_two_equal_copies_as_groups_are_one_sample(estimator):
    rows = frame("hs1939")[ITEMS]
    twice = pd.concat([rows.assign(copy="a"), rows.assign(copy="b")])
    everything = ("loadings", "intercepts", "residuals", "means", "lv.variances", "lv.covariances")
    together = cfa(HS, twice, estimator, meanstructure=True)
    apart = cfa(HS, twice, estimator, group="copy", group_equal=everything)
    first = apart.table.query("group == 'a'").set_index(["lhs", "op", "rhs"])
    rest = together.table.set_index(["lhs", "op", "rhs"])
    for column in ("estimate", "std_error"):
        np.testing.assert_allclose(first[column], rest[column].reindex(first.index), atol=1e-6)
    assert apart.measures["chisq"] == pytest.approx(together.measures["chisq"], abs=1e-6)


def test_scale_of_an_item_moves_its_estimates_only():
    rows = frame("hs1939").assign(x5=lambda d: d["x5"] * 1000)
    other = cfa(HS, rows)
    assert other.measures["chisq"] == pytest.approx(hs().measures["chisq"], abs=1e-5)
    np.testing.assert_allclose(other.table["std_all"], hs().table["std_all"], atol=1e-6)


def test_delta_and_theta_fit_the_same():
    theta = cfa(BFI9, frame("bfi9"), ordered=True, parameterization="theta")
    for name in ("chisq", "chisq.scaled", "cfi.robust", "srmr"):
        assert theta.measures[name] == pytest.approx(bfi9("WLSMV").measures[name], abs=1e-4)
    loadings = [fit.table.query("op == '=~'")["std_all"].to_numpy() for fit in (bfi9("WLSMV"), theta)]
    np.testing.assert_allclose(*loadings, atol=1e-6)


def test_many_categories_approach_the_continuous_fit():
    rng = np.random.default_rng(8)
    factor = rng.normal(size=3000)
    rows = pd.DataFrame({f"y{i}": 0.8 * factor + 0.6 * rng.normal(size=3000) for i in range(4)})
    coded = ((rows + 4) * 2).round().clip(0, 16)
    model = "f =~ y0 + y1 + y2 + y3"
    continuous, ordered = cfa(model, rows).table, cfa(model, coded, ordered=True).table
    np.testing.assert_allclose(
        continuous.query("op == '=~'")["std_all"], ordered.query("op == '=~'")["std_all"], atol=0.01
    )


def test_equal_weights_are_no_weights():
    rows = frame("hs1939").assign(w=3.0)
    same(cfa(HS, rows, weights="w"), hs("MLR"))


def test_every_row_its_own_cluster_is_nearly_no_cluster():
    rows = frame("hs1939").assign(cl=range(301))
    one, other = cfa(HS, rows, cluster="cl"), cfa(HS, rows, "MLR", meanstructure=True)
    np.testing.assert_allclose(one.table["std_error"], other.table["std_error"] * np.sqrt(301 / 300), atol=1e-8)


def test_labels_equalities_and_constraints_are_one_thing():
    rows = frame("hs1939")
    tail = "\ntextual =~ x4 + x5 + x6"
    texts = ["visual =~ x1 + a*x2 + a*x3", "visual =~ x1 + x2 + equal('visual=~x2')*x3"]
    texts = [text + tail for text in texts] + ["visual =~ x1 + a*x2 + b*x3" + tail + "\na == b"]
    fits = [cfa(text, rows) for text in texts]
    for fit in fits[1:]:
        assert fit.measures["chisq"] == pytest.approx(fits[0].measures["chisq"], abs=1e-6)
        assert fit.measures["df"] == fits[0].measures["df"] == 9
        np.testing.assert_allclose(fit.table["std_error"], fits[0].table["std_error"], atol=1e-6)


def test_wald_agrees_with_the_likelihood_ratio_near_the_null():
    fit = cfa("visual =~ x1 + a*x2 + b*x3\ntextual =~ x4 + x5 + x6", frame("hs1939"))
    narrow = cfa("visual =~ x1 + a*x2 + a*x3\ntextual =~ x4 + x5 + x6", frame("hs1939"))
    wald = fit.wald("a == b")
    assert wald["df"] == 1
    assert wald["stat"] == pytest.approx(narrow.measures["chisq"] - fit.measures["chisq"], rel=0.2)
