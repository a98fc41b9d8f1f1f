"""Does an effect depend on something else: the product, slopes at chosen values, where they are significant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import special

from surveykit.analyse.frames import choice, left_out, names_of, table_of, unweighted
from surveykit.analyse.moderation_words import moderation_sentences
from surveykit.analyse.robust_squares import RobustSquares, robust_squares
from surveykit.draw.bands import bands
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.cumulative import dependent
from surveykit.stats.johnson_neyman import Region, johnson_neyman, simple_slopes


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Moderation(Result):
    """Slopes of the predictor at values or categories of the moderator.

    `coefficients` has every term of the regression; `lines` the predicted outcome over the predictor at each moderator
    value; `region` the slope and its interval along a numeric moderator; `measures` interaction (F), df1, df2,
    interaction_p, r2, delta_r2, jn_low, jn_high (NaN where there is no bound), jn_share (of the respondents in the
    region where the slope is significant). `where` says which side of the bounds that is.
    """

    kind: ClassVar[str] = "moderation"
    shown: ClassVar[tuple[str, ...]] = (
        "category",
        "moderator",
        "estimate",
        "std_error",
        "statistic",
        "p_value",
        "conf_low",
        "conf_high",
    )

    x: str
    w: str
    y: str
    slopes: pd.DataFrame
    coefficients: pd.DataFrame
    lines: pd.DataFrame
    region: pd.DataFrame
    measures: Mapping[str, float]
    where: str
    conf_level: float
    covariance: str
    dropped: int

    def _table(self) -> pd.DataFrame:
        return self.slopes.assign(conf_level=self.conf_level, n=self.n, method=f"ols_{self.covariance}")

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        labels = [_label(row, write) for _, row in table.iterrows()]
        grids = [rows for _, rows in self.lines.groupby("line", sort=True)]
        return bands(
            grids[0]["value"].to_numpy(),
            [rows["estimate"].to_numpy() for rows in grids],
            [rows["conf_low"].to_numpy() for rows in grids],
            [rows["conf_high"].to_numpy() for rows in grids],
            labels=[f"{write.name(self.w)}: {label}" for label in labels],
            xlabel=write.name(self.x),
            ylabel=write.say(
                "moderation.axis", outcome=write.name(self.y), level=write.number(self.conf_level, "share", 0)
            ),
            fmt=lambda value: write.number(value, "plain"),
            fmt_x=lambda value: write.number(value, "plain"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        labels = [_label(row, write) for _, row in table.iterrows()]
        return moderation_sentences(self.x, self.w, self.y, table, labels, self.measures, self.where, write)


def _label(row: pd.Series, write: Writer) -> str:
    if row["category"]:
        return str(row["category"])
    text = write.number(row["moderator"], "coefficient")
    return write.say(f"moderation.at_{row['position']}", value=text) if row["position"] else text


def moderate(
    data: Any,
    x: str,
    w: str,
    y: str,
    covariates: Sequence[str] = (),
    at: Sequence[float] | None = None,
    covariance: str = "HC3",
    cluster: str | None = None,
    conf_level: float = 0.95,
) -> Moderation:
    """Test whether the slope of `y` on `x` depends on the moderator `w`, and say where it differs from zero.

    Least squares of y on x, w, x w and the covariates (text columns become categories). Slope of x at w: b_x + b_xw w,
    at the mean of a numeric w and one standard deviation below and above, or at values `at`; with a moderator of text,
    or of two values, in each category. The interaction is tested by F with the chosen errors (HC3, ..., "classical", or
    clustered with `cluster`). Johnson-Neyman bounds: values of w where the slope is just significant at 1 -
    `conf_level`; `jn_share` counts the respondents beyond. Rows with a gap are left out and counted. Raises
    SurveykitError for an x that is not a number, a name used twice, dependent columns. Source: Aiken & West 1991;
    Bauer & Curran 2005. In R: `lm(y ~ x * w)`, `interactions::sim_slopes`, `interactions::johnson_neyman`.
    """
    choice("covariance", covariance, ("HC3", "HC2", "HC1", "HC0", "classical"))
    unweighted(data, "moderate")
    names = [x, w, y, *covariates]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise SurveykitError.of("STATS-NAMES-TWICE", name=twice)
    place = f"{y} ~ {x} * {w}"
    frame = table_of(data, list(dict.fromkeys([*names, *([cluster] if cluster else [])])))
    used = frame.dropna().reset_index(drop=True)
    if used.empty:
        raise SurveykitError.of("ANALYSE-NOROWS", place, rows=len(frame))
    for name in (x, y):
        if not _numeric(used[name]):
            raise SurveykitError.of("RESP-NOTNUMBER", f"column {name}")
    focal = used[x].to_numpy(dtype=float)
    categorical = not _numeric(used[w]) or used[w].nunique() == 2
    moderator, levels = _coded(used[w]) if categorical else (used[[w]].to_numpy(dtype=float), [])
    others, other_names = _covariates(used, covariates)
    k = moderator.shape[1]
    columns = [focal[:, None], moderator, focal[:, None] * moderator, others]
    stems = [f"{w}[{level}]" for level in levels[1:]] if categorical else [w]
    terms = ["Intercept", x, *stems, *(f"{x}:{stem}" for stem in stems), *other_names]
    design = np.column_stack([np.ones(len(used)), *columns])
    bad = dependent(design[:, 1:])
    if len(used) <= design.shape[1]:
        raise SurveykitError.of("STATS-FEW-ROWS", place, rows=len(used), terms=design.shape[1])
    if bad:
        raise SurveykitError.of("GLM-DEPENDENT", place, predictors=", ".join(terms[at + 1] for at in bad))
    fit = robust_squares(
        design, used[y].to_numpy(dtype=float), covariance, used[cluster] if cluster else None, y, conf_level
    )
    problems = list(fit.problems)
    products = np.arange(2 + k, 2 + 2 * k)
    values, positions = _values(used[w], at, categorical, problems, w)
    contrasts = _slope_contrasts(design.shape[1], k, values, categorical, len(levels))
    measures = _measures(fit, design, used[y].to_numpy(dtype=float), products)
    region, path = Region("", np.nan, np.nan), pd.DataFrame(columns=["value", "estimate", "conf_low", "conf_high"])
    if not categorical:
        pick = np.ix_([1, 3], [1, 3])
        region = johnson_neyman(float(fit.beta[1]), float(fit.beta[3]), fit.vcov[pick], fit.reach)
        path = _path(fit, used[w].to_numpy(dtype=float))
        seen = used[w].to_numpy(dtype=float)
        slope, error = simple_slopes(float(fit.beta[1]), float(fit.beta[3]), fit.vcov[pick], seen)
        measures |= {
            "jn_low": region.low,
            "jn_high": region.high,
            "jn_share": float((np.abs(slope) > fit.reach * error).mean()),
            "w_min": float(seen.min()),
            "w_max": float(seen.max()),
        }
    dropped = len(frame) - len(used)
    problems += left_out(place, dropped, len(frame))
    slopes = fit.contrasts(contrasts)
    slopes.insert(0, "moderator", values if not categorical else np.nan)
    slopes.insert(1, "category", levels if categorical else "")
    slopes.insert(2, "position", positions)
    coefficients = fit.contrasts(np.eye(design.shape[1]))
    coefficients.insert(0, "term", terms)
    return Moderation(
        n=len(used),
        x=x,
        w=w,
        y=y,
        slopes=slopes,
        coefficients=coefficients,
        lines=_lines(fit, focal, values, k, categorical, len(levels), others),
        region=path,
        measures=measures,
        where=region.where,
        conf_level=conf_level,
        covariance=fit.covariance,
        dropped=dropped,
        problems=tuple(problems),
        names=names_of(data),
        provenance=Provenance.of(
            "moderate",
            data=fingerprint_of(data),
            x=x,
            w=w,
            y=y,
            covariates=tuple(covariates),
            at=None if at is None else tuple(at),
            covariance=fit.covariance,
            cluster=cluster,
            conf_level=conf_level,
        ),
    )


def _numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)


def _coded(column: pd.Series) -> tuple[np.ndarray, list[str]]:
    """Dummies against the first category, and the names of all."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        used = set(column.unique())
        levels = [level for level in column.dtype.categories if level in used]
    else:
        levels = sorted(column.unique().tolist())
    dummies = np.column_stack(
        [(column == level).to_numpy(dtype=float) for level in levels[1:]] or [np.zeros(len(column))]
    )
    return dummies, [f"{level:g}" if isinstance(level, float) else str(level) for level in levels]


def _covariates(used: pd.DataFrame, covariates: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    blocks, names = [np.zeros((len(used), 0))], []
    for name in covariates:
        if _numeric(used[name]):
            blocks.append(used[[name]].to_numpy(dtype=float))
            names.append(name)
        else:
            dummies, levels = _coded(used[name])
            blocks.append(dummies)
            names += [f"{name}[{level}]" for level in levels[1:]] or [name]
    return np.column_stack(blocks), names


def _values(
    column: pd.Series, at: Sequence[float] | None, categorical: bool, problems: list[Problem], w: str
) -> tuple[np.ndarray, list[str]]:
    if categorical:
        count = column.nunique()
        return np.arange(count, dtype=float), [""] * count
    seen = column.to_numpy(dtype=float)
    if at is None:
        centre, spread = seen.mean(), seen.std(ddof=1)
        values, positions = np.array([centre - spread, centre, centre + spread]), ["below", "mean", "above"]
    else:
        values, positions = np.asarray(at, dtype=float), [""] * len(at)
    if (values < seen.min()).any() or (values > seen.max()).any():
        problems.append(
            Problem.of(
                "GLM-BEYOND", f"column {w}", "note", low=round(float(seen.min()), 3), high=round(float(seen.max()), 3)
            )
        )
    return values, positions


def _slope_contrasts(p: int, k: int, values: np.ndarray, categorical: bool, levels: int) -> np.ndarray:
    contrasts = np.zeros((levels if categorical else len(values), p))
    contrasts[:, 1] = 1.0
    if categorical:
        for at in range(1, levels):
            contrasts[at, 1 + k + at] = 1.0
    else:
        contrasts[:, 3] = values
    return contrasts


def _measures(fit: RobustSquares, design: np.ndarray, outcome: np.ndarray, products: np.ndarray) -> dict[str, float]:
    beta, block = fit.beta[products], fit.vcov[np.ix_(products, products)]
    q = len(products)
    f = float(beta @ np.linalg.solve(block, beta)) / q if np.isfinite(block).all() else float("nan")
    rest = np.delete(design, products, axis=1)
    left = outcome - rest @ np.linalg.lstsq(rest, outcome, rcond=None)[0]
    tss = fit.tss if fit.tss > 0 else float("nan")
    return {
        "interaction": f,
        "df1": float(q),
        "df2": float(fit.df),
        "interaction_p": float(special.fdtrc(q, fit.df, f)),
        "r2": 1 - fit.rss / tss,
        "delta_r2": (float(left @ left) - fit.rss) / tss,
    }


def _path(fit: RobustSquares, seen: np.ndarray) -> pd.DataFrame:
    grid = np.linspace(seen.min(), seen.max(), 101)
    slope, error = simple_slopes(float(fit.beta[1]), float(fit.beta[3]), fit.vcov[np.ix_([1, 3], [1, 3])], grid)
    return pd.DataFrame(
        {
            "value": grid,
            "estimate": slope,
            "conf_low": slope - fit.reach * error,
            "conf_high": slope + fit.reach * error,
        }
    )


def _lines(
    fit: RobustSquares,
    focal: np.ndarray,
    values: np.ndarray,
    k: int,
    categorical: bool,
    levels: int,
    others: np.ndarray,
) -> pd.DataFrame:
    grid = np.linspace(focal.min(), focal.max(), 41)
    made = []
    for line in range(levels if categorical else len(values)):
        w = np.eye(levels)[line, 1:] if categorical else values[[line]]
        rows = np.zeros((len(grid), len(fit.beta)))
        rows[:, 0], rows[:, 1] = 1.0, grid
        rows[:, 2 : 2 + k], rows[:, 2 + k : 2 + 2 * k] = w, grid[:, None] * w
        rows[:, 2 + 2 * k :] = others.mean(axis=0)
        found = fit.contrasts(rows)[["estimate", "conf_low", "conf_high"]]
        made.append(found.assign(line=line, value=grid))
    return pd.concat(made, ignore_index=True)
