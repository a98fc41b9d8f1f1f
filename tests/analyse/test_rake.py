"""Raking and post-stratification meet the population, R's values, and refuse what cannot be met."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import surveykit as sk
from surveykit.analyse.rake import poststratify, rake
from surveykit.errors import SurveykitError
from surveykit.responses.design import survey_design
from surveykit.stats.raking import kish
from tests.oracle_values import assert_meets, frame, ids

TYPES = {"E": 4421, "H": 755, "M": 1018}
WIDE = {"No": 1072, "Yes": 5122}


def clusters():
    return survey_design(frame("apiclus1"), clusters="dnum", weights="pw", fpc="fpc")


def raked(**options):
    return rake(clusters(), {"stype": TYPES, "sch.wide": WIDE}, **options)


def mean_and_error(design):
    sampling, y = design.sampling, frame("apiclus1")["api00"].to_numpy(float)
    total = sampling.weights.sum()
    mean = sampling.weights @ y / total
    return mean, float(np.sqrt(sampling.variances((sampling.weights * (y - mean) / total)[:, None])[0]))


@pytest.mark.parametrize("key", ids("rake.clus1.weights"))
def test_raked_weights_are_those_of_r(key):
    found = raked()
    parts = {
        "min": found.weights.min(),
        "max": found.weights.max(),
        "sum": found.weights.sum(),
        "deff_kish": found.measures["kish_deff"],
        "n_eff": found.measures["kish_n"],
    }
    assert_meets(key, float(parts[key.split(".")[-1]]))


@pytest.mark.parametrize("key", ids("rake.clus1.mean", "poststrat.clus1"))
def test_means_after_calibration_have_the_errors_of_r(key):
    weighting = raked() if key.startswith("rake") else poststratify(clusters(), "stype", TYPES)
    mean, error = mean_and_error(weighting.apply(clusters()))
    assert_meets(key, error if key.endswith("se") else mean)


@pytest.mark.parametrize("key", ids("rake.clus1.naive_se"))
def test_raked_weights_taken_as_given_have_the_naive_error(key):
    naive = survey_design(raked().apply(frame("apiclus1")), weights="weight")
    assert_meets(key, mean_and_error(naive)[1])


@pytest.mark.parametrize("key", ids("trim"))
def test_trimmed_weights_keep_their_bounds_and_their_sum(key):
    found = raked(trim=(20, 45))
    assert_meets(key, float(found.weights.max()))
    assert found.weights.sum() == pytest.approx(6194)
    assert found.measures["trimmed"] > 0 and found.problems
    assert np.allclose(found.table["estimate"].groupby(found.table["item"]).sum(), 1)


def people(n=400):
    random = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "gender": random.choice(["f", "m"], n, p=[0.7, 0.3]),
            "age": random.integers(1, 4, n),
            "region": pd.Categorical(random.choice(["n", "s"], n)),
        }
    )


SHARES = {"gender": {"f": 0.5, "m": 0.5}, "age": {1: 0.2, 2: 0.3, 3: 0.5}, "region": {"n": 0.4, "s": 0.6}}


def test_margins_are_met_and_shares_keep_the_number_of_respondents():
    found = rake(people(), SHARES)
    assert found.measures["converged"] == 1
    assert np.allclose(found.table["estimate"], found.table["margin_target"], atol=1e-9)
    assert found.weights.sum() == pytest.approx(400)
    by_hand = people().assign(w=found.weights).groupby("age")["w"].sum() / 400
    assert by_hand.tolist() == pytest.approx([0.2, 0.3, 0.5], abs=1e-9)


@given(st.permutations(list(SHARES)), st.permutations(range(400)))
@settings(max_examples=10, deadline=None)
def test_order_of_margins_and_of_rows_does_not_matter(order, rows):
    reference = rake(people(), SHARES).weights
    found = rake(people().iloc[list(rows)], {name: SHARES[name] for name in order})
    assert found.weights == pytest.approx(reference[list(rows)], rel=1e-8)


def test_a_joint_margin_is_post_stratification_and_needs_one_sweep():
    cells = {(g, a): 0.5 * s for g in "fm" for a, s in {1: 0.2, 2: 0.3, 3: 0.5}.items()}
    found = poststratify(people(), ["gender", "age"], cells)
    assert found.method == "poststratification" and found.measures["sweeps"] == 1
    shares = people().assign(w=found.weights).groupby(["gender", "age"])["w"].sum() / 400
    assert shares.to_dict() == pytest.approx(cells)


def test_counts_and_shares_together_take_the_counts_total():
    found = rake(people(), {**SHARES, "gender": {"f": 5000, "m": 5000}})
    assert found.weights.sum() == pytest.approx(10_000)


def test_weights_of_answers_are_the_start_and_answers_come_back_weighted():
    answers = sk.load_data("ecsi_mobile")
    answers = answers.with_columns(pd.DataFrame({"group": np.resize([1, 1, 2], answers.n), "start": 2.0}))
    found = rake(answers.weighted("start"), {"group": {1: 0.5, 2: 0.5}})
    assert found.weights.sum() == pytest.approx(2 * answers.n)
    assert found.apply(answers).weights == "weight"
    assert "weight" not in answers.columns


def code(error):
    return {problem.code for problem in error.value.problems}


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ({}, "RAKE-NOTARGET"),
        ({"gender": {}}, "RAKE-NOTARGET"),
        ({"gender": {"f": 0.5, "m": 0.4, "x": 0.1}}, "RAKE-EMPTY"),
        ({"gender": {"f": 1.0, "m": 0.0}}, "RAKE-TARGET"),
        ({"gender": {"f": 0.5, "m": np.nan}}, "RAKE-TARGET"),
        ({"gender": {"f": "half", "m": 0.5}}, "RAKE-TARGET"),
        ({"gender": {"f": 1.0}}, "RAKE-UNKNOWN"),
        ({"age": {"1": 0.2, "2": 0.3, "3": 0.5}}, "RAKE-UNKNOWN"),
        ({"gender": {"f": 50, "m": 50}, "age": {1: 20, 2: 30, 3: 60}}, "RAKE-TOTALS"),
        ({("gender", "age"): {"f": 1.0}}, "RAKE-TUPLE"),
        ({"gendre": {"f": 0.5, "m": 0.5}}, "RESP-NOCOLUMN"),
    ],
)
def test_what_cannot_be_met_is_refused(targets, expected):
    with pytest.raises(SurveykitError) as error:
        rake(people(), targets)
    assert expected in code(error)


def test_missing_values_no_rows_wrong_weights_and_impossible_bounds_are_refused():
    for data, options, expected in [
        (people().assign(gender=lambda f: f["gender"].where(f.index > 3)), {}, "RAKE-MISSING"),
        (people().head(0), {}, "RAKE-NOROWS"),
        (people(), {"base": np.full(400, -1.0)}, "RAKE-BASE"),
        (people(), {"base": np.ones(3)}, "RAKE-BASE"),
        (people(), {"trim": (2, 3)}, "RAKE-TRIM"),
    ]:
        with pytest.raises(SurveykitError) as error:
            rake(data, {"gender": SHARES["gender"]}, **options)
        assert expected in code(error)
    with pytest.raises(SurveykitError) as error:
        rake(people(), SHARES).apply(people().head(3))
    assert code(error) == {"RAKE-ROWS"}


def test_margins_that_contradict_each_other_are_said_not_to_converge():
    data = pd.DataFrame({"a": [1, 1, 2], "b": [1, 1, 2]})
    found = rake(data, {"a": {1: 0.5, 2: 0.5}, "b": {1: 0.9, 2: 0.1}}, max_iterations=50)
    assert found.measures["converged"] == 0
    assert [problem.code for problem in found.problems] == ["RAKE-OPEN"]
    assert "50" in found.narrate()


def test_kish_by_hand():
    assert kish(np.array([1.0, 1, 2, 0])) == pytest.approx((3 * 6 / 16, 16 / 6))


def test_a_margin_table_larger_than_the_data_gives_the_same_weights():
    random = np.random.default_rng(5)
    data = pd.DataFrame(random.integers(0, 6, (300, 9)), columns=list("abcdefghi"))
    targets = {name: dict.fromkeys(range(6), 1 / 6) for name in data}
    found = rake(data, targets, max_iterations=5000)
    assert found.measures["converged"] == 1
    assert len(found.cells) <= 6**8
    for name in data:
        assert np.bincount(data[name], weights=found.weights) == pytest.approx(np.full(6, 50.0), abs=1e-6)
