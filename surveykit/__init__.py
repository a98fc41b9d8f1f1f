"""surveykit: from an item bank to an evaluation report.

Names are loaded when first used, so that `import surveykit` is instant.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from surveykit.analyse.adjusted import adjust
    from surveykit.analyse.agreement import agreement, krippendorff
    from surveykit.analyse.ahp import ahp, weigh
    from surveykit.analyse.audit_register import audit_register
    from surveykit.analyse.before_after import before_after
    from surveykit.analyse.binary import logistic
    from surveykit.analyse.boxes import csat, top_box
    from surveykit.analyse.churn_reasons import churn_reasons
    from surveykit.analyse.comments.co_occurrence import co_occurrence
    from surveykit.analyse.comments.coders import coder_agreement, coding_accuracy
    from surveykit.analyse.comments.keyness import keyness
    from surveykit.analyse.comments.public import comments
    from surveykit.analyse.comments.quotes import quotes
    from surveykit.analyse.comments.sheets import coding_sheet, read_coding_sheets
    from surveykit.analyse.compare import compare
    from surveykit.analyse.contracts import renewal_lifetime
    from surveykit.analyse.correlation import correlate
    from surveykit.analyse.counts_model import count_model
    from surveykit.analyse.describe import describe
    from surveykit.analyse.dif import dif
    from surveykit.analyse.efa import efa
    from surveykit.analyse.efa_omega import omega_hierarchical
    from surveykit.analyse.effort import ces
    from surveykit.analyse.fuzzy_evaluation import fuzzy_evaluation
    from surveykit.analyse.hazards import cox
    from surveykit.analyse.hierarchy import hierarchical
    from surveykit.analyse.importance import importance
    from surveykit.analyse.impute import impute, pool
    from surveykit.analyse.indicators import indicators
    from surveykit.analyse.intention import intention_gap
    from surveykit.analyse.intraclass import icc
    from surveykit.analyse.irt import irt
    from surveykit.analyse.kano import kano
    from surveykit.analyse.leaf_sources import IndicatorValues, indicator_values
    from surveykit.analyse.lifetime import repeat_purchases
    from surveykit.analyse.mediation import mediate
    from surveykit.analyse.method_bias import method_bias
    from surveykit.analyse.mode_effects import mode_effects
    from surveykit.analyse.moderation import moderate
    from surveykit.analyse.moves_both import moves_both
    from surveykit.analyse.n_factors import n_factors
    from surveykit.analyse.operations.hours import WorkingHours
    from surveykit.analyse.operations.public import operations
    from surveykit.analyse.operations.rollup import roll_up
    from surveykit.analyse.ordinal import ordinal
    from surveykit.analyse.ordinal_mixed import ordinal_mixed
    from surveykit.analyse.penalty import penalty_reward
    from surveykit.analyse.planning import power, sample_size
    from surveykit.analyse.pls.groups import pls_groups
    from surveykit.analyse.pls.importance import ipma
    from surveykit.analyse.pls.predict import pls_predict
    from surveykit.analyse.pls.public import pls
    from surveykit.analyse.polychoric import polychoric
    from surveykit.analyse.portfolio import lifetime_value
    from surveykit.analyse.predicted import predicted
    from surveykit.analyse.priority import priority_map
    from surveykit.analyse.rake import poststratify, rake
    from surveykit.analyse.recommendation import nps
    from surveykit.analyse.regression import Regression, regress
    from surveykit.analyse.reliability import Reliability, reliability
    from surveykit.analyse.retest import retest
    from surveykit.analyse.says_does import says_does
    from surveykit.analyse.seasons import change_point, seasonality
    from surveykit.analyse.sem.compare import difference
    from surveykit.analyse.sem.diagram import path_plot
    from surveykit.analyse.sem.invariance import invariance
    from surveykit.analyse.sem.normality import mardia
    from surveykit.analyse.sem.public import cfa, sem
    from surveykit.analyse.servqual import servqual
    from surveykit.analyse.survey import survey_mean, survey_quantile, survey_share, survey_total
    from surveykit.analyse.survey_alpha import survey_alpha
    from surveykit.analyse.survey_crosstab import survey_crosstab
    from surveykit.analyse.survey_regression import survey_regress
    from surveykit.analyse.survival import survival
    from surveykit.analyse.topsis import topsis
    from surveykit.analyse.trends import control_chart
    from surveykit.analyse.two_way import two_way
    from surveykit.analyse.validity import validity
    from surveykit.analyse.waves import waves
    from surveykit.errors import Problem, SurveykitError, SurveykitWarning
    from surveykit.exports.codebook import codebook
    from surveykit.exports.results import write_results
    from surveykit.exports.write import export
    from surveykit.reports.files import report
    from surveykit.reports.outcome import StudyResult
    from surveykit.responses.customer_table import customer_table
    from surveykit.responses.design import SurveyDesign, survey_design
    from surveykit.responses.joined import Joined, join_customers
    from surveykit.responses.masking import mask_personal
    from surveykit.responses.read import read_responses
    from surveykit.responses.responses import Responses
    from surveykit.responses.score import score
    from surveykit.responses.scores import Scores
    from surveykit.responses.simulate import simulate
    from surveykit.responses.tables import Tables, read_tables
    from surveykit.responses.write import write_csv
    from surveykit.result import Result, formatted
    from surveykit.spec.bank import Item, ItemBank
    from surveykit.spec.check import check
    from surveykit.spec.coding_frame import CodingFrame, load_coding_frame
    from surveykit.spec.indicators import IndicatorTree, load_indicators
    from surveykit.spec.load import load_bank, load_questionnaire, load_study
    from surveykit.spec.model import Model
    from surveykit.spec.questionnaire import Questionnaire
    from surveykit.spec.scale import Scale
    from surveykit.spec.schema import write_schemas
    from surveykit.spec.study import Study
    from surveykit.stats.counts import Counts
    from surveykit.stats.moments import Moments
    from surveykit.study import load_data, load_provider, load_tables, run

_HOMES = {
    "surveykit.analyse.adjusted": ("adjust",),
    "surveykit.analyse.agreement": ("agreement", "krippendorff"),
    "surveykit.analyse.ahp": ("ahp", "weigh"),
    "surveykit.analyse.audit_register": ("audit_register",),
    "surveykit.analyse.before_after": ("before_after",),
    "surveykit.analyse.binary": ("logistic",),
    "surveykit.analyse.boxes": ("csat", "top_box"),
    "surveykit.analyse.churn_reasons": ("churn_reasons",),
    "surveykit.analyse.comments.co_occurrence": ("co_occurrence",),
    "surveykit.analyse.comments.coders": ("coder_agreement", "coding_accuracy"),
    "surveykit.analyse.comments.keyness": ("keyness",),
    "surveykit.analyse.comments.public": ("comments",),
    "surveykit.analyse.comments.quotes": ("quotes",),
    "surveykit.analyse.comments.sheets": ("coding_sheet", "read_coding_sheets"),
    "surveykit.analyse.compare": ("compare",),
    "surveykit.analyse.contracts": ("renewal_lifetime",),
    "surveykit.analyse.correlation": ("correlate",),
    "surveykit.analyse.counts_model": ("count_model",),
    "surveykit.analyse.describe": ("describe",),
    "surveykit.analyse.dif": ("dif",),
    "surveykit.analyse.efa": ("efa",),
    "surveykit.analyse.efa_omega": ("omega_hierarchical",),
    "surveykit.analyse.effort": ("ces",),
    "surveykit.analyse.fuzzy_evaluation": ("fuzzy_evaluation",),
    "surveykit.analyse.hazards": ("cox",),
    "surveykit.analyse.hierarchy": ("hierarchical",),
    "surveykit.analyse.importance": ("importance",),
    "surveykit.analyse.impute": ("impute", "pool"),
    "surveykit.analyse.indicators": ("indicators",),
    "surveykit.analyse.intention": ("intention_gap",),
    "surveykit.analyse.intraclass": ("icc",),
    "surveykit.analyse.irt": ("irt",),
    "surveykit.analyse.kano": ("kano",),
    "surveykit.analyse.leaf_sources": ("IndicatorValues", "indicator_values"),
    "surveykit.analyse.lifetime": ("repeat_purchases",),
    "surveykit.analyse.mediation": ("mediate",),
    "surveykit.analyse.method_bias": ("method_bias",),
    "surveykit.analyse.mode_effects": ("mode_effects",),
    "surveykit.analyse.moderation": ("moderate",),
    "surveykit.analyse.moves_both": ("moves_both",),
    "surveykit.analyse.n_factors": ("n_factors",),
    "surveykit.analyse.operations.hours": ("WorkingHours",),
    "surveykit.analyse.operations.public": ("operations",),
    "surveykit.analyse.operations.rollup": ("roll_up",),
    "surveykit.analyse.ordinal": ("ordinal",),
    "surveykit.analyse.ordinal_mixed": ("ordinal_mixed",),
    "surveykit.analyse.penalty": ("penalty_reward",),
    "surveykit.analyse.planning": ("power", "sample_size"),
    "surveykit.analyse.pls.groups": ("pls_groups",),
    "surveykit.analyse.pls.importance": ("ipma",),
    "surveykit.analyse.pls.predict": ("pls_predict",),
    "surveykit.analyse.pls.public": ("pls",),
    "surveykit.analyse.polychoric": ("polychoric",),
    "surveykit.analyse.portfolio": ("lifetime_value",),
    "surveykit.analyse.predicted": ("predicted",),
    "surveykit.analyse.priority": ("priority_map",),
    "surveykit.analyse.rake": ("poststratify", "rake"),
    "surveykit.analyse.recommendation": ("nps",),
    "surveykit.analyse.regression": ("Regression", "regress"),
    "surveykit.analyse.reliability": ("Reliability", "reliability"),
    "surveykit.analyse.retest": ("retest",),
    "surveykit.analyse.says_does": ("says_does",),
    "surveykit.analyse.seasons": ("change_point", "seasonality"),
    "surveykit.analyse.sem.compare": ("difference",),
    "surveykit.analyse.sem.diagram": ("path_plot",),
    "surveykit.analyse.sem.invariance": ("invariance",),
    "surveykit.analyse.sem.normality": ("mardia",),
    "surveykit.analyse.sem.public": ("cfa", "sem"),
    "surveykit.analyse.servqual": ("servqual",),
    "surveykit.analyse.survey": ("survey_mean", "survey_quantile", "survey_share", "survey_total"),
    "surveykit.analyse.survey_alpha": ("survey_alpha",),
    "surveykit.analyse.survey_crosstab": ("survey_crosstab",),
    "surveykit.analyse.survey_regression": ("survey_regress",),
    "surveykit.analyse.survival": ("survival",),
    "surveykit.analyse.topsis": ("topsis",),
    "surveykit.analyse.trends": ("control_chart",),
    "surveykit.analyse.two_way": ("two_way",),
    "surveykit.analyse.validity": ("validity",),
    "surveykit.analyse.waves": ("waves",),
    "surveykit.errors": ("Problem", "SurveykitError", "SurveykitWarning"),
    "surveykit.exports.codebook": ("codebook",),
    "surveykit.exports.results": ("write_results",),
    "surveykit.exports.write": ("export",),
    "surveykit.reports.files": ("report",),
    "surveykit.reports.outcome": ("StudyResult",),
    "surveykit.responses.customer_table": ("customer_table",),
    "surveykit.responses.design": ("SurveyDesign", "survey_design"),
    "surveykit.responses.joined": ("Joined", "join_customers"),
    "surveykit.responses.masking": ("mask_personal",),
    "surveykit.responses.read": ("read_responses",),
    "surveykit.responses.responses": ("Responses",),
    "surveykit.responses.score": ("score",),
    "surveykit.responses.scores": ("Scores",),
    "surveykit.responses.simulate": ("simulate",),
    "surveykit.responses.tables": ("Tables", "read_tables"),
    "surveykit.responses.write": ("write_csv",),
    "surveykit.result": ("Result", "formatted"),
    "surveykit.spec.bank": ("Item", "ItemBank"),
    "surveykit.spec.check": ("check",),
    "surveykit.spec.coding_frame": ("CodingFrame", "load_coding_frame"),
    "surveykit.spec.indicators": ("IndicatorTree", "load_indicators"),
    "surveykit.spec.load": ("load_bank", "load_questionnaire", "load_study"),
    "surveykit.spec.model": ("Model",),
    "surveykit.spec.questionnaire": ("Questionnaire",),
    "surveykit.spec.scale": ("Scale",),
    "surveykit.spec.schema": ("write_schemas",),
    "surveykit.spec.study": ("Study",),
    "surveykit.stats.counts": ("Counts",),
    "surveykit.stats.moments": ("Moments",),
    "surveykit.study": ("load_data", "load_provider", "load_tables", "run"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"surveykit has no {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
