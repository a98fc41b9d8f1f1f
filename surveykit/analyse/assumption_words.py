"""What the checks of a linear regression found, in words: also where nothing stands against it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveykit.result import Writer

_P_VALUES = ("breusch_pagan_p", "reset_p", "shapiro_p")


def assumption_sentences(
    table: pd.DataFrame,
    measures: Mapping[str, float],
    diagnostics: Mapping[str, float],
    covariance: str,
    write: Writer,
) -> list[str]:
    """Clusters, normality of the residuals, and that constant variance and straightness were not contradicted."""
    said = []
    alpha = 1 - float(table["conf_level"].iloc[0])
    if covariance == "CR1" and "clusters" in measures:
        said.append(write.say("assumptions.clusters", clusters=write.count(measures["clusters"])))
    if diagnostics.get("shapiro_p", 1.0) < alpha:
        said.append(write.say("assumptions.not_normal", p=write.p(diagnostics["shapiro_p"])))
    calm = [name for name in _P_VALUES if diagnostics.get(name, 0.0) >= alpha]
    if calm:
        listed = write.say("list.comma").join(
            write.say(f"assumptions.{name}", p=write.p(diagnostics[name])) for name in calm
        )
        said.append(write.say("assumptions.calm", listed=listed))
    return said
