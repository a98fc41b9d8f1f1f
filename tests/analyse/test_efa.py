"""What factor analysis promises a reader: views that agree, findings that are named, refusals that teach."""

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from surveykit.analyse.efa import efa
from surveykit.analyse.efa_omega import omega_hierarchical
from surveykit.analyse.n_factors import n_factors
from surveykit.errors import SurveykitError, templates
from surveykit.language import LANGUAGES, glossary
from surveykit.language.catalogue import entries
from surveykit.result import Result, formatted
from surveykit.stats.moments import Moments
from tests.draw.cases import WORDS, assert_legible
from tests.oracle_values import frame
from tests.stats.test_efa_factoring import PHI, PLANTED, implied


def items(rows: int = 600) -> pd.DataFrame:
    return frame("bfi").iloc[:, :25].dropna().iloc[:rows]


@cache
def results() -> tuple[Result, ...]:
    return (
        efa(items(), 5),
        efa(items(), 1, extraction="pa"),
        efa(items(), 4, "varimax", extraction="ml"),
        n_factors(items(), n_draws=20),
        n_factors(items()[["N1", "N2", "N3", "A1"]], "polychoric", n_draws=20, quantile=None),
        omega_hierarchical(items(), 5),
        omega_hierarchical(items(), 1),
    )


def codes(found: Result) -> set[str]:
    return {problem.code for problem in found.problems}


@pytest.mark.parametrize("which", range(7))
def test_stored_results_come_back(which):
    found = results()[which]
    stored = json.loads(json.dumps(found.to_dict()))
    again = Result.from_dict(stored)
    assert again.to_dict() == found.to_dict()
    pd.testing.assert_frame_equal(again.table, found.table)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("which", range(7))
def test_words_and_tables_in_every_language(which, lang):
    found = results()[which]
    assert set(found.table.columns) <= set(glossary())
    assert len(formatted(found, lang)) == len(found.table)
    text = found.narrate(lang)
    assert text and "{" not in text and "nan" not in text.lower()
    found._repr_html_()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("which", range(7))
def test_figures_are_legible(which, lang):
    assert_legible(results()[which].plot(lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_figures_hold_whole_questions(lang):
    texts = WORDS[lang]["items"]
    found = results()[0]
    named = found.renamed({item: {lang: texts[at % 4]} for at, item in enumerate(found.items)})
    assert_legible(named.plot(lang))


def test_every_text_of_the_room_is_in_three_languages():
    for key, entry in entries().items():
        if key.startswith(("efa.", "n_factors.")):
            assert set(entry) == set(LANGUAGES), key
    for code, entry in templates().items():
        if code.startswith("EFA-"):
            assert set(entry) == set(LANGUAGES), code


def test_moments_give_what_rows_give():
    data = items()
    rows, moments = efa(data, 5), efa(Moments.of(data.to_numpy(), list(data.columns)), 5)
    assert_allclose(rows.pattern, moments.pattern, atol=1e-10)
    assert rows.measures == pytest.approx(moments.measures, nan_ok=True)
    matrix = efa(Moments.of_covariance(list(data.columns), data.corr().to_numpy(), len(data)), 5)
    assert_allclose(rows.pattern, matrix.pattern, atol=1e-8)


def test_reversed_items_change_signs_only():
    data = items()
    plain, turned = efa(data, 5), efa(data.assign(A1=7 - data["A1"]), 5)
    assert_allclose(np.abs(plain.loadings), np.abs(turned.loadings), atol=1e-6)


def test_views_of_one_solution_agree():
    found = efa(items(), 5)
    model = found.loadings @ found.correlations @ found.loadings.T
    assert_allclose(np.diag(model), found.communalities)
    assert_allclose(found.structure, found.loadings @ found.correlations)
    assert_allclose(found.communalities + found.uniquenesses, 1)
    rest = found.residuals.to_numpy()[~np.eye(25, dtype=bool)]
    assert np.sqrt((rest**2).mean()) == pytest.approx(found.measures["rmsr"])
    assert found.variance["sum_of_squares"].sum() == pytest.approx(found.communalities.sum())
    assert list(found.table["estimate"]) == list(found.loadings.to_numpy().ravel())


@pytest.mark.parametrize("method", ["regression", "bartlett", "tenberge"])
def test_scores_of_rows(method):
    data = items()
    found = efa(data, 5)
    scores = found.scores(data, method)
    assert scores.shape == (len(data), 5)
    assert_allclose(scores.mean(), 0, atol=1e-10)
    if method == "tenberge":
        assert_allclose(scores.corr(), found.correlations, atol=1e-8)
    gap = data.astype(float)
    gap.iloc[3, 2] = np.nan
    assert found.scores(gap, method).isna().all(axis=1).tolist() == [row == 3 for row in range(len(data))]


def test_scores_need_means():
    data = items()
    found = efa(Moments.of_covariance(list(data.columns), data.cov().to_numpy(), 600), 5)
    with pytest.raises(SurveykitError, match="means"):
        found.scores(data)


def test_a_known_structure_is_recovered_from_answers():
    rng = np.random.default_rng(8)
    loads = np.kron(np.eye(3), np.array([[0.8], [0.7], [0.75], [0.65]]))
    shared = rng.multivariate_normal(np.zeros(3), [[1, 0.3, 0.3], [0.3, 1, 0.3], [0.3, 0.3, 1]], 3000)
    latent = shared @ loads.T + rng.standard_normal((3000, 12)) * np.sqrt(1 - (loads**2).sum(axis=1))
    answers = pd.DataFrame(np.digitize(latent, [-1.2, -0.3, 0.8, 1.6]), columns=[f"Q{i}" for i in range(1, 13)])
    assert set(n_factors(answers, "polychoric", n_draws=30).suggestions.values()) == {3}
    found = efa(answers, 3, correlation="polychoric")
    best = np.abs(found.loadings.to_numpy()).argmax(axis=1)
    assert len({tuple(best[at : at + 4]) for at in (0, 4, 8)}) == 3
    assert_allclose(np.abs(found.loadings.to_numpy()).max(axis=1), loads.max(axis=1), atol=0.06)
    plain = efa(answers, 3)
    assert plain.communalities.sum() < found.communalities.sum()


def test_no_rule_is_picked_silently():
    found = n_factors(items(2000), n_draws=40)
    assert len(found.table) == 5
    suggested = {found.suggestions[rule] for rule in found.suggestions if rule != "kaiser_rule"}
    text = found.narrate("en")
    assert ("disagree" in text) == (len(suggested) > 1)


def test_a_heywood_case_is_named():
    matrix = implied(PLANTED, PHI)
    matrix[0, 1] = matrix[1, 0] = 0.97
    found = efa(Moments.of_covariance([f"Q{at}" for at in range(12)], matrix, 600), 3)
    named = [problem for problem in found.problems if problem.code == "EFA-HEYWOOD"]
    assert {problem.place for problem in named} & {"item Q0", "item Q1"}


def test_a_matrix_that_is_not_positive_definite_is_not_smoothed():
    data = items()[["N1", "N2", "N3", "A2"]]
    doubled = data.assign(SUM=data["N1"] + data["N2"])
    found = efa(doubled, 1)
    assert "STATS-NOT-PD" in codes(found)
    assert np.isnan(found.measures["chi2"])
    undefined = efa(doubled, 1, extraction="ml")
    assert "EFA-NOSOLUTION" in codes(undefined)
    assert undefined.loadings.isna().all().all()
    assert all(undefined.narrate(lang) for lang in LANGUAGES)
    assert_legible(undefined.plot())


def test_too_many_factors_are_told():
    few = items()[["N1", "N2", "N3", "N4", "N5"]]
    assert "EFA-SATURATED" in codes(efa(few, 3))
    assert np.isnan(efa(few, 3).measures["rmsea"])


def test_missing_answers_are_counted():
    data = frame("bfi").iloc[:, :25]
    found = efa(data, 5)
    assert found.n == 2436
    assert "ANALYSE-DROPPED" in codes(found)
    assert efa(data, 5, missing="pairwise").n == 2800


def test_omega_names_what_it_reverses():
    found = results()[5]
    (problem,) = [problem for problem in found.problems if problem.code == "EFA-REVERSED"]
    reversed_items = {item for item, sign in zip(found.items, found.signs, strict=True) if sign < 0}
    assert set(dict(problem.values)["items"].split(", ")) == reversed_items
    assert (found.general >= 0).all()
    kept = omega_hierarchical(items(), 5, flip=False)
    assert set(kept.signs) == {1}
    keyed = omega_hierarchical(items(), 5, keys={item: -1 for item in reversed_items})
    assert keyed.estimate() == pytest.approx(found.estimate(), abs=1e-5)
    assert "EFA-REVERSED" not in codes(keyed)


def test_omega_of_one_and_two_factors_says_what_is_missing():
    assert np.isnan(results()[6].estimate("omega_hierarchical"))
    assert "EFA-ONEFACTOR" in codes(results()[6])
    assert "EFA-TWOFACTORS" in codes(omega_hierarchical(items()[["N1", "N2", "N3", "A2", "A3", "A5"]], 2))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda data: efa(data, 0), "1 to 24"),
        (lambda data: efa(data, 25), "1 to 24"),
        (lambda data: efa(data[["N1", "N2"]], 1), "at least 3"),
        (lambda data: efa(data, 3, "oblimax"), "varimax"),
        (lambda data: efa(data, 3, "target"), "target"),
        (lambda data: efa(data, 3, "target", target=np.zeros((3, 3))), "25 x 3"),
        (lambda data: efa(data.assign(N1=1), 3), "same answer"),
        (lambda data: efa(data, 3, extraction="uls"), "minres"),
        (lambda data: n_factors(data, n_draws=2), "at least 20"),
        (lambda data: n_factors(data, "spearman"), "polychoric"),
        (lambda data: efa(data / 3, 3, correlation="polychoric"), "whole-number"),
        (lambda data: efa(data.mask(data > 0), 3), "fewer than two"),
        (lambda data: omega_hierarchical(data, 3, rotation="varimax"), "oblimin"),
        (lambda data: omega_hierarchical(data, 3, keys={"X1": -1}), "X1"),
    ],
)
def test_refusals_teach(call, words):
    with pytest.raises(SurveykitError, match=words):
        call(items().astype(float))


def test_any_data_end_in_a_result_or_a_named_refusal():
    rng = np.random.default_rng(20)
    for trial in range(40):
        n, p = int(rng.integers(3, 80)), int(rng.integers(3, 9))
        values = rng.integers(1, int(rng.integers(2, 6)), (n, p)).astype(float)
        if trial % 3 == 0:
            values[:, 0] = values[:, 1]
        values[rng.random((n, p)) < 0.05 * (trial % 4)] = np.nan
        data = pd.DataFrame(values, columns=[f"Q{at}" for at in range(p)])
        kind = ("pearson", "polychoric")[trial % 2]
        method = ("minres", "ml", "pa")[trial % 3]
        turn, factors = ("geomin", "oblimin", "promax")[trial % 3], int(rng.integers(1, 4))
        for call in (
            lambda data=data, kind=kind, method=method, turn=turn, factors=factors: efa(
                data, factors, turn, kind, method
            ),
            lambda data=data, kind=kind: n_factors(data, kind, n_draws=20),
            lambda data=data, kind=kind: omega_hierarchical(data, 2, correlation=kind),
        ):
            try:
                found = call()
            except SurveykitError as refused:
                assert refused.problems
                continue
            assert all(found.narrate(lang) for lang in LANGUAGES)
            if found.table["estimate"].isna().any():
                assert found.problems
