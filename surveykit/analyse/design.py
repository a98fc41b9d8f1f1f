"""From a formula and data to an outcome, a design without intercept, and the names of its terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from formulaic import Formula
from formulaic.errors import FormulaicError
from numpy.typing import NDArray

from surveykit.analyse.frames import left_out, table_of
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import fingerprint_of
from surveykit.stats.moments import Moments

_NAME = r"[A-Za-z_]\w*"
_PLAIN = re.compile(rf"\s*({_NAME})\s*~\s*({_NAME}(?:\s*\+\s*{_NAME})*)\s*")

Recode = Callable[[str, pd.Series], NDArray[np.float64]]
"""Turns the outcome's name and column into numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Rows of a regression: `x` (n, p) without intercept, `y` (n,), `rows` their positions in the data.

    `parts` are the terms of the formula, each with the columns of `x` that it makes; `used` the variables in those
    rows, `predictors` those on the right side; `dropped` counts the rows left out for a missing value.
    """

    outcome: str
    terms: tuple[str, ...]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    rows: NDArray[np.int64]
    dropped: int
    fingerprint: str
    parts: tuple[tuple[str, tuple[int, ...]], ...]
    used: pd.DataFrame
    predictors: tuple[str, ...]
    spec: Any = None

    @property
    def moments(self) -> Moments:
        """Moments of the terms and the outcome."""
        return Moments.of(np.column_stack([self.x, self.y]), [*self.terms, self.outcome])

    @property
    def with_ones(self) -> NDArray[np.float64]:
        """The design with its column of ones, (n, p + 1)."""
        return np.column_stack([np.ones(len(self.y)), self.x])

    def left_out(self, place: str) -> list[Problem]:
        """The note that rows were left out, where they were."""
        return left_out(place, self.dropped, len(self.y) + self.dropped)

    def at(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """The columns of `x` for other values of the variables, coded as they were for the data."""
        if self.spec is None:
            return frame[list(self.terms)].to_numpy(dtype=float)
        made = pd.DataFrame(self.spec.get_model_matrix(frame)).drop(columns="Intercept")
        return made.to_numpy(dtype=float)


def plain_terms(formula: str) -> tuple[str, tuple[str, ...]]:
    """Outcome and predictors of a formula without transformations or products; refused otherwise."""
    parsed = _parsed(formula)
    terms = [str(term) for term in parsed.rhs if str(term) != "1"]
    known = parsed.required_variables
    if not set(terms) <= known:
        raise SurveykitError.of("ANALYSE-NEEDROWS", formula, terms=", ".join(sorted(set(terms) - known)))
    return _outcome(parsed, formula), tuple(terms)


def design_of(
    formula: str,
    data: Any,
    only: NDArray[np.int64] | None = None,
    also: Sequence[str] = (),
    recode: Recode | None = None,
) -> Design:
    """Evaluate a formula over rows, or only those at some positions; rows with a gap are left out and counted.

    Columns `also` must be there and filled too (clusters); they come back in `used`. `recode` turns an outcome that
    is a plain column into numbers.
    """
    plain = _PLAIN.fullmatch(formula)
    parsed = None if plain else _parsed(formula)
    if plain:
        left = plain[1]
        right = list(dict.fromkeys(part.strip() for part in plain[2].split("+")))
        names = sorted({left, *right})
    else:
        left, right = _outcome(parsed, formula), []
        names = sorted(parsed.required_variables)
    frame = table_of(data, list(dict.fromkeys([*names, *also]))).reset_index(drop=True)
    if only is not None:
        frame = frame.iloc[only].reset_index(drop=True)
    complete = frame.notna().all(axis=1).to_numpy()
    used = frame if complete.all() else frame[complete]
    if used.empty:
        raise SurveykitError.of("ANALYSE-NOROWS", formula, rows=len(frame))
    y = recode(left, used[left]) if recode is not None and left in used.columns else None
    spec, parts = None, tuple((name, (at,)) for at, name in enumerate(right))
    if plain and all(_is_number(used[name]) for name in ([*right] if y is not None else [left, *right])):
        x, terms = used[right].to_numpy(dtype=float), tuple(right)
        y = used[left].to_numpy(dtype=float) if y is None else y
    else:
        parsed = parsed or _parsed(formula)
        matrix, spec, parts = _evaluated(parsed.rhs, used, formula)
        x, terms = matrix.to_numpy(dtype=float), tuple(str(name) for name in matrix.columns)
        y = _outcome_values(parsed.lhs, used, formula) if y is None else y
    finite = np.isfinite(x).all(axis=1) & np.isfinite(y)
    if not finite.all():
        raise SurveykitError.of("ANALYSE-NOTFINITE", formula, rows=int((~finite).sum()))
    return Design(
        outcome=left,
        terms=terms,
        x=x,
        y=y,
        rows=np.flatnonzero(complete),
        dropped=int((~complete).sum()),
        fingerprint=fingerprint_of(data),
        parts=parts,
        used=used.reset_index(drop=True),
        predictors=tuple(right) if spec is None else tuple(sorted(map(str, spec.required_variables))),
        spec=spec,
    )


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)


def _evaluated(right: Any, used: pd.DataFrame, formula: str) -> tuple[pd.DataFrame, Any, Any]:
    made = _matrix(right, used, formula)
    spec = made.model_spec
    matrix = pd.DataFrame(made).drop(columns="Intercept")
    place = {str(name): at for at, name in enumerate(matrix.columns)}
    columns = list(made.columns)
    parts = tuple(
        (str(term), tuple(place[str(columns[at])] for at in indices))
        for term, indices in spec.term_indices.items()
        if str(term) != "1" and len(indices)
    )
    return matrix, spec, parts


def _outcome_values(left: Any, used: pd.DataFrame, formula: str) -> NDArray[np.float64]:
    values = np.asarray(_matrix(left, used, formula), dtype=float)
    if values.shape[1] != 1:
        raise SurveykitError.of("GLM-TEXTOUTCOME", formula, outcome=str(next(iter(left))))
    return values[:, 0]


def _matrix(side: Any, used: pd.DataFrame, formula: str) -> Any:
    try:
        with np.errstate(invalid="ignore", divide="ignore"):
            return side.get_model_matrix(used, na_action="ignore")
    except (FormulaicError, ValueError, TypeError) as fault:
        raise SurveykitError.of("ANALYSE-FORMULA", formula, detail=str(fault).splitlines()[0]) from None


def _parsed(formula: str) -> Any:
    try:
        parsed = Formula(formula)
    except (FormulaicError, SyntaxError, ValueError) as fault:
        detail = str(fault).splitlines()[0] if str(fault) else "syntax"
        raise SurveykitError.of("ANALYSE-FORMULA", formula, detail=detail) from None
    if not hasattr(parsed, "lhs") or not hasattr(parsed, "rhs"):
        raise SurveykitError.of("ANALYSE-FORMULA", formula, detail="outcome ~ predictor + predictor")
    terms = [str(term) for term in parsed.rhs]
    if "1" not in terms:
        raise SurveykitError.of("ANALYSE-NOINTERCEPT", formula)
    if len(terms) < 2:
        raise SurveykitError.of("ANALYSE-NOPREDICTOR", formula)
    return parsed


def _outcome(parsed: Any, formula: str) -> str:
    outcomes = [str(term) for term in parsed.lhs]
    if len(outcomes) != 1:
        raise SurveykitError.of("ANALYSE-FORMULA", formula, detail="one outcome on the left")
    return outcomes[0]
