"""Factor analysis gives the numbers that R gives, id by id."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from surveykit.analyse.efa import efa
from surveykit.analyse.efa_omega import HierarchicalReliability, omega_hierarchical
from surveykit.analyse.efa_result import FactorAnalysis
from surveykit.analyse.n_factors import FactorNumber, n_factors
from surveykit.stats.arrays import standardise
from surveykit.stats.glb import glb_factor
from surveykit.stats.moments import Moments
from tests.oracle_values import assert_meets, frame, ids

REVERSED = ("A1", "C4", "C5", "E1", "E2", "O2", "O5")


def items(prefix: str = "ACENO") -> pd.DataFrame:
    data = frame("bfi").iloc[:, :25]
    return data[[name for name in data if name[0] in prefix]].dropna()


@cache
def solution(extraction: str, rotation: str) -> FactorAnalysis:
    return efa(items(), 5, rotation, extraction=extraction)


@cache
def numbers() -> FactorNumber:
    return n_factors(items())


@cache
def omega(name: str) -> HierarchicalReliability:
    if name == "thurstone":
        matrix = frame("thurstone").select_dtypes("number")
        return omega_hierarchical(Moments.of_covariance(list(matrix.columns), matrix.to_numpy(), 213))
    data = items()
    turned = data.assign(**{name: 7 - data[name] for name in REVERSED})
    return omega_hierarchical(turned, 5)


@pytest.mark.parametrize("key", ids("kmo"))
def test_sampling_adequacy(key):
    part = key.split(".")[1]
    found = numbers()
    value = found.measures["kmo"] if part == "overall" else found.items.set_index("item").loc[part, "kmo"]
    assert_meets(key, float(value))


@pytest.mark.parametrize("key", ids("bartlett"))
def test_bartlett(key):
    name = {"chisq": "bartlett_chi2", "df": "bartlett_df"}[key.split(".")[1]]
    assert_meets(key, numbers().measures[name])


@pytest.mark.parametrize("key", ids("eigen."))
def test_eigenvalues(key):
    assert_meets(key, float(numbers().eigenvalues["component"].iloc[int(key.split(".")[1]) - 1]))


@pytest.mark.parametrize("key", ids("parallel", "map"))
def test_rules(key):
    found = numbers()
    value = {
        "parallel.nfact": found.suggestions["parallel_factors"],
        "parallel.ncomp": found.suggestions["parallel_components"],
        "map.min_n": found.suggestions["map_squared"],
        "map.min_value": found.eigenvalues["map_squared"].min(),
    }[key]
    assert_meets(key, float(value))


@pytest.mark.parametrize("key", ids("efa.minres.A1", "efa.minres.E2"))
def test_communality(key):
    assert_meets(key, float(solution("minres", "none").communalities[key.split(".")[2]]))


@pytest.mark.parametrize("key", ids("efa.minres.fit"))
def test_fit(key):
    name = {"rms": "rmsr", "TLI": "tli", "RMSEA": "rmsea", "BIC": "bic", "STATISTIC": "chi2"}[key.split(".")[3]]
    assert_meets(key, solution("minres", "none").measures[name])


@pytest.mark.parametrize("key", [key for key in ids("efa.") if ".maxabs." in key])
def test_largest_loading(key):
    _, extraction, rotation, _, item = key.split(".")
    assert_meets(key, float(solution(extraction, rotation).loadings.loc[item].abs().max()))


@pytest.mark.parametrize("key", ids("efa.minres.oblimin.maxphi"))
def test_largest_factor_correlation(key):
    phi = solution("minres", "oblimin").correlations.to_numpy()
    assert_meets(key, float(np.abs(phi[np.tril_indices(5, -1)]).max()))


@pytest.mark.parametrize("key", ids("efa.factanal"))
def test_maximum_likelihood(key):
    found = solution("ml", "none")
    part = key.split(".")[2]
    value = {"chisq": found.measures["chi2"], "df": found.measures["df"], "uniq": found.uniquenesses["N1"]}[part]
    assert_meets(key, float(value))


@pytest.mark.parametrize("key", ids("omega.bfi25", "omega.thurstone"))
def test_hierarchical_omega(key):
    _, name, part = key.split(".")
    coefficient = {
        "h": "omega_hierarchical",
        "total": "omega_total",
        "h_asym": "omega_asymptotic",
        "alpha": "alpha_standardised",
        "G6": "lambda6",
    }[part]
    assert_meets(key, omega(name).estimate(coefficient))


@pytest.mark.parametrize("key", ids("glb.fa"))
def test_greatest_lower_bound(key):
    data = items(key.split(".")[2])
    turned = data.assign(**{name: 7 - data[name] for name in REVERSED if name in data})
    assert_meets(key, glb_factor(standardise(turned.cov().to_numpy())).estimate)


@pytest.mark.parametrize("key", ids("irt.fa"))
def test_discrimination_from_polychoric_loadings(key):
    found = efa(items("N"), 1, correlation="polychoric").loadings.loc["N1", "F1"]
    assert_meets(key, float(found / np.sqrt(1 - found**2)))
