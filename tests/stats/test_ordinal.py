"""Moments of ordered and mixed variables meet lavaan element by element; errors are those of repeated samples."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from surveykit.errors import SurveykitError
from surveykit.stats.ordinal import OrdinalMoments
from surveykit.stats.ordinal_continuous import polyserial_from_moments
from tests.oracle_values import assert_meets, frame, ids

REFERENCE = json.loads((Path(__file__).parents[1] / "oracle" / "ordinal" / "values.json").read_text(encoding="utf-8"))
ITEMS = ["A2", "A3", "N1", "N2"]


def weighted_bfi():
    data = frame("bfi")
    data["w"] = np.where(data["gender"] == 1, 1.4, 0.8) * (1 + (data["age"] % 7) / 10)
    return data


def two_answers():
    data = (frame("bfi9")[ITEMS][:300] > 4) + 1
    data.loc[data["N2"] == 2, "A2"] = 2
    return data


def moments(case):
    young = frame("bfi").query("age <= 50")
    data = {
        "ordered": frame("bfi9"),
        "mixed": young,
        "mixed_pairwise": young,
        "binary": two_answers(),
        "pairwise": frame("bfi"),
        "weighted": weighted_bfi(),
    }[case]
    names = REFERENCE[case]["names"]
    return OrdinalMoments.of(
        data[names],
        names,
        REFERENCE[case]["ordered"],
        weights=data["w"] if case == "weighted" else None,
        missing="pairwise" if "pairwise" in case else "listwise",
    )


@pytest.mark.parametrize("case", [case for case in REFERENCE if case != "meta"])
def test_statistics_covariance_and_weights_are_those_of_lavaan(case):
    wanted, found = REFERENCE[case], moments(case)
    assert found.n == wanted["n"]
    assert list(found.labels) == wanted["labels"]
    np.testing.assert_allclose(found.statistics, wanted["statistics"], rtol=1e-6, atol=1e-7)
    size = len(wanted["statistics"])
    gamma = np.zeros((size, size))
    gamma.T[np.triu_indices(size)] = wanted["gamma"]
    scale = np.sqrt(np.diag(gamma))
    np.testing.assert_allclose(
        (np.tril(found.nacov) - gamma) / np.multiply.outer(scale, scale), np.zeros((size, size)), atol=1e-6
    )
    np.testing.assert_allclose(found.nacov, found.nacov.T, rtol=1e-12)
    np.testing.assert_allclose(found.weights_diagonal, wanted["wls_v"], rtol=1e-6)


@pytest.mark.parametrize("key", ids("polychoric.lavcor.", "threshold."))
def test_correlations_and_thresholds(key):
    found = OrdinalMoments.of(frame("bfi9"), list(frame("bfi9")))
    if key.startswith("threshold"):
        _, item, position = key.split(".")
        assert_meets(key, found.thresholds[found.names.index(item)][int(position) - 1])
    else:
        one, other = key.split(".")[2].split("_")
        assert_meets(key, found.correlation[found.names.index(one), found.names.index(other)])


@pytest.mark.parametrize("key", ids("polyserial."))
def test_quick_polyserial_correlation(key):
    item, number = key.split(".")[1].split("_")
    data = frame("bfi")[[*frame("bfi9"), number]].dropna()
    assert_meets(key, polyserial_from_moments(data[number].to_numpy(), data[item].to_numpy(dtype=float)))


def normal_rows(rng, n):
    mixing = np.array([[1.0, 0, 0, 0], [0.6, 0.8, 0, 0], [0.3, 0.2, 0.9, 0], [-0.4, 0.3, 0.1, 0.8]])
    latent = rng.standard_normal((n, 4)) @ (mixing / np.linalg.norm(mixing, axis=1)[:, None]).T
    return latent, np.column_stack(
        [
            np.searchsorted([-1.0, 0.0, 0.8], latent[:, 0]),
            3 + 2 * latent[:, 1],
            np.searchsorted([-0.3, 0.6], latent[:, 2]),
            10 * latent[:, 3],
        ]
    )


def test_the_planted_moments_come_back():
    latent, rows = normal_rows(np.random.default_rng(1), 60_000)
    found = OrdinalMoments.of(rows, "abcd", ["a", "c"])
    np.testing.assert_allclose(found.correlation, np.corrcoef(latent.T), atol=0.02)
    np.testing.assert_allclose(found.thresholds[0], [-1.0, 0.0, 0.8], atol=0.02)
    assert found.mean[1] == pytest.approx(3, abs=0.05) and found.variance[3] == pytest.approx(100, rel=0.02)


def test_standard_errors_are_the_spread_over_repeated_samples():
    rng = np.random.default_rng(2)
    samples = [OrdinalMoments.of(normal_rows(rng, 500)[1], "abcd", ["a", "c"]) for _ in range(200)]
    spread = np.std([sample.statistics for sample in samples], axis=0, ddof=1)
    told = np.mean([sample.std_error for sample in samples], axis=0)
    np.testing.assert_allclose(told / spread, 1.0, atol=0.18)


def test_standard_errors_are_the_bootstrap_ones_of_normal_responses():
    rng = np.random.default_rng(3)
    rows = normal_rows(rng, 800)[1][:, [0, 2]]
    draws = [OrdinalMoments.of(rows[rng.integers(0, 800, 800)], "ab").statistics for _ in range(200)]
    told = OrdinalMoments.of(rows, "ab").std_error
    np.testing.assert_allclose(np.std(draws, axis=0, ddof=1) / told, 1.0, atol=0.2)


def test_threshold_errors_follow_the_delta_method():
    rows = frame("bfi9")[["A2", "N1"]]
    found = OrdinalMoments.of(rows, list(rows))
    cuts = found.thresholds[0]
    share = special.ndtr(cuts)
    height = np.exp(-(cuts**2) / 2) / np.sqrt(2 * np.pi)
    expected = (np.minimum.outer(share, share) - np.multiply.outer(share, share)) / np.multiply.outer(height, height)
    np.testing.assert_allclose(found.nacov[:5, :5], expected, rtol=1e-9)


@settings(max_examples=20)
@given(st.permutations(range(4)), st.integers(0, 2**32 - 1))
def test_order_of_variables_and_rows_changes_nothing(order, seed):
    rows = normal_rows(np.random.default_rng(5), 150)[1]
    names = np.array(list("abcd"))
    shuffled = np.random.default_rng(seed).permutation(rows)
    whole = OrdinalMoments.of(rows, "abcd", ["a", "c"])
    turned = OrdinalMoments.of(shuffled[:, order], list(names[order]), ["a", "c"])
    chosen = whole.select(list(names[order]))
    assert chosen.labels == turned.labels
    np.testing.assert_allclose(chosen.statistics, turned.statistics, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(chosen.nacov, turned.nacov, rtol=1e-4, atol=1e-5)


def test_selected_variables_are_those_fitted_alone():
    data = frame("bfi9")
    chosen = OrdinalMoments.of(data, list(data)).select(["N1", "A3"])
    alone = OrdinalMoments.of(data[["N1", "A3"]], ["N1", "A3"])
    np.testing.assert_allclose(chosen.nacov, alone.nacov, rtol=1e-7)
    np.testing.assert_allclose(chosen.statistics, alone.statistics, rtol=1e-8)


def test_weights_stand_for_repeated_rows_in_the_estimates():
    data = frame("bfi9")[["A2", "N1"]][:400]
    times = np.arange(400) % 3
    weighted = OrdinalMoments.of(data, list(data), weights=times)
    repeated = OrdinalMoments.of(data.to_numpy()[np.repeat(np.arange(400), times)], list(data))
    np.testing.assert_allclose(weighted.statistics, repeated.statistics, atol=1e-8)


def test_units_of_a_continuous_variable_change_nothing_else():
    rows = normal_rows(np.random.default_rng(6), 300)[1]
    scaled = rows * [1, 1000, 1, 1] + [0, 5e4, 0, 0]
    one, other = (OrdinalMoments.of(values, "abcd", ["a", "c"]) for values in (rows, scaled))
    np.testing.assert_allclose(one.correlation, other.correlation, atol=1e-8)


def test_many_blocks_of_rows_give_the_same_covariance(monkeypatch):
    data = frame("bfi9")
    whole = OrdinalMoments.of(data, list(data))
    monkeypatch.setattr("surveykit.stats.ordinal._BLOCK", 1)
    monkeypatch.setattr("surveykit.stats.ordinal._CELLS", 100)
    np.testing.assert_allclose(OrdinalMoments.of(data, list(data)).nacov, whole.nacov, rtol=1e-9, atol=1e-12)


def test_what_has_no_estimate_is_nan_with_its_reason():
    rows = np.array([[1, 1, 2, 5.0], [2, 2, 2, 5.0], [3, 3, 2, 5.0], [1, 1, 2, 5.0], [2, 2, 2, 5.0]])
    found = OrdinalMoments.of(rows, "abcd", ["a", "b", "c"])
    told = {problem.place: problem.code for problem in found.problems}
    assert told["items a, b"] == "STATS-POLY-BOUNDARY"
    assert told["variable c"] == "STATS-POLY-LEVELS"
    assert told["variable d"] == "ORDINAL-CONSTANT"
    assert np.isnan(found.correlation[np.triu_indices(4, 1)]).all()
    undefined = [name for name, value in zip(found.labels, found.statistics, strict=True) if np.isnan(value)]
    assert undefined == ["a~~b", "a~~c", "a~~d", "b~~c", "b~~d", "c~~d"]
    assert np.isnan(np.diag(found.nacov)[-6:]).all()


def test_one_empty_cell_of_a_two_by_two_table_is_told():
    assert "ORDINAL-CORRECTED" in [problem.code for problem in moments("binary").problems]


@pytest.mark.parametrize(
    ("rows", "options", "code"),
    [
        ([[1, 2], [2, 1]], {"levels": [(1, 2), (1, 2, 3)]}, "ORDINAL-LEVEL-UNUSED"),
        ([[1, 2], [2, 1]], {"levels": [(1, 2), (1,)]}, "STATS-LEVEL"),
        ([[1, 2], [2, 1]], {"missing": "fiml"}, "ORDINAL-MISSING"),
        ([[1, np.nan], [2, np.nan]], {}, "ORDINAL-NO-ROWS"),
        ([[1, 2], [2, 1]], {"ordered": ["c"]}, "STATS-NAME-UNKNOWN"),
        (np.random.default_rng(7).standard_normal((40, 2)), {}, "ORDINAL-LEVELS-MANY"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(rows, options, code):
    with pytest.raises(SurveykitError) as caught:
        OrdinalMoments.of(rows, "ab", **options)
    assert code in [problem.code for problem in caught.value.problems]
