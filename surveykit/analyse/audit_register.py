"""The register of indicators that an audit asks for: definition, owner, method, target, result, gap, action."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd

from surveykit.analyse.indicators import Indicators
from surveykit.errors import SurveykitError
from surveykit.exports.register import write_workbook
from surveykit.result import Writer
from surveykit.spec.indicators import Indicator, IndicatorTree, walk


def audit_register(
    result: Indicators,
    tree: IndicatorTree,
    path: str | os.PathLike[str],
    lang: str = "en",
    overwrite: bool = False,
) -> Path:
    """Write the evaluated indicators as an XLSX register for ISO 9001 (9.1) and ISO 10004 work; returns the path.

    A row a unit and node in the order of the tree: goal, definition and method, owner, weight, direction, target,
    result, gap, score, cost to the index, status, and empty columns for action, due date and evidence, which a person
    fills. Further sheets: the index under other weights, and every note with the fingerprints of data and tree.
    Numbers stay numbers, unrounded. Raises SurveykitError where `tree` is not the one that was evaluated, or the
    file cannot be written.
    """
    if tree.fingerprint != result.provenance.spec:
        raise SurveykitError.of("INDIC-OTHERTREE", tree.code)
    write = Writer.of(lang, None, result.names)
    notes = [
        f"{problem.place}: {problem.message(lang)}" if problem.place else problem.message(lang)
        for problem in result.problems
    ]
    basis = {"data": result.provenance.data, "spec": result.provenance.spec, "version": result.provenance.version}
    schemes = result.schemes.assign(
        scheme=[write.say(f"indicators.scheme_{name}") for name in result.schemes["scheme"]]
    )
    sheets = {
        write.say("register.sheet"): register_table(result, tree, lang),
        write.say("register.weights"): schemes[["scheme", "unit", "estimate", "rank"]].rename(columns=write.label),
        write.say("register.notes"): pd.DataFrame(
            {write.say("register.finding"): [*result.sentences(lang), *notes, write.say("register.basis", **basis)]}
        ),
    }
    return write_workbook(sheets, path, overwrite)


def register_table(result: Indicators, tree: IndicatorTree, lang: str = "en") -> pd.DataFrame:
    """The register as a table with headings in `lang`, a row a unit and node."""
    write = Writer.of(lang, None, result.names)
    nodes: dict[str, Indicator] = {node.code: node for node, _ in walk(tree)}
    rows: list[dict[str, Any]] = []
    for row in result.table.to_dict("records"):
        node = nodes.get(row["node"])
        leaf = node is not None and node.kind is not None
        rows.append(
            {
                write.label("unit"): row["unit"],
                write.say("register.code"): row["node"],
                write.label("node"): write.name(row["node"]),
                write.say("register.goal"): write.name(row["parent"]) if row["parent"] else "",
                write.say("register.definition"): node.measure.get(lang) if node and node.measure else "",
                write.say("register.kind"): write.say(f"register.kind_{node.kind}") if node and leaf else "",
                write.say("register.unit"): node.unit if node else "",
                write.say("register.owner"): node.owner.get(lang) if node and node.owner else "",
                write.label("overall_weight"): row["overall_weight"],
                write.say("register.direction"): write.say(f"register.{node.direction}") if node and leaf else "",
                write.label("target"): row["target"],
                write.label("indicator_value"): row["indicator_value"],
                write.label("gap"): row["gap"],
                write.say("register.score"): row["estimate"],
                write.label("conf_low"): row["conf_low"],
                write.label("conf_high"): row["conf_high"],
                write.label("cost"): row["cost"],
                write.label("status"): write.name(row["status"]),
                write.label("change"): row["change"],
                write.say("register.action"): "",
                write.say("register.due"): "",
                write.say("register.evidence"): "",
            }
        )
    return pd.DataFrame(rows)
