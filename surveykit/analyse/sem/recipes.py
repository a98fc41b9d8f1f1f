"""What each estimator name stands for: discrepancy, errors and test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from surveykit.errors import SurveykitError

Errors = Literal["standard", "huber_white", "first_order", "robust_sem"]
Correction = Literal["none", "yuan_bentler", "satorra_bentler", "scaled_shifted"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """An estimator. `discrepancy` is ML, GLS, ULS, WLS or DWLS."""

    name: str
    discrepancy: str
    errors: Errors
    test: Correction

    @property
    def likelihood(self) -> bool:
        """Whether there is a log-likelihood, hence AIC and BIC."""
        return self.discrepancy == "ML"

    @property
    def weighted(self) -> bool:
        """Whether a weight matrix of the sample statistics is used."""
        return self.discrepancy in ("WLS", "DWLS")


RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe("ML", "ML", "standard", "none"),
        Recipe("MLR", "ML", "huber_white", "yuan_bentler"),
        Recipe("MLM", "ML", "robust_sem", "satorra_bentler"),
        Recipe("MLMV", "ML", "robust_sem", "scaled_shifted"),
        Recipe("MLF", "ML", "first_order", "none"),
        Recipe("GLS", "GLS", "standard", "none"),
        Recipe("ULS", "ULS", "standard", "none"),
        Recipe("ULSM", "ULS", "robust_sem", "satorra_bentler"),
        Recipe("ULSMV", "ULS", "robust_sem", "scaled_shifted"),
        Recipe("WLS", "WLS", "standard", "none"),
        Recipe("DWLS", "DWLS", "standard", "none"),
        Recipe("WLSM", "DWLS", "robust_sem", "satorra_bentler"),
        Recipe("WLSMV", "DWLS", "robust_sem", "scaled_shifted"),
    )
}

ORDERED = ("ULS", "ULSM", "ULSMV", "WLS", "DWLS", "WLSM", "WLSMV")


def recipe_of(estimator: str, ordered: bool) -> Recipe:
    """The recipe of a name; refuses WLSMV without ordered items, and likelihoods of ordered ones."""
    name = estimator.upper()
    if name not in RECIPES:
        raise SurveykitError.of("ANALYSE-CHOICE", argument="estimator", found=estimator, allowed=", ".join(RECIPES))
    if ordered and name not in ORDERED:
        raise SurveykitError.of("SEM-ORDERED-ESTIMATOR", "", estimator=name, allowed=", ".join(ORDERED))
    if not ordered and name in ("DWLS", "WLSM", "WLSMV", "ULSM", "ULSMV"):
        raise SurveykitError.of("SEM-WLSMV-CONTINUOUS", "", estimator=name)
    return RECIPES[name]
