"""Score, Wald and difference tests are lavaan's, and say what they cannot do."""

import numpy as np
import pytest

from surveykit.analyse.sem.compare import difference
from surveykit.analyse.sem.public import cfa
from surveykit.errors import SurveykitError
from surveykit.result import Result
from tests.analyse.sem.models import BFIN, HS, bfi_n, hs
from tests.analyse.sem.reference import reference
from tests.oracle_values import assert_meets, frame, ids

LABELLED = "visual =~ x1 + a*x2 + b*x3\ntextual =~ x4 + c*x5 + d*x6"


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: hs("ML", ("loadings", "intercepts")), "score.hs.scalar"),
        (lambda: cfa(LABELLED + "\na == b\nc == d", frame("hs1939")), "score.hs.labels"),
        (lambda: bfi_n(("thresholds", "loadings")), "score.bfiN"),
    ],
)
def test_score_tests_are_those_of_lavaan(make, key):
    found = make().score_test()
    np.testing.assert_allclose(found["chisq"][:-1], reference(f"{key}.each"), rtol=1e-3, atol=3e-4)
    np.testing.assert_allclose(found["chisq"].iloc[-1], reference(f"{key}.total")[0], rtol=1e-5)


def test_all_releases_together_count_what_the_data_can_tell():
    scalar, metric = (hs("ML", part).score_test().iloc[-1] for part in (("loadings", "intercepts"), ("loadings",)))
    assert scalar["df"] == 12
    assert metric["df"] == 6


def test_a_score_test_foresees_the_fall_of_chi_square_and_the_change():
    narrow, wide = (cfa(f"f =~ x1 + a*x2 + {b}*x3 + x4", frame("hs1939"), std_lv=True) for b in ("a", "b"))
    row = narrow.score_test().iloc[0]
    assert row["chisq"] == pytest.approx(narrow.measures["chisq"] - wide.measures["chisq"], rel=0.2)
    freed = wide.estimate("f", "=~", "x3")["estimate"] - wide.estimate("f", "=~", "x2")["estimate"]
    assert row["epc"] == pytest.approx(freed, rel=0.3)


def test_a_score_test_without_constraints_is_refused():
    with pytest.raises(SurveykitError, match="no equality constraint"):
        hs().score_test()
    with pytest.raises(SurveykitError, match="no equality constraint"):
        hs().wald()


def test_wald_test_is_that_of_lavaan():
    found = cfa(LABELLED, frame("hs1939")).wald("a == b", "c == d")
    np.testing.assert_allclose([found["stat"], found["df"], found["p_value"]], reference("wald.hs"), rtol=1e-4)


@pytest.mark.parametrize("estimator", ["ML", "MLR", "MLM"])
def test_differences_are_those_of_lavaan(estimator):
    wide, narrow = (cfa(HS, frame("hs1939"), estimator, orthogonal=part) for part in (False, True))
    row = difference(narrow, wide, names=("unrelated", "related")).table.iloc[1]
    assert row["model_name"] == "unrelated"
    np.testing.assert_allclose(row[["d_chisq", "d_df"]].astype(float), reference(f"lrt.hs.{estimator}")[:2], rtol=1e-4)


@pytest.mark.parametrize("key", ids("invariance.bfiN.ord.lrt"))
def test_the_public_difference_of_ordered_models(key):
    row = difference(bfi_n(()), bfi_n(("thresholds", "loadings"))).table.iloc[1]
    assert_meets(key, float(row[{"dchisq": "d_chisq", "ddf": "d_df"}[key.split(".")[4]]]))
    assert row["method"] == "lrt_satorra_2000"


def codes(call):
    with pytest.raises(SurveykitError) as caught:
        call()
    return {problem.code for problem in caught.value.problems}


def test_what_cannot_be_compared_is_refused():
    rows = frame("hs1939")
    assert codes(lambda: difference(hs())) == {"SEM-ONE-MODEL"}
    assert codes(lambda: difference(hs(), hs("MLR"))) == {"SEM-OTHER-ESTIMATOR"}
    assert codes(lambda: difference(hs(), cfa(HS, rows.iloc[1:]))) == {"SEM-OTHER-DATA"}
    assert codes(lambda: difference(hs(), cfa("f =~ x1 + x2 + x3", rows))) == {"SEM-OTHER-DATA"}
    assert codes(lambda: difference(hs(), hs(), names=("a", "a"))) == {"SEM-MODEL-NAMES"}
    assert codes(lambda: difference(hs(), hs(), method="best")) == {"ANALYSE-CHOICE"}
    assert codes(lambda: difference(hs(), Result.from_dict(hs().to_dict()))) == {"SEM-STORED"}


def test_models_that_do_not_restrict_each_other_have_no_test():
    again = cfa(HS, frame("hs1939"), std_lv=True)
    found = difference(hs(), again)
    assert np.isnan(found.table["d_chisq"]).all()
    assert {problem.code for problem in found.problems} == {"SEM-SAME-MODEL"}
    assert "no difference test" in found.narrate()


def test_ordered_groups_keep_their_names_in_the_score_tests():
    found = cfa(BFIN, frame("bfi_N_gender"), ordered=True, group="gender", group_equal=("thresholds", "loadings"))
    assert found.score_test()["constraint"].iloc[0] == "N=~N2 [2] == N=~N2 [1]"


def test_a_constraint_said_twice_counts_once():
    fit = cfa(LABELLED, frame("hs1939"))
    assert fit.wald("a == b", "a == b") == pytest.approx(fit.wald("a == b"))
