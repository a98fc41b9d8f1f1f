"""What customers say against what they do, for the deeds that a study names."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from surveykit.analyse.evidence import Analyses, Step
from surveykit.analyse.intention import intention_gap
from surveykit.analyse.moves_both import moves_both
from surveykit.analyse.says_does import says_does
from surveykit.errors import SurveykitError
from surveykit.responses.joined import join_customers
from surveykit.stats.importance import MOST_UNITS

BINARY_MOST = min(MOST_UNITS, 12)


def deed_steps(run: Analyses) -> Iterator[Step]:
    """Each deed by satisfaction, by stated intention where the study names one, and by dimension."""
    plan, tables = run.study.service, run.evidence.tables
    if plan is None or tables is None or run.scores is None or run.key is None or not plan.deeds:
        return
    run.tell("join what customers say and do")
    try:
        joined = join_customers(run.scores, tables, run.key, plan.answered)
    except SurveykitError as fault:
        run.reading.extend(fault.problems)
        return
    run.reading.extend(joined.problems)
    satisfaction = run.study.satisfaction
    drivers = [name for name in run.study.model.structure.get(satisfaction, ()) if name in run.scores.scales]
    for deed in plan.deeds:
        if satisfaction in run.scores.scales:
            yield from run.tried(f"says_does {deed}", partial(says_does, joined, satisfaction, deed))
        if deed in plan.intentions:
            asked = plan.intentions[deed]
            yield from run.tried(f"intention {deed}", partial(intention_gap, joined, asked.item, deed, asked.positive))
        if 1 < len(drivers) <= BINARY_MOST and satisfaction in run.scores.scales:
            yield from run.tried(f"both {deed}", partial(moves_both, joined, drivers, satisfaction, deed, n_boot=500))
