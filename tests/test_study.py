"""A study runs from its file to its results, on good data and on bad."""

import re
import shutil

import numpy as np
import pandas as pd
import pytest

import surveykit as sk
from surveykit.errors import SurveykitError
from surveykit.home import home
from tests.builders import LANGUAGES, text, write, write_small

STUDY = {
    "code": "small_study",
    "title": text("Small study"),
    "questionnaire": "questionnaires/forms/small_form.yaml",
    "data": {"file": "answers.csv"},
    "languages": list(LANGUAGES),
    "model": {"structure": {"SAT": ["AAA", "BBB"]}},
    "satisfaction": "SAT",
}
ITEMS = ["AAA1", "AAA2", "AAA3", "BBB1", "BBB2", "BBB3", "SAT1", "SAT2"]


@pytest.fixture
def folder(tmp_path):
    write_small(tmp_path)
    write(tmp_path, "study.yaml", STUDY)
    return tmp_path


def answers(rows: int, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(rows, 1))
    codes = np.clip(np.round(3 + latent + rng.normal(scale=0.7, size=(rows, len(ITEMS)))), 1, 5)
    frame = pd.DataFrame(codes.astype(int), columns=ITEMS)
    frame[["AAA3", "BBB3"]] = 6 - frame[["AAA3", "BBB3"]]
    return frame.assign(CHK1=4, OPN1="fine")


def save(folder, frame):
    frame.to_csv(folder / "answers.csv", index=False, encoding="utf-8")


def test_a_study_gives_scores_reliability_and_regressions(folder):
    save(folder, answers(80).assign(CHK1=[4] * 75 + [2] * 5))
    steps = []
    result = sk.run(folder, folder / "out", progress=steps.append)
    assert list(result.results) == ["items", "scores", "reliability", "correlations", "regression SAT"]
    assert result.n == 80
    assert result.attention == (("CHK1", 5, 80),)
    assert result.reliability.estimate("AAA") > 0.5
    assert "write the report (ru)" in steps
    assert "5" in (folder / "out" / "report.en.html").read_text(encoding="utf-8")


def test_reversal_happens_in_scoring_only_and_once(folder):
    save(folder, answers(50))
    data = sk.read_responses(folder / "answers.csv", sk.load_study(folder).questionnaire)
    before = data.frame()
    first = sk.score(data).frame
    second = sk.score(data).frame
    pd.testing.assert_frame_equal(first, second)
    pd.testing.assert_frame_equal(data.frame(), before)
    expected = (data.frame(["AAA1", "AAA2"]).sum(axis=1) + 6 - data.frame(["AAA3"])["AAA3"]) / 3
    np.testing.assert_allclose(first["AAA"], expected)


@pytest.mark.parametrize("rows", [0, 1, 2, 3])
def test_very_few_respondents_give_a_report_that_says_so(folder, rows):
    save(folder, answers(rows))
    result = sk.run(folder, folder / "out")
    assert result.n == rows
    for lang in LANGUAGES:
        page = (folder / "out" / f"report.{lang}.html").read_text(encoding="utf-8")
        assert not re.search(r"\bnan\b", page, flags=re.I)
        assert 'class="caution"' in page


def test_a_constant_item_an_empty_item_and_collinear_predictors_are_undefined_with_reasons(folder):
    frame = answers(60).assign(AAA1=3, BBB2=np.nan)
    frame["BBB1"], frame["BBB3"] = frame["AAA2"], frame["AAA3"]
    save(folder, frame)
    result = sk.run(folder, folder / "out")
    codes = {problem.code for found in result.results.values() for problem in found.problems}
    assert "STATS-CONSTANT-ITEM" in codes
    assert "ANALYSE-NOANSWER" in codes
    assert (folder / "out" / "report.zh.html").exists()


def test_identical_predictors_are_named_and_not_given_numbers(folder):
    frame = answers(60)
    frame[["BBB1", "BBB2", "BBB3"]] = frame[["AAA1", "AAA2", "AAA3"]]
    save(folder, frame)
    found = sk.run(folder).results["regression SAT"]
    table = found.table.set_index("term")
    assert np.isnan(table.loc["BBB", "estimate"]) and np.isfinite(table.loc["AAA", "estimate"])
    assert any(problem.code == "STATS-COLLINEAR" and "AAA" in str(problem) for problem in found.problems)


def test_hostile_open_answers_do_no_harm(folder):
    words = "=cmd|' /C calc'!A0 <img src=x onerror=alert(1)> \u0007 привет 你好"
    save(folder, answers(30).assign(OPN1=words))
    result = sk.run(folder, folder / "out")
    assert "<img" not in (folder / "out" / "report.en.html").read_text(encoding="utf-8")
    data = sk.read_responses(folder / "answers.csv", result.study.questionnaire)
    assert set(data.frame(["OPN1"])["OPN1"]) == {words}


def test_answers_without_any_item_of_the_model_are_refused(folder):
    pd.DataFrame({"x": [1, 2], "y": [3, 4]}).to_csv(folder / "answers.csv", index=False)
    with pytest.raises(SurveykitError):
        sk.run(folder, folder / "out")
    assert not (folder / "out").exists()


def test_exact_duplicates_are_counted_and_kept(tmp_path):
    target = tmp_path / "study"
    shutil.copytree(home() / "data" / "ecsi_mobile", target)
    frame = pd.read_csv(target / "mobi.csv")
    pd.concat([frame, frame.head(7)]).to_csv(target / "mobi.csv", index=False)
    result = sk.run(target)
    assert result.n == 257
    assert result.duplicates == 7


def test_a_study_file_with_faults_says_all_of_them(folder):
    broken = {**STUDY, "satisfaction": "ZZZ", "recommend": "NPS9", "colour": 1}
    write(folder, "study.yaml", broken)
    with pytest.raises(SurveykitError, match="colour"):
        sk.load_study(folder)
    del broken["colour"]
    write(folder, "study.yaml", broken)
    with pytest.raises(SurveykitError) as caught:
        sk.load_study(folder)
    assert [problem.code for problem in caught.value.problems] == ["SPEC-NOCONSTRUCT", "SPEC-NOSUCHITEM"]


def test_weighted_answers_are_not_silently_analysed_without_their_weights(folder):
    save(folder, answers(40).assign(w=1.5))
    data = sk.read_responses(folder / "answers.csv", sk.load_study(folder).questionnaire).weighted("w")
    for call in (sk.reliability, sk.describe):
        with pytest.raises(SurveykitError, match="weights"):
            call(data)
    with pytest.raises(SurveykitError, match="weights"):
        sk.regress("SAT ~ AAA", sk.score(data))
