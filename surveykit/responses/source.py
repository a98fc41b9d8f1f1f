"""What an analysis takes from any kind of data: numbers by column, moments, a fingerprint, weights."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.engine.memory import MemoryEngine
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.responses import Responses
from surveykit.responses.scores import Scores
from surveykit.responses.text import nearest
from surveykit.stats.moments import Moments

Data = pd.DataFrame | Responses | Scores


def columns_of(data: Data, names: Sequence[str]) -> pd.DataFrame:
    """These columns as floats, NaN where missing; of scores, also the columns of the answers that were scored.

    Raises SurveykitError naming every column that is not there (with the names most like it) or is not of numbers.
    """
    require_columns(data, names)
    if isinstance(data, Responses):
        found = data.frame(list(dict.fromkeys(names)))
    elif isinstance(data, Scores):
        own = [name for name in dict.fromkeys(names) if name in data.values.columns]
        others = [name for name in dict.fromkeys(names) if name not in data.values.columns]
        found = data.values[own]
        if others and data.source is not None:
            found = pd.concat([found, data.source.frame(others)], axis=1)
    else:
        found = data[list(dict.fromkeys(names))]
    wrong = [name for name in found.columns if not pd.api.types.is_numeric_dtype(found[name].dtype)]
    if wrong:
        raise SurveykitError([Problem.of("RESP-NOTNUMBER", f"column {name}") for name in wrong])
    return found[list(names)].astype("float64").reset_index(drop=True)


def moments_of(data: Data | Moments, names: Sequence[str]) -> Moments:
    """Moments of these columns over the rows that have them all, weighted where the answers are weighted."""
    if isinstance(data, Moments):
        return data.select(names)
    if isinstance(data, Responses):
        require_columns(data, names)
        if data.weights is None:
            return data.engine.reduce(lambda block: Moments.of(block, names), names)
        return data.engine.reduce(lambda block: Moments.of(block[:, :-1], names, block[:, -1]), [*names, data.weights])
    return Moments.of(columns_of(data, names).to_numpy(), names, weights_of(data))


def weights_of(data: Data) -> NDArray[np.float64] | None:
    """The weights of the rows, or None where they all count the same."""
    answers = data.source if isinstance(data, Scores) else data
    if not isinstance(answers, Responses) or answers.weights is None:
        return None
    return answers.frame([answers.weights])[answers.weights].to_numpy(dtype=np.float64)


def fingerprint_of(data: Data | Moments) -> str:
    """SHA-256 of column names, kinds and content; of moments, of their names and sums."""
    if isinstance(data, Moments):
        parts = (data.names, data.n, data.weight, data.dropped, data.first.tolist(), data.second.tolist())
        return hashlib.sha256(repr(parts).encode("utf-8")).hexdigest()
    if isinstance(data, Responses):
        return data.engine.fingerprint
    return MemoryEngine(data.values if isinstance(data, Scores) else data).fingerprint


def require_table(data: Any) -> None:
    """Refuse what has no rows that an analysis could read."""
    if not isinstance(data, Responses | Scores | pd.DataFrame):
        raise SurveykitError.of("RESP-NOTABLE", found=type(data).__name__)


def require_columns(data: Data, names: Sequence[str]) -> None:
    """Refuse what is no table, and names that the data do not have, each with the names most like it."""
    require_table(data)
    known: list[str] = list(data.columns if isinstance(data, Responses | pd.DataFrame) else data.scales)
    if isinstance(data, Scores) and data.source is not None:
        known += [name for name in data.source.columns if name not in known]
    missing = [name for name in names if name not in known]
    if missing:
        raise SurveykitError(
            [
                Problem.of("RESP-NOCOLUMN", f"column {name}", near=nearest(str(name), map(str, known)))
                for name in missing
            ]
        )
