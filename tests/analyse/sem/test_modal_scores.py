"""Scores of ordered items are the modes that lavaan finds, and undefined where there is none."""

import numpy as np
import pandas as pd
import pytest

from surveykit.analyse.sem.public import cfa, sem
from surveykit.errors import SurveykitError
from tests.analyse.sem.models import BFI9, HS, bfi9, hs
from tests.analyse.sem.reference import reference
from tests.oracle_values import frame


def test_modal_scores_are_those_of_lavaan():
    found = bfi9("WLSMV").scores().head(20).to_numpy()
    np.testing.assert_allclose(found, reference("ebm.bfi9").reshape(20, 3), atol=5e-4)


def test_modal_scores_of_one_factor():
    fit = cfa("N =~ N1 + N2 + N3 + N4 + N5", frame("bfi_N_gender"), ordered=True)
    np.testing.assert_allclose(fit.scores("ebm").head(20)["N"], reference("ebm.bfiN"), atol=5e-4)


def test_likeliest_scores_are_those_of_lavaan_where_there_are_any():
    found, told = bfi9("WLSMV").scores("ml").head(20).to_numpy(), reference("ml.bfi9").reshape(20, 3)
    defined = np.isfinite(found)
    assert defined.mean() > 0.8
    np.testing.assert_allclose(found[defined], told[defined], atol=1e-3)
    assert (np.abs(told[~defined]) > 3).all()


def test_without_a_prior_all_answers_at_one_end_have_no_score():
    rows = frame("bfi9")
    found = bfi9("WLSMV").scores("ml")
    highest = (rows[["C1", "C2", "C3"]] == 6).all(axis=1)
    assert highest.any()
    assert found.loc[highest[highest].index, "C"].isna().all()


def test_the_parameterisation_only_changes_the_unit():
    theta = cfa(BFI9, frame("bfi9"), ordered=True, parameterization="theta")
    delta = bfi9("WLSMV")
    for name in ("A", "C", "N"):
        sd = [float(np.sqrt(fit.estimate(name, "~~", name)["estimate"])) for fit in (delta, theta)]
        np.testing.assert_allclose(delta.scores()[name] / sd[0], theta.scores()[name] / sd[1], atol=1e-3)


def test_of_continuous_items_the_mode_is_the_regression_score():
    pd.testing.assert_frame_equal(hs().scores("ebm"), hs().scores("regression"))
    pd.testing.assert_frame_equal(hs().scores("ml"), hs().scores("bartlett"))


def test_many_categories_approach_the_regression_score():
    rng = np.random.default_rng(2)
    factor = rng.normal(size=1500)
    rows = pd.DataFrame({f"y{i}": 0.8 * factor + 0.6 * rng.normal(size=1500) for i in range(4)})
    coded = ((rows + 4) * 2).round().clip(0, 16)
    model = "f =~ y0 + y1 + y2 + y3"
    modal, linear = cfa(model, coded, ordered=True).scores()["f"], cfa(model, rows).scores()["f"]
    assert np.corrcoef(modal, linear)[0, 1] > 0.99


def test_mixed_items_have_scores():
    fit = cfa(BFI9, frame("bfi9").head(800), ordered=["A2", "A3", "A5"])
    assert np.isfinite(fit.scores().to_numpy()).all()


@pytest.mark.parametrize(
    "model", [BFI9 + "\nA2 ~~ A3", "A =~ A2 + A3 + A5\nA ~ N1", "A =~ A2 + A3 + A5\nN1 ~ A\nN2 ~ N1"]
)
def test_dependent_answers_are_refused(model):
    with pytest.raises(SurveykitError, match="depend on the factors only"):
        sem(model, frame("bfi9").head(800), ordered=True).scores()


def test_methods_of_other_data_are_refused():
    with pytest.raises(SurveykitError, match="ebm, ml"):
        bfi9("WLSMV").scores("bartlett")
    with pytest.raises(SurveykitError, match="regression, bartlett, ebm, ml"):
        cfa(HS, frame("hs1939")).scores("anderson")
