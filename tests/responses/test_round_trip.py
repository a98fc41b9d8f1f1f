"""What is written in any format, as codes or as labels, is read as the same codes; order does not matter."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveykit.errors import SurveykitError
from surveykit.responses import Responses, read_responses, score, simulate, write_csv
from surveykit.spec.questionnaire import Questionnaire

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def coded(form: Questionnaire) -> list[str]:
    return [item.code for item in form.items if item.kind != "text"]


def write(frame: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".csv":
        frame.to_csv(path, index=False, encoding="utf-8")
    elif path.suffix == ".tsv":
        frame.to_csv(path, index=False, sep="\t", encoding="utf-16")
    elif path.suffix == ".xlsx":
        frame.to_excel(path, index=False)
    elif path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".sav":
        pyreadstat.write_sav(frame, str(path))
    else:
        pyreadstat.write_dta(frame, str(path))
    return path


FORMATS = [".csv", ".tsv", ".xlsx", ".sav", ".dta", ".parquet"]


@pytest.fixture(scope="module")
def answers(form: Questionnaire) -> Responses:
    drawn = simulate(form, 60, seed=3)
    hidden = np.random.default_rng(1).random((60, len(coded(form)))) < 0.1
    frame = drawn.frame(coded(form))
    return drawn.with_columns(frame.mask(hidden))


@pytest.mark.parametrize("suffix", FORMATS)
def test_codes_come_back(answers: Responses, form: Questionnaire, tmp_path: Path, suffix: str) -> None:
    frame = answers.frame(["respondent", *coded(form)])
    read = read_responses(write(frame, tmp_path / f"ответы 答卷{suffix}"), form)
    pd.testing.assert_frame_equal(read.frame(coded(form)), frame[coded(form)])
    assert [problem.code for problem in read.receipt.problems] == ["RESP-NOTFOUND"]


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("lang", ["en", "zh", "ru"])
def test_labels_come_back_as_codes(
    answers: Responses, form: Questionnaire, tmp_path: Path, suffix: str, lang: str
) -> None:
    ambiguous = {"BG3"}
    items = [code for code in coded(form) if form.scale(code) and code not in ambiguous]
    frame = answers.frame(["respondent", *items])
    labelled = frame[["respondent"]].copy()
    for code in items:
        scale = form.scale(code)
        labels = {value: scale.label(value, lang) for value in scale.values}
        labelled[code] = pd.Series([labels.get(value) for value in frame[code]], dtype=object)
    read = read_responses(write(labelled, tmp_path / f"a{suffix}"), form)
    pd.testing.assert_frame_equal(read.frame(items), frame[items])
    assert read.receipt.item("SAT1").languages == (lang,)


@QUICK
@given(data=st.data())
def test_any_order_of_columns_and_rows_gives_the_same_answers(
    answers: Responses, form: Questionnaire, tmp_path: Path, data: st.DataObject
) -> None:
    frame = answers.frame(["respondent", *coded(form)])
    columns = data.draw(st.permutations(list(frame.columns)))
    rows = data.draw(st.permutations(range(len(frame))))
    frame.iloc[rows][columns].to_csv(tmp_path / "a.csv", index=False, sep=";", encoding="utf-8")
    read = read_responses(tmp_path / "a.csv", form)
    back = read.frame(["respondent", *coded(form)]).sort_values("respondent", ignore_index=True)
    pd.testing.assert_frame_equal(back, frame)
    assert read.items == tuple(coded(form))


HOSTILE = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), min_size=1, max_size=8)


@QUICK
@given(texts=HOSTILE)
def test_hostile_open_answers_survive_writing_and_reading(
    form: Questionnaire, tmp_path: Path, texts: list[str]
) -> None:
    frame = pd.DataFrame({"RES1": [3] * len(texts), "OPEN1": pd.Series(texts, dtype=object)})
    path = write_csv(read_responses(frame, form), tmp_path / "a.csv", overwrite=True)
    back = read_responses(path, form)
    assert back.frame(["OPEN1"])["OPEN1"].tolist() == [text or None for text in texts]
    assert back.frame(["RES1"])["RES1"].tolist() == [3.0] * len(texts)


@QUICK
@given(texts=HOSTILE)
def test_hostile_cells_of_a_rating_never_become_another_answer(form: Questionnaire, texts: list[str]) -> None:
    meant = {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5}
    try:
        read = read_responses(pd.DataFrame({"RES1": pd.Series(texts, dtype=object)}), form)
    except SurveykitError as refusal:
        assert {problem.code for problem in refusal.problems} <= {"RESP-DECIMAL", "RESP-CONFLICT"}
        return
    part = read.receipt.item("RES1")
    unread = sum(value.count for value in part.unread)
    empty = sum(1 for text in texts if not text.strip())
    assert part.answers + unread + sum(count for _, count in part.missing) <= len(texts)
    for text, value in zip(texts, read.frame(["RES1"])["RES1"], strict=True):
        assert np.isnan(value) or meant.get(text.strip(), value) == value
    assert empty + part.answers <= len(texts)


def test_write_csv_keeps_missing_codes_and_scores(form: Questionnaire, tmp_path: Path) -> None:
    cells = pd.DataFrame({"RES1": ["不适用", "非常同意", ""], "RES2": [1, 2, 99], "weight": [0.5, 1.0, 1.5]})
    first = read_responses(cells, form)
    path = write_csv(first, tmp_path / "a.csv")
    assert path.read_bytes().decode("utf-8").splitlines() == [
        "respondent,weight,RES1,RES2",
        "1,0.5,99,1",
        "2,1,5,2",
        "3,1.5,,99",
    ]
    again = read_responses(path, form)
    pd.testing.assert_frame_equal(score(again).frame, score(first).frame)
    assert again.receipt.item("RES1").missing == (("99", 1),)


def test_write_csv_does_not_overwrite_or_half_write(form: Questionnaire, tmp_path: Path) -> None:
    read = read_responses(pd.DataFrame({"RES1": [1], "OPEN1": ["x"]}), form)
    write_csv(read, tmp_path / "a.csv")
    before = (tmp_path / "a.csv").read_bytes()
    broken = read_responses(pd.DataFrame({"RES1": [1], "OPEN1": pd.Series(["\ud800"], dtype=object)}), form)
    for answers, options, code in ((read, {}, "RESP-EXISTS"), (broken, {"overwrite": True}, "RESP-SURROGATE")):
        with pytest.raises(SurveykitError) as caught:
            write_csv(answers, tmp_path / "a.csv", **options)
        assert [problem.code for problem in caught.value.problems] == [code]
        assert (tmp_path / "a.csv").read_bytes() == before


@pytest.mark.parametrize("n", [0, 1])
def test_very_few_respondents_survive(form: Questionnaire, tmp_path: Path, n: int) -> None:
    drawn = simulate(form, n, seed=5)
    read = read_responses(write_csv(drawn, tmp_path / "a.csv"), form)
    assert read.n == n
    pd.testing.assert_frame_equal(read.frame(coded(form)), drawn.frame(coded(form)))
    assert score(read).missing["n_complete"].tolist() == [n] * 4
