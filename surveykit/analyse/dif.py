"""Differential item functioning: do groups answer an item differently at the same level of what is measured?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from surveykit.analyse.dif_words import CLASS_B, CLASS_C, dif_sentences
from surveykit.analyse.frames import choice, left_out, names_of, table_of, unweighted
from surveykit.draw.coefficients import coefficient_plot
from surveykit.draw.intervals import dot_intervals
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.responses import Responses
from surveykit.responses.source import columns_of, fingerprint_of, require_table
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.dif import Dif as ItemDif
from surveykit.stats.dif import benjamini_hochberg, item_dif

FEWEST = 200
"""Zumbo 1999: fewer respondents in a group make the tests unstable."""
ROUNDS = 10
TESTS = ("dif_uniform", "dif_nonuniform", "dif_total")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class DifferentialFunctioning(Result):
    """Tests, effect sizes and group log odds of each item.

    `flagged` are the items whose total test is significant after adjustment over the items; `anchors` those that
    made the matching score (all of them without purification; empty when the score was given). `measures` holds
    alpha, the limit of the adjusted p.
    """

    kind: ClassVar[str] = "dif"
    measure_column: ClassVar[str | None] = "measure"
    named_columns: ClassVar[tuple[str, ...]] = ("item",)
    shown: ClassVar[tuple[str, ...]] = (
        "item",
        "measure",
        "contrast",
        "estimate",
        "conf_low",
        "conf_high",
        "lr_chi2",
        "lr_df",
        "p_value",
        "p_bh",
        "dif_class",
    )

    tests: pd.DataFrame
    groups: tuple[str, ...]
    anchors: tuple[str, ...]
    flagged: tuple[str, ...]
    measures: Mapping[str, float]
    conf_level: float

    def _table(self) -> pd.DataFrame:
        tested = (self.tests["measure"] == "dif_total") & self.tests["p_value"].notna()
        return self.tests.assign(conf_level=self.conf_level, n_items=int(tested.sum()), n=self.n)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        total = table[table["measure"] == "dif_total"].set_index("item")
        if len(self.groups) > 2:
            values = total["estimate"].to_numpy(dtype=float)
            return dot_intervals(
                [write.name(item) for item in total.index],
                values,
                np.full(len(values), np.nan),
                np.full(len(values), np.nan),
                axis=(0.0, float(np.nanmax(values, initial=1.2 * CLASS_C))),
                reference=CLASS_B,
                reference_label=write.number(CLASS_B, "share"),
                xlabel=write.say("dif.axis_total"),
                fmt=lambda value: write.number(value, "share"),
                **style,
            )
        odds = table[table["measure"] == "dif_log_odds"]
        contrast = write.say("dif.contrast", group=self.groups[1], reference=self.groups[0])
        return coefficient_plot(
            [write.name(item) for item in odds["item"]],
            odds["estimate"].to_numpy(),
            odds["conf_low"].to_numpy(),
            odds["conf_high"].to_numpy(),
            significant=odds["item"].isin(self.flagged).to_numpy(),
            significant_label=write.say("regression.significant"),
            not_significant_label=write.say("regression.not_significant"),
            xlabel=write.say("dif.axis", group=contrast, level=write.number(self.conf_level, "share", 0)),
            fmt=lambda value: write.number(value, "coefficient"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return dif_sentences(table, self.flagged, self.groups, self.measures["alpha"], write)


def dif(
    items: Any,
    group: Any,
    matching: Literal["rest", "total"] | Any = "rest",
    *,
    columns: Sequence[str] | None = None,
    purify: bool = False,
    alpha: float = 0.05,
    conf_level: float = 0.95,
) -> DifferentialFunctioning:
    """Differential item functioning by nested proportional-odds models, with effect sizes.

    `items`: a DataFrame or Responses of items that point the same way (`columns` picks them; by default all but the
    group's); `group`: a column of it, or one value a row; the first group in order is the reference. `matching`:
    "rest" (sum of the other items), "total" (sum of all) or a score for each row. For each item logit P(y > j) is
    modelled by the score; score and group (uniform: the likelihood-ratio test of the group); score, group and their
    product (non-uniform; total: both). Rows of table: the change of Nagelkerke's R2 (`estimate`) and of McFadden's with
    chi2, df, p and p adjusted over the items (Benjamini-Hochberg) for each test, size classes by Jodoin & Gierl
    (2001), and the group's log odds of a higher answer with a Wald interval. `purify` takes flagged items out of the
    score and repeats until nothing changes (an item stays in its own total). Rows with a missing item or group are
    left out and counted. One answer, one group, or separated answers are undefined (NaN with a Problem). Source:
    Swaminathan & Rogers 1990; Zumbo 1999; Jodoin & Gierl 2001; Choi, Gibbons & Crane 2011. In R: `ordinal::clm(y ~
    total * group)` against its parts, `lordif::rundif`.
    """
    unweighted(items, "dif")
    given = not isinstance(matching, str)
    if not given:
        choice("matching", matching, ("rest", "total"))
    chosen = _items(items, group, columns)
    answers = columns_of(items, chosen).to_numpy(dtype=float)
    owner = table_of(items, [group])[group] if isinstance(group, str) else _column(group, len(answers), "group")
    score = _column(matching, len(answers), "matching").astype("float64").to_numpy() if given else None
    use = ~np.isnan(answers).any(axis=1) & owner.notna().to_numpy()
    if score is not None:
        use &= np.isfinite(score)
    codes, names, problems = _groups(owner[use])
    problems += left_out("", int((~use).sum()), len(use))
    if not given and len(chosen) < 2:
        raise SurveykitError.of("DIF-ONEITEM", found=len(chosen))
    answers, score = answers[use], None if score is None else score[use]
    found, anchors, flagged, more = _rounds(answers, chosen, codes, score, str(matching), purify, alpha)
    return DifferentialFunctioning(
        n=len(answers),
        tests=_rows(found, chosen, names, conf_level),
        groups=names,
        anchors=anchors if score is None else (),
        flagged=flagged,
        measures={"alpha": alpha},
        conf_level=conf_level,
        problems=tuple(dict.fromkeys([*problems, *more, *(problem for one in found for problem in one.problems)])),
        names=names_of(items),
        provenance=Provenance.of(
            "dif",
            data=fingerprint_of(items),
            columns=chosen,
            group=group if isinstance(group, str) else "given",
            matching="given" if given else matching,
            purify=purify,
            alpha=alpha,
            conf_level=conf_level,
        ),
    )


def _items(items: Any, group: Any, columns: Sequence[str] | None) -> tuple[str, ...]:
    if columns is not None:
        return tuple(columns)
    if isinstance(items, Responses):
        every: Sequence[Any] = items.items
    else:
        require_table(items)
        every = [name for name in items.columns if pd.api.types.is_numeric_dtype(items[name].dtype)]
    return tuple(str(name) for name in every if not (isinstance(group, str) and name == group))


def _column(values: Any, rows: int, what: str) -> pd.Series:
    column = pd.Series(values).reset_index(drop=True)
    if len(column) != rows:
        raise SurveykitError.of("DIF-LENGTH", what=what, found=len(column), rows=rows)
    return column


def _groups(owner: pd.Series) -> tuple[NDArray[np.int64], tuple[str, ...], list[Problem]]:
    codes, known = pd.factorize(owner, sort=True)
    if len(known) < 2:
        raise SurveykitError.of("DIF-GROUPS", found=len(known))
    names = tuple(f"{value:g}" if isinstance(value, float) else str(value) for value in known)
    sizes = np.bincount(codes)
    problems = [
        Problem.of("DIF-SMALLGROUP", f"group {name}", "warning", group=name, n=int(size), least=FEWEST)
        for name, size in zip(names, sizes, strict=True)
        if size < FEWEST
    ]
    return codes.astype(np.int64), names, problems


def _rounds(
    answers: NDArray[np.float64],
    items: Sequence[str],
    codes: NDArray[np.int64],
    score: NDArray[np.float64] | None,
    matching: str,
    purify: bool,
    alpha: float,
) -> tuple[list[ItemDif], tuple[str, ...], tuple[str, ...], list[Problem]]:
    """The tests of every item, repeated with flagged items out of the score until the flags stay the same."""
    out: frozenset[int] = frozenset()
    seen = {out}
    problems: list[Problem] = []
    while True:
        found = []
        for at, item in enumerate(items):
            used = [j for j in range(len(items)) if (j == at and matching == "total") or (j != at and j not in out)]
            theta = answers[:, used].sum(axis=1) if score is None else score
            found.append(item_dif(answers[:, at], theta, codes, f"item {item}"))
        adjusted = benjamini_hochberg([one.p_value[2] for one in found])
        flags = frozenset(int(at) for at in np.flatnonzero(adjusted < alpha))
        if not purify or score is not None or flags == out:
            break
        if len(items) - len(flags) < 2:
            problems.append(Problem.of("DIF-ALLFLAGGED", "", "warning", count=len(flags), items=len(items)))
            break
        if flags in seen or len(seen) > ROUNDS:
            problems.append(Problem.of("DIF-UNSETTLED", "", "warning", steps=len(seen)))
            break
        out = flags
        seen.add(out)
    anchors = tuple(item for at, item in enumerate(items) if at not in out)
    return found, anchors, tuple(items[at] for at in sorted(flags)), problems


def _rows(found: Sequence[ItemDif], items: Sequence[str], groups: Sequence[str], conf_level: float) -> pd.DataFrame:
    p = np.array([one.p_value for one in found])
    adjusted = np.column_stack([benjamini_hochberg(column) for column in p.T])
    rows: list[dict[str, Any]] = []
    for at, (item, one) in enumerate(zip(items, found, strict=True)):
        for test, measure in enumerate(TESTS):
            rows.append(
                {
                    "item": item,
                    "measure": measure,
                    "contrast": "",
                    "estimate": one.nagelkerke[test],
                    "std_error": np.nan,
                    "conf_low": np.nan,
                    "conf_high": np.nan,
                    "lr_chi2": one.chi2[test],
                    "lr_df": one.df[test],
                    "p_value": one.p_value[test],
                    "p_bh": adjusted[at, test],
                    "delta_mcfadden": one.mcfadden[test],
                    "dif_class": _size_class(one.nagelkerke[test]),
                    "method": "likelihood_ratio",
                }
            )
        low, high = one.bounds(conf_level)
        for contrast, group in enumerate(groups[1:]):
            rows.append(
                {
                    "item": item,
                    "measure": "dif_log_odds",
                    "contrast": f"{group} - {groups[0]}",
                    "estimate": one.log_odds[contrast],
                    "std_error": one.errors[contrast],
                    "conf_low": low[contrast],
                    "conf_high": high[contrast],
                    "lr_chi2": np.nan,
                    "lr_df": np.nan,
                    "p_value": one.wald_p[contrast],
                    "p_bh": np.nan,
                    "delta_mcfadden": np.nan,
                    "dif_class": "",
                    "method": "wald",
                }
            )
    return pd.DataFrame(rows)


def _size_class(change: float) -> str:
    if not np.isfinite(change):
        return ""
    return "A" if change < CLASS_B else "B" if change < CLASS_C else "C"
