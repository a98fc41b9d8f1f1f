"""How the numbers were made: written from what was run, so that it cannot drift from it."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from surveykit.language import term
from surveykit.reports.document import Block, Paragraph, Points
from surveykit.reports.outcome import StudyResult
from surveykit.reports.parts import Say

REFERENCES = {
    "reliability": (
        "Cronbach, L. J. (1951). Psychometrika, 16, 297-334.",
        "Feldt, L. S. (1965). Psychometrika, 30, 357-370.",
        "McDonald, R. P. (1999). Test theory: A unified treatment. Erlbaum.",
        "Nunnally, J. C., & Bernstein, I. H. (1994). Psychometric theory (3rd ed.). McGraw-Hill.",
    ),
    "regression": (
        "Long, J. S., & Ervin, L. H. (2000). The American Statistician, 54, 217-224.",
        "MacKinnon, J. G., & White, H. (1985). Journal of Econometrics, 29, 305-325.",
    ),
    "correlations": ("Fisher, R. A. (1921). Metron, 1, 3-32.",),
    "item_description": ("Wilson, E. B. (1927). Journal of the American Statistical Association, 22, 209-212.",),
    "score_description": (
        "Cohen, P., Cohen, J., Aiken, L. S., & West, S. G. (1999). Multivariate Behavioral Research, 34, 315-346.",
    ),
    "compare": (
        "Games, P. A., & Howell, J. F. (1976). Journal of Educational Statistics, 1, 113-125.",
        "Welch, B. L. (1951). Biometrika, 38, 330-336.",
    ),
    "importance": (
        "Grömping, U. (2007). The American Statistician, 61, 139-147.",
        "Lindeman, R. H., Merenda, P. F., & Gold, R. Z. (1980). Introduction to bivariate and multivariate analysis.",
    ),
    "mediation": ("Preacher, K. J., & Hayes, A. F. (2008). Behavior Research Methods, 40, 879-891.",),
    "priority_map": ("Martilla, J. A., & James, J. C. (1977). Journal of Marketing, 41(1), 77-79.",),
    "validity": (
        "Fornell, C., & Larcker, D. F. (1981). Journal of Marketing Research, 18, 39-50.",
        "Henseler, J., Ringle, C. M., & Sarstedt, M. (2015). Journal of the Academy of Marketing Science, 43, 115-135.",
    ),
    "nps": ("Rocks, B. (2016). The American Statistician, 70, 365-372.",),
    "operations": (
        "Garwood, F. (1936). Biometrika, 28, 437-442.",
        "Kaplan, E. L., & Meier, P. (1958). Journal of the American Statistical Association, 53, 457-481.",
        "Wilson, E. B. (1927). Journal of the American Statistical Association, 22, 209-212.",
    ),
    "control_chart": (
        "Champ, C. W., & Woodall, W. H. (1987). Technometrics, 29, 393-399.",
        "Western Electric (1956). Statistical quality control handbook.",
    ),
    "change_point": ("Pettitt, A. N. (1979). Applied Statistics, 28, 126-135.",),
    "seasonality": (),
    "survival": ("Kaplan, E. L., & Meier, P. (1958). Journal of the American Statistical Association, 53, 457-481.",),
    "lifetime_value": ("Gupta, S., & Lehmann, D. R. (2003). Journal of Interactive Marketing, 17(1), 9-24.",),
    "indicators": (
        "ISO 10004 (2018). Quality management - Customer satisfaction - Guidelines for monitoring and measuring.",
        "OECD/JRC (2008). Handbook on constructing composite indicators.",
    ),
    "two_way": ("Welch, B. L. (1947). Biometrika, 34, 28-35.",),
    "churn_reasons": ("Aalen, O. O., & Johansen, S. (1978). Scandinavian Journal of Statistics, 5, 141-150.",),
    "says_does": (
        "DeLong, E. R., DeLong, D. M., & Clarke-Pearson, D. L. (1988). Biometrics, 44, 837-845.",
        "Harrell, F. E., Lee, K. L., & Mark, D. B. (1996). Statistics in Medicine, 15, 361-387.",
        "Van Calster, B., et al. (2016). Journal of Clinical Epidemiology, 74, 167-176.",
    ),
    "intention_gap": ("Agresti, A., & Min, Y. (2005). Statistics in Medicine, 24, 729-740.",),
    "moves_both": (
        "Lindeman, R. H., Merenda, P. F., & Gold, R. Z. (1980). Introduction to bivariate and multivariate analysis.",
    ),
    "comments": ("Krippendorff, K. (2004). Content analysis: An introduction to its methodology (2nd ed.). Sage.",),
    "keyness": ("Dunning, T. (1993). Computational Linguistics, 19, 61-74.",),
    "co_occurrence": ("Fisher, R. A. (1921). Metron, 1, 3-32.",),
    "ces": ("Dixon, M., Freeman, K., & Toman, N. (2010). Harvard Business Review, 88(7/8), 116-122.",),
}


def method(result: StudyResult, say: Say) -> list[Block]:
    """Scoring, estimators, what the report does not show, and the sources of every technique used."""
    study = result.study
    kinds = list(dict.fromkeys(found.kind for found in result.results.values()))
    said = [say.text(f"report.scoring_{study.scoring.method}")]
    said.append(say.text("report.scoring_missing", share=say.write.number(study.scoring.max_missing, "share", 0)))
    said += [say.text(f"report.method_{kind}") for kind in kinds if kind in REFERENCES]
    said.append(say.text("report.method_cautious"))
    references = sorted({line for kind in kinds for line in REFERENCES.get(kind, ())})
    glossary = sorted({str(name) for found in result.results.values() for name in _measures(found.table)})
    terms = tuple(f"{term(name).label[say.lang]}: {term(name).meaning[say.lang]}" for name in glossary if name)
    return [
        Points(tuple(said)),
        Paragraph(say.text("report.terms")),
        Points(terms),
        Paragraph(say.text("report.references")),
        Points(tuple(references)),
    ]


def _measures(table: pd.DataFrame) -> Iterator[str]:
    for column in ("measure", "coefficient", "metric"):
        if column in table.columns:
            yield from table[column].unique()
