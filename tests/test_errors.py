"""Every problem is said in every language, with the same values, and refuses to be built wrongly."""

import re
import string
from pathlib import Path

import pytest

from surveykit.errors import Problem, SurveykitError, templates
from surveykit.language import LANGUAGES

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / "surveykit" / "problems").glob("*.yaml"))


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("code", sorted(templates()))
def test_a_problem_is_worded_in_every_language_with_the_same_values(code):
    worded = templates()[code]
    assert set(worded) == set(LANGUAGES)
    wanted = fields(worded["en"])
    for lang in LANGUAGES:
        assert fields(worded[lang]) == wanted, lang
    assert re.search(r"[\u4e00-\u9fff]", worded["zh"]) and re.search(r"[а-я]", worded["ru"])
    said = {lang: Problem(code, tuple((name, 3) for name in wanted)).message(lang) for lang in LANGUAGES}
    assert len(set(said.values())) == len(LANGUAGES)


def test_no_code_stands_in_two_files():
    codes = [
        line.split(":")[0]
        for path in FILES
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.match(r"^[A-Z]", line)
    ]
    assert len(codes) == len(set(codes)) == len(templates())


def test_every_code_is_used_and_every_used_code_exists():
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "surveykit").rglob("*.py"))
    used = set(re.findall(r'"([A-Z]+(?:-[A-Z0-9]+)+)"', source))
    assert {code for code in templates() if code not in used} == set()
    prefixes = {code.split("-")[0] for code in templates()}
    unknown = {code for code in used if code.split("-")[0] in prefixes} - set(templates())
    assert unknown == set()


def test_a_problem_says_place_and_message():
    problem = Problem.of("SPEC-MISSING", "bank.yaml:3", field="code")
    assert str(problem) == "bank.yaml:3: `code` is missing; add it"
    with pytest.raises(KeyError):
        Problem.of("SPEC-MISSING", "bank.yaml:3")
    with pytest.raises(KeyError):
        Problem.of("SPEC-NOSUCHCODE")


def test_an_error_lists_every_problem():
    both = [Problem.of("SPEC-MISSING", f"a.yaml:{line}", field="x") for line in (1, 2)]
    error = SurveykitError(both)
    assert error.problems == tuple(both)
    assert str(error).startswith("2 problems:") and "a.yaml:2" in str(error)
