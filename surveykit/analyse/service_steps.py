"""What a study says beside its survey, analysis by analysis: service indicators, charts, values, the indicator tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from surveykit.analyse.churn_reasons import churn_reasons
from surveykit.analyse.comment_steps import comment_steps
from surveykit.analyse.deed_steps import deed_steps
from surveykit.analyse.evidence import Analyses, Step
from surveykit.analyse.indicators import indicators
from surveykit.analyse.leaf_sources import indicator_values
from surveykit.analyse.operations.hours import WorkingHours
from surveykit.analyse.operations.public import operations
from surveykit.analyse.operations.records import RECORDS_BY_CODE
from surveykit.analyse.operations.result import Operations
from surveykit.analyse.portfolio import lifetime_value
from surveykit.analyse.seasons import change_point, seasonality
from surveykit.analyse.survival import survival
from surveykit.analyse.trends import control_chart
from surveykit.analyse.two_way import two_way
from surveykit.errors import SurveykitError
from surveykit.language import term
from surveykit.responses.answers_table import with_answers
from surveykit.responses.customer_table import customer_table
from surveykit.responses.score import score
from surveykit.responses.tables import Tables
from surveykit.spec.service import ChartPlan, Service

STANDING = tuple(code for code in RECORDS_BY_CODE if not code.startswith("value_"))
"""What is followed period by period; lifetime values are computed once, over the whole time."""


@dataclass(frozen=True, slots=True)
class ServiceSteps(Analyses):
    """The analyses beside the survey."""

    def __iter__(self) -> Iterator[Step]:
        plan, tables = self.study.service, self.evidence.tables
        found: Operations | None = None
        if plan is not None and tables is not None:
            self.tell("compute the service indicators")
            tables = self._with_answers(plan, tables)
            self.reading.extend([each.problem for each in tables.receipt.exclusions])
            self.reading.extend(tables.receipt.problems)
            measured = partial(_measured, plan, tables, dict(self._scales(plan)))
            metrics = plan.metrics or STANDING
            for name, result in self.tried("operations", lambda: measured(plan.period, None, metrics)):
                found = result if isinstance(result, Operations) else None
                yield name, result
            for column in plan.by:
                yield from self.tried(f"operations {column}", partial(measured, "all", column, metrics))
            for chart in plan.charts:
                self.tell(f"follow {chart.metric}")
                yield from self._followed(chart, partial(measured, chart.period or plan.period, None, [chart.metric]))
            yield from self._customers(plan, tables)
            yield from deed_steps(self)
        yield from self._tree(found)
        yield from self._both_sides()
        yield from comment_steps(self)

    def _with_answers(self, plan: Service, tables: Tables) -> Tables:
        key, data = self.key, self.evidence.answers
        if key is None or self.scores is None:
            return tables
        frame = pd.DataFrame({"customer": data.frame([key])[key]})
        if plan.answered is not None:
            dated = plan.answered in data.columns
            frame["at"] = data.frame([plan.answered])[plan.answered] if dated else plan.answered
        for name, scale in self._answer_columns().items():
            frame[name] = self.scores.values[scale] if scale in self.scores.scales else data.frame([scale])[scale]
        return with_answers(tables, frame)

    def _answer_columns(self) -> dict[str, str]:
        """The survey's satisfaction, loyalty and recommendation, by the column of `answers` that they fill."""
        known = {"satisfaction": self.study.satisfaction, "recommendation": self.study.recommend}
        known["loyalty"] = self.study.loyalty[0] if self.study.loyalty else None
        there = self.evidence.answers.items
        scored = self.scores.scales if self.scores is not None else ()
        return {name: code for name, code in known.items() if code in scored or code in there if code}

    def _scales(self, plan: Service) -> Iterator[tuple[str, tuple[float, float]]]:
        """The ends of the scales that indicators of answers need: the study's own, else those of the scores."""
        for name, code in self._answer_columns().items():
            if self.scores is not None and code in self.scores.limits:
                low, high = self.scores.limits[code]
            else:
                scale = self.study.questionnaire.scale(code)
                low, high = (scale.low, scale.high) if scale else (np.nan, np.nan)
            if np.isfinite([low, high]).all():
                yield name, (low, high)
        yield from plan.scales.items()

    def _followed(self, chart: ChartPlan, measured: Callable[[], Operations]) -> Iterator[Step]:
        try:
            series = chart_series(measured(), chart.metric)
        except SurveykitError as fault:
            self.reading.extend(fault.problems)
            return
        size = "size" if chart.chart in ("p", "u") else None
        value = "cases" if size else chart.metric
        label = term(chart.metric).label
        named = {"cases": label, chart.metric: label}
        yield from self.tried(
            f"chart {chart.metric}",
            lambda: control_chart(
                series, value, "period", size, chart=chart.chart, rules=chart.rules, baseline=chart.baseline
            ).renamed(named),
        )
        if chart.change:
            yield from self.tried(
                f"change {chart.metric}", lambda: change_point(series, chart.metric, "period").renamed(named)
            )
        if chart.seasons:
            seasons = chart.seasons
            yield from self.tried(
                f"seasons {chart.metric}",
                lambda: seasonality(series, chart.metric, "period", seasons=seasons).renamed(named),
            )

    def _customers(self, plan: Service, tables: Tables) -> Iterator[Step]:
        if not tables.has("customers", "customer", "joined", "left"):
            return
        self.tell("follow the customers")
        try:
            table = customer_table(tables, "month")
        except SurveykitError as fault:
            self.reading.extend(fault.problems)
            return
        group = plan.segment if plan.segment in table.columns else None
        yield from self.tried("survival", lambda: survival(table, "tenure", "gone", group, at=(12, 24)))
        if "churn_reason" in table.columns:
            yield from self.tried("churn_reasons", lambda: churn_reasons(table, "tenure", "gone", "churn_reason"))
        if "spend" in table.columns:
            cost = "acquisition_cost" if "acquisition_cost" in table.columns else None
            monthly = (1 + plan.discount) ** (1 / 12) - 1
            yield from self.tried(
                "lifetime", lambda: lifetime_value(table, "spend", "tenure", "gone", cost, discount=monthly)
            )

    def _tree(self, found: Operations | None) -> Iterator[Step]:
        plan, tree = self.study.indicators, self.study.tree
        if plan is None or tree is None:
            return
        self.tell("evaluate the indicators")
        leaves = indicator_values(tree, self.scores, found, plan.grades)
        self.reading.extend(leaves.problems)
        weights = "equal" if plan.weights == "equal" else None
        yield from self.tried(
            "indicators",
            lambda: indicators(tree, leaves.values, weights=weights, missing=plan.missing, draws=leaves.draws or None),
        )

    def _both_sides(self) -> Iterator[Step]:
        if self.evidence.provider is None or self.scores is None:
            return
        self.tell("compare customers and provider")
        scales = self.study.measured(self.evidence.provider.items)
        both = [name for name in self.scores.scales if name in scales]
        mine, scoring = self.evidence.provider, self.study.scoring
        customers = self.scores
        yield from self.tried(
            "two_way",
            lambda: two_way(
                customers,
                score(mine, scales=scales, method=scoring.method, max_missing=scoring.max_missing),
                both,
            ),
        )


def chart_series(found: Operations, metric: str) -> pd.DataFrame:
    """One indicator by period: its value under its own name, and the `cases` in `size` units that it is the rate of.

    Periods before the first and after the last value are left out.
    """
    rows = found.metric(metric)
    known = np.flatnonzero(np.isfinite(rows["estimate"].astype(float)))
    rows = rows.iloc[known[0] : known[-1] + 1] if len(known) else rows
    per = 100.0 if RECORDS_BY_CODE[metric].unit.startswith("per_100") else 1.0
    size = rows["n"].astype(float) / per
    cases = (rows["estimate"] * size).round()
    return pd.DataFrame({"period": rows["period"], metric: rows["estimate"], "cases": cases, "size": size})


def _measured(
    plan: Service,
    tables: Tables,
    scales: dict[str, tuple[float, float]],
    period: str,
    by: str | None,
    metrics: Sequence[str],
) -> Operations:
    hours = plan.hours
    return operations(
        tables,
        period,
        by,
        metrics=metrics,
        answer_within=plan.answer_within,
        respond_within=plan.respond_within,
        resolve_within=plan.resolve_within,
        scales=scales,
        boxes=plan.boxes,
        discount=plan.discount,
        end=plan.as_of,
        hours=WorkingHours(**hours.model_dump()) if hours else None,
    )
