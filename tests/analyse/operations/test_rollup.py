"""Contacts rolled up from Parquet batches are what the tables in memory give."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from surveykit.analyse.operations import rollup
from surveykit.analyse.operations.public import operations
from surveykit.errors import SurveykitError


def made(n: int) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    start = pd.Timestamp("2025-11-20")
    return pd.DataFrame(
        {
            "opened": start + pd.to_timedelta(rng.integers(0, 90 * 86400, n), unit="s"),
            "waiting": rng.exponential(30, n),
            "outcome": rng.choice(["served", "abandoned", "refused"], n, p=[0.8, 0.15, 0.05]),
            "channel": rng.choice(["phone", "chat", None], n),
        }
    )


def test_batches_give_what_memory_gives(tmp_path, monkeypatch):
    monkeypatch.setattr(rollup, "BATCH", 700)
    frame = made(5000)
    frame.head(3000).to_parquet(tmp_path / "a.parquet")
    frame.tail(2000).to_parquet(tmp_path / "b.parquet")
    own = rollup.roll_up(tmp_path)
    codes = list(own.table["metric"].unique())
    wanted = operations({"contacts": frame}, "month", "channel", metrics=codes)
    keys = ["metric", "period", "group"]
    left, right = (each.table.set_index(keys).sort_index() for each in (own, wanted))
    assert list(left.index) == list(right.index)
    for column in ("estimate", "conf_low", "conf_high", "n"):
        assert_allclose(left[column], right[column], rtol=1e-9, err_msg=column)


def test_rows_that_cannot_be_used_are_counted(tmp_path):
    frame = made(50)
    frame.loc[0, "opened"] = pd.NaT
    frame.loc[1, "waiting"] = -1.0
    frame.loc[2, "outcome"] = "phantom"
    frame.to_parquet(tmp_path / "a.parquet")
    own = rollup.roll_up(tmp_path / "a.parquet", by=None)
    assert own.measures == {"rows": 50.0, "excluded": 3.0} and own.n == 47
    assert [p.code for p in own.problems][:3] == ["OPS-NOTIME", "OPS-NEGATIVE", "OPS-WORD"]
    assert own.metric("contact_volume")["estimate"].sum() == 47
    assert own.narrate("zh")


def test_what_cannot_be_rolled_up_is_refused_in_words(tmp_path):
    made(5).to_parquet(tmp_path / "a.parquet")
    made(5).astype({"opened": str}).to_parquet(tmp_path / "text.parquet")
    for path, more, code in (
        ("none.parquet", {}, "RESP-NOFILE"),
        ("a.parquet", {"by": "staff"}, "OPS-NOCOLUMN"),
        ("a.parquet", {"period": "hour"}, "ANALYSE-CHOICE"),
        ("text.parquet", {}, "OPS-TIME"),
    ):
        with pytest.raises(SurveykitError) as caught:
            rollup.roll_up(tmp_path / path, **more)
        assert caught.value.problems[0].code == code
