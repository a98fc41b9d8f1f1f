"""Examples of weightings and of results from designed samples for the contract test."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd

import surveykit as sk
from surveykit.analyse.rake import poststratify, rake
from surveykit.analyse.survey import survey_mean, survey_quantile, survey_share, survey_total
from surveykit.analyse.survey_alpha import survey_alpha
from surveykit.analyse.survey_crosstab import survey_crosstab
from surveykit.analyse.survey_regression import survey_regress
from surveykit.responses.design import SurveyDesign, survey_design
from surveykit.result import Result
from tests.oracle_values import frame

TYPES = {"E": 4421, "H": 755, "M": 1018}
WIDE = {"No": 1072, "Yes": 5122}


@cache
def strata() -> SurveyDesign:
    """Two hundred schools in three strata of known size."""
    return survey_design(frame("apistrat"), weights="pw", strata="stype", fpc="fpc")


@cache
def clusters() -> SurveyDesign:
    """Schools of fifteen districts."""
    return survey_design(frame("apiclus1"), weights="pw", clusters="dnum", fpc="fpc")


@cache
def weighted() -> sk.Responses:
    """Real answers with weights."""
    answers = sk.load_data("ecsi_mobile")
    return answers.with_columns(pd.DataFrame({"w": np.linspace(0.5, 2, answers.n)})).weighted("w")


def few() -> pd.DataFrame:
    """Four respondents, of whom one group has one and nobody answered b."""
    return pd.DataFrame({"a": [10, 9, 3, 7.0], "b": [np.nan] * 4, "g": ["x", "x", "x", "y"], "k": 1})


def raking(**options: object) -> Result:
    """The clusters raked to two margins."""
    return rake(clusters(), {"stype": TYPES, "sch.wide": WIDE}, **options)  # type: ignore[arg-type]


EXAMPLES: dict[str, Callable[[], Result]] = {
    "raking": raking,
    "raking trimmed": lambda: raking(trim=(20, 45)),
    "raking without convergence": lambda: rake(
        pd.DataFrame({"a": [1, 1, 2], "b": [1, 1, 2]}), {"a": {1: 0.5, 2: 0.5}, "b": {1: 0.9, 2: 0.1}}, max_iterations=9
    ),
    "post-stratification": lambda: poststratify(clusters(), "stype", TYPES),
    "means of a design": lambda: survey_mean(strata(), ["api00", "api99"]),
    "means by group": lambda: survey_mean(strata(), "api00", by="stype"),
    "means of clusters by replicates": lambda: survey_mean(
        survey_design(frame("apiclus1"), "pw", clusters="dnum", fpc="fpc", replicates="JK1"), "api00"
    ),
    "means of nobody": lambda: survey_mean(few(), ["a", "b"], by="g"),
    "share of a design": lambda: survey_share(strata(), "sch.wide", "Yes"),
    "share of everyone": lambda: survey_share(few(), "k", 1),
    "total of a design": lambda: survey_total(strata(), "enroll"),
    "median of a design": lambda: survey_quantile(strata(), "api00"),
    "quartile of few": lambda: survey_quantile(few(), ["a", "b"], 0.25),
    "weighted items": lambda: sk.describe(weighted()),
    "weighted scores": lambda: sk.describe(sk.score(weighted(), scales=sk.load_study("ecsi_mobile").model.measurement)),
    "nps of a panel": lambda: sk.nps(survey_design(few(), sample="opt_in"), column="a"),
    "weighted top box": lambda: sk.top_box(weighted(), (1, 10), 3, column="CUSA1"),
    "survey regression": lambda: survey_regress("api00 ~ ell + meals + mobility", strata()),
    "survey regression of weighted answers": lambda: survey_regress("CUSA1 ~ IMAG1 + PERQ1", weighted()),
    "survey regression with collinearity": lambda: survey_regress(
        "api00 ~ ell + both2", survey_design(frame("apistrat").assign(both2=lambda f: 2 * f["ell"]), weights="pw")
    ),
    "survey logistic regression": lambda: survey_regress("wide ~ ell + meals", wide(), family="binomial"),
    "survey regression with separation": lambda: survey_regress(
        "y ~ x", pd.DataFrame({"y": [0, 0, 1, 1], "x": [1, 2, 3, 4.0]}), family="binomial"
    ),
    "survey crosstab": lambda: survey_crosstab(strata(), "stype", "sch.wide"),
    "survey crosstab of one category": lambda: survey_crosstab(few(), "g", "k"),
    "survey alpha": lambda: survey_alpha(strata(), {"poverty": ["ell", "mobility", "meals"]}),
    "survey alpha of constants": lambda: survey_alpha(few().assign(c=2, d=2), {"flat": ["c", "d"]}),
}


def wide() -> SurveyDesign:
    """The strata with a 0/1 outcome."""
    data = frame("apistrat").assign(wide=lambda f: (f["sch.wide"] == "Yes").astype(int))
    return survey_design(data, weights="pw", strata="stype", fpc="fpc")
