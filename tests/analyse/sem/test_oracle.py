"""Fits, errors, indices and tests are lavaan's, id by id."""

import pytest

from surveykit.analyse.sem.difference_test import difference_test
from surveykit.stats.mardia import mardia
from tests.analyse.sem.models import bfi9, bfi_n, democracy, hs, hs_missing, ladder
from tests.oracle_values import assert_meets, frame, ids

STEPS = {
    "configural": (),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}
ORDERED = {"configural": (), "thr_load": ("thresholds", "loadings")}
COLUMNS = {"est": "estimate", "se": "std_error", "std": "std_all", "cov": "estimate", "cor": "std_all"}


def meets_measure(fit, key, prefix):
    assert_meets(key, fit.measures[key.removeprefix(prefix + ".")])


def meets_row(fit, key, column, lhs, op, rhs):
    assert_meets(key, float(fit.estimate(lhs, op, rhs)[column]))


@pytest.mark.parametrize("key", ids("cfa.hs.ml.", "cfa.hs.mlr.", "cfa.hs.mlm.", "cfa.bfi9.mlr.", "cfa.bfi9.wlsmv."))
def test_single_group_models(key):
    _, data, estimator, part, *rest = key.split(".")
    fit = (hs if data == "hs" else bfi9)(estimator.upper())
    if part not in COLUMNS:
        meets_measure(fit, key, f"cfa.{data}.{estimator}")
        return
    if "_" not in rest[0]:
        lhs, op, rhs = rest[0][0], "=~", rest[0]
    else:
        lhs, rhs = rest[0].split("_")
        op = "~~" if part in ("cov", "cor") else "=~"
    meets_row(fit, key, COLUMNS[part], lhs, op, rhs)


@pytest.mark.parametrize("key", ids("cfa.hs.fiml."))
def test_missing_answers(key):
    part = key.split(".")[3]
    if part in COLUMNS:
        meets_row(hs_missing(), key, COLUMNS[part], "visual", "=~", "x2")
    else:
        meets_measure(hs_missing(), key, "cfa.hs.fiml")


@pytest.mark.parametrize("key", ids("cfa.hs.mi.top", "cfa.hs.epc.top"))
def test_modification_indices(key):
    top = hs().modification_indices().iloc[0]
    assert (top["lhs"], top["op"], top["rhs"]) == ("visual", "=~", "x9")
    assert_meets(key, float(top["mi" if ".mi." in key else "epc"]))


@pytest.mark.parametrize("key", ids("cfa.hs.fscore"))
def test_factor_scores(key):
    method = "bartlett" if "bartlett" in key else "regression"
    assert_meets(key, float(hs().scores(method).loc[0, "visual"]))


@pytest.mark.parametrize("key", ids("sem.pd"))
def test_structural_model(key):
    fit = democracy()
    _, _, part, *rest = key.split(".")
    if part == "ml":
        meets_measure(fit, key, "sem.pd.ml")
    elif part == "r2":
        assert_meets(key, float(fit.r2.set_index("item").loc[rest[0], "r2"]))
    elif part in ("ind", "tot"):
        row = fit.table.set_index("lhs").loc[part]
        assert_meets(key, float(row[COLUMNS[rest[0]]]))
    else:
        lhs, rhs = part.split("_")
        meets_row(fit, key, COLUMNS[rest[0]], lhs, "~~" if lhs == "y1" else "~", rhs)


@pytest.mark.parametrize("key", ids(*(f"invariance.hs.school.{step}" for step in STEPS)))
def test_groups(key):
    step = key.split(".")[3]
    meets_measure(hs("ML", STEPS[step]), key, f"invariance.hs.school.{step}")


@pytest.mark.parametrize("key", ids("invariance.hs.school.lrt"))
def test_difference_tests(key):
    _, _, _, _, name, part = key.split(".")
    step = {"fme": "metric", "fsc": "scalar", "fst": "strict"}[name]
    row = ladder().table.set_index("ladder").loc[step]
    assert_meets(key, float(row[{"dchisq": "d_chisq", "ddf": "d_df", "p": "d_p_value"}[part]]))


@pytest.mark.parametrize("key", ids("invariance.hs.latentmean"))
def test_latent_means(key):
    row = ladder().latent_means.set_index("lhs").loc["visual"]
    assert_meets(key, float(row[COLUMNS[key.rsplit(".", 1)[1]]]))


@pytest.mark.parametrize("key", ids("invariance.bfiN"))
def test_ordered_groups(key):
    _, _, _, step, part, *_ = key.split(".")
    if step == "lrt":
        found = difference_test(bfi_n(()).fitted, bfi_n(ORDERED["thr_load"]).fitted, "satorra_2000")
        assert_meets(key, float({"dchisq": found.stat, "ddf": found.df}[part]))
    else:
        meets_measure(bfi_n(ORDERED[step]), key, f"invariance.bfiN.ord.{step}")


@pytest.mark.parametrize("key", ids("threshold.A2"))
def test_thresholds(key):
    meets_row(bfi9("WLSMV"), key, "estimate", "A2", "|", f"t{key.rsplit('.', 1)[1]}")


@pytest.mark.parametrize("key", ids("mardia.A"))
def test_mardia(key):
    found = mardia(frame("bfi").iloc[:, :25].dropna().iloc[:, :5])
    part = key.split(".")[2]
    assert_meets(key, {"skew_b1p": found.skew, "kurt_b2p": found.kurtosis, "z_kurt": found.kurtosis_z}[part])
