"""What the shipped data sets promise: where they come from, that they read whole, that the planted order is found."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

import surveykit as sk
from surveykit.home import home

DATA = home() / "data"
STUDIES = sorted(path.parent.name for path in DATA.glob("*/study.yaml"))
SYNTHETIC = ["s0_communication", "s1_satisfaction", "s2_loyalty", "s3_service", "s4_levels"]
REAL = [name for name in STUDIES if name not in SYNTHETIC]
PLANTED = [(name, outcome) for name in SYNTHETIC for outcome in ("SAT", "LOY")] + [
    ("s0_communication", "RET"),
    ("s0_communication", "REC"),
    ("s4_levels", "EXP"),
]


def readme(name: str) -> list[str]:
    return (DATA / name / "README.md").read_text(encoding="utf-8").splitlines()


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def test_every_folder_of_data_is_a_study_with_a_readme() -> None:
    folders = sorted(path.name for path in DATA.iterdir() if path.is_dir() and not path.name.startswith("_"))
    assert folders == STUDIES
    assert set(SYNTHETIC) < set(STUDIES) and REAL
    assert all((DATA / name / "README.md").is_file() for name in STUDIES)


@pytest.mark.parametrize("name", SYNTHETIC)
def test_synthetic_data_say_so_first(name: str) -> None:
    assert "synthetic" in readme(name)[0].lower()
    assert sk.load_study(name).data.synthetic


@pytest.mark.parametrize("name", REAL)
def test_real_data_name_origin_and_licence(name: str) -> None:
    assert "real data" in readme(name)[0].lower()
    assert not sk.load_study(name).data.synthetic
    facts = [line.split("|")[1].strip() for line in readme(name) if line.startswith("|")]
    assert {"origin", "licence"} <= set(facts)


@pytest.mark.parametrize("name", SYNTHETIC)
def test_the_file_is_the_declared_simulation(name: str, tmp_path: Path) -> None:
    study = sk.load_study(name)
    drawn = sk.write_csv(sk.simulate(study), tmp_path / "drawn.csv")
    assert rows(DATA / name / study.data.file) == rows(drawn), "run: python data/make_synthetic.py"


@pytest.mark.parametrize("name", STUDIES)
def test_answers_are_read_whole(name: str) -> None:
    study, data = sk.load_study(name), sk.load_data(name)
    receipt = data.receipt
    assert data.n == len(rows(DATA / name / study.data.file)) - 1
    assert data.items == tuple(item.code for item in study.questionnaire.items)
    assert receipt.table["unread"].sum() == 0 and not receipt.not_found
    assert not [problem for problem in receipt.problems if problem.severity != "note"]


@pytest.mark.parametrize("name", STUDIES)
def test_studies_speak_three_languages(name: str) -> None:
    study = sk.load_study(name)
    assert set(study.languages) == {"en", "zh", "ru"}
    for lang in study.languages:
        named = {study.name(construct, lang) for construct in study.model.measurement}
        assert study.title[lang] and not named & set(study.model.measurement)


@pytest.fixture(scope="module")
def results() -> dict[str, sk.StudyResult]:
    return {name: sk.run(name) for name in SYNTHETIC}


@pytest.mark.parametrize(("name", "outcome"), PLANTED)
def test_the_strongest_planted_driver_is_found(name: str, outcome: str, results: dict[str, sk.StudyResult]) -> None:
    study = results[name].study
    planted = study.simulation.paths[outcome]
    in_model = {driver: planted.get(driver, 0) for driver in study.model.structure[outcome]}
    found = results[name].results[f"regression {outcome}"].table.set_index("term")
    strongest = max(in_model, key=lambda driver: in_model[driver])
    slopes = found.loc[list(in_model)]
    assert slopes["beta"].idxmax() == strongest
    assert slopes.loc[strongest, "conf_low"] > 0


@pytest.mark.parametrize("name", SYNTHETIC)
def test_planted_paths_are_unequal_and_some_are_zero(name: str) -> None:
    simulation = sk.load_study(name).simulation
    for outcome in ("SAT", "LOY"):
        weights = list(simulation.paths[outcome].values())
        assert len({weight for weight in weights if weight}) > 2
    assert 0 in [weight for paths in simulation.paths.values() for weight in paths.values()]
    assert (simulation.missing, simulation.careless) == (0.02, 0.03)


def test_seeds_differ() -> None:
    assert len({sk.load_study(name).simulation.seed for name in SYNTHETIC}) == len(SYNTHETIC)


def _maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_tables", DATA / "make_tables.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RECORDS = ["s1_satisfaction", "s2_loyalty", "s3_service", "s4_levels"]


@pytest.mark.parametrize("name", RECORDS)
def test_the_records_are_those_that_the_script_draws(name: str, tmp_path: Path) -> None:
    drawn = _maker().make(name, tmp_path)
    kept = sorted((DATA / name / "tables").glob("*.csv"))
    assert [path.name for path in kept] == sorted(path.name for path in drawn)
    for path in kept:
        assert rows(path) == rows(tmp_path / path.name), "run: python data/make_tables.py"


def test_the_ratings_of_the_provider_are_those_that_the_script_draws() -> None:
    drawn = _maker().s3_provider().to_csv(index=False)
    assert rows(DATA / "s3_service" / "provider.csv") == list(csv.reader(drawn.splitlines()))


@pytest.mark.parametrize("name", RECORDS)
def test_the_records_read_whole(name: str) -> None:
    receipt = sk.load_tables(name).receipt
    assert not receipt.exclusions and not receipt.problems


def _alarms(name: str) -> set[str]:
    """Periods in which the first control chart of a study alarms beyond its limits."""
    found = sk.run(name).results
    charts = {
        key: set(each.table.loc[each.table["signal"] != "", "period"])
        for key, each in found.items()
        if key.startswith("chart ")
    }
    return next(iter(charts.values()))


def test_what_is_planted_in_the_records_is_found() -> None:
    assert "2026-08" in _alarms("s3_service")
    assert "2026-W33" in _alarms("s4_levels")
    quarters = sk.operations(sk.load_tables("s1_satisfaction"), "quarter", metrics=["retention"], end="2026-10-01")
    kept = quarters.metric("retention").set_index("period")["estimate"]
    assert kept.idxmin() == "2025-Q3"
    people = sk.operations(sk.load_tables("s4_levels"), "all", "staff", metrics=["conformity"]).table
    assert people.loc[people["estimate"].idxmin(), "group"] == "W4"
