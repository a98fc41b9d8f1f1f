"""sk.agreement, sk.krippendorff and sk.icc: reference values through the public functions, forms of input, refusals."""

import numpy as np
import pandas as pd
import pytest

from surveykit.analyse.agreement import agreement, krippendorff
from surveykit.analyse.intraclass import icc
from surveykit.errors import SurveykitError
from tests.oracle_values import assert_meets, ids

RATINGS = pd.DataFrame(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], columns=list("abcd")
)


@pytest.mark.parametrize("key", ids("icc.sf"))
def test_icc(key):
    _, _, form, part = key.split(".")
    column = {"icc": "estimate", "lo": "conf_low", "hi": "conf_high", "F": "f_ratio"}[part]
    assert_meets(key, float(icc(RATINGS).table.set_index("measure").loc[form.lower(), column]))


@pytest.mark.parametrize("key", ids("kappa.psychhelp"))
def test_kappa(key):
    found = agreement(range(1, 10), [1, 3, 1, 6, 1, 5, 5, 6, 7], "ordinal")
    assert_meets(key, found.estimate("kappa_quadratic" if key.endswith("weighted") else "kappa"))


def test_long_form_gives_the_icc_of_the_wide_table():
    long = RATINGS.rename_axis("who").reset_index().melt("who", var_name="by", value_name="mark")
    found = icc(long.sample(frac=1, random_state=1), subject="who", rater="by", score="mark")
    pd.testing.assert_frame_equal(found.table, icc(RATINGS).table)
    with pytest.raises(SurveykitError, match="all three"):
        icc(long, subject="who")
    with pytest.raises(SurveykitError, match="more than once"):
        icc(pd.concat([long, long.head(1)]), subject="who", rater="by", score="mark")


def test_subjects_with_a_missing_rating_are_left_out_and_counted():
    gaps = pd.concat([RATINGS, pd.DataFrame([[1, np.nan, 2, 3]], columns=list("abcd"))], ignore_index=True)
    found = icc(gaps)
    pd.testing.assert_frame_equal(found.table, icc(RATINGS).table)
    assert "1 of 7 rows" in str(found.problems[0])


def test_text_is_coded_by_name_and_needs_an_order_above_nominal():
    a, b = ["no", "yes", "maybe", "no", "yes"], ["no", "yes", "no", "no", "maybe"]
    order = ["no", "maybe", "yes"]
    found = agreement(a, b, "ordinal", order)
    coded = agreement([order.index(x) for x in a], [order.index(x) for x in b], "ordinal")
    np.testing.assert_allclose(found.table["estimate"], coded.table["estimate"])
    assert agreement(a, b).estimate("kappa") == pytest.approx(coded.estimate("kappa"))
    declared = [pd.Series(pd.Categorical(x, order, ordered=True)) for x in (a, b)]
    assert agreement(*declared, level="ordinal").estimate("kappa_linear") == coded.estimate("kappa_linear")
    with pytest.raises(SurveykitError, match="lowest to highest"):
        agreement(a, b, "ordinal")
    with pytest.raises(SurveykitError, match="needs numbers"):
        agreement(a, b, "interval")
    with pytest.raises(SurveykitError, match="not among the categories"):
        agreement(a, b, "ordinal", ["no", "yes"])


def test_measurements_give_bias_limits_and_the_smallest_change():
    test, retest = RATINGS["a"], RATINGS["d"]
    found = agreement(test, retest, "interval")
    assert found.estimate("bias") == pytest.approx((test - retest).mean())
    assert found.estimate("icc2") == pytest.approx(icc(RATINGS[["a", "d"]]).estimate("icc2"))
    assert found.estimate("pearson") == pytest.approx(np.corrcoef(test, retest)[0, 1])
    # variance of raters (not below 0) and residual from the two-way table, by hand
    difference = test - retest
    residual = difference.var() / 2
    raters = max((6 * difference.mean() ** 2 / 2 - residual) / 6, 0)
    assert found.estimate("measurement_error") == pytest.approx(np.sqrt(raters + residual))
    assert found.estimate("smallest_change") == pytest.approx(1.959964 * np.sqrt(2 * (raters + residual)), rel=1e-6)


def test_three_raters_have_fleiss_kappa_and_alpha():
    found = agreement(RATINGS[["a", "b", "c"]])
    assert found.table["measure"].tolist() == ["agreement_share", "fleiss_kappa", "krippendorff_alpha"]
    assert found.estimate("krippendorff_alpha") == krippendorff(RATINGS[["a", "b", "c"]]).estimate("krippendorff_alpha")
    with pytest.raises(KeyError):
        found.estimate("kappa")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: agreement([1, 1], [1, 1]), "AGREE-ONECATEGORY"),
        (lambda: agreement([1, None], [None, 1]), "AGREE-NOCASES"),
        (lambda: krippendorff(pd.DataFrame({"a": [1, 1], "b": [1, 1]})), "AGREE-ONECATEGORY"),
        (lambda: icc(pd.DataFrame({"a": [1.0, 1.0], "b": [2.0, 2.0]})), "AGREE-NOVARIANCE"),
        (lambda: icc(pd.DataFrame({"a": [1.0], "b": [2.0]})), "AGREE-SIZE"),
        (lambda: agreement([1, 2], [1, 2], "interval"), "AGREE-PERFECT"),
    ],
)
def test_what_is_undefined_is_nan_with_its_reason_in_every_view(make, code):
    found = make()
    assert found.table[["estimate", "conf_low"]].isna().any().any()
    assert code in {problem.code for problem in found.problems}
    for lang in ("en", "zh", "ru"):
        assert found.narrate(lang)
        found.plot(lang)


def test_refusals_name_what_is_wrong():
    with pytest.raises(SurveykitError, match="two columns"):
        agreement(RATINGS[["a"]])
    with pytest.raises(SurveykitError, match="6 and 2 rows"):
        agreement(RATINGS["a"], [1, 2])
    with pytest.raises(SurveykitError, match="nominal, ordinal, interval, ratio"):
        agreement(RATINGS["a"], RATINGS["b"], "metric")


def test_words_carry_no_verdict_on_the_size_of_a_coefficient():
    words = " ".join(make.narrate("en") for make in (agreement(RATINGS), icc(RATINGS), krippendorff(RATINGS)))
    assert not any(verdict in words for verdict in ("good", "poor", "fair", "moderate", "substantial", "excellent"))
