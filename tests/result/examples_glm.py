"""Examples of ordinal, binary, count, moderation, penalty-reward and prediction results for the contract test."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

import surveykit as sk
from surveykit.analyse.binary import logistic
from surveykit.analyse.counts_model import count_model
from surveykit.analyse.hierarchy import hierarchical
from surveykit.analyse.moderation import moderate
from surveykit.analyse.ordinal import ordinal
from surveykit.analyse.ordinal_mixed import ordinal_mixed
from surveykit.analyse.penalty import penalty_reward
from surveykit.analyse.predicted import predicted
from surveykit.result import Result
from tests.oracle_values import frame


def scores() -> sk.Scores:
    """Scale scores of real customers."""
    return sk.score(sk.load_data("ecsi_mobile"), scales=sk.load_study("ecsi_mobile").model.measurement)


def wine() -> pd.DataFrame:
    """Bitterness ratings of nine judges."""
    return frame("wine")


def customers() -> pd.DataFrame:
    """Scores with a yes-or-no answer, a count, sites and a group."""
    data = scores().values.reset_index(drop=True)
    at = np.arange(len(data))
    renewed = np.where(data["CUSL"] + (at % 7) / 2 > 8.2, "yes", "no")
    return data.assign(
        renewed=renewed,
        calls=(10 - data["CUSA"]).round().clip(lower=0) + at % 3,
        months=1 + at % 5,
        site=at % 12,
        segment=np.resize(["new", "old", "gold"], len(data)),
    )


def separated() -> pd.DataFrame:
    """A predictor that tells the answers apart."""
    return pd.DataFrame({"y": [0, 0, 0, 1, 1, 1], "x": [1.0, 2, 3, 4, 5, 6], "z": [1.0, 3, 2, 2, 1, 3]})


EXAMPLES: dict[str, Callable[[], Result]] = {
    "ordinal": lambda: ordinal("rating ~ temp + contact", wine()),
    "ordinal probit": lambda: ordinal("rating ~ temp + contact", wine(), link="probit", covariance="HC0"),
    "ordinal partial": lambda: ordinal("rating ~ temp + contact", wine(), partial=["contact"]),
    "ordinal on scores": lambda: ordinal("CUSL2 ~ CUSA + IMAG", scores(), cluster=None),
    "ordinal separated": lambda: ordinal("y ~ x", separated()),
    "ordinal mixed": lambda: ordinal_mixed("rating ~ temp + contact", wine(), "judge"),
    "logistic": lambda: logistic("renewed ~ CUSA + IMAG + segment", customers(), event="yes"),
    "logistic clustered": lambda: logistic("renewed ~ CUSA + IMAG", customers(), event="yes", cluster="site"),
    "logistic separated": lambda: logistic("y ~ x + z", separated()),
    "count model": lambda: count_model("calls ~ CUSA + IMAG", customers()),
    "count model negbin": lambda: count_model("calls ~ CUSA", customers(), family="negbin", exposure="months"),
    "count model of a constant": lambda: count_model("one ~ x", separated().assign(one=1)),
    "moderation": lambda: moderate(scores(), "IMAG", "CUSA", "CUSL", ["PERQ"]),
    "moderation by group": lambda: moderate(customers(), "CUSA", "segment", "CUSL", cluster="site"),
    "penalty reward": lambda: penalty_reward("CUSA1", ["PERQ1", "PERQ2", "PERV1"], sk.load_data("ecsi_mobile")),
    "predicted answers": lambda: predicted(ordinal("rating ~ temp + contact", wine()), wine(), "temp"),
    "predicted answers along a score": lambda: predicted(ordinal("CUSL2 ~ CUSA", scores()), scores(), "CUSA"),
    "predicted share": lambda: predicted(
        logistic("renewed ~ CUSA * IMAG", customers(), event="yes"), customers(), "CUSA"
    ),
    "predicted mean": lambda: predicted(sk.regress("CUSL ~ CUSA + I(CUSA**2)", scores()), scores(), "CUSA"),
    "regression clustered": lambda: sk.regress("CUSL ~ CUSA + IMAG", customers(), cluster="site"),
    "hierarchy robust": lambda: hierarchical(["CUSL ~ CUSA", "CUSL ~ CUSA + IMAG"], scores(), covariance="HC3"),
}
