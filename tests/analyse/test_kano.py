"""sk.kano: the evaluation table, coefficients by hand, the test of the lead, codes, weights, undefined attributes."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from surveykit.analyse.kano import kano
from surveykit.errors import SurveykitError
from surveykit.stats.intervals import wilson
from surveykit.stats.kano import CATEGORIES, kano_counts
from tests.result.examples_importance import DYSFUNCTIONAL, FUNCTIONAL, wishes

PUBLISHED = ["Q A A A O", "R I I I M", "R I I I M", "R I I I M", "R R R R Q"]
LETTERS = {"A": 0, "O": 1, "M": 2, "I": 3, "R": 4, "Q": 5}


@pytest.mark.parametrize(("present", "absent"), list(product(range(5), range(5))))
def test_the_published_evaluation_table(present, absent):
    found = kano_counts([[present]], [[absent]]).counts[0]
    assert found[LETTERS[PUBLISHED[present].split()[absent]]] == found.sum() == 1


def answers(counts):
    """Pairs of answers that fall into A, O, M, I, R, Q this often."""
    pairs = {"A": (1, 3), "O": (1, 5), "M": (2, 5), "I": (3, 3), "R": (5, 1), "Q": (1, 1)}
    rows = [pairs[letter] for letter, count in zip("AOMIRQ", counts, strict=True) for _ in range(count)]
    return pd.DataFrame(rows, columns=["f", "d"])


def test_coefficients_and_their_intervals_by_hand():
    found = kano(["f"], ["d"], answers([30, 20, 10, 40, 6, 4]))
    table = found.table.set_index("measure")
    assert table.loc["kano_better", "estimate"] == pytest.approx(50 / 100)
    assert table.loc["kano_worse", "estimate"] == pytest.approx(-30 / 100)
    low, high = wilson(30, 100)
    assert (table.loc["kano_worse", "conf_low"], table.loc["kano_worse", "conf_high"]) == pytest.approx((-high, -low))
    assert table.loc["kano_attractive", "estimate"] == pytest.approx(30 / 110)
    assert found.categories == {"f": "indifferent"}
    assert table.loc["kano_indifferent", "strength"] == pytest.approx(10 / 110)
    assert sum(table.loc[f"kano_{name}", "estimate"] for name in CATEGORIES) == pytest.approx(1)


def test_the_lead_is_tested_as_two_counts_of_one_multinomial():
    table = kano(["f"], ["d"], answers([60, 0, 0, 40, 0, 0])).table.set_index("measure")
    assert table.loc["kano_attractive", "p_value"] == pytest.approx(0.0455, abs=1e-4)
    assert table.loc["kano_attractive", "fong"] == 1
    close = kano(["f"], ["d"], answers([52, 0, 0, 48, 0, 0]))
    assert close.table["fong"].dropna().tolist() == [0]
    assert "No category is statistically significantly ahead of the next: f" in close.narrate("en")


def test_equal_counts_go_to_the_graver_category():
    assert kano(["f"], ["d"], answers([5, 5, 5, 5, 0, 0])).categories == {"f": "must_be"}
    assert kano(["f"], ["d"], answers([5, 5, 0, 5, 0, 0])).categories == {"f": "one_dimensional"}


def test_planted_attributes_are_classified_and_mappings_equal_lists():
    found = kano(FUNCTIONAL, DYSFUNCTIONAL, wishes())
    assert found.categories == {
        "wifi": "attractive",
        "safety": "must_be",
        "speed": "one_dimensional",
        "colour": "indifferent",
    }
    listed = kano(list(FUNCTIONAL.values()), list(DYSFUNCTIONAL.values()), wishes())
    np.testing.assert_allclose(listed.table["estimate"], found.table["estimate"])
    assert list(listed.categories) == ["f1", "f2", "f3", "f4"]


def test_codes_may_run_the_other_way():
    turned = kano(FUNCTIONAL, DYSFUNCTIONAL, 6 - wishes(), order=(5, 4, 3, 2, 1))
    assert turned.categories == kano(FUNCTIONAL, DYSFUNCTIONAL, wishes()).categories


def test_a_pair_counts_where_both_were_answered():
    data = answers([10, 10, 10, 10, 0, 0]).astype(float)
    data.loc[:4, "f"] = np.nan
    assert kano(["f"], ["d"], data).table["n"].iloc[0] == 35


def test_equal_weights_change_nothing_and_unequal_ones_cost_precision():
    present, absent = np.array([[0], [0], [1], [2]]), np.array([[2], [4], [4], [2]])
    plain, equal = kano_counts(present, absent), kano_counts(present, absent, np.full(4, 2.0))
    np.testing.assert_allclose(plain.shares, equal.shares)
    assert plain.effective[0] == equal.effective[0] == 4
    weighted = kano_counts(present, absent, np.array([3.0, 1, 1, 1]))
    assert weighted.shares[0, 0] == pytest.approx(0.5) and weighted.effective[0] == pytest.approx(3)


def test_undefined_and_suspect_attributes_are_named():
    found = kano(["f1", "f2"], ["d1", "d2"], wishes().assign(f1=np.nan, f2=5, d2=5))
    codes = {(problem.code, problem.place) for problem in found.problems}
    assert {("KANO-NOANSWER", "attribute f1"), ("KANO-UNDECIDED", "attribute f2")} <= codes
    assert kano(["f"], ["d"], answers([1, 1, 1, 1, 1, 0]).iloc[:0]).table["estimate"].isna().all()


def test_refusals():
    data = answers([1, 1, 1, 1, 1, 1])
    with pytest.raises(SurveykitError, match="7"):
        kano(["f"], ["d"], data.assign(f=7))
    with pytest.raises(SurveykitError, match="five different codes"):
        kano(["f"], ["d"], data, order=(1, 2, 3, 4))
    with pytest.raises(SurveykitError, match="2 and 1 columns"):
        kano(["f", "d"], ["d"], data)
    with pytest.raises(SurveykitError, match="only one of the two"):
        kano({"a": "f"}, {"b": "d"}, data)
    with pytest.raises(SurveykitError, match="same way"):
        kano({"a": "f"}, ["d"], data)
    with pytest.raises(SurveykitError, match="text"):
        kano(["f"], ["d"], data.assign(f="like"))
    with pytest.raises(SurveykitError):
        kano(["f"], ["f"], data)
