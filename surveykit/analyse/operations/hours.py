"""Opening hours of a service."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import SurveykitError
from surveykit.stats.working_time import working_seconds

WEEK = "1111100"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """When a service is open: hours of the day in the tables' time zone, days of the week from Monday, holidays."""

    opens: float = 9.0
    closes: float = 18.0
    days: str = WEEK
    holidays: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        right = 0 <= self.opens < self.closes <= 24 and len(self.days) == 7 and set(self.days) <= {"0", "1"}
        if not right or "1" not in self.days:
            raise SurveykitError.of("OPS-HOURS", opens=self.opens, closes=self.closes, days=self.days)
        for day in self.holidays:
            try:
                np.datetime64(day, "D")
            except ValueError:
                raise SurveykitError.of("OPS-HOLIDAY", day=str(day)) from None

    def seconds(self, begin: NDArray[np.datetime64], end: NDArray[np.datetime64], timezone: str) -> NDArray[np.float64]:
        """Open seconds between UTC times."""
        local = [
            pd.DatetimeIndex(each).tz_localize("UTC").tz_convert(timezone).tz_localize(None).to_numpy()
            for each in (begin, end)
        ]
        return working_seconds(local[0], local[1], self.opens, self.closes, self.days, self.holidays)
