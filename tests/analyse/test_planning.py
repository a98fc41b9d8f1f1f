"""How many answers a study needs: R's figures, published tables, and the study's own planted truth."""

import json

import numpy as np
import pandas as pd
import pytest

import surveykit as sk
from surveykit.errors import SurveykitError
from surveykit.stats.many_regressions import regress_each
from tests.oracle_values import FOLDER

R = json.loads((FOLDER / "planning" / "planning.json").read_text(encoding="utf-8"))["values"]


def needed(aim, **assumptions):
    return sk.sample_size(aim, **assumptions).measures["n_per_group"]


def reached(aim, n, **assumptions):
    return sk.power(aim, n, **assumptions).measures["achieved"]


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("t_n_half", lambda: needed("mean_difference", d=0.5)),
        ("t_power_40", lambda: reached("mean_difference", 80, d=0.4)),
        ("prop_n", lambda: needed("share_difference", first=0.5, second=0.75, power=0.9)),
        ("prop_power_50", lambda: reached("share_difference", 100, first=0.5, second=0.75)),
        ("rmsea_close_100", lambda: needed("cfa", df=100)),
        ("rmsea_not_close_100", lambda: needed("cfa", df=100, rmsea=0.01)),
        ("rmsea_close_10", lambda: needed("cfa", df=10)),
        ("rmsea_power_200_50", lambda: reached("cfa", 200, df=50)),
        ("f_n_r2_13_5", lambda: needed("regression", r2=0.13, predictors=5)),
        ("f_n_change_02_of_30_6", lambda: needed("coefficient", r2_change=0.02, r2=0.3, predictors=6)),
    ],
)
def test_sizes_and_powers_are_those_of_r(key, found):
    assert found() == pytest.approx(R[key], abs=1e-6)


@pytest.mark.parametrize(("population", "size"), [(np.inf, 385), (10_000, 370), (1_000, 278), (100, 80)])
def test_a_share_within_five_points_needs_the_sizes_of_the_usual_tables(population, size):
    assert sk.sample_size("proportion", margin=0.05, population=population).n == size


def test_a_design_effect_multiplies_the_size_and_nonresponse_the_invitations():
    plain = sk.sample_size("proportion", margin=0.03)
    clustered = sk.sample_size("proportion", margin=0.03, design_effect=2.0, response_rate=0.25)
    assert clustered.n == pytest.approx(2 * plain.n, abs=1)
    assert clustered.measures["n_invited"] == np.ceil(clustered.n / 0.25)


def test_the_size_is_the_smallest_that_is_enough():
    for aim, assumptions in {
        "proportion": {"margin": 0.04},
        "mean": {"margin": 0.1, "sd": 1.1},
        "nps": {"margin": 5},
        "reliability": {"margin": 0.04, "items": 4},
        "nps_difference": {"difference": 8},
        "mean_difference": {"d": 0.3},
        "regression": {"r2": 0.1, "predictors": 4},
        "cfa": {"df": 40},
    }.items():
        plan = sk.sample_size(aim, **assumptions)
        sizes = plan.table.set_index("n_per_group")["estimate"]
        own = int(plan.measures["n_per_group"])
        better = sizes >= plan.measures["target"] if plan._aim().rises else sizes <= plan.measures["target"]
        assert (better == (sizes.index >= own)).all()
        assert not plan._aim().enough(own - 1)


def test_a_margin_is_half_the_width_of_the_interval_of_such_data():
    answers = np.repeat([10, 8, 2], [450, 300, 250])
    row = sk.nps(answers).table.iloc[0]
    planned = sk.power("nps", 1000, promoters=0.45, detractors=0.25).measures["achieved"]
    assert planned == pytest.approx((row["conf_high"] - row["conf_low"]) / 2, rel=0.01)


@pytest.mark.parametrize(
    "call",
    [
        lambda: sk.sample_size("guess"),
        lambda: sk.sample_size("proportion"),
        lambda: sk.sample_size("proportion", margin=0.05, mergin=2),
        lambda: sk.sample_size("proportion", margin=0),
        lambda: sk.sample_size("proportion", margin=0.05, share=1.2),
        lambda: sk.sample_size("proportion", margin=float("nan")),
        lambda: sk.sample_size("proportion", margin="five"),
        lambda: sk.sample_size("proportion", margin=0.05, response_rate=0),
        lambda: sk.sample_size("nps", margin=5, promoters=0.7, detractors=0.6),
        lambda: sk.sample_size("share_difference", first=0.5, second=0.5),
        lambda: sk.sample_size("coefficient", r2_change=0.4, r2=0.3, predictors=2),
        lambda: sk.sample_size("cfa", df=10, rmsea=0.05),
        lambda: sk.sample_size("mean_difference", d=1e-9),
        lambda: sk.power("mean_difference", 1, d=0.3),
        lambda: sk.power("proportion", 20, population=10),
        lambda: sk.power(sk.load_study("s2_loyalty"), 50, n_draws=0),
    ],
)
def test_assumptions_that_cannot_be_are_refused_with_what_is_possible(call):
    with pytest.raises(SurveykitError):
        call()


def test_many_regressions_are_each_the_regression_of_its_sample():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(4, 30, 2))
    y = x @ [0.5, -0.2] + rng.normal(size=(4, 30))
    y[1, :5] = np.nan
    x[2, :, 1] = x[2, :, 0] * 2
    found = regress_each(y, x)
    one = sk.regress(
        "y ~ a + b",
        pd.DataFrame({"y": y[1], "a": x[1, :, 0], "b": x[1, :, 1]}),
        covariance="classical",
    ).table.set_index("term")
    assert found.n[1] == 25
    np.testing.assert_allclose(found.slopes[1], one.loc[["a", "b"], "estimate"])
    np.testing.assert_allclose(found.errors[1], one.loc[["a", "b"], "std_error"])
    np.testing.assert_allclose(found.p_values[1], one.loc[["a", "b"], "p_value"])
    assert np.isnan(found.slopes[2]).all()


def test_power_of_a_study_grows_with_its_size_and_follows_its_planted_paths():
    study = sk.load_study("s0_communication")
    small, large = (sk.power(study, n, n_draws=100).table for n in (80, 400))
    direct = large["mediator"] == ""
    assert (large["estimate"] >= small["estimate"] - 0.12).all()
    sat = large[direct & (large["outcome"] == "SAT")].set_index("term")
    assert sat.loc["ACC", "estimate"] > 0.95
    assert sat.loc["ACC", "estimate"] > sat.loc["EFB", "estimate"] > sat.loc["INN", "estimate"]
    through = large[~direct & (large["outcome"] == "RET")].set_index("term")
    assert (through["estimate"] <= sat.loc[through.index, "estimate"]).all()


def test_power_of_a_study_is_the_same_with_the_same_seed():
    study = sk.load_study("s2_loyalty")
    first, again, other = (sk.power(study, 60, n_draws=30, seed=seed).table["estimate"] for seed in (1, 1, 2))
    assert first.equals(again)
    assert not first.equals(other)
