"""The memory engine: nobody can change it, and batches do not matter."""

import hashlib
import struct
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveykit.engine import MemoryEngine
from surveykit.errors import SurveykitError


@dataclass(frozen=True)
class Sums:
    """A kernel's value: row count and cross products."""

    n: int
    cross: tuple[tuple[int, ...], ...]

    def __add__(self, other: "Sums") -> "Sums":
        cross = np.array(self.cross) + np.array(other.cross)
        return Sums(self.n + other.n, tuple(map(tuple, cross.tolist())))


def sums(block: np.ndarray) -> Sums:
    whole = block.astype(np.int64)
    return Sums(len(block), tuple(map(tuple, (whole.T @ whole).tolist())))


def frame(rows: int = 7) -> pd.DataFrame:
    return pd.DataFrame({"A": np.arange(rows), "B": np.arange(rows) * 2.0, "C": [f"т{i}" for i in range(rows)]})


def test_changing_the_source_changes_nothing() -> None:
    source = frame()
    engine = MemoryEngine(source)
    before = engine.fingerprint
    source.loc[0, "A"] = 99
    source["B"].to_numpy(copy=False)
    source.iloc[:, 1] = -1.0
    assert MemoryEngine(engine.frame()).fingerprint == before
    assert engine.frame(["A"])["A"].tolist() == list(range(7))


def test_changing_what_frame_returned_changes_nothing() -> None:
    engine = MemoryEngine(frame())
    taken = engine.frame()
    taken.loc[0, "A"] = 99
    del taken["B"]
    assert engine.frame()["A"].tolist() == list(range(7))
    assert engine.columns == ("A", "B", "C")


def test_changing_a_numpy_source_changes_nothing() -> None:
    array = np.zeros((3, 2))
    engine = MemoryEngine(pd.DataFrame(array, columns=["A", "B"], copy=False))
    array[:] = 5
    assert engine.frame()["A"].tolist() == [0, 0, 0]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 60), st.integers(1, 70), st.integers(0, 2**31))
def test_any_batch_size_gives_the_same_sum(rows: int, batch: int, seed: int) -> None:
    data = pd.DataFrame(np.random.default_rng(seed).integers(0, 11, (rows, 3)), columns=list("ABC"))
    whole = MemoryEngine(data, batch_rows=10**6).reduce(sums, ["C", "A"])
    assert MemoryEngine(data, batch_rows=batch).reduce(sums, ["C", "A"]) == whole
    expected = data[["C", "A"]].to_numpy()
    assert whole == Sums(rows, tuple(map(tuple, (expected.T @ expected).tolist())))


def test_kernels_see_missing_values_of_any_dtype_as_nan() -> None:
    data = pd.DataFrame({"A": pd.array([1, None, 3], dtype="Int64"), "B": [True, False, True]})
    total = MemoryEngine(data).reduce(lambda block: np.nansum(block, axis=0), ["A", "B"])
    assert total.tolist() == [4.0, 2.0]


def test_filter_and_new_columns_leave_the_engine_as_it_was() -> None:
    engine = MemoryEngine(frame())
    half = engine.filter(engine.frame(["A"])["A"] > 3)
    more = half.with_columns(pd.DataFrame({"A": [0, 0, 0], "D": [1, 2, 3]}, index=[9, 9, 9]))
    assert (engine.rows, half.rows) == (7, 3)
    assert half.frame(["A"])["A"].tolist() == [4, 5, 6]
    assert more.columns == ("A", "B", "C", "D")
    assert more.frame(["A", "D"]).to_numpy().tolist() == [[0, 1], [0, 2], [0, 3]]


def test_the_fingerprint_sees_names_kinds_cells_and_order() -> None:
    base = MemoryEngine(frame()).fingerprint
    renamed = frame().rename(columns={"A": "Z"})
    retyped = frame().astype({"A": "float64"})
    changed = frame()
    changed.loc[3, "C"] = "т"
    others = [renamed, retyped, changed, frame()[["B", "A", "C"]], frame().iloc[::-1], frame(6)]
    assert len({base, *(MemoryEngine(other).fingerprint for other in others)}) == 7


def test_the_fingerprint_does_not_see_width_index_or_batches() -> None:
    base = MemoryEngine(frame()).fingerprint
    narrow = frame().astype({"A": "int32"})
    indexed = frame().set_index(pd.Index(range(100, 107)))
    textual = frame().astype({"C": object})
    assert {MemoryEngine(other, 2).fingerprint for other in (narrow, indexed, textual)} == {base}


def test_the_fingerprint_has_a_written_layout() -> None:
    data = pd.DataFrame({"A": [1.0, np.nan, -0.0], "B": pd.Series(["非", None, "a\x00b"], dtype=object)})
    assert MemoryEngine(data).fingerprint == MemoryEngine(data.assign(A=[1.0, np.nan, 0.0])).fingerprint
    missing = bytes([0, 1, 0])
    numbers = struct.pack("<3d", 1.0, 0.0, 0.0) + missing
    words = b"1:s" + b"3:" + "非".encode() + b"0" + b"1:s" + b"3:a\x00b"
    whole = hashlib.sha256(b"3 rows")
    for head, content in ((b"1:A6:number", numbers), (b"1:B4:text", words)):
        whole.update(head + hashlib.sha256(content).digest())
    assert MemoryEngine(data).fingerprint == whole.hexdigest()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (lambda e: e.frame(["AA"]), "ENGINE-NOCOLUMN"),
        (lambda e: e.reduce(sums, ["C"]), "ENGINE-NOTNUMBER"),
        (lambda e: e.filter([True]), "ENGINE-MASK"),
        (lambda e: e.filter([1, 0, 1, 0, 1, 0, 1]), "ENGINE-MASK"),
        (lambda e: e.with_columns(pd.DataFrame({"D": [1]})), "ENGINE-ROWS"),
        (lambda e: MemoryEngine(e.frame(), 0), "ENGINE-BATCH"),
        (lambda e: MemoryEngine(pd.DataFrame([[1, 2]], columns=["A", "A"])), "ENGINE-TWICE"),
    ],
)
def test_what_cannot_be_done_is_refused(wrong, code: str) -> None:
    with pytest.raises(SurveykitError) as caught:
        wrong(MemoryEngine(frame()))
    assert [problem.code for problem in caught.value.problems] == [code]
