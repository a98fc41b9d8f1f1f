"""Fits, errors, indices and tests are lavaan's, id by id."""

import numpy as np
import pytest

from surveykit.analyse.sem.difference_test import difference_test
from surveykit.analyse.sem.normality import mardia
from surveykit.analyse.sem.public import cfa
from surveykit.stats.classical import alpha
from surveykit.stats.composite import factor_reliability
from surveykit.stats.moments import Moments
from surveykit.stats.ordinal_omega import omega_categorical
from tests.analyse.sem.models import HS, bfi9, bfi_n, democracy, hs, hs_missing, ladder
from tests.analyse.sem.reference import reference
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
    rows = mardia(frame("bfi").iloc[:, :25].dropna().iloc[:, :5]).table.set_index("measure")
    name, column = {
        "skew_b1p": ("mardia_skewness", "estimate"),
        "kurt_b2p": ("mardia_kurtosis", "estimate"),
        "z_kurt": ("mardia_kurtosis", "z_or_chisq"),
    }[key.split(".")[2]]
    assert_meets(key, float(rows.loc[name, column]))


def loadings_of(fit, factor, column="std_all"):
    rows = fit.table.query("op == '=~' and lhs == @factor")
    return rows[column].to_numpy(), rows["rhs"].tolist()


@pytest.mark.parametrize("key", ids("rel.bfi9.wlsmv."))
def test_reliability_from_the_fit_to_ordered_items(key):
    _, _, _, factor, coefficient = key.split(".")
    fit = bfi9("WLSMV")
    loadings, items = loadings_of(fit, factor)
    cuts = [fit.table.query("op == '|' and lhs == @item")["estimate"].to_numpy() for item in items]
    rows = frame("bfi9")[items]
    correlations = fit.residuals().set_index(["lhs", "rhs"])["observed"]
    matrix = np.array(
        [[1.0 if a == b else correlations.get((a, b), correlations.get((b, a))) for a in items] for b in items]
    )
    found = {
        "alpha": lambda: alpha(Moments.of(rows.to_numpy(), items).covariance),
        "alpha_ord": lambda: alpha(matrix),
        "omega_GY": lambda: omega_categorical(loadings, cuts),
        "ave": lambda: float(np.mean(loadings**2)),
    }[coefficient]()
    assert_meets(key, found)


@pytest.mark.parametrize("key", ids("rel.hs.", "compRelSEM.hs"))
def test_reliability_from_the_fit(key):
    fit = hs()
    factors, items = ["visual", "textual", "speed"], [f"x{i}" for i in range(1, 10)]
    table = fit.table.set_index(["lhs", "op", "rhs"])["estimate"]
    lam = np.array([[table.get((factor, "=~", item), 0.0) for factor in factors] for item in items])
    psi = np.array([[table.get((a, "~~", b), table.get((b, "~~", a))) for a in factors] for b in factors])
    theta = np.diag([table[item, "~~", item] for item in items])
    covariance = frame("hs1939")[items].cov(ddof=0).to_numpy()
    found = factor_reliability(lam, psi, theta, covariance)[factors.index(key.split(".")[2])]
    assert_meets(key, found.omega3 if key.startswith("comp") else getattr(found, key.split(".")[3]))


def test_mean_and_variance_adjusted_maximum_likelihood():
    fit = cfa(HS, frame("hs1939"), "MLMV")
    names = ("chisq.scaled", "df.scaled", "pvalue.scaled", "chisq.scaling.factor", "cfi.scaled", "rmsea.scaled")
    np.testing.assert_allclose([fit.measures[name] for name in names], reference("mlmv.hs"), rtol=1e-4, atol=1e-8)
    np.testing.assert_allclose(fit.table["std_error"].iloc[[1, 2, 4]], reference("mlmv.hs.se"), rtol=1e-4)


@pytest.mark.parametrize("options", [{"meanstructure": True}, {"group": "school", "group_equal": ["loadings"]}])
def test_the_same_traces_scale_both_tests(options):
    """The mean of the shifted statistic is that of the mean-scaled one: both rest on tr(U Gamma)."""
    one, other = (cfa(HS, frame("hs1939"), name, **options).fitted.solution.test for name in ("MLM", "MLMV"))
    assert one.trace == pytest.approx(other.trace, rel=1e-8)


def test_covariates_leave_the_same_trace():
    model = "visual =~ x1 + x2 + x3\nvisual ~ ageyr + sex"
    one, other = (cfa(model, frame("hs1939"), name).fitted.solution.test for name in ("MLM", "MLMV"))
    assert one.trace == pytest.approx(other.trace, rel=1e-6)


def test_residual_sizes_of_ordered_items():
    found = [bfi9("WLSMV").measures[name] for name in ("rmr", "srmr", "crmr")]
    np.testing.assert_allclose(found, reference("rmr.bfi9")[[0, 2, 3]], rtol=1e-5)
