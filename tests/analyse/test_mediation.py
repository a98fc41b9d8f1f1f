"""Mediation meets R's values, keeps its identities, and refuses what cannot be estimated."""

import json

import numpy as np
import pandas as pd
import pytest

import surveykit as sk
from surveykit.analyse.mediation import mediate
from surveykit.errors import SurveykitError
from surveykit.stats.probit_ordered import ordered_probit
from surveykit.stats.resampled_sums import resampled_covariances, resampled_sums
from tests.oracle_values import FOLDER, assert_meets, frame

REFERENCE = json.loads((FOLDER / "mediation" / "values.json").read_text(encoding="utf-8"))["values"]


@pytest.fixture(scope="module")
def talor():
    return mediate(frame("tal_or"), "cond", "pmi", "reaction")


@pytest.fixture(scope="module")
def parallel():
    return mediate(frame("tal_or"), "cond", ["pmi", "import"], "reaction", covariates="age", n_boot=200)


@pytest.fixture(scope="module")
def serial():
    return mediate(frame("tal_or"), "cond", ["pmi", "import"], "reaction", serial=True, n_boot=200)


def test_the_standard_example_meets_psych_and_lavaan(talor):
    table = talor.table.set_index(["measure", "predictor"])
    assert_meets("mediate.talor.a", table.loc[("path", "cond"), "estimate"])
    assert_meets("mediate.talor.b", table.loc[("path", "pmi"), "estimate"])
    assert_meets("mediate.talor.c_total", table.loc[("total_effect", "cond"), "estimate"])
    assert_meets("mediate.talor.c_prime", table.loc[("direct", "cond"), "estimate"])
    row = talor.estimate("indirect")
    assert_meets("mediate.talor.ab", row["estimate"])
    assert_meets("mediate.talor.sobel_se", row["sobel_error"])
    assert_meets("mediate.talor.lavaan_delta_se", row["delta_error"])
    assert_meets("mediate.talor.boot_lo", row["conf_low"])
    assert_meets("mediate.talor.boot_hi", row["conf_high"])


def test_the_share_of_an_unclear_total_is_undefined_with_its_reason(talor):
    assert np.isnan(talor.estimate("proportion_mediated")["estimate"])
    assert "MEDIATE-NOTOTAL" in {problem.code for problem in talor.problems}


def test_parallel_mediators_meet_lavaan(parallel):
    for via, name in (("pmi", "i1"), ("import", "i2")):
        row = parallel.estimate("indirect", via=via)
        assert row["estimate"] == pytest.approx(REFERENCE[f"parallel.{name}"], abs=1e-9)
        assert row["delta_error"] == pytest.approx(REFERENCE[f"parallel.{name}.delta_se"], rel=1e-5)
        assert row["beta"] == pytest.approx(REFERENCE[f"parallel.{name}.std"], abs=1e-8)
    for measure, name in (
        ("total_indirect", "ti"), ("total_effect", "tot"), ("direct", "cp"), ("indirect_difference", "dif"),
    ):  # fmt: skip
        assert parallel.estimate(measure)["estimate"] == pytest.approx(REFERENCE[f"parallel.{name}"], abs=1e-9)


def test_serial_mediators_meet_lavaan(serial):
    for via, name in (("pmi", "i1"), ("import", "i2"), ("pmi → import", "i12")):
        row = serial.estimate("indirect", via=via)
        assert row["estimate"] == pytest.approx(REFERENCE[f"serial.{name}"], abs=1e-9)
        assert row["beta"] == pytest.approx(REFERENCE[f"serial.{name}.std"], abs=1e-8)
    assert serial.estimate("indirect", via="pmi → import")["delta_error"] == pytest.approx(
        REFERENCE["serial.i12.delta_se"], rel=1e-4
    )
    assert serial.estimate("total_effect")["estimate"] == pytest.approx(REFERENCE["serial.tot"], abs=1e-9)


@pytest.mark.parametrize("moderates", ["first", "second"])
def test_moderated_mediation_is_the_product_of_the_moderated_slopes(moderates):
    found = mediate(
        frame("tal_or"), "cond", "pmi", "reaction", moderator="import", moderates=moderates, n_boot=200, interval="bca"
    )
    index = found.estimate("moderated_mediation")
    assert index["estimate"] == pytest.approx(REFERENCE[f"moderated.{moderates}.index"], abs=1e-9)
    rows = found.table[found.table["measure"] == "conditional_indirect"]
    np.testing.assert_allclose(rows["estimate"], REFERENCE[f"moderated.{moderates}.conditional"], atol=1e-9)
    steps = np.diff(rows["estimate"]) / np.diff(rows["at"])
    np.testing.assert_allclose(steps, index["estimate"], atol=1e-9)


def test_moderation_of_both_stages_gives_a_difference_and_no_index():
    found = mediate(frame("tal_or"), "cond", "pmi", "reaction", moderator="import", moderates="both", n_boot=200)
    assert "moderated_mediation" not in set(found.table["measure"])
    ends = found.table.loc[found.table["measure"] == "conditional_indirect", "estimate"].to_numpy()
    assert found.estimate("indirect_difference")["estimate"] == pytest.approx(ends[-1] - ends[0])


def test_natural_effects_on_a_binary_outcome_meet_r():
    data = frame("tal_or").assign(yes=lambda d: (d["reaction"] > d["reaction"].median()).astype(int))
    found = mediate(data, "cond", ["pmi", "import"], "yes", covariates="age", n_boot=100)
    assert found.ordered
    for measure in ("direct", "indirect"):
        assert found.estimate(f"natural_{measure}")["estimate"] == pytest.approx(
            REFERENCE[f"binary.{measure}"], abs=1e-6
        )
    assert found.estimate("total_effect")["estimate"] == pytest.approx(REFERENCE["binary.total"], abs=1e-6)
    assert found.estimate("probit_slope", "pmi")["estimate"] == pytest.approx(REFERENCE["binary.slope.pmi"], abs=1e-6)


def test_natural_effects_on_an_ordered_outcome_meet_r():
    data = frame("bfi").iloc[:400][["N1", "N2", "N3", "E4"]]
    complete = data.dropna()
    found = mediate(complete, "E4", "N2", "N3", outcome="ordered", n_boot=100)
    for measure in ("natural_direct", "natural_indirect", "total_effect"):
        expected = REFERENCE["ordered." + measure.removeprefix("natural_").removesuffix("_effect")]
        assert found.estimate(measure)["estimate"] == pytest.approx(expected, abs=1e-5)


def test_natural_effects_equal_a_simulation_of_the_counterfactual_answers():
    generator = np.random.default_rng(3)
    n = 4000
    x = generator.integers(0, 2, n)
    m = 0.7 * x + generator.normal(size=n)
    y = (0.4 * x + 0.6 * m + generator.normal(size=n) > 0.5).astype(int)
    found = mediate(pd.DataFrame({"x": x, "m": m, "y": y}), "x", "m", "y", n_boot=100)
    big = 400_000
    noise, error = generator.normal(size=big), generator.normal(size=big)
    answer = {(a, b): (0.4 * a + 0.6 * (0.7 * b + noise) + error > 0.5).mean() for a in (0, 1) for b in (0, 1)}
    for measure, truth in (
        ("natural_direct", answer[1, 0] - answer[0, 0]), ("natural_indirect", answer[1, 1] - answer[1, 0]),
    ):  # fmt: skip
        row = found.estimate(measure)
        assert row["estimate"] == pytest.approx(truth, abs=0.03)


@pytest.mark.parametrize("serial", [False, True])
def test_total_is_direct_plus_indirect_and_the_regression_without_mediators(serial):
    data = frame("attitude")
    found = mediate(
        data, ["complaints", "learning"], ["raises", "critical", "advance"], "rating", covariates="privileges",
        serial=serial, n_boot=100,
    )  # fmt: skip
    plain = sk.regress("rating ~ complaints + learning + privileges", data).table.set_index("term")["estimate"]
    for x in ("complaints", "learning"):
        rows = found.table[found.table["predictor"] == x].groupby("measure")["estimate"].sum()
        assert rows["total_effect"] == pytest.approx(rows["direct"] + rows["indirect"])
        assert rows["total_effect"] == pytest.approx(plain[x])
    chains = (found.table["measure"] == "indirect").sum()
    assert chains == 2 * (7 if serial else 3)


def test_standardised_results_do_not_depend_on_the_units():
    data = frame("tal_or")
    scaled = data.assign(pmi=data["pmi"] * 10 + 3, reaction=data["reaction"] / 7, cond=data["cond"] * 2)
    one = mediate(data, "cond", "pmi", "reaction", n_boot=300).table
    other = mediate(scaled, "cond", "pmi", "reaction", n_boot=300).table
    for column in ("beta", "beta_low", "beta_high"):
        np.testing.assert_allclose(one[column], other[column], rtol=1e-7, equal_nan=True)


def test_the_whole_picture_of_several_dimensions_runs_at_once():
    study = sk.load_study("ecsi_mobile")
    scores = sk.score(sk.load_data("ecsi_mobile"), scales=study.model.measurement)
    dimensions = ["IMAG", "CUEX", "PERQ", "PERV"]
    found = mediate(scores, dimensions, "CUSA", "CUSL", n_boot=500)
    direct = sk.regress("CUSA ~ IMAG + CUEX + PERQ + PERV", scores).table.set_index("term")["estimate"]
    after = sk.regress("CUSL ~ IMAG + CUEX + PERQ + PERV + CUSA", scores).table.set_index("term")["estimate"]
    for name in dimensions:
        assert found.estimate("indirect", name)["estimate"] == pytest.approx(direct[name] * after["CUSA"])
    assert found.measures["r2 CUSA"] == pytest.approx(
        sk.regress("CUSA ~ IMAG + CUEX + PERQ + PERV", scores).measures["r2"]
    )


@pytest.mark.parametrize("interval", ["percentile", "bca"])
def test_bootstrap_intervals_meet_package_boot(interval):
    row = mediate(frame("tal_or"), "cond", "pmi", "reaction", interval=interval).estimate("indirect")
    np.testing.assert_allclose([row["conf_low"], row["conf_high"]], REFERENCE[f"boot.{interval}"], atol=0.02)


def test_bca_of_a_product_shifts_toward_the_longer_tail():
    percentile = mediate(frame("tal_or"), "cond", "pmi", "reaction").estimate("indirect")
    bca = mediate(frame("tal_or"), "cond", "pmi", "reaction", interval="bca").estimate("indirect")
    assert bca["estimate"] == percentile["estimate"] and bca["std_error"] == percentile["std_error"]
    assert bca["conf_low"] > percentile["conf_low"] and bca["conf_high"] > percentile["conf_high"]


def test_resamples_are_those_of_rows_drawn_with_replacement():
    rows = np.random.default_rng(0).normal(size=(40, 3))
    found = resampled_covariances(rows, 4000, 5)
    counts = resampled_sums(np.eye(40), 4000, 5)
    assert (counts.sum(axis=1) == 40).all() and (counts == np.rint(counts)).all()
    for draw in (0, 17, 3999):
        listed = np.repeat(rows, counts[draw].astype(int), axis=0)
        centred = listed - listed.mean(axis=0)
        assert listed.shape == rows.shape
        np.testing.assert_allclose(centred.T @ centred / 40, np.cov(listed, rowvar=False, ddof=0), atol=1e-12)
    assert counts.mean() == pytest.approx(1)
    assert counts.var(axis=0).mean() == pytest.approx(1 - 1 / 40, rel=0.03)
    expected = np.cov(rows, rowvar=False, ddof=0) * 39 / 40
    np.testing.assert_allclose(found.mean(axis=2), expected, atol=0.03)


def test_coverage_of_the_indirect_interval_is_near_nominal():
    generator = np.random.default_rng(12)
    rows = []
    for seed in range(100):
        x = generator.normal(size=100)
        m = 0.4 * x + generator.normal(size=100)
        y = 0.4 * m + 0.2 * x + generator.normal(size=100)
        rows.append(
            mediate(pd.DataFrame({"x": x, "m": m, "y": y}), "x", "m", "y", n_boot=300, seed=seed).estimate("indirect")
        )
    table = pd.DataFrame(rows)
    assert 0.88 <= ((table["conf_low"] <= 0.16) & (table["conf_high"] >= 0.16)).mean() <= 0.99
    assert table["std_error"].mean() == pytest.approx(table["estimate"].std(), rel=0.2)


def test_a_separated_sample_gives_no_probit():
    x = np.array([[0.0], [1.0], [2.0], [3.0]])
    weights = np.ones((2, 4))
    weights[1] = [1, 0, 0, 1]
    found = ordered_probit(np.array([0.0, 0.0, 1.0, 1.0]), x, weights)
    assert np.isnan(found).all()


@pytest.mark.parametrize(
    ("change", "call", "code"),
    [
        ({}, {"x": "cond", "m": "cond", "y": "reaction"}, "MEDIATE-TWICE"),
        ({}, {"x": [], "m": "pmi", "y": "reaction"}, "MEDIATE-NOROLE"),
        ({}, {"x": "cnd", "m": "pmi", "y": "reaction"}, "RESP-NOCOLUMN"),
        ({"pmi": 3.0}, {"x": "cond", "m": "pmi", "y": "reaction"}, "MEDIATE-CONSTANT"),
        ({"pmi": "much"}, {"x": "cond", "m": "pmi", "y": "reaction"}, "RESP-NOTNUMBER"),
        ({"pmi": np.nan}, {"x": "cond", "m": "pmi", "y": "reaction"}, "MEDIATE-FEW"),
        ({"pmi": lambda d: 2 * d["cond"]}, {"x": "cond", "m": "pmi", "y": "reaction"}, "MEDIATE-COLLINEAR"),
        ({}, {"x": "cond", "m": "pmi", "y": "reaction", "n_boot": 10}, "MEDIATE-DRAWS"),
        ({}, {"x": "cond", "m": "pmi", "y": "reaction", "interval": "normal"}, "ANALYSE-CHOICE"),
        ({}, {"x": "cond", "m": "pmi", "y": "reaction", "moderator": "age", "serial": True}, "MEDIATE-MODERATED"),
        (
            {"reaction": lambda d: (d["pmi"] > 5).astype(int)},
            {"x": "cond", "m": "pmi", "y": "reaction"},
            "MEDIATE-SEPARATED",
        ),
        (
            {"reaction": lambda d: np.arange(len(d))},
            {"x": "cond", "m": "pmi", "y": "reaction", "outcome": "ordered"},
            "MEDIATE-LEVELS",
        ),
    ],
)
def test_what_cannot_be_estimated_is_refused_with_its_reason(change, call, code):
    with pytest.raises(SurveykitError) as raised:
        mediate(frame("tal_or").assign(**change), **call)
    assert {problem.code for problem in raised.value.problems} == {code}


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_hardly_any_rows_are_refused(rows):
    with pytest.raises(SurveykitError):
        mediate(frame("tal_or").head(rows), "cond", "pmi", "reaction")


def test_moments_are_refused_for_they_cannot_be_resampled():
    data = frame("tal_or")
    with pytest.raises(SurveykitError, match="rows"):
        mediate(sk.Moments.of(data.to_numpy(dtype=float), list(data)), "cond", "pmi", "reaction")


def test_incomplete_rows_are_counted():
    data = frame("tal_or").astype(float)
    data.loc[:4, "pmi"] = np.nan
    found = mediate(data, "cond", "pmi", "reaction", n_boot=100)
    assert found.n == len(data) - 5 and found.dropped == 5
    assert any(problem.code == "ANALYSE-DROPPED" for problem in found.problems)


def test_an_unknown_view_is_refused(parallel):
    with pytest.raises(SurveykitError, match="paths, effects"):
        parallel.plot(view="pie")
    assert parallel.plot(view="effects").axes
