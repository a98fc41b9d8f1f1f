"""Examples of agreement, validity and DIF results for the contract test."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

import surveykit as sk
from surveykit.result import Result
from tests.oracle_values import frame


def ratings() -> pd.DataFrame:
    """Eight subjects, three raters, one rating missing."""
    first = [1, 2, 3, 4, 5, 3, 2, np.nan]
    return pd.DataFrame({"r1": first, "r2": [1, 2, 3, 4, 4, 3, 1, 2], "r3": [2, 2, 3, 5, 5, 3, 2, 1]})


def grouped(levels: list[str]) -> pd.DataFrame:
    """Five items of 900 respondents in groups."""
    data = frame("bfi_N_gender").head(900).set_axis(["na", "nb", "nc", "nd", "ne", "g"], axis=1)
    return data.assign(g=np.resize(levels, len(data)))


def separated() -> pd.DataFrame:
    """Sixty respondents, of whom one item tells the group and another says nothing."""
    data = grouped(["women", "men"]).head(60)
    return data.assign(na=np.where(data["g"] == "men", 1, 2), nb=3)


def mobile() -> sk.Responses:
    """Real answers on seven scales."""
    return sk.load_data("ecsi_mobile")


EXAMPLES: dict[str, Callable[[], Result]] = {
    "agreement": lambda: sk.agreement(ratings()["r1"], ratings()["r2"]),
    "agreement ordinal": lambda: sk.agreement(ratings()["r1"], ratings()["r2"], "ordinal"),
    "agreement of three": lambda: sk.agreement(ratings()),
    "agreement interval": lambda: sk.agreement(ratings()["r1"], ratings()["r2"], "interval"),
    "agreement without variation": lambda: sk.agreement([1, 1], [1, 1]),
    "perfect agreement": lambda: sk.agreement([1, 2, 3], [1, 2, 3], "interval"),
    "krippendorff": lambda: sk.krippendorff(ratings(), "ratio"),
    "icc": lambda: sk.icc(ratings()),
    "icc without variation": lambda: sk.icc(pd.DataFrame({"a": [1, 1.0], "b": [2, 2.0]})),
    "validity": lambda: sk.validity(mobile(), n_boot=200),
    "validity bca": lambda: sk.validity(mobile(), interval="bca", n_boot=200),
    "validity of single items": lambda: sk.validity(ratings().dropna(), {"v": ["r1"], "t": ["r3"]}),
    "dif": lambda: sk.dif(grouped(["women", "men"]), "g"),
    "dif of three groups": lambda: sk.dif(grouped(["x", "y", "z"]), "g"),
    "dif with separation": lambda: sk.dif(separated(), "g"),
}
