"""Scores: reversal once, missing answers by rule, units never mixed."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveykit.engine import MemoryEngine
from surveykit.errors import SurveykitError
from surveykit.responses import columns_of, fingerprint_of, moments_of, read_responses, score, simulate
from surveykit.spec.questionnaire import Questionnaire
from surveykit.stats.moments import Moments


def codes(wrong, *args, **kwargs) -> list[str]:
    with pytest.raises(SurveykitError) as caught:
        wrong(*args, **kwargs)
    return [problem.code for problem in caught.value.problems]


@pytest.fixture
def few(form: Questionnaire):
    frame = pd.DataFrame(
        {
            "RES1": [5, 4, None, None],
            "RES2": [4, None, None, 2],
            "RES3": [1, 2, None, None],
            "SAT1": [5, 1, 3, None],
            "SAT2": [4, 1, None, None],
            "REC1": [10, 0, 5, None],
        }
    )
    return read_responses(frame, form)


def test_scores_by_hand(few) -> None:
    made = score(few)
    assert made.scales == ("RES", "SAT", "REC")
    np.testing.assert_allclose(made.frame["RES"], [14 / 3, 4, np.nan, np.nan])
    np.testing.assert_allclose(made.frame["SAT"], [4.5, 1, 3, np.nan])
    assert made.keys["RES"] == (("RES1", 1), ("RES2", 1), ("RES3", -1))
    assert made.limits == {"RES": (1, 5), "SAT": (1, 5), "REC": (0, 10)}
    rows = made.missing.set_index("scale").loc["RES"].tolist()
    assert rows == [1, 1, 2]
    assert [problem.code for problem in made.problems] == ["RESP-SCALEGONE"]
    assert made.names["RES"]["zh"] == "响应"


def test_sum_and_pomp(few) -> None:
    np.testing.assert_allclose(score(few, method="sum").frame["RES"], [14, 12, np.nan, np.nan])
    assert score(few, method="sum").limits["RES"] == (3, 15)
    pomp = score(few, method="pomp").frame
    np.testing.assert_allclose(pomp["RES"], [(100 + 75 + 100) / 3, 75, np.nan, np.nan])
    np.testing.assert_allclose(pomp["REC"], [100, 0, 50, np.nan])


def test_the_share_of_missing_answers_decides(few) -> None:
    assert score(few, max_missing=0).frame["RES"].isna().tolist() == [False, True, True, True]
    strict = score(few, max_missing=1 / 3).frame["RES"].isna().tolist()
    assert strict == [False, False, True, True]
    assert score(few, max_missing=1).frame["RES"].isna().tolist() == [False, False, True, False]


def test_reversal_happens_once_and_raw_answers_stay(few) -> None:
    before = few.engine.fingerprint
    first = score(few).frame
    pd.testing.assert_frame_equal(score(few).frame, first)
    assert few.engine.fingerprint == before
    assert few.frame(["RES3"])["RES3"].tolist()[:2] == [1, 2]
    assert codes(score, score(few)) == ["RESP-SCORED"]
    assert codes(score, few, keys={"RES1": -1}) == ["RESP-KEYCLASH"]
    pd.testing.assert_frame_equal(score(few, keys={"RES3": -1}).frame, first)


def test_a_frame_needs_keys_and_limits() -> None:
    frame = pd.DataFrame({"A1": [1, 5], "A2": [5, 1]}, index=[7, 9])
    made = score(frame, scales={"A": ["A1", "A2"]}, keys={"A2": -1}, limits=(1, 5))
    assert made.frame["A"].tolist() == [1, 5]
    each = score(frame, scales={"A": ["A1", "A2"]}, keys={"A2": -1}, limits={"A2": (1, 5), "A1": (1, 5)})
    assert each.frame["A"].tolist() == [1, 5]
    plain = score(frame, scales={"A": ["A1", "A2"]})
    assert plain.frame["A"].tolist() == [3, 3] and np.isnan(plain.limits["A"][0])


def test_what_cannot_be_scored_is_refused(few) -> None:
    frame = pd.DataFrame({"A1": [1, 99], "A2": [5, 1], "A3": ["x", "y"]})
    assert codes(score, frame) == ["RESP-NOSCALES"]
    assert codes(score, frame, scales={"A": ["A1", "A2"]}, limits=(1, 5)) == ["RESP-OUTSIDE"]
    assert codes(score, frame, scales={"A": ["A1"]}, keys={"A1": -1}) == ["RESP-NOLIMITS"]
    assert codes(score, frame, scales={"A": ["A1"]}, method="pomp") == ["RESP-NOLIMITS"]
    assert codes(score, frame, scales={"A": ["A1"]}, limits=(5, 1)) == ["RESP-LIMITS"]
    assert codes(score, frame, scales={"A": ["A1"]}, keys={"A2": -1}) == ["RESP-KEYS"]
    assert codes(score, frame, scales={"A": ["A1", "A9"]}) == ["RESP-NOCOLUMN"]
    assert codes(score, frame, scales={"A": ["A3"]}) == ["RESP-NOTNUMBER"]
    assert codes(score, frame, scales={"A": []}) == ["RESP-SCALEITEMS"]
    assert codes(score, frame, scales={"A": ["B"], "B": ["A"]}) == ["RESP-SCALELOOP"]
    assert codes(score, frame, scales={"A": ["A1"]}, method="median") == ["RESP-SCOREARG"]
    mixed = {"LOY": ["SAT1", "REC1"]}
    assert codes(score, few, scales=mixed) == codes(score, few, scales=mixed, method="sum") == ["RESP-MIXEDLIMITS"]
    np.testing.assert_allclose(score(few, scales=mixed, method="pomp").frame["LOY"], [100, 0, 50, np.nan])


def test_a_scale_of_scales_is_the_mean_of_their_scores(few) -> None:
    made = score(few, scales={"ALL": ["RES", "SAT"], "RES": ["RES1", "RES2", "RES3"], "SAT": ["SAT1", "SAT2"]})
    expected = (made.frame["RES"] + made.frame["SAT"]) / 2
    np.testing.assert_allclose(made.frame["ALL"][:2], expected[:2])
    assert made.frame["ALL"][2] == 3
    assert made.scales == ("ALL", "RES", "SAT")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(1, 7) | st.none(), min_size=4, max_size=4), min_size=1, max_size=20))
def test_reversing_an_item_and_its_key_changes_nothing(rows: list[list[int | None]]) -> None:
    frame = pd.DataFrame(rows, columns=["A1", "A2", "A3", "A4"], dtype="float64")
    turned = frame.assign(A2=8 - frame["A2"])
    scales = {"A": list(frame.columns)}
    straight = score(frame, scales=scales, limits=(1, 7)).frame
    back = score(turned, scales=scales, keys={"A2": -1}, limits=(1, 7)).frame
    np.testing.assert_allclose(back, straight)
    share = frame.isna().mean(axis=1)
    np.testing.assert_allclose(straight["A"], frame.mean(axis=1).where(share <= 0.5))


def test_columns_come_from_frames_answers_and_scores(few) -> None:
    made = score(few)
    assert columns_of(few, ["SAT1"])["SAT1"].tolist()[:3] == [5, 1, 3]
    both = columns_of(made, ["SAT", "REC1"])
    assert both["SAT"].tolist()[:3] == [4.5, 1, 3] and both["REC1"].tolist()[:3] == [10, 0, 5]
    assert columns_of(pd.DataFrame({"A": [True, False]}), ["A"])["A"].tolist() == [1, 0]
    for data in (few, made, pd.DataFrame({"SAT1": [1]})):
        with pytest.raises(SurveykitError) as caught:
            columns_of(data, ["SAT9"])
        assert "SAT" in caught.value.problems[0].message()


@pytest.mark.parametrize("weights", [None, "weight"])
def test_moments_do_not_depend_on_batches(form: Questionnaire, weights: str | None) -> None:
    drawn = simulate(form, 200, seed=2)
    drawn = drawn.with_columns(pd.DataFrame({"weight": np.linspace(0.5, 1.5, 200)})).weighted(weights)
    names = ["RES1", "SAT1", "REC1"]
    whole = moments_of(drawn, names)
    small = Moments.empty(names) + MemoryEngine(drawn.frame(), batch_rows=7).reduce(
        lambda block: Moments.of(block[:, :3], names, block[:, 3] if weights else None), [*names, "weight"]
    )
    if weights is None:
        assert small == whole == moments_of(drawn.frame(), names)
    np.testing.assert_allclose(small.covariance, whole.covariance)
    np.testing.assert_allclose(moments_of(score(drawn), names).covariance, whole.covariance)
    assert moments_of(whole, ["SAT1"]).names == ("SAT1",)


def test_answers_are_frozen_and_say_what_was_filtered(few) -> None:
    kept = few.where(few.frame(["SAT1"])["SAT1"] >= 3, "satisfied")
    assert (few.n, kept.n, len(kept.raw)) == (4, 2, 2)
    assert kept.filters == ("satisfied (2/4)",)
    assert repr(kept).startswith("<Responses: n = 2") and "satisfied" in kept._repr_html_()
    assert fingerprint_of(kept) != fingerprint_of(few) == fingerprint_of(few.frame())
    assert codes(few.where, [True] * 4, " ") == ["RESP-NOREASON"]
    assert codes(few.weighted, "SAT9") == ["RESP-NOCOLUMN"]
    assert codes(few.weighted, "SAT1") == ["RESP-WEIGHTS"]
    with pytest.raises(AttributeError):
        few.weights = "SAT1"
    made = score(few)
    taken = made.frame
    taken.loc[0, "RES"] = -1
    assert made.frame.loc[0, "RES"] > 0
