"""From a formula and data to an outcome, a design without intercept, and the names of its terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from formulaic import Formula
from formulaic.errors import FormulaicError
from numpy.typing import NDArray

from surveykit.analyse.frames import table_of
from surveykit.errors import SurveykitError
from surveykit.responses.source import fingerprint_of
from surveykit.stats.moments import Moments


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Rows of a regression: `x` (n, p) without intercept, `y` (n,), `rows` their positions in the data.

    `dropped` counts the rows left out for a missing value.
    """

    outcome: str
    terms: tuple[str, ...]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    rows: NDArray[np.int64]
    dropped: int
    fingerprint: str

    @property
    def moments(self) -> Moments:
        """Moments of the terms and the outcome."""
        return Moments.of(np.column_stack([self.x, self.y]), [*self.terms, self.outcome])


def plain_terms(formula: str) -> tuple[str, tuple[str, ...]]:
    """Outcome and predictors of a formula without transformations or products; refused otherwise."""
    parsed = _parsed(formula)
    terms = [str(term) for term in parsed.rhs if str(term) != "1"]
    known = parsed.required_variables
    if not set(terms) <= known:
        raise SurveykitError.of("ANALYSE-NEEDROWS", formula, terms=", ".join(sorted(set(terms) - known)))
    return _outcome(parsed, formula), tuple(terms)


def design_of(formula: str, data: Any, only: NDArray[np.int64] | None = None) -> Design:
    """Evaluate a formula over rows, or only those at some positions; rows with a gap are left out and counted."""
    parsed = _parsed(formula)
    outcome = _outcome(parsed, formula)
    names = sorted(parsed.required_variables)
    frame = table_of(data, names).reset_index(drop=True)
    if only is not None:
        frame = frame.iloc[only].reset_index(drop=True)
    complete = frame.notna().all(axis=1).to_numpy()
    used = frame[complete]
    if used.empty:
        raise SurveykitError.of("ANALYSE-NOROWS", formula, rows=len(frame))
    try:
        with np.errstate(invalid="ignore", divide="ignore"):
            left, right = (side.get_model_matrix(used, na_action="ignore") for side in (parsed.lhs, parsed.rhs))
    except (FormulaicError, ValueError, TypeError) as fault:
        raise SurveykitError.of("ANALYSE-FORMULA", formula, detail=str(fault).splitlines()[0]) from None
    x = pd.DataFrame(right).drop(columns="Intercept")
    y = np.asarray(left, dtype=float)[:, 0]
    values = x.to_numpy(dtype=float)
    finite = np.isfinite(values).all(axis=1) & np.isfinite(y)
    if not finite.all():
        raise SurveykitError.of("ANALYSE-NOTFINITE", formula, rows=int((~finite).sum()))
    return Design(
        outcome=outcome,
        terms=tuple(str(name) for name in x.columns),
        x=values,
        y=y,
        rows=np.flatnonzero(complete),
        dropped=int((~complete).sum()),
        fingerprint=fingerprint_of(data),
    )


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
