"""Specifications are frozen, keep their fingerprint through files, and join banks into questionnaires."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from surveykit.errors import SurveykitError
from surveykit.home import home
from surveykit.spec.bank import ItemBank
from surveykit.spec.load import load_bank, load_questionnaire
from surveykit.spec.model import Model
from surveykit.spec.schema import FILES, schema_text
from tests.builders import bank, dimension, form, item, section, write, write_small

BANKS = sorted(path.stem for path in (home() / "questionnaires" / "banks").glob("*.yaml"))
FORMS = sorted(path.stem for path in (home() / "questionnaires" / "forms").glob("*.yaml"))


@pytest.fixture
def small(tmp_path):
    return load_questionnaire(write_small(tmp_path))


def test_a_questionnaire_holds_items_scales_and_dimensions_in_form_order(small):
    assert [i.code for i in small.items[:6]] == ["AAA1", "AAA2", "AAA3", "BBB1", "BBB2", "BBB3"]
    assert small.item("AAA3").keyed == -1
    assert small.scale("AAA1").label(99, "en") == "Cannot say"
    assert small.scale("OPN1") is None
    assert [d.code for d in small.dimensions] == ["AAA", "BBB", "CHK", "SAT", "OPN"]
    assert small.wording("AAA1", "zh") == "中Item AAA1"
    assert not small.item("OPN1").required and small.item("AAA1").required


def test_specifications_cannot_be_changed(small):
    with pytest.raises(ValidationError):
        small.version = "2"
    with pytest.raises(ValidationError):
        small.items[0].keyed = -1


def test_the_fingerprint_depends_on_content_and_not_on_layout(tmp_path, small):
    again = load_questionnaire(write_small(tmp_path / "elsewhere"))
    assert again.fingerprint == small.fingerprint
    path = write_small(tmp_path / "third")
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump(data, sort_keys=True, allow_unicode=True, indent=6), encoding="utf-8")
    assert load_questionnaire(path).fingerprint == small.fingerprint
    data["closing"]["en"] = "Thank you"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    assert load_questionnaire(path).fingerprint != small.fingerprint


def test_a_form_may_ask_part_of_a_dimension(tmp_path):
    write_small(tmp_path)
    cut = form([section("MAIN", items=["AAA2", "BBB1"])], code="cut_form")
    made = load_questionnaire(write(tmp_path / "questionnaires" / "forms", "cut.yaml", cut))
    assert [i.code for i in made.dimension("AAA").items] == ["AAA2"]


def test_a_kpi_item_is_asked_but_not_scored(tmp_path):
    path = write(tmp_path, "b.yaml", bank([dimension("AAA", [item("AAA1"), item("AAA2", kpi=True)])]))
    assert [i.scored for i in load_bank(path).items] == [True, False]


@pytest.mark.parametrize("name", BANKS)
def test_shipped_banks_survive_a_round_trip_through_yaml(name, tmp_path):
    made = load_bank(name)
    stored = made.model_dump(mode="json", exclude_none=True)
    path = write(tmp_path, f"{name}.yaml", stored)
    assert load_bank(path).fingerprint == made.fingerprint
    assert ItemBank.model_validate(stored) == made


@pytest.mark.parametrize("name", FORMS)
def test_shipped_forms_load_and_are_worded_in_three_languages(name):
    made = load_questionnaire(name)
    assert made.languages == ("en", "zh", "ru")
    for asked in made.items:
        assert len({made.wording(asked, lang) for lang in made.languages}) == 3


def test_every_source_study_has_a_form():
    customers = {"s0_customer", "s1_customer", "s2_customer", "s3_customer", "s4_customer", "ecsi_mobile"}
    assert customers | {"s0_provider", "s3_provider"} <= set(FORMS)


@pytest.mark.parametrize("name", [name for name in FORMS if name.endswith("_customer")])
def test_customer_forms_ask_background_loyalty_open_questions_and_one_attention_check(name):
    made = load_questionnaire(name)
    asked = {i.dimension for i in made.items}
    assert {"BGD", "SAT", "REP", "REC", "PRI", "RET", "NPS", "CES"} <= asked
    assert sum(i.kind == "check" for i in made.items) == 1
    assert any(i.kind == "text" for i in made.items)


def test_the_communication_bank_has_sixty_items_for_both_sides_with_balanced_keying():
    made = load_bank("s0_communication")
    assert len(made.dimensions) == 10
    for part in made.dimensions:
        assert len(part.items) == 6
        assert any(i.keyed == -1 for i in part.items) and any(i.keyed == 1 for i in part.items)
    assert all(i.text and i.provider for i in made.items)
    assert sum(i.kpi for i in made.items) == 3
    assert {i.code for i in made.items} <= {i.code for i in load_questionnaire("s0_provider").items}


def test_every_driver_dimension_of_the_banks_has_a_reversed_item_or_says_why_not():
    exempt = {"DET", "EXP", "IMAG", "CUEX", "PERQ", "PERV", "CUSCO"}
    for name in BANKS:
        for part in load_bank(name).dimensions:
            if part.role == "driver" and part.code not in exempt:
                assert any(i.keyed == -1 for i in part.items), part.code


@pytest.mark.parametrize("name", list(FILES))
def test_the_committed_schemas_are_those_of_the_code(name):
    path = home() / "questionnaires" / "schemas" / f"{name}.schema.json"
    assert path.read_text(encoding="utf-8") == schema_text(name), "run `make docs`"
    assert json.loads(schema_text(name))["type"] == "object"


NAMES = st.from_regex(r"[A-Z]{2,6}", fullmatch=True)


@given(st.dictionaries(NAMES, st.lists(NAMES, min_size=1, max_size=4, unique=True), max_size=4))
def test_a_model_reads_back_the_syntax_it_prints(parts):
    measurement = {name: tuple(t for t in terms if t != name) for name, terms in parts.items()}
    measurement = {name: terms for name, terms in measurement.items() if terms}
    model = Model(measurement=measurement, structure=measurement)
    assert Model.parse(str(model)) == model


def test_a_model_orders_its_outcomes_and_refuses_circles():
    model = Model.parse("LOY ~ SAT + PRI\nSAT ~ QUA + PRI  # satisfaction\n")
    assert model.order == ("SAT", "LOY")
    with pytest.raises(SurveykitError, match="circle"):
        _ = Model.parse("A1 ~ B1\nB1 ~ A1").order


@pytest.mark.parametrize("line", ["SAT ~~ LOY", "SAT", "~ QUA", "SAT ~ ", "SAT =~ 1x"])
def test_syntax_that_is_not_a_model_is_refused_with_its_line(line):
    with pytest.raises(SurveykitError, match="model line 2"):
        Model.parse("SAT ~ QUA\n" + line)


def test_spec_files_name_no_path_of_a_machine():
    for path in (home() / "questionnaires").rglob("*.yaml"):
        assert str(Path.home()) not in path.read_text(encoding="utf-8")
