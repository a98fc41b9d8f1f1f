"""Every result keeps the contract, in every language."""

import json
import re
import warnings
from dataclasses import FrozenInstanceError, fields

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import surveykit as sk
from surveykit.draw.style import png
from surveykit.language import LANGUAGES, STYLE_OF, glossary, number
from surveykit.result import Result, formatted, kind_of
from surveykit.result.contract import _KINDS
from tests.result.examples import EXAMPLES, example

ROWS_OF_NUMBERS = re.compile(r"[−-]?\d*[.,]?\d+(?:[.,]\d+)*")

every = pytest.mark.parametrize("name", list(EXAMPLES))
in_every_language = pytest.mark.parametrize("lang", LANGUAGES)


def test_every_kind_of_result_has_an_example():
    assert {example(name).kind for name in EXAMPLES} == {k for k in _KINDS if not k.startswith("test_")}


@every
def test_the_table_is_tidy_and_in_the_glossary(name):
    result = example(name)
    table = result.table
    assert list(table.index) == list(range(len(table)))
    assert set(table.columns) <= set(glossary()), set(table.columns) - set(glossary())
    assert {"estimate", "std_error", "conf_low", "conf_high", "conf_level", "n", "method"} <= set(table.columns)
    assert set(table["method"]) <= set(glossary())
    if result.measure_column:
        assert set(table[result.measure_column]) <= set(glossary())
    assert set(result.shown) <= set(table.columns)
    ends = table.dropna(subset=["conf_low", "conf_high", "estimate"])
    assert (ends["conf_low"] <= ends["estimate"] + 1e-9).all()
    assert (ends["estimate"] <= ends["conf_high"] + 1e-9).all()


@every
def test_the_table_is_a_copy(name):
    result = example(name)
    table = result.table
    table.loc[:, "estimate"] = 12345.0
    assert not (result.table["estimate"] == 12345.0).any()


@every
def test_an_undefined_estimate_has_a_problem_that_says_why(name):
    result = example(name)
    if result.table["estimate"].isna().any():
        assert result.problems
        assert all(str(problem) for problem in result.problems)


@every
@in_every_language
def test_the_words_hold_only_numbers_of_the_table(name, lang):
    result = example(name)
    words = result.narrate(lang)
    assert words.strip()
    assert "{" not in words and "nan" not in words.lower()
    assert not re.search(r"\b(causes?|caused|leads? to|impact|drives?)\b", words)
    for names in result.names.values():
        words = words.replace(names.get(lang, ""), " ")
    words = re.sub(
        r"\b(R²|HC3|9[05]\s?%|0-100|0–100|1974|1981|1986|1994|2001|2002|2004|2007|2015|2016|2019|2021|λ\d|F\d|n−1)",
        " ",
        words,
    )
    words = re.sub(r"[A-Za-z_]+\d+", " ", words)
    told = {_bare(found) for found in ROWS_OF_NUMBERS.findall(words.replace("\u00a0", ""))}
    assert told <= _written(result, lang), told - _written(result, lang)


def _bare(text: str) -> str:
    return text.lstrip("−-").rstrip(".,")


def _written(result: Result, lang: str) -> set[str]:
    """Every number of the table and the measures as this language writes it, also as counts and whole per cents."""
    style = STYLE_OF[lang]
    values: list[tuple[float, str]] = []
    for row in result.table.to_dict("records"):
        for column, value in row.items():
            if isinstance(value, int | float | np.number) and kind_of(result, row, column) != "text":
                values.append((float(value), kind_of(result, row, column)))
    for source in ("measures", "diagnostics"):
        kinds = ("bounded", "index", "statistic", "p", "count", "share")
        values += [(float(v), kind) for v in getattr(result, source, {}).values() for kind in kinds]
    values += [(float(result.n), "count"), (5.0, "plain"), (0.0, "count")]
    values += [(cited, "bounded") for cited in (0.30, 0.50, 0.70)] + [(cited, "index") for cited in (0.010, 0.015)]
    values += [(float(len(getattr(result, "counts", ()))), "count")]
    texts = {number(value, kind, style) for value, kind in values}
    texts |= {number(value, kind, style, 0) for value, kind in values if kind in ("share", "points")}
    found = {_bare(part) for text in texts for part in ROWS_OF_NUMBERS.findall(text.replace("\u00a0", ""))}
    return found | {"9", "10", "6", "7", "8"}


@every
@in_every_language
def test_the_figure_is_drawn_without_missing_glyphs_and_without_global_state(name, lang):
    before = dict(mpl.rcParams)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = example(name).plot(lang)
        assert png(figure, dpi=50).startswith(b"\x89PNG")
    assert isinstance(figure, Figure)
    assert dict(mpl.rcParams) == before


@every
@in_every_language
def test_the_table_for_people_is_text_with_headings_in_the_language(name, lang):
    shown = formatted(example(name), lang)
    assert shown.map(lambda cell: isinstance(cell, str)).all().all()
    assert not shown.map(lambda cell: cell.lower() == "nan").any().any()
    assert next(iter(shown.columns)) in {term.label[lang] for term in glossary().values()}


@every
def test_a_result_survives_json_without_loss(name):
    result = example(name)
    stored = json.loads(json.dumps(result.to_dict(), allow_nan=False, ensure_ascii=False))
    again = Result.from_dict(stored)
    assert type(again) is type(result)
    pd.testing.assert_frame_equal(again.table, result.table)
    assert again.problems == result.problems
    assert again.provenance == result.provenance
    assert again.narrate("ru") == result.narrate("ru")
    assert again.to_dict() == result.to_dict()


@every
def test_equal_inputs_give_equal_results(name):
    assert EXAMPLES[name]().to_dict() == example(name).to_dict()


@every
def test_a_result_shows_itself_in_one_line_and_in_html(name):
    result = example(name)
    assert "\n" not in repr(result)
    assert "<table" in result._repr_html_()


@every
def test_a_result_cannot_be_changed(name):
    result = example(name)
    for part in fields(result):
        with pytest.raises(FrozenInstanceError):
            setattr(result, part.name, None)


def test_html_of_a_result_escapes_hostile_names():
    items = pd.DataFrame({"<script>alert(1)</script>": [1, 2, 3], "b": [2, 3, 3]})
    assert "<script>" not in sk.describe(items, limits=(1, 5))._repr_html_()


def test_provenance_has_no_time_and_names_the_call():
    found = example("regression").provenance
    assert found.call == "regress"
    assert dict(found.arguments)["covariance"] == "'HC3'"
    assert len(found.data) == 64
