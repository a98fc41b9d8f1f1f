"""A study runs from its file to its results, on good data and on bad."""

import re
import shutil
import time

import numpy as np
import pandas as pd
import pytest

import surveykit as sk
from surveykit.errors import SurveykitError
from surveykit.home import home
from surveykit.progress import shown
from surveykit.spec.study import Simulation
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
    assert list(result.results) == [
        "items",
        "scores",
        "reliability",
        "validity",
        "correlations",
        "regression SAT",
        "importance SAT",
        "priority SAT",
    ]
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
    with pytest.raises(SurveykitError, match="weights"):
        sk.reliability(data)
    assert sk.describe(data).kind == "survey_estimates"
    with pytest.raises(SurveykitError, match="weights"):
        sk.regress("SAT ~ AAA", sk.score(data))


def test_a_study_object_runs_on_answers_given_and_refuses_to_guess_a_folder(folder):
    save(folder, answers(40))
    study = sk.load_study(folder)
    data = sk.read_responses(folder / "answers.csv", study.questionnaire)
    assert sk.run(study, data=data).n == 40
    with pytest.raises(SurveykitError, match="folder"):
        sk.run(study)


def test_the_step_is_shown_on_a_terminal_and_nowhere_when_piped(monkeypatch, capsys):
    with shown() as tell:
        tell("hidden step")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with shown() as tell:
        tell("visible step")
        time.sleep(0.2)
    assert "visible step" in capsys.readouterr().err


def test_answers_of_a_study_know_its_constructs_its_names_and_whether_they_are_synthetic():
    data = sk.load_data("s0_communication")
    assert data.synthetic and "synthetic" in repr(data)
    study = sk.load_study("s0_communication")
    scores = sk.score(data)
    assert list(scores.scales) == list(study.model.measurement)
    assert "LOY" in scores.scales
    fit = sk.regress("LOY ~ SAT + RES", scores)
    assert study.names["LOY"]["zh"] in fit.narrate("zh")
    assert set(sk.reliability(data).table["scale"]) == set(study.model.measurement)
    assert not sk.load_data("ecsi_mobile").synthetic


def test_satisfaction_between_drivers_and_loyalty_is_traced_and_groups_are_compared():
    result = sk.run("s2_loyalty")
    kinds = {name.split(" ")[0] for name in result.results}
    assert {"importance", "priority", "mediation", "groups", "validity"} <= kinds
    loyalty = result.study.loyalty[0]
    table = result.results[f"mediation {loyalty}"].table
    traced = table.loc[table["measure"] == "indirect", "predictor"]
    assert set(traced) == set(result.study.model.structure[result.study.satisfaction])
    heat = result.results["groups BGD8"]
    assert heat.names["1"]["zh"] == result.study.questionnaire.scale("BGD8").label(1, "zh")


def test_a_group_question_that_is_not_in_the_form_is_refused_by_name(folder):
    save(folder, answers(30))
    write(folder, "study.yaml", {**STUDY, "groups": ["ZZZ9"]})
    with pytest.raises(SurveykitError, match="ZZZ9"):
        sk.load_study(folder)


def test_planted_drivers_are_ranked_as_planted_in_95_of_100_samples_of_500():
    study = sk.load_study("s0_communication")
    planted = {"ACC": 0.50, "RES": 0.32, "COS": 0.17, "EFB": 0.0, "CHA": 0.0}
    truth = Simulation(correlation=0.2, loading=0.8, paths={"SAT": planted})
    answers = sk.simulate(study.model_copy(update={"simulation": truth}), 50_000, seed=5)
    wanted = {name: items for name, items in study.measured(answers.items).items() if name in ("SAT", *planted)}
    values = sk.score(answers, scales=wanted).values
    right = 0
    for sample in range(100):
        rows = values.iloc[500 * sample : 500 * (sample + 1)]
        table = sk.importance("SAT", sorted(planted), rows, n_boot=0).table.sort_values("rank")
        right += list(table["predictor"][:3]) == ["ACC", "RES", "COS"]
    assert right >= 95
