"""Synthetic answers hold what was planted, and say that they are synthetic."""

import hashlib

import numpy as np
import pytest

from surveykit.errors import SurveykitError
from surveykit.responses import columns_of, score, simulate
from surveykit.responses.draws import thresholds
from surveykit.spec.model import Model
from surveykit.spec.questionnaire import Questionnaire
from surveykit.spec.study import Simulation, Study


def changed(study: Study, **truth) -> Study:
    return study.model_copy(update={"simulation": study.simulation.model_copy(update=truth)})


def coded(form: Questionnaire) -> list[str]:
    return [item.code for item in form.items if item.scale]


def refused(*args, **kwargs) -> str:
    with pytest.raises(SurveykitError) as caught:
        simulate(*args, **kwargs)
    (problem,) = caught.value.problems
    return f"{problem.code} {problem}"


def test_equal_seeds_give_equal_answers(study: Study, form: Questionnaire) -> None:
    assert simulate(study).engine.fingerprint == simulate(study, 50, 7).engine.fingerprint
    assert simulate(study, seed=8).engine.fingerprint != simulate(study).engine.fingerprint
    assert simulate(form, 20, 3).engine.fingerprint == simulate(form, 20, 3).engine.fingerprint


def test_the_answers_of_a_seed_are_the_same_everywhere(study: Study) -> None:
    """A pin, not a reference: it fails where a platform or a version draws other answers from the same seed."""
    answers = simulate(study, 40, 11).frame(["RES1", "RES3", "REC1", "BG1"]).to_numpy().astype("<i8")
    assert hashlib.sha256(answers.tobytes()).hexdigest()[:16] == "f2ae116096f5546a"


def test_provenance_says_synthetic(study: Study) -> None:
    drawn = simulate(study)
    assert drawn.synthetic and "synthetic" in repr(drawn)
    assert drawn.provenance.call == "simulate" and drawn.provenance.seed == 7
    assert ("synthetic", "True") in drawn.provenance.arguments


def test_every_answer_is_on_its_scale(study: Study) -> None:
    drawn = simulate(study, 2000)
    for item in study.questionnaire.items:
        scale = study.questionnaire.scale(item)
        if scale:
            values = set(columns_of(drawn, [item.code])[item.code])
            assert values <= set(scale.values)
            assert item.kind == "check" or values == set(scale.values)


def test_planted_paths_loadings_and_keys_are_recovered(study: Study) -> None:
    drawn = simulate(study, 40_000)
    scores = score(drawn).frame
    shown = scores.corr()
    assert shown.loc["SAT", "RES"] > shown.loc["SAT", "ACC"] + 0.2
    # loading .8: three items give reliability .842, two .780; correlations are attenuated, and cutting costs a little
    truth = {("RES", "ACC"): 0.3 * 0.842, ("SAT", "RES"): (0.6 + 0.2 * 0.3) * np.sqrt(0.842 * 0.780)}
    for (left, right), expected in truth.items():
        assert expected * 0.88 < shown.loc[left, right] < expected * 1.02
    answers = columns_of(drawn, ["RES1", "RES2", "RES3"]).corr()
    assert 0.55 < answers.loc["RES1", "RES2"] < 0.65
    assert -0.65 < answers.loc["RES1", "RES3"] < -0.55


def test_levels_are_where_they_were_put(study: Study) -> None:
    drawn = simulate(changed(study, level=0.7, levels={"ACC": 0.3}), 20_000)
    means = columns_of(drawn, ["RES1", "RES3", "ACC1", "REC1"]).mean()
    np.testing.assert_allclose(means, [1 + 4 * 0.7, 5 - 4 * 0.7, 1 + 4 * 0.3, 7], atol=0.04)


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_a_level_at_an_end_is_nearly_constant(level: float) -> None:
    assert np.all(thresholds(5, level) > 4) or np.all(thresholds(5, level) < -4)


def test_missing_answers_are_coded_and_careless_people_draw_a_line(study: Study) -> None:
    drawn = simulate(changed(study, missing=0.2, careless=0.25), 5000)
    frame, raw = drawn.frame(), drawn.raw
    assert abs(frame["RES1"].isna().mean() - 0.2) < 0.02
    assert set(raw["RES1"][frame["RES1"].isna()]) == {99}
    assert raw["SAT1"][frame["SAT1"].isna()].isna().all()
    assert not frame["CHK1"].isna().any()
    lined = frame[["RES1", "RES2", "RES3", "ACC1", "ACC2", "ACC3"]].nunique(axis=1) == 1
    failed = frame["CHK1"] != 4
    assert 0.25 < lined.mean() < 0.29
    assert lined[failed].mean() > 0.95 and abs(failed.mean() - 0.25 * 0.8) < 0.02
    assert frame.loc[failed, "seconds"].median() < frame.loc[~failed, "seconds"].median() / 2


def test_one_more_item_changes_no_other(form: Questionnaire) -> None:
    fewer = form.model_copy(
        update={
            "sections": tuple(
                section.model_copy(update={"items": tuple(item for item in section.items if item.code != "RES2")})
                for section in form.sections
            )
        }
    )
    assert simulate(fewer, 50, 1).frame(["RES1", "ACC1"]).equals(simulate(form, 50, 1).frame(["RES1", "ACC1"]))


def test_a_second_order_construct_stands_behind_its_parts(study: Study) -> None:
    measured = {"QUA": ("RES", "ACC"), **{name: parts for name, parts in study.model.measurement.items()}}
    model = Model(measurement=measured, structure={"SAT": ("QUA",)})
    truth = Simulation(n=30_000, loading=0.9, correlation=0.0, paths={"SAT": {"QUA": 0.7}})
    drawn = simulate(study.model_copy(update={"model": model, "simulation": truth}))
    shown = score(drawn).frame.corr()
    assert abs(shown.loc["RES", "ACC"] - 0.9 * 0.9 * 0.9) < 0.09
    assert abs(shown.loc["SAT", "RES"] - 0.7 * 0.9 * 0.9) < 0.09


def test_an_outcome_outside_the_model_goes_with_satisfaction(study: Study) -> None:
    shown = score(simulate(study, 20_000)).frame.corr()
    assert shown.loc["REC", "SAT"] > 0.35 > shown.loc["REC", "ACC"]


def test_impossible_truths_are_refused_by_name(study: Study) -> None:
    too_much = refused(changed(study, paths={"SAT": {"RES": 0.9, "ACC": 0.9}}))
    assert too_much.startswith("RESP-SIMVARIANCE") and "SAT" in too_much and "2.106" in too_much
    assert refused(changed(study, paths={"SAT": {"QQQ": 0.1}})).startswith("RESP-SIMUNKNOWN")
    assert refused(changed(study, paths={"SAT": {"RES": 0.1}, "RES": {"SAT": 0.1}})).startswith("SPEC-MODELLOOP")
    assert refused(changed(study, correlation=-0.9, paths={})).startswith("RESP-SIMCORRELATION")
    assert refused(study, n=-1).startswith("RESP-SIMARG")


def test_open_answers_are_neutral(study: Study) -> None:
    texts = simulate(study, 300).frame(["OPEN1"])["OPEN1"]
    assert set(texts.dropna()) == {"Synthetic answer"} and 0.05 < texts.notna().mean() < 0.3
    visits = columns_of(simulate(study, 300), ["BG2"])["BG2"]
    assert (visits >= 0).all() and (visits == visits.round()).all()
