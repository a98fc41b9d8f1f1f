"""Reference values by a public function: bounds of reliability, joint polychoric and polyserial correlations."""

from functools import cache

import numpy as np
import pytest

import surveykit as sk
from surveykit.errors import SurveykitError
from tests.oracle_values import assert_meets, frame, ids

REVERSED = ("A1", "C4", "C5", "E1", "E2", "O2", "O5")
SHORT_OF_THE_TOP = ("polychoric.ml.C1_C2",)
"""polycor stops below the maximum there; tests/stats/test_ordinal_joint.py shows it."""


@cache
def joint():
    return sk.polychoric(frame("bfi9"), estimator="joint").table.set_index(["item", "item2"])


@pytest.mark.parametrize("key", ids("glb.fa"))
def test_bound_by_factors(key):
    items = frame("bfi")[[f"{key[-1]}{at}" for at in range(1, 6)]]
    keys = {item: -1 for item in items if item in REVERSED}
    assert_meets(key, sk.reliability(items, keys=keys).estimate("scale", "glb_factor"))


def test_the_greatest_lower_bound_lies_above_every_lower_bound():
    items = frame("bfi")[["N1", "N2", "N3", "N4", "N5"]].dropna()
    found = sk.reliability(items)
    others = ("alpha", "lambda2", "lambda5", "lambda6", "split_half_max")
    assert found.estimate("scale", "glb") >= max(found.estimate("scale", name) for name in others) - 1e-9


@pytest.mark.parametrize("key", [key for key in ids("polychoric.ml.") if key not in SHORT_OF_THE_TOP])
def test_joint_polychoric_correlations_and_errors(key):
    one, other = key.split(".")[-1].split("_")
    table = joint()
    row = table.loc[(one, other) if (one, other) in table.index else (other, one)]
    assert row["method"] == "polychoric_joint"
    assert_meets(key, float(row["std_error" if ".se." in key else "estimate"]))


@pytest.mark.parametrize("key", ids("polyserial."))
def test_polyserial_correlation_is_near_the_quick_one_of_polycor(key):
    """Ours maximises the likelihood given the thresholds; the reference is the simpler moment estimate."""
    data = frame("bfi")[[*frame("bfi9"), "age"]].dropna()
    found = sk.polychoric(data, ["age", "A2"], ["A2"]).table
    assert found["method"].tolist() == ["polyserial"]
    quick = next(iter(ids(key)))
    assert abs(found["estimate"].item() - 0.1260808848974) < 0.25 * found["std_error"].item(), quick


def test_joint_correlations_of_few_rows_or_a_constant_are_undefined_and_named():
    data = frame("bfi9").head(4).assign(A2=3)
    found = sk.polychoric(data, ["A2", "A3", "A5"], estimator="joint")
    assert np.isnan(found.matrix.loc["A2", "A3"]) and found.problems
    with pytest.raises(SurveykitError, match="estimator"):
        sk.polychoric(data, estimator="full")
