"""Examples of mediation for the contract test."""

from __future__ import annotations

from collections.abc import Callable

import surveykit as sk
from surveykit.analyse.mediation import mediate
from surveykit.result import Result
from tests.oracle_values import frame


def _scores() -> sk.Scores:
    return sk.score(sk.load_data("ecsi_mobile"), scales=sk.load_study("ecsi_mobile").model.measurement)


EXAMPLES: dict[str, Callable[[], Result]] = {
    "mediation": lambda: mediate(_scores(), ["IMAG", "CUEX", "PERQ", "PERV"], "CUSA", "CUSL", n_boot=500),
    "mediation, no share": lambda: mediate(frame("tal_or"), "cond", "pmi", "reaction", n_boot=500),
    "mediation, serial": lambda: mediate(
        frame("tal_or"), "cond", ["pmi", "import"], "reaction", covariates="age", serial=True, n_boot=500
    ),
    "mediation, moderated": lambda: mediate(
        frame("tal_or"), "cond", "pmi", "reaction", moderator="import", n_boot=500, interval="bca"
    ),
    "mediation, yes or no": lambda: mediate(
        frame("tal_or").assign(yes=lambda d: (d["reaction"] > 3).astype(int)), "cond", "pmi", "yes", n_boot=200
    ),
}
