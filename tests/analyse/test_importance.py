"""sk.importance: planted drivers, intervals, groups, factors, weights, moments, caveats, refusals."""

import numpy as np
import pandas as pd
import pytest

import surveykit as sk
from surveykit.analyse.importance import importance
from surveykit.analyse.importance_data import sample_of
from surveykit.analyse.importance_estimates import bounds, linear_estimates
from surveykit.errors import SurveykitError
from surveykit.stats.importance import lmg
from surveykit.stats.resampled_weighted import bootstrap_correlations
from tests.oracle_values import frame
from tests.result.examples_importance import small

PATHS = np.array([0.55, 0.35, 0.2, 0.0])


def planted(n, seed, likert=True):
    """Four ratings that correlate .4 with known effects on satisfaction, strongest first."""
    generator = np.random.default_rng(seed)
    rows = np.sqrt(0.6) * generator.normal(size=(n, 4)) + np.sqrt(0.4) * generator.normal(size=(n, 1))
    y = rows @ PATHS + 0.7 * generator.normal(size=n)
    values = np.column_stack([rows, y])
    values = np.clip(np.round(values * 1.4 + 5.5), 1, 10) if likert else values
    return pd.DataFrame(values, columns=["a", "b", "c", "d", "y"])


def test_drivers_are_ranked_as_planted_in_95_of_100_samples():
    right = 0
    for seed in range(100):
        matrix = np.corrcoef(planted(500, seed).to_numpy().T)
        right += bool((np.diff(lmg(matrix)[:, 0]) < 0).all())
    assert right >= 95


def test_the_interval_covers_the_planted_share():
    correlation = np.full((4, 4), 0.4)
    np.fill_diagonal(correlation, 1)
    towards = correlation @ PATHS
    full = np.eye(5)
    full[:4, :4], full[:4, 4] = correlation, towards / np.sqrt(towards @ PATHS + 0.49)
    full[4, :4] = full[:4, 4]
    true = lmg(full)[:, 0]
    covered = np.zeros(4)
    for seed in range(150):
        rows = planted(250, seed, likert=False).to_numpy()
        draws = lmg(bootstrap_correlations(rows, 300, seed))
        _, low, high = bounds(lmg(np.corrcoef(rows.T))[:, 0], draws, np.zeros(4, dtype=bool), 0.95)
        covered += (low <= true) & (true <= high)
    assert covered.sum() / 600 > 0.92
    assert (covered / 150 > 0.88).all()


def test_a_predictor_without_any_share_has_zero_in_its_interval():
    held = 0
    for seed in range(60):
        generator = np.random.default_rng(seed)
        data = planted(200, seed, likert=False).assign(noise=generator.normal(size=200))
        sample = sample_of(data, "y", ["a", "b", "noise"], None, None)
        held += bool(linear_estimates(sample, "shapley", 0, seed, 0.95).doubtful[2])
    assert held >= 54
    table = importance("y", ["a", "b", "noise"], data, n_boot=200).table.set_index("predictor")
    assert table.loc["noise", "conf_low"] == 0 < table.loc["noise", "conf_high"]


def test_methods_agree_on_the_sum_and_shares_sum_to_one():
    data = planted(300, 1)
    for method in ("shapley", "johnson", "dominance"):
        found = importance("y", list("abcd"), data, method, n_boot=0)
        assert found.table["estimate"].sum() == pytest.approx(sk.regress("y ~ a + b + c + d", data).measures["r2"])
        assert found.table["share"].sum() == pytest.approx(1)
        assert found.measures["r2_cv"] < found.measures["r2"]


def test_dominance_names_the_dominant_predictor_of_each_pair():
    found = importance("rating", ["complaints", "learning", "critical"], frame("attitude"), "dominance", n_boot=200)
    pairs = found.dominance.set_index(["predictor", "predictor2"])
    assert pairs.loc[("complaints", "critical"), "dominance"] == "complete"
    assert len(pairs) == 3 and (pairs["draw_share"] > 0.5).all()


def test_groups_enter_together_and_their_members_sum_to_them():
    found = importance("y", list("abcd"), planted(300, 2), groups={"core": ["a", "c"]}, n_boot=0)
    assert list(found.table["predictor"]) == ["core", "b", "d"]
    core = found.members[found.members["group"] == "core"]
    assert core["estimate"].sum() == pytest.approx(found.table.set_index("predictor").loc["core", "estimate"])


def test_a_factor_enters_whole():
    found = importance("y", ["a", "segment"], small(), n_boot=0)
    assert list(found.table["predictor"]) == ["a", "segment"]
    dummies = small().assign(new=lambda f: 1.0 * (f["segment"] == "new"), old=lambda f: 1.0 * (f["segment"] == "old"))
    again = importance("y", ["a", "new", "old"], dummies, groups={"segment": ["new", "old"]}, n_boot=0)
    np.testing.assert_allclose(found.table["estimate"], again.table["estimate"], atol=1e-12)


def test_whole_weights_are_repeated_rows():
    data = planted(120, 3)
    weights = np.random.default_rng(1).integers(0, 4, 120)
    weighted = importance("y", ["a", "b"], data.assign(w=weights), weights="w", n_boot=200)
    repeated = importance("y", ["a", "b"], data.loc[np.repeat(data.index, weights)], n_boot=0)
    np.testing.assert_allclose(weighted.table["estimate"], repeated.table["estimate"], atol=1e-12)
    assert weighted.n == int((weights > 0).sum())
    assert weighted.table["conf_low"].notna().all()


def test_moments_give_the_same_estimates_and_say_that_intervals_are_normal():
    data = planted(300, 4)
    rows = importance("y", ["a", "b"], data)
    moments = importance("y", ["a", "b"], sk.Moments.of(data.to_numpy(), list(data)))
    np.testing.assert_allclose(moments.table["estimate"], rows.table["estimate"], atol=1e-12)
    np.testing.assert_allclose(moments.table["conf_high"], rows.table["conf_high"], atol=0.04)
    assert "IMPORT-NORMAL" in {problem.code for problem in moments.problems}


def test_collinear_constant_and_piled_up_predictors_are_named():
    found = importance("y", ["a", "twin", "flat"], small(), n_boot=0)
    assert {(problem.code, problem.place) for problem in found.problems} >= {
        ("IMPORT-COLLINEAR", "predictor twin"),
        ("IMPORT-CONSTANT", "predictor flat"),
    }
    table = found.table.set_index("predictor")["estimate"]
    assert table["a"] == pytest.approx(table["twin"]) and table["flat"] == 0
    data = planted(200, 5).assign(a=lambda f: f["a"].clip(upper=5))
    problem = next(p for p in importance("y", ["a", "b"], data, n_boot=0).problems if p.code == "IMPORT-SPREAD")
    assert problem.place == "predictor a"


def test_rows_with_gaps_are_left_out_and_counted():
    data = planted(100, 6)
    data.loc[:9, "a"] = np.nan
    found = importance("y", ["a", "b"], data, n_boot=0)
    assert found.n == 90
    assert "10 of 100 rows" in " ".join(str(problem) for problem in found.problems)


def test_twenty_predictors_are_exact_and_johnson_takes_more():
    generator = np.random.default_rng(1)
    data = pd.DataFrame(generator.normal(size=(200, 22)), columns=[f"x{i}" for i in range(22)])
    data["y"] = data["x0"] + generator.normal(size=200)
    names = [f"x{i}" for i in range(22)]
    with pytest.raises(SurveykitError, match="johnson"):
        importance("y", names, data, n_boot=0)
    found = importance("y", names[:18], data, n_boot=0)
    assert found.table["estimate"].sum() == pytest.approx(found.measures["r2"])
    assert importance("y", names, data, "johnson", n_boot=0).table["estimate"].sum() > 0.4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("y", []), "name them"),
        (("y", ["a", "y"]), "y"),
        (("y", ["a", "a"]), "a"),
        (("y", ["nope"]), "nope"),
        (("segment", ["a"]), "text"),
    ],
)
def test_refusals(arguments, words):
    with pytest.raises(SurveykitError, match=words):
        importance(*arguments, small())


def test_more_refusals():
    with pytest.raises(SurveykitError, match="shapley, johnson, dominance"):
        importance("y", ["a"], small(), "beta")
    with pytest.raises(SurveykitError, match="groups"):
        importance("y", ["a", "b"], small(), groups={"g": ["a"], "h": ["a"]})
    with pytest.raises(SurveykitError, match="none of the 40 rows"):
        importance("y", ["a"], small().assign(a=np.nan))
    with pytest.raises(SurveykitError, match="none of the 0 rows"):
        importance("y", ["a"], small().iloc[:0])
    with pytest.raises(SurveykitError, match="infinite"):
        importance("y", ["a"], small().assign(a=np.inf))
    with pytest.raises(SurveykitError):
        importance("y", ["a"], small().assign(w=-1.0), weights="w")


def ordered(n=400, seed=1):
    data = planted(n, seed, likert=False)
    return data.assign(
        five=np.digitize(data["y"], [-1.2, -0.4, 0.4, 1.2]) + 1, renewed=np.where(data["y"] > 0.3, "yes", "no")
    )


def test_ordinal_and_binary_outcomes_divide_mcfaddens_r2():
    linear = importance("y", list("abcd"), ordered(), n_boot=0).table["share"]
    for outcome, kind in (("five", "ordinal"), ("renewed", "binary")):
        found = importance(outcome, list("abcd"), ordered(), kind=kind, n_boot=100)
        table = found.table
        assert table["estimate"].sum() == pytest.approx(found.measures["r2"])
        assert table["rank"].tolist() == [1, 2, 3, 4]
        assert table["conf_low"].notna().all()
        np.testing.assert_allclose(table["share"], linear, atol=0.06)
        assert "McFadden" in found.narrate("en")


def test_refusals_of_ordinal_and_binary_outcomes():
    data = ordered()
    with pytest.raises(SurveykitError, match="allowed are 2"):
        importance("five", ["a"], data, kind="binary")
    with pytest.raises(SurveykitError, match="shapley, dominance"):
        importance("five", ["a"], data, "johnson", kind="ordinal")
    with pytest.raises(SurveykitError, match="400 different answers"):
        importance("y", ["a"], data, kind="ordinal")
    wide = data.assign(**{f"x{at}": np.roll(data["a"], at) for at in range(8)})
    with pytest.raises(SurveykitError, match="n_boot of at most"):
        importance("five", [*"abcd", *(f"x{at}" for at in range(8))], wide, kind="ordinal")
    found = importance("up", ["a", "b"], data.assign(up=data["a"] > 0), kind="binary")
    assert found.table["estimate"].isna().all()
    assert "IMPORT-SEPARATION" in {problem.code for problem in found.problems}
