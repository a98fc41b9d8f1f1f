"""What is wrong with a solution, named by the parameters that cause it."""

from __future__ import annotations

import numpy as np

from surveykit.analyse.sem.fitting import Fitted
from surveykit.errors import Problem


def troubles(fitted: Fitted) -> list[Problem]:
    """Non-convergence, parameters that are not identified, negative variances, impossible latent correlations."""
    found = [*_convergence(fitted), *_identification(fitted)]
    if fitted.solution.minimum.converged:
        found += [*_variances(fitted), *_latent(fitted)]
    return found


def _convergence(fitted: Fitted) -> list[Problem]:
    minimum = fitted.solution.minimum
    if minimum.converged:
        return []
    if not np.isfinite(minimum.value):
        return [Problem.of("SEM-START", "", "error")]
    gradient, information = fitted.made.system.step(minimum.theta)
    scaled = np.abs(gradient) / np.sqrt(np.maximum(np.diag(information), 1e-300))
    named = ", ".join(fitted.made.name(p) for p in np.argsort(-scaled)[:3])
    return [Problem.of("SEM-NOT-CONVERGED", named, "error", steps=minimum.steps)]


def _identification(fitted: Fitted) -> list[Problem]:
    loose = fitted.solution.loose
    found = []
    if fitted.solution.test.df < 0:
        found.append(Problem.of("SEM-NEGATIVE-DF", "", "error", df=fitted.solution.test.df))
    if loose.shape[1] == 0:
        return found
    size = np.sqrt((loose**2).sum(axis=1)) / (np.abs(fitted.solution.theta) + 1.0)
    order = np.argsort(-size)
    named = [fitted.made.name(p) for p in order[:5] if size[p] > 0.05 * size[order[0]]]
    return [*found, Problem.of("SEM-NOT-IDENTIFIED", ", ".join(named), "error", count=int(loose.shape[1]))]


def _variances(fitted: Fitted) -> list[Problem]:
    found = []
    values = fitted.made.values(fitted.solution.theta)
    for row, value in zip(fitted.made.table.rows, values, strict=True):
        if row.op == "~~" and row.lhs == row.rhs and not row.exogenous and value < 0:
            place = f"{row.lhs} ~~ {row.lhs}" + _in_group(fitted, row.group)
            latent = row.lhs in fitted.made.table.roles.latent
            found.append(
                Problem.of("SEM-HEYWOOD-LATENT" if latent else "SEM-HEYWOOD", place, "warning", value=f"{value:.3g}")
            )
    return found


def _latent(fitted: Fitted) -> list[Problem]:
    """Factors whose model covariance matrix is not positive definite."""
    made = fitted.made
    places = np.array([made.variables.index(name) for name in made.table.roles.latent], dtype=np.int64)
    if len(places) < 2:
        return []
    found = []
    for g, group in enumerate(made.system.groups, start=1):
        covariance = group.at(fitted.solution.theta).implied.covariance[np.ix_(places, places)]
        variance = np.diag(covariance)
        if (variance <= 0).any():
            continue
        correlation = covariance / np.sqrt(np.outer(variance, variance))
        values, vectors = np.linalg.eigh(correlation)
        if values[0] > 1e-8:
            continue
        above = [
            (made.table.roles.latent[i], made.table.roles.latent[j], correlation[i, j])
            for i in range(len(places)) for j in range(i) if abs(correlation[i, j]) >= 1
        ]  # fmt: skip
        if above:
            named = "; ".join(f"{b} ~~ {a} (r = {r:.3f})" for a, b, r in above)
        else:
            heavy = np.flatnonzero(np.abs(vectors[:, 0]) > 0.3)
            named = ", ".join(made.table.roles.latent[at] for at in heavy)
        found.append(
            Problem.of(
                "SEM-LATENT-NOT-PD", named + _in_group(fitted, g), "warning", eigenvalue=f"{values[0]:.3g}"
            )
        )
    return found


def _in_group(fitted: Fitted, group: int) -> str:
    return f" (group {fitted.samples[group - 1].label})" if len(fitted.samples) > 1 else ""
