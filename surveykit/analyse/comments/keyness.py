"""Which words one group uses more than the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.comments.texts import comments_of
from surveykit.analyse.customer_rows import between
from surveykit.analyse.frames import answer_names, choice, table_of
from surveykit.draw.intervals import dot_intervals
from surveykit.draw.words import word_cloud
from surveykit.engine.memory import MemoryEngine
from surveykit.errors import Problem, SurveykitError
from surveykit.language import LANGUAGES, Kind
from surveykit.language.lexicon import lexicon
from surveykit.responses.words import tokens
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.contrast_words import contrasted
from surveykit.stats.many_tests import adjusted

LISTED, DRAWN, CLOUD = 5, 12, 40
COLUMNS = (
    "word", "estimate", "std_error", "conf_low", "conf_high", "target_share", "reference_share", "target_count",
    "reference_count", "target_n", "reference_n", "g2", "p_value", "p_adjusted", "n", "method",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Keyness(Result):
    """A row a word, most telling first: log2 ratio of its share of comments in target and reference, with interval.

    `target_share`, `reference_share`: comments with the word / comments; `g2` signed, `p_adjusted` by Benjamini and
    Hochberg. `plot(what="words")` or "cloud".
    """

    kind: ClassVar[str] = "keyness"
    estimate_kind: ClassVar[Kind] = "coefficient"
    named_columns: ClassVar[tuple[str, ...]] = ()
    shown: ClassVar[tuple[str, ...]] = (
        "word", "target_share", "reference_share", "estimate", "conf_low", "conf_high", "g2", "p_adjusted",
    )  # fmt: skip

    rows: pd.DataFrame
    target: str
    reference: str
    n_target: int
    n_reference: int
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.rows.assign(conf_level=self.conf_level)

    def _figure(
        self, table: pd.DataFrame, write: Writer, what: Literal["words", "cloud"] = "words", **style: Any
    ) -> Figure:
        choice("what", what, ("words", "cloud"))
        sides = [write.say("keyness.side", group=self._group(name, write)) for name in (self.target, self.reference)]
        if table.empty:
            nothing = [np.nan]
            return dot_intervals([write.say("keyness.none")], nothing, nothing, nothing, **style)
        if what == "cloud":
            own = table.head(CLOUD)
            return word_cloud(
                list(own["word"]), own["g2"].abs(), side=list(np.where(own["g2"] >= 0, 1, -1)), legend=sides, **style
            )
        up, down = table[table["estimate"] > 0].head(DRAWN), table[table["estimate"] <= 0].head(DRAWN)
        drawn = pd.concat([up, down]).sort_values("estimate", ascending=False, kind="stable")
        return dot_intervals(
            list(drawn["word"]),
            *(drawn[name].to_numpy(dtype=float) for name in ("estimate", "conf_low", "conf_high")),
            reference=0.0,
            reference_label=write.number(0.0, "count"),
            value_title=write.label("log_ratio"),
            xlabel=write.say("keyness.axis", target=self._group(self.target, write),
                             reference=self._group(self.reference, write),
                             level=write.number(self.conf_level, "share", 0)),
            fmt=lambda value: write.number(value, "coefficient"),
            **style,
        )  # fmt: skip

    def _group(self, name: str, write: Writer) -> str:
        return write.say("keyness.others") if name == "" else write.name(name)

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        parts = {"target": self._group(self.target, write), "reference": self._group(self.reference, write)}
        counts = {"n": write.count(self.n_target), "m": write.count(self.n_reference)}
        if table.empty:
            return [write.say("keyness.none")]
        said = [write.say("keyness.base", **parts, **counts)]
        clear = table[table["p_adjusted"] < 1 - self.conf_level]
        for key, own in (("more", clear[clear["estimate"] > 0]), ("less", clear[clear["estimate"] < 0])):
            if len(own):
                words = write.say("list.comma").join(
                    self._word(each, write) for each in own.head(LISTED).to_dict("records")
                )
                said.append(write.say(f"keyness.{key}", words=words, **parts))
        if clear.empty:
            said.append(write.say("keyness.unclear"))
        return said

    def _word(self, row: dict[Any, Any], write: Writer) -> str:
        shares = (write.number(row[name], "share") for name in ("target_share", "reference_share"))
        return write.say("keyness.word", word=row["word"], **dict(zip(("own", "other"), shares, strict=True)))


def keyness(
    data: Any,
    text: str | Sequence[str],
    group: str,
    target: Any = None,
    reference: Any = None,
    *,
    cut: float | None = None,
    lang: str | None = None,
    min_count: int = 5,
    conf_level: float = 0.95,
) -> Keyness:
    """Which words the comments of one group hold more often than those of another.

    `data`, `text`, `lang`: as `sk.comments`. `group`: a column; `target` one of its values, `reference` another (by
    default all the others). `cut` makes two groups of a number instead: target below it (dissatisfied), reference from
    it on. Counted are comments with the word, not words, so that one person cannot repeat it into a finding; lemmas,
    without stop words, in at least `min_count` comments. Estimate: log2 of the ratio of shares (1: twice as common),
    delta-method interval; G2 (Dunning 1993) with p adjusted for the number of words by Benjamini and Hochberg. Rows
    without a group are left out. Errors: unknown values, a group without comments. In R:
    `quanteda.textstats::textstat_keyness(dfm_weight(x, "boolean"), measure = "lr", correction = "none")`.
    """
    between("conf_level", conf_level, 0.5, 0.9999)
    between("min_count", min_count, 1, 1_000_000)
    found = comments_of(data, text, lang)
    values = _sides(data, group, target, reference, cut)[found.row - 1]
    words = tokens(found.texts, found.langs)
    counts = [Counter[str](), Counter[str]()]
    sizes = [0, 0]
    for own, side, lang_of in zip(words, values, found.langs, strict=True):
        if side >= 0:
            sizes[side] += 1
            counts[side].update(set(own) - (lexicon(lang_of).stop if lang_of else frozenset()))
    if not all(sizes):
        empty = "reference" if sizes[0] else "target"
        raise SurveykitError.of("KEYNESS-EMPTY", f"column {group}", which=empty)
    listed = sorted(word for word in {*counts[0], *counts[1]} if counts[0][word] + counts[1][word] >= min_count)
    rows = _rows(listed, counts, sizes, conf_level)
    names = answer_names(data, group)
    problems = list(found.problems)
    if rows.empty:
        problems.append(Problem.of("KEYNESS-FEW", f"column {group}", "warning", least=min_count))
    called = [_called(value) for value in (target, reference)]
    if cut is not None:
        called = [f"< {cut:g}", f"≥ {cut:g}"]
        names = {name: dict.fromkeys(LANGUAGES, name) for name in called}
    return Keyness(
        n=sum(sizes),
        rows=rows,
        target=called[0],
        reference=called[1],
        n_target=sizes[0],
        n_reference=sizes[1],
        conf_level=conf_level,
        problems=tuple(problems),
        names=names,
        provenance=Provenance.of(
            "keyness",
            data=MemoryEngine(pd.DataFrame({"text": list(found.texts), "side": values})).fingerprint,
            group=group, target=called[0], reference=called[1], cut=cut, lang=lang, min_count=min_count,
            conf_level=conf_level,
        ),
    )  # fmt: skip


def _rows(words: list[str], counts: list[Counter[str]], sizes: list[int], level: float) -> pd.DataFrame:
    a, b = (np.array([own[word] for word in words], dtype=float) for own in counts)
    found = contrasted(a, b, *map(float, sizes), level)
    rows = pd.DataFrame(
        {
            "word": words,
            "estimate": found.log_ratio,
            "std_error": found.error,
            "conf_low": found.low,
            "conf_high": found.high,
            "target_share": a / sizes[0],
            "reference_share": b / sizes[1],
            "target_count": a,
            "reference_count": b,
            "target_n": float(sizes[0]),
            "reference_n": float(sizes[1]),
            "g2": found.g2,
            "p_value": found.p_value,
            "p_adjusted": adjusted(found.p_value, "BH"),
            "n": a + b,
            "method": "log_likelihood_words",
        },
        columns=list(COLUMNS),
    )
    if rows.empty:
        return rows.astype({"word": object, "method": object})
    order = rows["g2"].abs().sort_values(ascending=False, kind="stable").index
    return rows.loc[order].reset_index(drop=True)


def _sides(data: Any, group: str, target: Any, reference: Any, cut: float | None) -> np.ndarray:
    """0 for rows of the target, 1 of the reference, -1 of neither."""
    frame = data.to_frame() if isinstance(data, pd.Series) else data
    column = table_of(frame, [group])[group]
    if cut is not None:
        numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float)
        return np.where(np.isnan(numbers), -1, np.where(numbers < cut, 0, 1))
    known = [value for value in pd.unique(column) if not pd.isna(value)]
    for value in (target, reference):
        if value not in known and not (value is None and value is reference):
            listed = ", ".join(map(str, known[:8]))
            raise SurveykitError.of("KEYNESS-VALUE", f"column {group}", found=str(value), known=listed)
    other = column.notna() & (column != target) if reference is None else column == reference
    return np.where(column == target, 0, np.where(other, 1, -1))


def _called(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)
