"""Published and recomputed figures of real surveys, where their data are at hand (they are not part of the project)."""

from pathlib import Path

import pandas as pd
import pytest

from surveykit.analyse.sem.invariance import invariance
from surveykit.analyse.sem.public import cfa

DATA = Path(__file__).parents[4] / "shared" / "data"


def read(folder, name):
    path = DATA / folder / name
    if not path.is_file():
        pytest.skip(f"{folder}/{name} is not on this machine: the data are not ours to pass on")
    return pd.read_csv(path, encoding="utf-8", low_memory=False)


def test_six_factors_of_a_bank_are_not_distinct_and_are_named():
    rows = read("bank_satisfaction", "satisfaction.csv")
    blocks = {
        name: [item for item in rows if item[:-1] == name] for name in ("imag", "expe", "qual", "val", "sat", "loy")
    }
    fit = cfa("\n".join(f"{name} =~ {' + '.join(items)}" for name, items in blocks.items()), rows)
    assert fit.measures["chisq"] == pytest.approx(1103.703, abs=5e-4)
    assert fit.measures["df"] == 309
    assert fit.measures["cfi"] == pytest.approx(0.838, abs=5e-4)
    assert fit.measures["rmsea"] == pytest.approx(0.101, abs=5e-4)
    (problem,) = [problem for problem in fit.problems if problem.code == "SEM-LATENT-NOT-PD"]
    assert {"expe", "qual", "val"} <= set(problem.place.split(", "))


def test_an_airport_is_measured_alike_from_2014_to_2018():
    rows = read("sfo_airport", "sfo_2010_2018_harmonised.csv").query("year >= 2014")
    ladder = invariance("shops =~ ART + FOOD + STORE\nways =~ SIGN + WALKWAYS + SCREENS", rows, "year")
    found = ladder.table.set_index("ladder")
    for step, chisq, df in (("configural", 484.555, 40), ("metric", 499.808, 56), ("scalar", 518.649, 72)):
        assert found.loc[step, "chisq"] == pytest.approx(chisq, abs=5e-4)
        assert found.loc[step, "df"] == df
        assert found.loc[step, "cfi"] == pytest.approx(0.984, abs=5e-4)
    assert ladder.licensed
