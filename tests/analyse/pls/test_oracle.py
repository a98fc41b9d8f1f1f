"""Path models equal the stored outputs of R plspm and seminr."""

import json

import numpy as np
import pandas as pd
import pytest

from surveykit.analyse.pls.public import pls
from tests.analyse.pls.models import BANK, BANK_B, HIGHER, LOYALTY, SATISFACTION, SHARED, mobi
from tests.oracle_values import FOLDER

SEMINR = json.loads((FOLDER / "pls" / "seminr.json").read_text(encoding="utf-8"))["values"]
BANK_FOLDER = SHARED / "bank_satisfaction"
with_bank = pytest.mark.skipif(not BANK_FOLDER.exists(), reason="the bank data stand beside the project, in ../shared")


def bank(name: str) -> pd.DataFrame:
    """One of the stored tables."""
    return pd.read_csv(BANK_FOLDER / f"satisfaction{name}.csv", encoding="utf-8", index_col=0)


@pytest.fixture(scope="module")
def centroid():
    return pls(BANK, bank(""), scheme="centroid", scaled=False, n_boot=0)


def column(found, measure: str, key: str = "item") -> pd.Series:
    """One measure, by item or construct."""
    rows = found.table[found.table["measure"] == measure]
    return rows.set_index(key)["estimate"]


@with_bank
@pytest.mark.parametrize(("scheme", "file"), [("centroid", ""), ("factor", "-factorial"), ("path", "-path")])
def test_weights_and_loadings_equal_plspm_in_every_scheme(scheme, file):
    found = pls(BANK, bank(""), scheme=scheme, scaled=False, n_boot=0)
    expected = bank(f".outer-model{file}")
    np.testing.assert_allclose(column(found, "pls_weight")[expected.index], expected["weight"], atol=5e-6)
    np.testing.assert_allclose(column(found, "loading")[expected.index], expected["loading"], atol=5e-6)


@with_bank
def test_paths_and_effects_equal_plspm(centroid):
    expected = bank(".effects")
    for name, own in (("direct", "pls_path"), ("indirect", "pls_indirect"), ("total", "pls_total")):
        matrix = centroid.matrix(own).fillna(0.0)
        found = [matrix.loc[a, b] for a, b in zip(expected["from"], expected["to"], strict=True)]
        np.testing.assert_allclose(found, expected[name], atol=5e-6)


@with_bank
def test_quality_of_the_inner_model_equals_plspm(centroid):
    expected = bank(".inner-summary")
    for measure, name in (("r2", "r_squared"), ("ave", "ave")):
        found = column(centroid, measure, "scale")
        np.testing.assert_allclose(found, expected.loc[found.index, name], atol=5e-6)
    alpha = column(centroid, "alpha_standardised", "scale")
    np.testing.assert_allclose(alpha, bank("_unidim").loc[alpha.index, "cronbach_alpha"], atol=1e-9)


@with_bank
def test_scores_and_cross_loadings_equal_plspm(centroid):
    expected = pd.read_csv(BANK_FOLDER / "satisfaction.scores.csv", encoding="utf-8")
    np.testing.assert_allclose(centroid.scores[list(expected)], expected, atol=5e-5)
    crossed = bank(".crossloadings")
    found = centroid.cross_loadings.set_index("item").loc[crossed.index]
    np.testing.assert_allclose(found[list(expected)], crossed[list(expected)], atol=5e-6)


@with_bank
def test_mode_b_equals_plspm():
    found = column(pls(BANK_B, bank(""), scheme="centroid", scaled=False, n_boot=0), "r2", "scale")
    np.testing.assert_allclose(found, bank(".modeb.inner-summary").loc[found.index, "r_squared"], atol=1e-5)


@with_bank
def test_bootstrap_errors_are_near_those_of_plspm():
    found = pls(BANK, bank(""), scheme="centroid", scaled=False, n_boot=500)
    table = found.table[found.table["measure"] == "pls_path"]
    expected = bank("_boot_paths")
    errors = [expected.loc[f"{a} -> {b}", "std.error"] for a, b in zip(table["predictor"], table["scale"], strict=True)]
    np.testing.assert_allclose(table["std_error"], errors, rtol=0.25)


@pytest.mark.parametrize(("model", "key"), [(LOYALTY, "loyalty"), (HIGHER, "higher")])
def test_models_of_mobile_customers_equal_seminr(model, key):
    found = pls(model, mobi(), n_boot=0)
    matrix = found.matrix()
    for pair, value in SEMINR[key]["paths"].items():
        source, target = pair.split(">")
        assert matrix.loc[source, target] == pytest.approx(value, abs=2e-6)
    for measure, name in (("pls_weight", "weights"), ("loading", "loadings")):
        expected = pd.Series(SEMINR[key][name])
        np.testing.assert_allclose(column(found, measure)[expected.index], expected, atol=2e-5)


def test_reliabilities_r2_and_htmt_equal_seminr():
    found = pls(SATISFACTION, mobi(), n_boot=0)
    names = {"alpha_standardised": "alpha", "rho_a": "rhoA", "composite_reliability": "rhoC", "ave": "AVE"}
    for measure, name in names.items():
        expected = pd.Series(SEMINR["satisfaction"]["reliability"][name])
        np.testing.assert_allclose(column(found, measure, "scale")[expected.index], expected, atol=2e-6)
    assert found.estimate("r2")["estimate"] == pytest.approx(SEMINR["satisfaction"]["r2"], abs=2e-6)
    htmt = found.matrix("htmt")
    for pair, value in SEMINR["satisfaction"]["htmt"].items():
        assert htmt.loc[tuple(pair.split(">"))] == pytest.approx(value, abs=1e-9)


def test_consistent_paths_and_rho_equal_seminr():
    found = pls(SATISFACTION, mobi(), scheme="factor", consistent=True, n_boot=0)
    for source, value in SEMINR["satisfaction"]["consistent_paths"].items():
        assert found.estimate("pls_path", predictor=source)["estimate"] == pytest.approx(value, abs=2e-6)
    expected = pd.Series(SEMINR["satisfaction"]["rho_a_factor"])
    np.testing.assert_allclose(column(found, "rho_a", "scale")[expected.index], expected, atol=2e-6)
