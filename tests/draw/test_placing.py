"""Labels of maps overlap neither each other nor a point, and stay inside."""

import numpy as np
import pytest

from surveykit.draw.placing import place_labels
from surveykit.draw.quadrants import quadrant_map
from surveykit.draw.style import png
from surveykit.errors import SurveykitError


def overlaps(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@pytest.mark.parametrize("seed", range(8))
def test_labels_are_free_of_each_other_and_of_points(seed):
    generator = np.random.default_rng(seed)
    points = generator.uniform([0.3, 0.3], [5.5, 3.8], (16, 2))
    sizes = np.column_stack([generator.uniform(0.4, 1.3, 16), np.full(16, 0.15)])
    boxes, placed = place_labels(points, sizes, (6.0, 4.1), taken=[(0, 3.9, 1.2, 4.1)])
    kept = boxes[placed]
    assert placed.sum() >= 14
    for at, box in enumerate(kept):
        assert box[0] >= 0 and box[1] >= 0 and box[2] <= 6.0 and box[3] <= 4.1
        assert not any(overlaps(box, other) for other in kept[at + 1 :])
        assert not any(box[0] < x < box[2] and box[1] < y < box[3] for x, y in points)
        assert not overlaps(box, (0, 3.9, 1.2, 4.1))


def test_a_label_without_a_place_is_left_for_the_list():
    points = np.tile([[0.5, 0.5]], (30, 1))
    _, placed = place_labels(points, np.full((30, 2), 0.4), (1.0, 1.0))
    assert not placed.all()


def test_a_map_without_rows_is_refused_and_undefined_points_are_listed():
    nothing = np.array([])
    with pytest.raises(SurveykitError):
        quadrant_map([], nothing, nothing, x_low=nothing, x_high=nothing, y_low=nothing, y_high=nothing)
    bare = np.array([np.nan, 1.0])
    figure = quadrant_map(["lost", "kept"], bare, bare, x_low=bare, x_high=bare, y_low=bare, y_high=bare)
    assert any("lost" in text.get_text() for text in figure.texts)
    assert png(figure, dpi=40)
