"""Examples of path models for the contract test."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import surveykit as sk
from surveykit.analyse.pls.groups import pls_groups
from surveykit.analyse.pls.importance import ipma
from surveykit.analyse.pls.predict import pls_predict
from surveykit.analyse.pls.public import pls
from surveykit.result import Result
from tests.analyse.pls.models import ECSI, HIGHER, mobi

EXAMPLES: dict[str, Callable[[], Result]] = {
    "path model": lambda: pls(ECSI, sk.load_data("ecsi_mobile"), n_boot=200),
    "path model, higher order, no bootstrap": lambda: pls(HIGHER, mobi(), n_boot=0),
    "path model, consistent": lambda: pls(ECSI, mobi(), consistent=True, n_boot=100),
    "path model, prediction": lambda: pls_predict(ECSI, mobi(), folds=5, repetitions=1),
    "path model, importance": lambda: ipma(ECSI, sk.load_data("ecsi_mobile"), "CUSL", n_boot=200),
    "path model, groups": lambda: pls_groups(
        ECSI, mobi().assign(half=lambda d: np.where(np.arange(len(d)) % 2, "odd", "even")), "half", n_perm=200
    ),
}
