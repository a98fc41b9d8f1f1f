"""Metrics of complaints, praise, suggestions, activities and answers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.operations.cells import Events
from surveykit.analyse.operations.contacts import HOUR, until
from surveykit.analyse.operations.customers import CUSTOMERS, by_category, per_customer
from surveykit.analyse.operations.record import Context, Record
from surveykit.stats.censored import curves, ended_by, quantile
from surveykit.stats.intervals import nps_adjusted_wald, nps_score
from surveykit.stats.rates import Rates, means, points, rescaled, share

HUNDRED = 100.0
COMPLAINT = {"complaints": ("opened",)}
FEEDBACK = {"feedback": ("at",)}


def _kind(c: Context, word: str) -> tuple[Events, NDArray[np.bool_], NDArray[np.bool_]]:
    """Feedback with a kind known, and which of it is of one kind."""
    events = c.grid.events("feedback")
    known = events.frame["kind"].notna().to_numpy()
    return events, known, (events.frame["kind"] == word).to_numpy(dtype=bool) & known


def _kind_share(c: Context, word: str) -> Rates:
    events, known, one = _kind(c, word)
    return share(c.grid.count(events.cell[one]), c.grid.count(events.cell[known]), c.conf_level)


def praise_share(c: Context) -> Rates:
    """Praise over coded comments."""
    return _kind_share(c, "praise")


def complaint_share(c: Context) -> Rates:
    """Complaints over coded comments."""
    return _kind_share(c, "complaint")


def suggestion_share(c: Context) -> Rates:
    """Suggestions over coded comments."""
    return _kind_share(c, "suggestion")


def praise_per_100(c: Context) -> Rates:
    """Praise per 100 customers."""
    events, _, one = _kind(c, "praise")
    return per_customer(c, Events(frame=events.frame[one], cell=events.cell[one]), HUNDRED)


def praise_type(c: Context) -> dict[str, Rates]:
    """What praise is about."""
    events, _, one = _kind(c, "praise")
    return by_category(c, events, "type", one)


def suggestion_type(c: Context) -> dict[str, Rates]:
    """What suggestions are about."""
    events, _, one = _kind(c, "suggestion")
    return by_category(c, events, "type", one)


def suggestion_adoption(c: Context) -> Rates:
    """Suggestions taken up over suggestions whose fate is known."""
    events, _, one = _kind(c, "suggestion")
    mark = events.column("adopted")
    known = one & np.isfinite(mark)
    return share(c.grid.count(events.cell[known], mark[known]), c.grid.count(events.cell[known]), c.conf_level)


def feedback_valid_share(c: Context) -> Rates:
    """Valid feedback over all feedback."""
    events = c.grid.events("feedback")
    mark = events.column("valid")
    known = np.isfinite(mark)
    return share(c.grid.count(events.cell[known], mark[known]), c.grid.count(events.cell[known]), c.conf_level)


def complaints_per_100(c: Context) -> Rates:
    """Complaints per 100 customers."""
    return per_customer(c, c.grid.events("complaints"), HUNDRED)


def complaining_share(c: Context) -> Rates:
    """Customers who complained at least once over all customers."""
    return share(c.grid.distinct(c.grid.events("complaints")), c.stock.served, c.conf_level)


def complaint_type(c: Context) -> dict[str, Rates]:
    """Each type over the complaints with a type."""
    return by_category(c, c.grid.events("complaints"), "type")


def complaint_handling_source(c: Context) -> Rates:
    """Customers with a complaint handled over complaints, as the source divides."""
    events = c.grid.events("complaints")
    good = events.column("handled") == 1
    handled = c.grid.distinct(Events(frame=events.frame[good], cell=events.cell[good]))
    return share(handled, c.grid.count(events.cell), c.conf_level)


def complaint_handling(c: Context) -> Rates:
    """Complaints handled with success over all complaints; open ones are not handled."""
    events = c.grid.events("complaints")
    good = events.column("handled") == 1
    return share(c.grid.count(events.cell[good]), c.grid.count(events.cell), c.conf_level)


def complaint_resolution_median(c: Context) -> Rates:
    """Kaplan-Meier median of the hours from complaint to resolution."""
    events = c.grid.events("complaints")
    lasted, done = until(c, events, "opened", "resolved")
    return quantile(curves(events.cell, lasted / HOUR, done, c.grid.cells), 0.5, c.conf_level)


def complaint_resolved_in_time(c: Context) -> Rates:
    """Kaplan-Meier share of complaints resolved within the norm."""
    events = c.grid.events("complaints")
    lasted, done = until(c, events, "opened", "resolved")
    return ended_by(curves(events.cell, lasted / HOUR, done, c.grid.cells), c.resolve_within, c.conf_level)


def fix_satisfaction(c: Context) -> Rates:
    """Mean satisfaction with the way complaints were put right."""
    events = c.grid.events("complaints")
    return means(events.cell, events.column("satisfaction"), c.grid.cells, c.conf_level)


def activity_effect(c: Context) -> Rates:
    """Mean of after minus before, of the same participants."""
    events = c.grid.events("activities")
    return means(events.cell, events.column("after") - events.column("before"), c.grid.cells, c.conf_level)


def _answers(c: Context, column: str) -> Rates:
    events = c.grid.events("answers")
    return means(events.cell, events.column(column), c.grid.cells, c.conf_level)


def satisfaction_mean(c: Context) -> Rates:
    """Mean satisfaction on its own scale."""
    return _answers(c, "satisfaction")


def team_satisfaction(c: Context) -> Rates:
    """Mean satisfaction with the service team on its own scale."""
    return _answers(c, "team")


def _of_maximum(c: Context, column: str) -> Rates:
    return rescaled(_answers(c, column), 0.0, 100 / c.scales[column][1])


def _pomp(c: Context, column: str) -> Rates:
    low, high = c.scales[column]
    return rescaled(_answers(c, column), -low, 100 / (high - low))


def satisfaction_score(c: Context) -> Rates:
    """Mean over maximum, in per cent."""
    return _of_maximum(c, "satisfaction")


def satisfaction_pomp(c: Context) -> Rates:
    """Per cent of the maximum possible."""
    return _pomp(c, "satisfaction")


def recommendation_index(c: Context) -> Rates:
    """Mean over maximum, in per cent."""
    return _of_maximum(c, "recommendation")


def loyalty_index(c: Context) -> Rates:
    """Mean over maximum, in per cent."""
    return _of_maximum(c, "loyalty")


def loyalty_pomp(c: Context) -> Rates:
    """Per cent of the maximum possible."""
    return _pomp(c, "loyalty")


def recommendation_nps(c: Context) -> Rates:
    """Promoters (9-10) minus detractors (0-6) in points; undefined on another scale than 0-10."""
    if c.scales["recommendation"] != (0, 10):
        return points(np.zeros(c.grid.cells), np.full(c.grid.cells, np.nan))
    events = c.grid.events("answers")
    x = events.column("recommendation")
    n = c.grid.count(events.cell[np.isfinite(x)])
    up, down = c.grid.count(events.cell[x >= 9]), c.grid.count(events.cell[x <= 6])
    score, error = nps_score(up, down, n)
    low, high = nps_adjusted_wald(up, down, n, c.conf_level)
    bounds = np.minimum(low, score), np.maximum(high, score)
    return Rates(estimate=score, std_error=error, low=bounds[0], high=bounds[1], n=n, method="adjusted_wald")


def _satisfied(c: Context) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Answers in the top boxes, and answers."""
    events = c.grid.events("answers")
    x = events.column("satisfaction")
    top = c.scales["satisfaction"][1] - c.boxes
    return c.grid.count(events.cell[x > top]), c.grid.count(events.cell[np.isfinite(x)])


def service_satisfaction(c: Context) -> Rates:
    """Satisfied (top boxes) over those who answered."""
    satisfied, answered = _satisfied(c)
    return share(satisfied, answered, c.conf_level)


def service_satisfaction_source(c: Context) -> Rates:
    """Satisfied customers over all customers, as the source divides; undefined where nobody answered."""
    events = c.grid.events("answers")
    happy = events.column("satisfaction") > c.scales["satisfaction"][1] - c.boxes
    people = c.grid.distinct(Events(frame=events.frame[happy], cell=events.cell[happy]))
    asked = c.grid.count(events.cell) > 0
    return share(people, np.where(asked, c.stock.served, 0.0), c.conf_level)


def _answer(code: str, compute: object, column: str, studies: tuple[str, ...], **more: object) -> Record:
    known = {"unit": "scale", "base": "answers", "interval": "mean_t", "scale": column}
    needs = {"answers": (column,)}
    return Record(code=code, compute=compute, studies=studies, **{"needs": needs, **known, **more})  # type: ignore[arg-type]


def _share(code: str, compute: object, studies: tuple[str, ...], needs: object, base: str, **more: object) -> Record:
    known = {"unit": "share", "interval": "wilson"}
    return Record(code=code, compute=compute, studies=studies, needs=needs, base=base, **{**known, **more})  # type: ignore[arg-type]


KINDS = {"feedback": ("at", "kind")}
RECORDS = (
    _share("praise_share", praise_share, ("S2 3", "S1 5"), KINDS, "coded"),
    _share("complaint_share", complaint_share, ("S2 3",), KINDS, "coded"),
    _share("suggestion_share", suggestion_share, ("S2 3", "S1 6"), KINDS, "coded"),
    _share(
        "praise_per_100", praise_per_100, ("S1 5",), CUSTOMERS | KINDS, "customers", unit="per_100",
        interval="poisson_exact",
    ),
    _share("praise_type", praise_type, ("S1 5",), {"feedback": ("at", "kind", "type")}, "praise"),
    _share("suggestion_type", suggestion_type, ("S1 6",), {"feedback": ("at", "kind", "type")}, "suggestions"),
    _share(
        "suggestion_adoption", suggestion_adoption, ("S1 3", "S1 6"), {"feedback": ("at", "kind", "adopted")},
        "suggestions", headline=True,
    ),
    _share("feedback_valid_share", feedback_valid_share, ("S2 10",), {"feedback": ("at", "valid")}, "feedback"),
    _share(
        "complaints_per_100", complaints_per_100, ("S1 4", "S1 10"), CUSTOMERS | COMPLAINT, "customers",
        unit="per_100", interval="poisson_exact", headline=True,
    ),
    _share(
        "complaining_share", complaining_share, ("S1 4", "S1 10"),
        CUSTOMERS | {"complaints": ("customer", "opened")}, "customers",
    ),
    _share("complaint_type", complaint_type, ("S1 4", "S2 5"), {"complaints": ("opened", "type")}, "complaints"),
    _share(
        "complaint_handling_source", complaint_handling_source, ("S2 11",),
        {"complaints": ("customer", "opened", "handled")}, "complaints", standard="complaint_handling",
        source_form=True,
    ),
    _share(
        "complaint_handling", complaint_handling, ("S2 11", "S1 4"), {"complaints": ("opened", "handled")},
        "complaints", headline=True,
    ),
    _share(
        "complaint_resolution_median", complaint_resolution_median, ("S2 11", "S1 4"),
        {"complaints": ("opened", "resolved")}, "complaints", unit="hours", interval="kaplan_meier_loglog",
    ),
    _share(
        "complaint_resolved_in_time", complaint_resolved_in_time, ("S2 11", "S1 4"),
        {"complaints": ("opened", "resolved")}, "complaints", interval="kaplan_meier_loglog",
    ),
    _share(
        "fix_satisfaction", fix_satisfaction, ("S2 5",), {"complaints": ("opened", "satisfaction")}, "answers",
        unit="scale", interval="mean_t",
    ),
    _share(
        "activity_effect", activity_effect, ("S2 4",), {"activities": ("at", "before", "after")}, "pairs",
        unit="scale", interval="mean_t",
    ),
    _answer("satisfaction_mean", satisfaction_mean, "satisfaction", ("S1 3", "S4 6", "S2 1"), scale=""),
    _answer("team_satisfaction", team_satisfaction, "team", ("S1 10",), scale=""),
    _answer(
        "satisfaction_score", satisfaction_score, "satisfaction", ("S2 14",), unit="points",
        standard="satisfaction_pomp", source_form=True,
    ),
    _answer("satisfaction_pomp", satisfaction_pomp, "satisfaction", ("S2 14",), unit="points", headline=True),
    _answer(
        "recommendation_index", recommendation_index, "recommendation", ("S2 15",), unit="points",
        standard="recommendation_nps", source_form=True,
    ),
    _answer(
        "recommendation_nps", recommendation_nps, "recommendation", ("S2 15",), unit="points",
        interval="adjusted_wald",
    ),
    _answer(
        "loyalty_index", loyalty_index, "loyalty", ("S2 16",), unit="points", standard="loyalty_pomp",
        source_form=True,
    ),
    _answer("loyalty_pomp", loyalty_pomp, "loyalty", ("S2 16",), unit="points"),
    _answer(
        "service_satisfaction_source", service_satisfaction_source, "satisfaction", ("S2 9",),
        needs=CUSTOMERS | {"answers": ("customer", "satisfaction")}, unit="share", interval="wilson",
        base="customers", standard="service_satisfaction", source_form=True,
    ),
    _answer(
        "service_satisfaction", service_satisfaction, "satisfaction", ("S2 9",), unit="share", interval="wilson"
    ),
)  # fmt: skip
