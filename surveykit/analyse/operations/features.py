"""Rows of the source studies that are a feature rather than one number, and the call that answers each."""

from __future__ import annotations

FEATURES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("S1 1", ("load_questionnaire", "export")),
    ("S1 2", ("mode_effects",)),
    ("S1 3", ("describe", "run")),
    ("S1 4", ("comments", "control_chart")),
    ("S1 5", ("comments", "quotes")),
    ("S1 6", ("comments",)),
    ("S1 7", ("churn_reasons",)),
    ("S1 8", ("control_chart", "waves")),
    ("S1 9", ("lifetime_value",)),
    ("S1 11", ("read_tables", "join_customers")),
    ("S2 1", ("load_bank", "compare")),
    ("S2 3", ("comments", "keyness", "coder_agreement")),
    ("S2 4", ("before_after",)),
    ("S2 5", ("comments", "before_after")),
    ("S2 6", ("lifetime_value", "repeat_purchases", "renewal_lifetime")),
    ("S2 16", ("reliability",)),
    ("S2 17", ("survival", "cox", "churn_reasons")),
    ("S3 1", ("load_indicators", "indicators", "ahp", "weigh", "topsis")),
    ("S3 2", ("indicator_values", "fuzzy_evaluation")),
    ("S3 4", ("indicators",)),
    ("S3 5", ("correlate", "importance", "weigh")),
    ("S3 6", ("two_way",)),
    ("S3 7", ("load_bank", "hierarchical")),
    ("S3 8", ("audit_register",)),
    ("S3 9", ("run", "report")),
    ("S4 5", ("load_bank", "servqual")),
    ("S4 6", ("nps", "csat")),
    ("S4 7", ("seasonality", "change_point", "control_chart", "waves")),
    ("S4 8", ("audit_register",)),
    ("S4 9", ("says_does", "moves_both")),
)
"""Study and row, as docs/indicators.md counts them, and public names; the words are in the catalogue."""
