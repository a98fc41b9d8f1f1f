"""A YAML file with faults is refused with every fault, its line and its remedy."""

import pytest

from surveykit.errors import SurveykitError
from surveykit.spec.load import load_bank, load_questionnaire
from tests.builders import bank, dimension, form, item, section, text, write, write_small


def codes(caught: pytest.ExceptionInfo[SurveykitError]) -> list[str]:
    return [problem.code for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        ("code: a\n  b: [", "SPEC-YAML", 2),
        ("code: one_bank\ncode: two_bank\n", "SPEC-DUPKEY", 2),
        ("", "SPEC-NOTMAP", None),
        ("- a\n- b\n", "SPEC-NOTMAP", None),
        ("code: !!python/object:os.system x\n", "SPEC-YAML", 1),
        ("? [a, b]\n: c\n", "SPEC-YAML", 1),
    ],
)
def test_broken_yaml_is_named_with_its_line(tmp_path, content, code, line):
    path = tmp_path / "bank.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SurveykitError) as caught:
        load_bank(path)
    problem = caught.value.problems[0]
    assert problem.code == code
    assert problem.place == ("bank.yaml" if line is None else f"bank.yaml:{line}")


def test_a_file_that_is_absent_a_folder_or_not_utf8_is_refused(tmp_path):
    with pytest.raises(SurveykitError, match="no such file"):
        load_bank(tmp_path / "none.yaml")
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(SurveykitError, match="cannot be read"):
        load_bank(tmp_path / "folder.yaml")
    (tmp_path / "old.yaml").write_bytes("code: 满意".encode("gb18030"))
    with pytest.raises(SurveykitError, match="not UTF-8"):
        load_bank(tmp_path / "old.yaml")


def test_several_faults_come_at_once_each_with_its_line(tmp_path):
    faulty = bank([dimension("AAA", [item("AAA1", colour="red"), {"code": "lower1", "source": "x"}])])
    del faulty["version"]
    path = write(tmp_path, "b.yaml", faulty)
    with pytest.raises(SurveykitError) as caught:
        load_bank(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    found = {problem.code: problem for problem in caught.value.problems}
    assert {"SPEC-MISSING", "SPEC-UNKNOWN", "SPEC-VALUE"} <= set(found)
    line = int(found["SPEC-UNKNOWN"].place.split(":")[1])
    assert "colour" in lines[line - 1]
    line = int(found["SPEC-VALUE"].place.split(":")[1])
    assert "lower1" in lines[line - 1]


def test_a_missing_translation_is_named_with_language_and_line(tmp_path):
    broken = item("AAA1")
    del broken["text"]["ru"]
    path = write(tmp_path, "b.yaml", bank([dimension("AAA", [broken])]))
    with pytest.raises(SurveykitError) as caught:
        load_bank(path)
    assert codes(caught) == ["SPEC-UNTRANSLATED"]
    assert "ru" in str(caught.value) and "b.yaml:" in str(caught.value)


def test_codes_are_unique_whatever_their_case(tmp_path):
    path = write(tmp_path, "b.yaml", bank([dimension("AAA", [item("AAA1a"), item("AAA1a")])]))
    with pytest.raises(SurveykitError) as caught:
        load_bank(path)
    assert codes(caught) == ["SPEC-TWICE"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"text": None}, "SPEC-NOTEXT"),
        ({"kind": "check"}, "SPEC-CHECKANSWER"),
        ({"answer": 3}, "SPEC-CHECKANSWER"),
        ({"keyed": 0}, "SPEC-VALUE"),
    ],
)
def test_an_inconsistent_item_is_refused(tmp_path, change, code):
    path = write(tmp_path, "b.yaml", bank([dimension("AAA", [item("AAA1", **change)])]))
    with pytest.raises(SurveykitError) as caught:
        load_bank(path)
    assert code in codes(caught)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"high": 1}, "SPEC-SCALERANGE"),
        ({"labels": {1: text("a"), 7: text("b")}}, "SPEC-SCALELABEL"),
        ({"labels": {1: text("a")}}, "SPEC-SCALEENDS"),
        ({"missing": {3: text("m")}}, "SPEC-SCALEMISSING"),
        ({"kind": "nominal", "labels": {1: text("a"), 5: text("b")}}, "SPEC-SCALEENDS"),
    ],
)
def test_an_inconsistent_scale_is_refused(tmp_path, change, code):
    base = {"code": "AGREE5", "kind": "agreement", "low": 1, "high": 5}
    scale = {**base, "labels": {1: text("no"), 5: text("yes")}, **change}
    path = write(tmp_path, "b.yaml", bank([dimension("AAA", [item("AAA1")])], scales=[scale]))
    with pytest.raises(SurveykitError) as caught:
        load_bank(path)
    assert code in codes(caught)


def test_a_form_names_every_unknown_item_dimension_bank_and_voice(tmp_path):
    write_small(tmp_path)
    sections = [section("MAIN", dimensions=["AAA", "ZZZ"], items=["QQQ1"])]
    path = write(tmp_path / "questionnaires" / "forms", "bad.yaml", form(sections, code="bad_form"))
    with pytest.raises(SurveykitError) as caught:
        load_questionnaire(path)
    assert codes(caught) == ["SPEC-NOSUCHDIM", "SPEC-NOSUCHITEM"]
    silent = form([section("MAIN", dimensions=["AAA"])], code="silent", voice="provider")
    with pytest.raises(SurveykitError) as caught:
        load_questionnaire(write(tmp_path / "questionnaires" / "forms", "silent.yaml", silent))
    assert codes(caught) == ["SPEC-NOVOICE"] * 3
    lost = form([section("MAIN", dimensions=["AAA"])], code="lost", banks=["no_such_bank"])
    with pytest.raises(SurveykitError, match="s0_communication"):
        load_questionnaire(write(tmp_path / "questionnaires" / "forms", "lost.yaml", lost))


def test_an_item_asked_twice_is_refused(tmp_path):
    write_small(tmp_path)
    twice = form([section("MAIN", dimensions=["AAA"], items=["AAA1"])], code="twice")
    with pytest.raises(SurveykitError) as caught:
        load_questionnaire(write(tmp_path / "questionnaires" / "forms", "twice.yaml", twice))
    assert codes(caught) == ["SPEC-TWICE"]
