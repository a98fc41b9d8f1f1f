"""Time that counts only while a service is open."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def working_seconds(
    begin: NDArray[np.datetime64],
    end: NDArray[np.datetime64],
    opens: float,
    closes: float,
    weekmask: str = "1111100",
    holidays: Sequence[str] = (),
) -> NDArray[np.float64]:
    """Seconds between local times that lie within opening hours; NaN where either time is missing.

    `opens`, `closes`: hours of the day, 0 <= opens < closes <= 24; `weekmask`: Monday to Sunday, 1 is open;
    `holidays`: ISO dates on which it is closed. Clock changes do not count: an open hour is an hour.
    """
    return _elapsed(end, opens, closes, weekmask, holidays) - _elapsed(begin, opens, closes, weekmask, holidays)


def _elapsed(
    moment: ArrayLike, opens: float, closes: float, weekmask: str, holidays: Sequence[str]
) -> NDArray[np.float64]:
    at = np.asarray(moment, dtype="datetime64[ns]")
    known = ~np.isnat(at)
    safe = np.where(known, at, np.datetime64("1970-01-01", "ns"))
    day = safe.astype("datetime64[D]")
    free = np.array(holidays, dtype="datetime64[D]")
    full = np.busday_count(np.datetime64("1970-01-01"), day, weekmask=weekmask, holidays=free)
    hours = (safe - day).astype("timedelta64[ns]").astype(np.float64) / 3.6e12
    part = np.clip(hours - opens, 0, closes - opens) * np.is_busday(day, weekmask=weekmask, holidays=free)
    return np.where(known, (full * (closes - opens) + part) * 3600, np.nan)
