"""The path diagram of a fitted model shows its own numbers and says what it leaves out."""

from functools import cache

import pytest
from matplotlib.text import Text

from surveykit.analyse.sem.diagram import path_plot
from surveykit.analyse.sem.public import cfa, sem
from surveykit.analyse.sem.result import StructuralModel
from surveykit.errors import SurveykitError
from surveykit.result import Writer
from tests.oracle_values import frame

HS = "visual=~x1+x2+x3\ntextual=~x4+x5+x6\nspeed=~x7+x8+x9"
PD = "ind60=~x1+x2+x3\ndem60=~y1+y2+y3+y4\ndem65=~y5+y6+y7+y8\ndem60~ind60\ndem65~ind60+dem60\ny1~~y5\ny2~~y4"


@cache
def democracy() -> StructuralModel:
    return sem(PD, frame("poldem"))


def words(figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text().strip()]


@pytest.mark.parametrize("lang", ["en", "zh", "ru"])
def test_every_loading_and_path_is_written_standardised(lang):
    fit = democracy()
    write = Writer.of(lang, None, {})
    rows = fit.table[fit.table["op"].isin(["=~", "~"])]
    expected = sorted(write.number(value, "bounded") for value in rows["std_all"])
    figure = path_plot(fit, lang, r2=False)
    shown = sorted(text.get_text() for text in figure.axes[0].texts if text.get_gid())
    assert shown == expected


def test_r2_stands_in_what_paths_lead_to():
    r2 = democracy().r2.set_index("item")["r2"]
    found = words(path_plot(democracy()))
    assert f"dem65\nR² = {r2['dem65']:.2f}".replace("0.", ".") in found
    assert "ind60" in found


def test_what_is_left_out_is_counted():
    assert "Covariances not drawn: 2." in words(path_plot(democracy()))[-1]
    assert "Covariances" not in " ".join(words(path_plot(democracy(), covariances="all")))


def test_a_stored_result_draws_the_same():
    fit = democracy()
    assert words(path_plot(StructuralModel.from_dict(fit.to_dict()))) == words(path_plot(fit))


def test_latent_covariances_are_drawn_and_those_fixed_at_zero_are_not():
    for orthogonal, count in ((False, 12), (True, 9)):
        figure = path_plot(cfa(HS, frame("hs1939"), orthogonal=orthogonal))
        assert sum(bool(text.get_gid()) for text in figure.axes[0].texts) == count


def test_several_groups_need_a_choice():
    fit = cfa(HS, frame("hs1939"), group="school")
    with pytest.raises(SurveykitError) as caught:
        path_plot(fit)
    assert caught.value.problems[0].code == "ANALYSE-CHOICE"
    assert "Group: Pasteur." in words(path_plot(fit, group="Pasteur"))[-1]


@pytest.mark.parametrize("wrong", [{"indicators": "some"}, {"covariances": "few"}, {"indicator_labels": "x"}])
def test_an_unknown_option_is_refused(wrong):
    with pytest.raises(SurveykitError):
        path_plot(democracy(), **wrong)
