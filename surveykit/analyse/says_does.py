"""Does what customers say foretell what they do?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import special

from surveykit.analyse.binary import logistic
from surveykit.analyse.customer_rows import Row, between, in_formulas, mean_row, row, share_row
from surveykit.analyse.frames import choice, left_out
from surveykit.analyse.hazards import cox
from surveykit.analyse.regression import regress
from surveykit.analyse.says_words import says_figure, says_sentences
from surveykit.errors import Problem, SurveykitError
from surveykit.language import LANGUAGES
from surveykit.responses.joined import Joined
from surveykit.responses.source import columns_of, fingerprint_of, require_columns
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.intervals import normal_quantile
from surveykit.stats.prediction import corrected

FEW = 10
COLUMNS = (
    "measure", "term", "band", "estimate", "std_error", "conf_low", "conf_high", "p_value", "n", "method",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SaysDoes(Result):
    """A row a measure: the deed's rate or mean by band of the score, effects, discrimination, calibration, lift.

    Of a deed that is yes or no: deed_share; band_rate and band_lift of each band of the first score; average_effect of
    each score (a point more); auc in the sample; auc_corrected, calibration_slope, brier and scaled_brier as they would
    be on new customers; hazard_ratio of each score where the time to the deed is known. Of an amount: deed_mean,
    band_mean, slope of each score, r2. With customers who did not answer: silent_share.
    """

    kind: ClassVar[str] = "says_does"
    measure_column: ClassVar[str | None] = "measure"
    named_columns: ClassVar[tuple[str, ...]] = ("term", "band")
    shown: ClassVar[tuple[str, ...]] = ("measure", "term", "band", "estimate", "conf_low", "conf_high", "n", "method")

    rows: pd.DataFrame
    says: tuple[str, ...]
    does: str
    amount: bool
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.rows.assign(conf_level=self.conf_level)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        return says_figure(table, self.says[0], self.does, self.amount, write, **style)

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return says_sentences(table, self.says, self.does, self.amount, write)


def says_does(
    joined: Joined | pd.DataFrame,
    says: str | Sequence[str],
    does: str,
    *,
    kind: Literal["deed", "amount"] = "deed",
    covariates: Sequence[str] = (),
    bands: Sequence[float] | int = 5,
    seed: int = 1,
    conf_level: float = 0.95,
) -> SaysDoes:
    """Whether scores go with what the same customers did afterwards, and how well they would have foretold it.

    `joined`: what `sk.join_customers` gives, or a table with a customer a row. `says`: scores; `does`: a deed of 0 and
    1 (renewed, left, complained, referred), or with kind="amount" a number (spend). A binary logit of the deed on the
    scores (and `covariates`): average change of its probability for a point more; area under the ROC curve (DeLong);
    area, calibration slope, Brier score and its scaled form as they would be on new customers, by Harrell's bootstrap
    (1, 1, 0 and 1 are perfect). Rates by band of the first score: `bands` cut points or a number of quantile bands;
    lift = rate of the band / overall rate, with a log interval that takes the overall rate as fixed. Where `joined` has
    time_to_<deed>, a Cox regression gives hazard ratios. Rows with a gap are left out and counted. One kind of deed
    only, or separation: NaN and a Problem. Errors: unknown columns, text where numbers belong, a deed other than 0 and
    1. In R: `glm(y ~ x, binomial)`, `pROC::auc`, `rms::validate`, `survival::coxph`.
    """
    between("conf_level", conf_level, 0.5, 0.9999)
    choice("kind", kind, ("deed", "amount"))
    scores = (says,) if isinstance(says, str) else tuple(says)
    frame = joined.frame if isinstance(joined, Joined) else joined
    names = dict(joined.names) if isinstance(joined, Joined) else {}
    wanted = list(dict.fromkeys([*scores, *covariates, does]))
    require_columns(frame, wanted)
    data = frame[wanted].reset_index(drop=True)
    numbers = list(dict.fromkeys([*scores, does]))
    data[numbers] = columns_of(frame, numbers)
    kept = data.dropna().reset_index(drop=True)
    problems = list(joined.problems) if isinstance(joined, Joined) else []
    problems += left_out(f"columns {', '.join(wanted)}", len(data) - len(kept), len(data))
    if kind == "amount":
        rows, found = _amount(kept, scores, covariates, does, bands, conf_level)
    else:
        if not set(kept[does].unique()) <= {0, 1}:
            raise SurveykitError.of("SAYS-KIND", f"column {does}", does=does)
        time = f"time_to_{does}"
        times = data.assign(**{time: columns_of(frame, [time])[time]}) if time in frame.columns else None
        rows, found = _deed(kept, scores, covariates, does, bands, times, seed, conf_level)
    problems += found
    if isinstance(joined, Joined) and kind == "deed" and does in joined.silent.columns:
        more, told = _silent(joined, does, conf_level)
        rows += more
        problems += told
    labels = {str(one["band"]) for one in rows if one.get("band")}
    return SaysDoes(
        n=len(kept),
        rows=pd.DataFrame([{"term": "", "band": "", **one} for one in rows], columns=list(COLUMNS)),
        says=scores,
        does=does,
        amount=kind == "amount",
        conf_level=conf_level,
        problems=tuple(problems),
        names={**names, **{label: dict.fromkeys(LANGUAGES, label) for label in labels}},
        provenance=Provenance.of(
            "says_does", data=fingerprint_of(data), seed=seed, says=scores, does=does, of=kind,
            covariates=tuple(covariates),
            bands=tuple(bands) if not isinstance(bands, int) else bands, conf_level=conf_level,
        ),
    )  # fmt: skip


def _deed(
    data: pd.DataFrame,
    scores: Sequence[str],
    covariates: Sequence[str],
    does: str,
    bands: Sequence[float] | int,
    times: pd.DataFrame | None,
    seed: int,
    level: float,
) -> tuple[list[Row], list[Problem]]:
    y = data[does].to_numpy(dtype=float)
    n, done = len(y), int(y.sum())
    rows = [share_row("deed_share", done, n, level)]
    for label, own in _bands(data[scores[0]], bands):
        rows.append(share_row("band_rate", int(y[own].sum()), int(own.sum()), level) | {"band": label})
        rows.append(_lift(int(y[own].sum()), int(own.sum()), done, n, level) | {"band": label})
    problems = []
    if min(done, n - done) == 0:
        problems.append(Problem.of("SAYS-ONE", f"column {does}", "warning", does=does, n=n))
        nothing = (np.nan,) * 4
        rows += [row("average_effect", *nothing, n, "marginal_logit", term=one) for one in scores]
        return [*rows, row("auc", *nothing, n, "delong")], problems
    if min(done, n - done) < FEW:
        problems.append(Problem.of("SAYS-FEW", f"column {does}", "warning", count=done, others=n - done, least=FEW))
    plain, names = in_formulas(data)
    fit = logistic(_formula(does, scores, covariates, names), plain, conf_level=level)
    problems += fit.problems
    effects = fit.effects.set_index("term")
    for score in scores:
        one = effects.loc[names[score]]
        part = (one["estimate"], one["std_error"], one["conf_low"], one["conf_high"])
        rows.append(row("average_effect", *part, n, "marginal_logit", term=score, p_value=one["p_value"]))
    area = [fit.measures[name] for name in ("auc", "auc_error", "auc_low", "auc_high")]
    rows.append(row("auc", *area, n, "delong"))
    rows += _corrected(data, scores, covariates, y, area, seed, level, problems)
    if times is not None:
        rows += _hazards(times, scores, covariates, does, level, problems)
    return rows, problems


def _corrected(
    data: pd.DataFrame, scores: Sequence[str], covariates: Sequence[str], y: np.ndarray, area: Sequence[float],
    seed: int, level: float, problems: list[Problem],
) -> Iterator[Row]:  # fmt: skip
    table = pd.get_dummies(data[[*scores, *covariates]], drop_first=True, dtype=float).to_numpy(dtype=float)
    found = corrected(np.column_stack([np.ones(len(y)), table]), y, seed=seed)
    n, less = len(y), found.area_optimism
    if np.isnan(less):
        problems.append(Problem.of("SAYS-UNCORRECTED", "", "warning"))
    yield row("auc_corrected", area[0] - less, area[1], area[2] - less, area[3] - less, n, "optimism_bootstrap")
    reach = normal_quantile(level) * found.slope_error
    slope = (found.slope, found.slope_error, found.slope - reach, found.slope + reach)
    yield row("calibration_slope", *slope, n, "optimism_bootstrap")
    for name, value in (("brier", found.brier), ("scaled_brier", found.scaled_brier)):
        yield row(name, value, np.nan, np.nan, np.nan, n, "optimism_bootstrap")


def _hazards(
    frame: pd.DataFrame, scores: Sequence[str], covariates: Sequence[str], does: str, level: float,
    problems: list[Problem],
) -> Iterator[Row]:  # fmt: skip
    time = f"time_to_{does}"
    own, names = in_formulas(frame[[time, does, *scores, *covariates]].dropna().reset_index(drop=True))
    fit = cox(_formula(time, scores, covariates, names), own, names[does], level)
    problems += fit.problems
    terms = fit.coefficients.set_index("term")
    for score in scores:
        one = terms.loc[names[score]]
        ends = (one["hazard_ratio"], np.nan, one["hr_low"], one["hr_high"])
        yield row("hazard_ratio", *ends, len(own), "cox_efron", term=score, p_value=one["p_value"])


def _amount(
    data: pd.DataFrame, scores: Sequence[str], covariates: Sequence[str], does: str, bands: Sequence[float] | int,
    level: float,
) -> tuple[list[Row], list[Problem]]:  # fmt: skip
    y = data[does].to_numpy(dtype=float)
    rows = [mean_row("deed_mean", y, level)]
    rows += [mean_row("band_mean", y[own], level) | {"band": label} for label, own in _bands(data[scores[0]], bands)]
    plain, names = in_formulas(data)
    fit = regress(_formula(does, scores, covariates, names), plain, conf_level=level)
    table = fit.table.set_index("term")
    for one in scores:
        own = table.loc[names[one]]
        ends = (own["estimate"], own["std_error"], own["conf_low"], own["conf_high"])
        rows.append(row("slope", *ends, len(y), "ols_hc3", term=one, p_value=own["p_value"]))
    measures = fit.measures
    rows.append(row("r2", measures["r2"], np.nan, measures["r2_low"], measures["r2_high"], len(y), "random_x_r2"))
    return rows, list(fit.problems)


def _formula(outcome: str, scores: Sequence[str], covariates: Sequence[str], names: dict[str, str]) -> str:
    return f"{names[outcome]} ~ {' + '.join(names[one] for one in [*scores, *covariates])}"


def _bands(score: pd.Series, bands: Sequence[float] | int) -> Iterator[tuple[str, np.ndarray]]:
    """Label and members of each band, lowest first: between cut points, or between quantiles (equal ones merged)."""
    values = score.to_numpy(dtype=float)
    if not len(values):
        return
    cuts = (
        np.unique(np.quantile(values, np.linspace(0, 1, bands + 1))[1:-1]) if isinstance(bands, int) else np.sort(bands)
    )
    place = np.searchsorted(cuts, values, side="right")
    edges = [values.min(), *cuts, values.max()]
    for at in range(len(cuts) + 1):
        own = place == at
        if own.any():
            yield f"[{edges[at]:.3g}, {edges[at + 1]:.3g}{']' if at == len(cuts) else ')'}", own


def _lift(band: int, size: int, done: int, n: int, level: float) -> Row:
    base = done / n if n else np.nan
    if not band or not done:
        lift = 0.0 if done and size else np.nan
        return row("band_lift", lift, np.nan, np.nan, np.nan, size, "log_ratio_interval")
    rate = band / size
    error = np.sqrt((1 - rate) / band)
    half = np.exp(normal_quantile(level) * error)
    lift = rate / base
    return row("band_lift", lift, lift * error, lift / half, lift * half, size, "log_ratio_interval")


def _silent(joined: Joined, does: str, level: float) -> tuple[list[Row], list[Problem]]:
    """The deed among customers who did not answer, and a caution where they differ."""
    quiet = joined.silent[does].dropna().to_numpy(dtype=float)
    told = joined.frame[does].dropna().to_numpy(dtype=float)
    if not len(quiet) or not len(told):
        return [], []
    rows = [share_row("silent_share", int(quiet.sum()), len(quiet), level)]
    pooled = np.concatenate([quiet, told]).mean()
    error = np.sqrt(pooled * (1 - pooled) * (1 / len(quiet) + 1 / len(told)))
    if error > 0 and special.ndtr(-abs(told.mean() - quiet.mean()) / error) * 2 < 1 - level:
        shares = {"rate": f"{told.mean():.1%}", "silent": f"{quiet.mean():.1%}"}
        return rows, [Problem.of("SAYS-SELECTED", f"column {does}", "warning", does=does, **shares)]
    return rows, []
