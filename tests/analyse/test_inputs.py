"""What is no table, or has weights that would be ignored, is refused in words by every analysis."""

import numpy as np
import pandas as pd
import pytest

import surveykit as sk
from surveykit.errors import SurveykitError

ROWS = pd.DataFrame(np.random.default_rng(1).integers(1, 6, (60, 6)), columns=list("ABCDEF")).assign(
    g=lambda rows: rows.index % 3, w=1.5
)
CALLS = {
    "correlate": lambda data: sk.correlate(data, ["A", "B"]),
    "regress": lambda data: sk.regress("A ~ B", data),
    "hierarchical": lambda data: sk.hierarchical(["A ~ B", "A ~ B + C"], data),
    "reliability": lambda data: sk.reliability(data),
    "importance": lambda data: sk.importance("A", ["B", "C"], data),
    "mediate": lambda data: sk.mediate(data, "A", "B", "C"),
    "pls": lambda data: sk.pls("X =~ A + B\nY =~ C + D\nY ~ X", data),
    "cfa": lambda data: sk.cfa("X =~ A + B + C", data),
    "efa": lambda data: sk.efa(data, 1),
    "n_factors": lambda data: sk.n_factors(data),
    "polychoric": lambda data: sk.polychoric(data),
    "ordinal": lambda data: sk.ordinal("A ~ B", data),
    "dif": lambda data: sk.dif(data, "g"),
    "irt": lambda data: sk.irt(data),
    "validity": lambda data: sk.validity(data, {"x": ["A", "B"], "y": ["C", "D"]}),
    "priority_map": lambda data: sk.priority_map({"A": 0.5, "B": 0.2}, data),
    "kano": lambda data: sk.kano(["A"], ["B"], data),
    "servqual": lambda data: sk.servqual(["A", "B"], ["C", "D"], data),
    "mardia": lambda data: sk.mardia(data),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("data", [sk.survey_design(ROWS, weights="w"), [1, 2, 3], None], ids=["design", "list", "none"])
def test_what_is_no_table_is_refused_in_words(name, data):
    with pytest.raises(SurveykitError):
        CALLS[name](data)


@pytest.mark.parametrize("name", CALLS)
def test_a_table_without_rows_or_of_one_row_gives_words_not_a_crash(name):
    for rows in (ROWS.iloc[:0], ROWS.iloc[:1], ROWS.assign(**dict.fromkeys("ABCDEF", np.nan))):
        try:
            result = CALLS[name](rows)
        except SurveykitError:
            continue
        assert result.problems or result.table["estimate"].notna().all()
        assert result.narrate("zh")


@pytest.mark.parametrize("name", CALLS)
def test_text_in_a_column_of_numbers_is_refused_or_a_category(name):
    rows = ROWS.assign(A="often", C="seldom")
    try:
        result = CALLS[name](rows)
    except SurveykitError:
        return
    assert result.problems


@pytest.mark.parametrize("name", CALLS)
def test_constant_and_repeated_columns_give_words_not_a_crash(name):
    for rows in (ROWS.assign(B=3, C=3), ROWS.assign(B=ROWS["A"], C=ROWS["A"], D=ROWS["A"])):
        try:
            result = CALLS[name](rows)
        except SurveykitError:
            continue
        assert result.narrate("en")
