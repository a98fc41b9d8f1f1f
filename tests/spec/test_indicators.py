"""Indicator trees are read with every finding at its file and line."""

import pytest

from surveykit.errors import SurveykitError
from surveykit.spec.indicators import load_indicators, walk

GOOD = """code: small_tree
title: {en: Service}
languages: [en]
children:
  - code: SPEED
    name: {en: Speed}
    weight: 3
    children:
      - {code: ANSWER, name: {en: Answer}, kind: metric, direction: lower, low: 0, high: 10, target: 2}
      - {code: SOLVE, name: {en: Solution}, kind: metric, low: 0, high: 100, target: 80}
  - {code: MANNER, name: {en: Manner}, weight: 1, kind: grade, grades: {poor: 0, good: 60, fine: 100}, target: 60}
"""


def write(folder, text):
    path = folder / "tree.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_tree_is_read_with_its_leaves_in_order(tmp_path):
    tree = load_indicators(write(tmp_path, GOOD))
    assert [leaf.code for leaf in tree.leaves] == ["ANSWER", "SOLVE", "MANNER"]
    assert [depth for _, depth in walk(tree)] == [1, 2, 2, 1]
    assert tree.fingerprint == load_indicators(write(tmp_path, GOOD.replace("Service}", "Service }"))).fingerprint


@pytest.mark.parametrize(
    ("old", "new", "line", "code"),
    [
        ("weight: 1, ", "", 1, "INDIC-SOMEWEIGHTS"),
        ("kind: grade, ", "", 11, "INDIC-LEAF"),
        ("low: 0, high: 10,", "low: 10, high: 0,", 9, "INDIC-RANGE"),
        ("target: 80", "target: 180", 10, "INDIC-TARGET"),
        ("grades: {poor: 0, good: 60, fine: 100}, target: 60", "target: 60", 11, "INDIC-GRADES"),
        ("weight: 3", "wieght: 3", 7, "SPEC-UNKNOWN"),
        ("weight: 3", "weight: -3", 7, "SPEC-VALUE"),
        ("code: SOLVE", "code: ANSWER", 1, "SPEC-TWICE"),
        ("languages: [en]", "languages: [en, ru]", 2, "SPEC-UNTRANSLATED"),
        ("code: small_tree", "code: small_tree\nnormalise: target", 11, "INDIC-NOTARGET"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path, old, new, line, code):
    text = GOOD.replace(old, new)
    if code == "INDIC-NOTARGET":
        text = text.replace("high: 100, target: 80", "high: 100")
    with pytest.raises(SurveykitError) as error:
        load_indicators(write(tmp_path, text))
    places = {problem.place: problem.code for problem in error.value.problems}
    assert places.get(f"tree.yaml:{line}") == code, places


def test_the_shipped_tree_holds_the_twelve_indicators_of_the_study():
    tree = load_indicators("s3_service")
    assert len(tree.leaves) == 12
    assert {leaf.kind for leaf in tree.leaves} == {"scale", "metric", "grade"}
    assert all(leaf.owner and leaf.measure and leaf.target is not None for leaf in tree.leaves)
    with pytest.raises(SurveykitError, match="s3_service"):
        load_indicators("s4_service")
