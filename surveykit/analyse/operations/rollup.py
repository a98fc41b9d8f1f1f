"""Contacts too many for memory: additive metrics from files and databases, batch by batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from surveykit.analyse.frames import choice
from surveykit.analyse.operations.cells import NO_GROUP, WHOLE
from surveykit.analyse.operations.records import RECORDS_BY_CODE
from surveykit.analyse.operations.result import COLUMNS, Operations
from surveykit.analyse.operations.rows import names_in, rows_of
from surveykit.engine import duck
from surveykit.errors import Problem, SurveykitError
from surveykit.result import Provenance
from surveykit.stats.intervals import mean_t
from surveykit.stats.rates import Rates, points, share

UNITS = {"day": "D", "month": "M", "year": "Y"}
BATCH = 1_000_000
SUMS = ("contacts", "served", "abandoned", "refused", "quick", "waits", "waiting", "squares")


@dataclass(slots=True)
class _Sums:
    """Sums a cell, a cell being a window (counted from 1970) and a group."""

    groups: dict[str, int] = field(default_factory=dict)
    cells: dict[tuple[int, int], NDArray[np.float64]] = field(default_factory=dict)
    rows: int = 0
    untimed: int = 0
    negative: int = 0
    unknown: int = 0


def roll_up(
    path: str | Path,
    period: str = "month",
    by: str | None = "channel",
    *,
    columns: Mapping[str, str] | None = None,
    answer_within: float = 20.0,
    conf_level: float = 0.95,
) -> Operations:
    """Volume, service level, mean speed of answer, abandonment and refusal of contacts in files too large.

    `path`: a Parquet or CSV file, a folder of them, or a DuckDB database with a table `contacts`. Columns (`columns`:
    our name -> name in the file): `opened` (local time, or UTC where the file says so), `waiting` (seconds), `outcome`
    (served, abandoned or refused), and the column `by`. `period`: day, month or year. Rows are read a batch at a time,
    so that memory does not grow with the file. Rows without a time, with a negative waiting time or with another
    outcome are left out and counted; keys are not compared. Medians need `operations`. A cell without a base is NaN
    with a Problem. Errors: no file, a column that is absent, an unknown period.
    """
    choice("period", period, tuple(UNITS))
    names = {name: (columns or {}).get(name, name) for name in ("opened", "waiting", "outcome")}
    wanted = [*names.values(), *([by] if by else [])]
    place = Path(path)
    files = _files(place)
    if not files or not files[0].is_file():
        raise SurveykitError.of("RESP-NOFILE", place.name)
    sums = _Sums()
    if files[0].suffix.lower() in (".parquet", ".pq"):
        for file in files:
            _fold(file, wanted, names, by, UNITS[period], answer_within, sums)
    else:
        for batch in duck.batches(files, list(dict.fromkeys(wanted)), names["opened"]):
            _add(batch, names, by, UNITS[period], answer_within, sums)
    if not sums.cells:
        raise SurveykitError.of("OPS-NOSPAN")
    values, labels, groups = _values(sums, UNITS[period], by, conf_level)
    counts = {"OPS-NOTIME": sums.untimed, "OPS-NEGATIVE": sums.negative, "OPS-WORD": sums.unknown}
    problems = _problems(values, counts, len(labels) * len(groups))
    excluded = sum(counts.values())
    return Operations(
        n=sums.rows - excluded,
        values=values,
        measures={"rows": float(sums.rows), "excluded": float(excluded)},
        receipt=pd.DataFrame(
            [("contacts", sums.rows, count, str(code)) for code, count in counts.items() if count],
            columns=["table", "read", "excluded", "reason"],
        ),
        conf_level=conf_level,
        problems=tuple(problems),
        names=names_in(labels, groups, values),
        provenance=Provenance.of(
            "roll_up", engine=files[0].suffix.lower().lstrip("."), files=[f.name for f in files], period=period, by=by,
            columns=columns, answer_within=answer_within, conf_level=conf_level, rows=sums.rows,
        ),
    )  # fmt: skip


def _files(place: Path) -> list[Path]:
    """The Parquet files of a folder, else its CSV files; or the one file."""
    if not place.is_dir():
        return [place]
    return sorted(place.glob("*.parquet")) or sorted(place.glob("*.csv"))


def _fold(
    file: Path, wanted: list[str], names: Mapping[str, str], by: str | None, unit: str, limit: float, sums: _Sums
) -> None:
    try:
        source = pq.ParquetFile(file)
    except pa.ArrowInvalid as fault:
        raise SurveykitError.of("RESP-DAMAGED", file.name, format="Parquet", detail=str(fault)[:80]) from None
    known = source.schema_arrow.names
    absent = [name for name in wanted if name not in known]
    if absent:
        raise SurveykitError(
            [Problem.of("OPS-NOCOLUMN", f"{file.name}, column {name}", near=", ".join(known[:8])) for name in absent]
        )
    if not pa.types.is_timestamp(source.schema_arrow.field(names["opened"]).type):
        raise SurveykitError.of("OPS-TIME", f"{file.name}, column {names['opened']}", count=source.metadata.num_rows)
    for batch in source.iter_batches(batch_size=BATCH, columns=list(dict.fromkeys(wanted))):
        _add(batch, names, by, unit, limit, sums)


def _add(batch: pa.RecordBatch, names: Mapping[str, str], by: str | None, unit: str, limit: float, sums: _Sums) -> None:
    window = pc.cast(batch.column(names["opened"]), pa.timestamp("us")).to_numpy(zero_copy_only=False)
    waiting = _numbers(batch.column(names["waiting"])).to_numpy(zero_copy_only=False)
    outcome, words = _codes(batch.column(names["outcome"]))
    order = {"served": 0, "abandoned": 1, "refused": 2}
    told = np.array([order.get(word, 3) for word in words])[outcome]
    untimed = np.isnat(window)
    negative = ~untimed & (waiting < 0)
    unknown = ~untimed & ~negative & (told == 3)
    sums.rows += len(window)
    sums.untimed += int(untimed.sum())
    sums.negative += int(negative.sum())
    sums.unknown += int(unknown.sum())
    keep = ~(untimed | negative | unknown)
    if not keep.any():
        return
    ordinal = window.astype(f"datetime64[{unit}]").astype(np.int64)
    codes, labels = _codes(batch.column(by)) if by else (np.zeros(len(window), dtype=np.int64), [WHOLE])
    own = np.array([sums.groups.setdefault(label, len(sums.groups)) for label in labels], dtype=np.int64)
    first, width = int(ordinal[keep].min()), len(sums.groups)
    cell = np.where(keep, (ordinal - first) * width + own[codes], 0)[keep]
    told, waiting = told[keep], waiting[keep]
    size = int(cell.max()) + 1
    answered = (told == 0) & np.isfinite(waiting)
    three = np.bincount(cell * 3 + told, minlength=size * 3).reshape(size, 3).astype(np.float64)
    at, seconds = cell[answered], waiting[answered]
    table = np.column_stack(
        [
            three.sum(axis=1),
            three,
            np.bincount(at, seconds <= limit, minlength=size),
            np.bincount(at, minlength=size),
            np.bincount(at, seconds, minlength=size),
            np.bincount(at, seconds**2, minlength=size),
        ]
    )
    for position in np.flatnonzero(table[:, 0]):
        key = (first + int(position) // width, int(position) % width)
        sums.cells[key] = sums.cells.get(key, np.zeros(len(SUMS))) + table[position]


def _numbers(column: Any) -> Any:
    """Floats; of texts, missing where they are empty."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = pc.if_else(pc.equal(pc.utf8_trim_whitespace(column), ""), None, column)
    return pc.cast(column, pa.float64())


def _codes(column: Any) -> tuple[NDArray[np.int64], list[str]]:
    """The position of every value among the different ones, missing ones last, and those values as words."""
    coded = column if isinstance(column, pa.DictionaryArray) else pc.dictionary_encode(column)
    words = [str(value) for value in coded.dictionary.to_pylist()]
    at = pc.fill_null(pc.cast(coded.indices, pa.int64()), len(words)).to_numpy(zero_copy_only=False)
    return at, [*words, NO_GROUP]


def _values(
    sums: _Sums, unit: str, by: str | None, conf_level: float
) -> tuple[pd.DataFrame, tuple[str, ...], tuple[str, ...]]:
    windows = [window for window, _ in sums.cells]
    begin, count = min(windows), max(windows) - min(windows) + 1
    used = {group for _, group in sums.cells}
    groups = sorted((g for g, at in sums.groups.items() if at in used), key=lambda g: (g == NO_GROUP, g))
    place = {sums.groups[name]: position for position, name in enumerate(groups)}
    table = np.zeros((count * len(groups), len(SUMS)))
    for (window, group), row in sums.cells.items():
        table[(window - begin) * len(groups) + place[group]] = row
    labels = tuple(str(np.datetime64(begin + step, unit)) for step in range(count))
    c = dict(zip(SUMS, table.T, strict=True))
    found = {
        "contact_volume": points(c["contacts"], c["contacts"]),
        "waiting_mean": _mean(c["waits"], c["waiting"], c["squares"], conf_level),
        "service_level": share(c["quick"], c["contacts"], conf_level),
        "service_level_served": share(c["quick"], c["waits"], conf_level),
        "abandonment_rate": share(c["abandoned"], c["contacts"], conf_level),
        "refusal_rate": share(c["refused"], c["contacts"], conf_level),
    }
    parts = [rows_of(labels, groups, RECORDS_BY_CODE[code], "", rates) for code, rates in found.items()]
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)], labels, tuple(groups)


def _mean(n: NDArray[np.float64], total: NDArray[np.float64], squares: NDArray[np.float64], conf_level: float) -> Rates:
    base = np.where(n > 0, n, np.nan)
    mean = total / base
    sd = np.sqrt(np.maximum(squares - n * mean**2, 0) / np.where(n > 1, n - 1, np.nan))
    low, high = mean_t(mean, sd, n, conf_level)
    return Rates(estimate=mean, std_error=sd / np.sqrt(base), low=low, high=high, n=n, method="mean_t")


def _problems(values: pd.DataFrame, counts: Mapping[str, int], cells: int) -> list[Problem]:
    known: dict[str, dict[str, Any]] = {"OPS-WORD": {"known": "served, abandoned, refused"}}
    problems = [
        Problem.of(code, "table contacts", "warning", count=count, **known.get(code, {}))
        for code, count in counts.items()
        if count
    ]
    undefined = values[values["estimate"].isna()]
    for code, own in undefined.groupby("metric", sort=False):
        first = ", ".join(map(str, own[["period", "group"]].iloc[0]))
        told = {"count": len(own), "cells": cells, "first": first}
        problems.append(Problem.of("OPS-NOBASE", f"metric {code}", "warning", **told))
    return problems
