"""A map of crowded points keeps its labels apart and inside the figure."""

import numpy as np
import pytest

from surveykit.draw.quadrants import quadrant_map
from surveykit.errors import SurveykitError


def _boxes(figure):
    figure.canvas.draw()
    axes = figure.axes[-1]
    return [text.get_window_extent() for text in axes.texts]


def test_labels_of_crowded_points_do_not_overlap():
    generator = np.random.default_rng(2)
    x, y = generator.normal(0.4, 0.1, 8), generator.normal(70, 4, 8)
    labels = [f"Dimension {at} of service" for at in range(8)]
    bounds = {"x_low": x - 0.02, "x_high": x + 0.02, "y_low": y - 0.5, "y_high": y + 0.5}
    figure = quadrant_map(labels, x, y, **bounds, x_label="Importance", y_label="Performance")
    boxes = _boxes(figure)
    assert len(boxes) == 8
    for at, one in enumerate(boxes):
        for other in boxes[at + 1 :]:
            wide = min(one.x1, other.x1) - max(one.x0, other.x0)
            high = min(one.y1, other.y1) - max(one.y0, other.y0)
            assert wide <= 1 or high <= 1
    page = figure.bbox
    assert all(box.x0 >= 0 and box.x1 <= page.x1 and box.y0 >= 0 and box.y1 <= page.y1 for box in boxes)


def test_undefined_points_are_left_out_and_bare_points_have_no_whiskers():
    nothing = np.full(2, np.nan)
    bare = dict.fromkeys(("x_low", "x_high", "y_low", "y_high"), nothing)
    figure = quadrant_map(["a", "b"], [0.2, np.nan], [50, 60], **bare)
    assert [text.get_text() for text in figure.axes[-1].texts] == ["a"]


def test_nothing_to_draw_is_refused():
    with pytest.raises(SurveykitError):
        quadrant_map([], [], [], x_low=[], x_high=[], y_low=[], y_high=[])
