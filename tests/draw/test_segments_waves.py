"""Heat maps of segments withhold and star what few answered; wave lines leave gaps; both refuse wrong shapes."""

import numpy as np
import pytest

from surveykit.draw.segments import segment_heatmap
from surveykit.draw.style import png
from surveykit.draw.waves import Line, wave_lines
from surveykit.errors import SurveykitError


def texts(figure):
    return [text.get_text() for text in figure.texts]


def test_cells_of_few_answers_are_withheld_or_starred():
    shown = texts(
        segment_heatmap(
            ["row"], ["a", "b", "c", "d"], [[0.1, 0.2, 0.3, np.nan]], [["1.1", "2.2", "3.3", "4.4"]], [[9, 29, 30, 50]],
            suppressed_label="withheld", small_label="starred", scale_label="colour",
        )
    )  # fmt: skip
    assert {"<10", "2.2*", "3.3", "–"} <= set(shown)
    assert not {"1.1", "4.4"} & set(shown)
    assert any("withheld" in text and "starred" in text for text in shown)


def test_long_names_of_many_segments_are_turned_and_drawn():
    names = [f"A rather long name of segment {at}" for at in range(14)]
    shape = (3, 14)
    figure = segment_heatmap(
        ["x", "y", "z"], names, np.zeros(shape), np.full(shape, "3.50", dtype=object), np.full(shape, 99)
    )
    assert any(text.get_rotation() == 90 for text in figure.texts)
    assert png(figure, dpi=50)


def test_a_wave_without_an_answer_is_a_gap_and_levels_are_written():
    line = Line("Satisfaction", [3.0, np.nan, 3.5], [2.8, np.nan, 3.2], [3.2, np.nan, 3.8], [False, False, True])
    figure = wave_lines(["2022", "2023", "2024"], [line, line], ylabel="band", note="hollow")
    written = [text.get_text() for area in figure.axes for text in area.texts]
    assert written == ["3.00", "3.50"] * 2
    assert png(figure, dpi=50)


def test_wrong_shapes_are_refused():
    with pytest.raises(SurveykitError, match="1 x 2"):
        segment_heatmap(["row"], ["a", "b"], [[0.1]], [["1", "2"]], [[50, 50]])
    with pytest.raises(SurveykitError):
        segment_heatmap([], [], np.zeros((0, 0)), np.zeros((0, 0), dtype=object), np.zeros((0, 0)))
    with pytest.raises(SurveykitError):
        wave_lines(["a", "b"], [Line("x", [1.0], [0.5], [1.5])])
    with pytest.raises(SurveykitError):
        wave_lines([], [])
