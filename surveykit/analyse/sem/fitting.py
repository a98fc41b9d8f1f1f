"""From model text and data to a fitted model with its baseline: everything that results are read from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.sem.compiled import Compiled, compiled
from surveykit.analyse.sem.ordered import ordered_statistics, thresholds_of
from surveykit.analyse.sem.partable import CLASSES, Options, Parameter, Roles, Table, build, roles
from surveykit.analyse.sem.recipes import Recipe, recipe_of
from surveykit.analyse.sem.samples import Request, Sample, group_labels, samples_of
from surveykit.analyse.sem.solve import Solution, solve
from surveykit.analyse.sem.syntax import Syntax, parse
from surveykit.errors import Problem, SurveykitError
from surveykit.spec.model import Model
from surveykit.stats.moments import Moments
from surveykit.stats.sem_missing import MissingMoments
from surveykit.stats.sem_normal import NormalMoments
from surveykit.stats.sem_system import Discrepancy
from surveykit.stats.sem_weighted import continuous_statistics

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that decides a fit besides the model and the data."""

    estimator: str = "ML"
    ordered: tuple[str, ...] = ()
    group: str | None = None
    group_equal: tuple[str, ...] = ()
    group_partial: tuple[str, ...] = ()
    missing: str = "listwise"
    cluster: str | None = None
    weights: str | None = None
    std_lv: bool = False
    orthogonal: bool = False
    meanstructure: bool | None = None
    fixed_x: bool = True
    parameterization: str = "delta"
    wu_estabrook: bool = False


Baseline = tuple[Solution | None, Compiled | None]


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A fitted model: its table on arrays, samples, solution, and that of the baseline `bare` (None where it has none)."""

    settings: Settings
    recipe: Recipe
    means: bool
    made: Compiled
    samples: tuple[Sample, ...]
    solution: Solution
    baseline: Solution | None
    bare: Compiled | None
    problems: tuple[Problem, ...]

    @property
    def n(self) -> int:
        """Rows used, over all groups."""
        return sum(sample.n for sample in self.samples)

    @property
    def fixed_x(self) -> tuple[str, ...]:
        """Covariates whose moments are taken as they are."""
        rows = self.made.table.rows
        return tuple(row.lhs for row in rows if row.exogenous and row.op == "~~" and row.lhs == row.rhs and row.group == 1)


def syntax_of(model: Any) -> Syntax:
    """The statements of a text or a Model."""
    if not isinstance(model, str | Model):
        raise SurveykitError.of("SEM-MODEL-KIND", "", found=type(model).__name__)
    return parse(str(model))


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Data made ready once, for several models of the same variables."""

    samples: tuple[Sample, ...]
    discrepancies: tuple[Discrepancy, ...]
    thresholds: dict[str, int]
    labels: tuple[str, ...]
    problems: tuple[Problem, ...]


def prepare(syntax: Syntax, data: Any, settings: Settings) -> Prepared:
    """Samples and sample statistics of each group."""
    names = roles(syntax)
    recipe = recipe_of(settings.estimator, bool(settings.ordered))
    means = _means(syntax, settings, recipe)
    _choices(settings, recipe)
    _not_both(names, data)
    fiml = settings.missing == "fiml"
    exogenous = tuple(names.exogenous) if settings.fixed_x and recipe.likelihood else ()
    request = Request(
        tuple(names.observed), exogenous, settings.group, settings.cluster, settings.weights, fiml
    )
    samples, problems = samples_of(data, request)
    needs_rows = recipe.errors != "standard" or recipe.weighted or settings.ordered
    if needs_rows and any(sample.rows is None for sample in samples):
        raise SurveykitError.of("SEM-NEEDS-ROWS", "", what=f"estimator={recipe.name}")
    if means and not settings.ordered and any(np.isnan(sample.mean).any() for sample in samples):
        raise SurveykitError.of("SEM-NEEDS-MEANS", "")
    if settings.ordered:
        thresholds = thresholds_of(samples, settings.ordered)
        samples, made, found = ordered_statistics(samples, settings.ordered, recipe, settings.parameterization == "theta")
        problems += found
        return Prepared(tuple(samples), tuple(made), thresholds, group_labels(data, settings.group), tuple(problems))
    if not recipe.likelihood:
        samples = [replace(sample, covariance=sample.covariance * (sample.n / (sample.n - 1))) for sample in samples]
    parts = [_discrepancy(sample, recipe, means) for sample in samples]
    labels = group_labels(data, settings.group)
    return Prepared(tuple(samples), tuple(parts), {}, labels, tuple(problems))


def _choices(settings: Settings, recipe: Recipe) -> None:
    for argument, found, allowed in (
        ("missing", settings.missing, ("listwise", "fiml")),
        ("parameterization", settings.parameterization, ("delta", "theta")),
        *(("group_equal", part, CLASSES) for part in settings.group_equal),
    ):
        if found not in allowed:
            raise SurveykitError.of("ANALYSE-CHOICE", argument=argument, found=str(found), allowed=", ".join(allowed))
    if settings.missing == "fiml" and recipe.discrepancy != "ML":
        raise SurveykitError.of("SEM-FIML-ESTIMATOR", "", estimator=recipe.name)
    if settings.missing == "fiml" and recipe.errors == "robust_sem":
        raise SurveykitError.of("SEM-FIML-ESTIMATOR", "", estimator=recipe.name)
    for what in ("cluster", "weights"):
        if getattr(settings, what) is not None and recipe.errors != "huber_white":
            raise SurveykitError.of("SEM-ROBUST-ONLY", "", what=what, estimator=recipe.name)


def _not_both(names: Roles, data: Any) -> None:
    columns = set(data.names) if isinstance(data, Moments) else set(getattr(data, "columns", ()))
    both = [name for name in names.latent if name in columns]
    if both:
        raise SurveykitError.of("SEM-LATENT-COLUMN", f"column {both[0]}", name=both[0])


def _means(syntax: Syntax, settings: Settings, recipe: Recipe) -> bool:
    written = any(s.op == "~1" for s in syntax.statements)
    equal = bool({"intercepts", "means"} & set(settings.group_equal))
    if settings.meanstructure is not None:
        return settings.meanstructure or written or equal
    many = settings.group is not None and not recipe.weighted
    return written or equal or many or settings.missing == "fiml" or bool(settings.ordered or settings.cluster)


def _discrepancy(sample: Sample, recipe: Recipe, means: bool) -> Discrepancy:
    if sample.patterns is not None:
        return MissingMoments.of(sample.patterns, sample.mean, sample.covariance)
    if recipe.discrepancy == "WLS":
        assert sample.rows is not None
        try:
            return continuous_statistics(sample.rows, means)
        except np.linalg.LinAlgError:
            p = len(sample.names)
            raise SurveykitError.of("SEM-WLS-ROWS", "", n=sample.n, statistics=p * (p + 1) // 2) from None
    return NormalMoments.of(sample.n, sample.covariance, sample.mean if means else None, recipe.discrepancy)  # type: ignore[arg-type]


def fit_model(
    syntax: Syntax,
    ready: Prepared,
    settings: Settings,
    baseline: Baseline | None = None,
    before: Fitted | None = None,
) -> Fitted:
    """Fit a model to prepared data; a known baseline is not fitted again, and `before` gives starting values."""
    recipe = recipe_of(settings.estimator, bool(settings.ordered))
    means = _means(syntax, settings, recipe)
    options = Options(
        meanstructure=means,
        std_lv=settings.std_lv,
        orthogonal=settings.orthogonal,
        fixed_x=settings.fixed_x and recipe.likelihood,
        thresholds=ready.thresholds,
        theta=settings.parameterization == "theta",
        group_equal=settings.group_equal,
        group_partial=settings.group_partial,
        wu_estabrook=settings.wu_estabrook,
    )
    table = build(syntax, options, ready.labels)
    if before is not None and before.solution.minimum.converged:
        _start_from(table, before)
    return fit_table(table, ready, settings, recipe, means, baseline)


def _start_from(table: Table, before: Fitted) -> None:
    """Starting values from another solution, where the model text gives none."""
    known = {
        (row.lhs, row.op, row.rhs, row.group): float(value)
        for row, value in zip(before.made.table.rows, before.made.values(before.solution.theta), strict=True)
    }
    for row in table.rows:
        if row.free and row.start is None:
            row.start = known.get((row.lhs, row.op, row.rhs, row.group))


def fit_table(
    table: Table, ready: Prepared, settings: Settings, recipe: Recipe, means: bool, baseline: Baseline | None = None
) -> Fitted:
    """Fit a parameter table to prepared data."""
    derived = _derived(table, ready)
    made = compiled(table, ready.samples, ready.discrepancies, derived)
    if made.system.size == 0:
        raise SurveykitError.of("SEM-NO-PARAMETERS")
    count = statistics_count(ready, table, means)
    solution = solve(made, ready.samples, recipe, count)
    if baseline is None:
        baseline = fit_baseline(table, ready, recipe, means, count)
    null, bare = baseline if baseline[0] is None or baseline[0].minimum.converged else (None, None)
    return Fitted(settings, recipe, means, made, ready.samples, solution, null, bare, ready.problems)


def _derived(table: Table, ready: Prepared) -> list[str]:
    """Ordered variables whose residual variance follows from their scale: all, unless their variance was written."""
    return [
        name for name in table.roles.observed
        if name in ready.thresholds and any(
            row.lhs == row.rhs == name and row.op == "~~" and not row.free and np.isnan(row.value)
            for row in table.rows
        )
    ]  # fmt: skip


def statistics_count(ready: Prepared, table: Table, means: bool) -> int:
    """Sample statistics that the model explains: moments, without those of fixed covariates."""
    if ready.thresholds:
        return sum(len(part.layout) for part in ready.discrepancies)  # type: ignore[attr-defined]
    p = len(table.roles.observed)
    x = sum(row.exogenous and row.op == "~~" and row.lhs == row.rhs and row.group == 1 for row in table.rows)
    each = p * (p + 1) // 2 - x * (x + 1) // 2 + ((p - x) if means else 0)
    return each * len(ready.samples)


def fit_baseline(table: Table, ready: Prepared, recipe: Recipe, means: bool, count: int) -> Baseline:
    """The model in which nothing is related, covariates aside."""
    rows: list[Parameter] = []
    covariates = set(table.roles.exogenous)
    x = [row for row in table.rows if row.lhs in covariates and (row.op == "~1" or row.rhs in covariates)]
    for g in range(1, len(ready.samples) + 1):
        for name in table.roles.observed:
            if name in covariates:
                continue
            for step in range(ready.thresholds.get(name, 0)):
                rows.append(Parameter(name, "|", f"t{step + 1}", g))
            if name in ready.thresholds:
                rows.append(Parameter(name, "~~", name, g, free=False))
                rows.append(Parameter(name, "~*~", name, g, free=False, value=1.0))
            else:
                rows.append(Parameter(name, "~~", name, g))
                if means:
                    rows.append(Parameter(name, "~1", "", g))
        rows += [replace(row) for row in x if row.group == g and row.op in ("~~", "~1")]
    names = Roles([], table.roles.observed, table.roles.exogenous, [], [], [])
    bare = Table(rows, [], names, len(ready.samples))
    derived = [name for name in table.roles.observed if name in ready.thresholds]
    parts = tuple(
        replace(part, theta=False) if ready.thresholds else part  # type: ignore[type-var]
        for part in ready.discrepancies
    )
    made = compiled(bare, ready.samples, parts, derived)
    if made.system.size == 0:
        return None, None
    for p, at in enumerate(made.first_row):
        row = bare.rows[at]
        if row.op == "~~":
            pair = table.roles.observed.index(row.lhs), table.roles.observed.index(row.rhs)
            made.start[p] = ready.samples[row.group - 1].covariance[pair]
    return solve(made, ready.samples, recipe, count), made


def observed_names(data: Any, syntax: Syntax, ordered: Any) -> tuple[str, ...]:
    """The ordered variables: those named, or with True every observed variable of the model that is endogenous."""
    if ordered is False or ordered is None:
        return ()
    names = roles(syntax)
    if ordered is True:
        return tuple(name for name in names.observed if name not in names.exogenous)
    listed = (ordered,) if isinstance(ordered, str) else tuple(ordered)
    unknown = [name for name in listed if name not in names.observed]
    return tuple(name for name in listed if name not in unknown)
