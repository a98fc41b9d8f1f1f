"""Public functions give the numbers that R gives, id by id."""

from functools import cache

import numpy as np
import pytest

import surveykit as sk
from tests.oracle_values import assert_meets, frame, ids

KEYS = {
    "A": ("A1", "A2", "A3", "A4", "A5"),
    "C": ("C1", "C2", "C3", "C4", "C5"),
    "E": ("E1", "E2", "E3", "E4", "E5"),
    "N": ("N1", "N2", "N3", "N4", "N5"),
    "O": ("O1", "O2", "O3", "O4", "O5"),
}
REVERSED = dict.fromkeys(("A1", "C4", "C5", "E1", "E2", "O2", "O5"), -1)


@cache
def bfi(scale: str, missing: str, correlation: str = "pearson") -> sk.Reliability:
    items = frame("bfi")[list(KEYS[scale])]
    keys = {item: -1 for item in KEYS[scale] if item in REVERSED}
    return sk.reliability(items, keys=keys, missing=missing, correlation=correlation, splits="psych")


def coefficient(found: sk.Reliability, name: str, column: str = "estimate") -> float:
    table = found.table.set_index("coefficient")
    return float(table.loc[name, column])


@pytest.mark.parametrize("key", ids("alpha.pairwise", "alpha.listwise"))
def test_alpha(key):
    _, missing, scale, part = key.split(".")
    names = {"raw": "alpha", "std": "alpha_standardised", "lambda6": "lambda6", "ase": "alpha"}
    name = {"avg_r": "average_r", "median_r": "median_r"}.get(part) or names[part]
    column = "std_error" if part == "ase" else "estimate"
    assert_meets(key, coefficient(bfi(scale, missing), name, column))


@pytest.mark.parametrize("key", ids("alpha.feldt95"))
def test_feldt_interval(key):
    _, _, scale, end = key.split(".")
    assert_meets(key, coefficient(bfi(scale, "listwise"), "alpha", {"lo": "conf_low", "hi": "conf_high"}[end]))


@pytest.mark.parametrize("key", ids("alpha.ordinal"))
def test_ordinal_alpha(key):
    scale = key.split(".")[2]
    assert_meets(key, coefficient(bfi(scale, "listwise", "polychoric"), "alpha_ordinal"))


@pytest.mark.parametrize("key", ids("alpha.drop", "item_rest_r"))
def test_item_statistics(key):
    item = key.split(".")[-1]
    column = "alpha_if_deleted" if key.startswith("alpha") else "item_rest_r"
    table = bfi(item[0], "listwise").items.set_index("item")
    assert_meets(key, float(table.loc[item, column]))


@pytest.mark.parametrize("key", ids("guttman"))
def test_guttman_bounds(key):
    _, scale, name = key.split(".")
    assert_meets(key, coefficient(bfi(scale, "listwise"), name))


@pytest.mark.parametrize("key", ids("splithalf"))
def test_split_halves(key):
    _, scale, part = key.split(".")
    name = {"max_lambda4": "split_half_max", "mean": "split_half_mean", "min_beta": "split_half_min"}[part]
    assert_meets(key, coefficient(bfi(scale, "listwise"), name))


@pytest.mark.parametrize("key", ids("omega_u"))
def test_omega(key):
    kind, scale = key.split(".")[1], key.split(".")[-1]
    assert_meets(key, coefficient(bfi(scale, "listwise"), "omega" if kind == "cfa" else "omega_standardised"))


def test_every_id_of_this_page_is_tested():
    tested = ids(
        "alpha.pairwise",
        "alpha.listwise",
        "alpha.feldt95",
        "alpha.ordinal",
        "alpha.drop",
    )
    assert set(tested) == set(ids("alpha"))
    assert len(ids("alpha", "item_rest_r", "guttman", "splithalf", "omega_u", "ols", "prop", "nps", "hier")) == 196


@cache
def attitude() -> tuple[sk.Regression, sk.Regression]:
    data = frame("attitude")
    formula = "rating ~ complaints + privileges + learning + raises + critical + advance"
    return sk.regress(formula, data, covariance="classical"), sk.regress(formula, data)


@pytest.mark.parametrize("key", ids("ols"))
def test_regression(key):
    classical, robust = attitude()
    parts = key.split(".")[2:]
    diagnostics = {
        "dw": "durbin_watson",
        "bp_p": "breusch_pagan_p",
        "reset": "reset",
        "shapiro": "shapiro",
        "cook_max": "cook_max",
        "hat_max": "leverage_max",
        "rstudent_maxabs": "studentised_max",
        "press": "press",
        "q2_loo": "q2_loo",
    }
    if parts[0] == "diag":
        assert_meets(key, robust.diagnostics[diagnostics[parts[1]]])
    elif len(parts) == 1:
        name = {"adjr2": "adj_r2", "sigma": "sigma", "F": "f", "aic": "aic"}[parts[0]]
        assert_meets(key, classical.measures[name])
    else:
        found = robust if parts[1] == "hc3" else classical
        columns = {"b": "estimate", "se": "std_error", "t": "statistic", "hc3": "std_error"}
        column = columns.get(parts[1], parts[1])
        assert_meets(key, float(found.table.set_index("term").loc[parts[0], column]))


@pytest.mark.parametrize("key", ids("hier"))
def test_hierarchical_regression(key):
    steps = [
        "rating ~ complaints + learning",
        "rating ~ complaints + privileges + learning + raises + critical + advance",
    ]
    table = sk.hierarchical(steps, frame("attitude")).table
    part = key.split(".")[-1]
    found = {
        "r2_step1": table["estimate"][0],
        "Fchange": table["f_change"][1],
        "p": table["p_value"][1],
    }
    assert_meets(key, float(found[part]))


@pytest.mark.parametrize("key", ids("prop"))
def test_proportions(key):
    _, counts, part = key.split(".")
    successes, n = map(int, counts.split("_"))
    method, end = part.split("_")
    answers = np.repeat([1, 0], [successes, n - successes])
    found = sk.top_box(answers, (0, 1), boxes=1, method={"wilson": "wilson", "cp": "clopper_pearson"}[method])
    assert_meets(key, float(found.table[{"lo": "conf_low", "hi": "conf_high"}[end]][0]))


@pytest.mark.parametrize("key", ids("nps"))
def test_net_promoter_score(key):
    answers = np.repeat(np.arange(11), [2, 1, 3, 4, 5, 12, 14, 30, 52, 48, 29])
    part = key.split(".")[2:]
    found = sk.nps(answers, method="adjusted_wald" if part[0] == "adjwald" else "wald")
    row = found.table.iloc[0]
    low, high = row["conf_low"], row["conf_high"]
    values = {"nps": row["estimate"], "se": row["std_error"], "lo": low, "hi": high, "centre": (low + high) / 2}
    assert_meets(key, float(values[part[-1]]))


def test_the_demo_data_give_the_published_reliabilities_and_explained_variances():
    study = sk.load_study("ecsi_mobile")
    answers = sk.load_data("ecsi_mobile")
    found = sk.reliability(answers)
    published = {
        "IMAG": (0.7144, 0.7228),
        "CUEX": (0.4326, 0.4519),
        "PERQ": (0.8724, 0.8770),
        "PERV": (0.8167, 0.8236),
        "CUSA": (0.7701, 0.7792),
        "CUSL": (0.4417, 0.4724),
    }
    for scale, (raw, standardised) in published.items():
        assert found.estimate(scale) == pytest.approx(raw, abs=5e-5)
        assert found.estimate(scale, "alpha_standardised") == pytest.approx(standardised, abs=5e-5)
    scores = sk.score(answers, scales=study.model.measurement)
    assert sk.regress("CUSA ~ IMAG + CUEX + PERQ + PERV", scores).measures["r2"] == pytest.approx(0.6694, abs=5e-5)
    assert sk.regress("CUSL ~ CUSA + IMAG + CUSCO", scores).measures["r2"] == pytest.approx(0.3382, abs=5e-5)
