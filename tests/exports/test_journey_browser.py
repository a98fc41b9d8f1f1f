"""A respondent's way through the whole: page, answers, file, reading, scores, in each language."""

import json

import numpy as np
import pytest

import surveykit as sk
from tests.exports.test_page_browser import onward, plant, saved

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("lang", ["en", "zh", "ru"])
def test_answers_given_in_the_browser_are_read_and_scored_as_planted(visit, tmp_path, lang):
    form = sk.load_questionnaire("s3_provider")
    draw = np.random.default_rng(["en", "zh", "ru"].index(lang))
    planted = {item.code: int(draw.integers(1, 6)) for item in form.items}
    page = visit(form, f"?lang={lang}")
    page.click("#start")
    plant(page, planted)
    onward(page)
    files = {kind: tmp_path / f"answers.{kind}" for kind in ("csv", "json")}
    for kind, path in files.items():
        path.write_bytes(saved(page, kind))
    assert json.loads(files["json"].read_text(encoding="utf-8"))["language"] == lang

    expected = {
        dimension.code: np.mean([planted[i.code] if i.keyed == 1 else 6 - planted[i.code] for i in dimension.items])
        for dimension in form.dimensions
    }
    for path in files.values():
        answers = sk.read_responses(path, form)
        assert answers.n == 1
        assert answers.frame(list(planted)).iloc[0].astype(int).to_dict() == planted
        scores = sk.score(answers).frame.iloc[0].to_dict()
        assert scores == pytest.approx(expected)
