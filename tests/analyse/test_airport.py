"""Eight years of airport passengers: which facilities go with the overall rating, and where to act first."""

from pathlib import Path

import pandas as pd
import pytest

import surveykit as sk

AIRPORT = Path(__file__).resolve().parents[3] / "shared" / "data" / "sfo_airport" / "sfo_2010_2018_harmonised.csv"
FACILITIES = ["ART", "FOOD", "STORE", "SIGN", "WALKWAYS", "SCREENS"]

pytestmark = pytest.mark.skipif(not AIRPORT.exists(), reason=f"needs the airport survey at {AIRPORT}")


@pytest.fixture(scope="module")
def passengers():
    return pd.read_csv(AIRPORT, encoding="utf-8", low_memory=False)


def test_the_regression_is_that_of_r(passengers):
    fit = sk.regress(f"ALL ~ {' + '.join(FACILITIES)}", passengers)
    assert fit.n == 17_003
    assert fit.measures["r2"] == pytest.approx(0.5472, abs=5e-5)
    found = fit.table["estimate"].to_list()
    assert found == pytest.approx([0.8584, 0.1327, 0.1544, 0.1096, 0.1409, 0.1183, 0.1514], abs=5e-5)


def test_food_is_where_to_act_and_most_points_stay_unsettled(passengers):
    weights = sk.importance("ALL", FACILITIES, passengers, n_boot=200)
    assert weights.table["estimate"].sum() == pytest.approx(weights.measures["r2"])
    table = sk.priority_map(weights, passengers, limits=(1, 5)).table.set_index("attribute")
    settled = table[table["lines_crossed"] == 0]
    assert settled.loc["FOOD", "quadrant"] == "concentrate_here"
    assert settled.loc["ART", "quadrant"] == "possible_overkill"
    assert len(settled) == 2
