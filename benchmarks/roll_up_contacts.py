"""Rolls 50 million generated contacts up to months by channel: seconds and peak memory.

Run: python benchmarks/roll_up_contacts.py FOLDER [ROWS]; the file is made on the first run.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from surveykit.analyse.operations.rollup import roll_up

BLOCK = 2_000_000


def make(path: Path, rows: int) -> None:
    """Contacts of two years in five channels."""
    rng = np.random.default_rng(1)
    start = np.datetime64("2024-01-01", "s")
    writer = None
    for begin in range(0, rows, BLOCK):
        n = min(BLOCK, rows - begin)
        block = pa.table(
            {
                "opened": start + rng.integers(0, 730 * 86400, n).astype("timedelta64[s]"),
                "waiting": rng.integers(0, 400, n).astype(np.float64),
                "outcome": pa.DictionaryArray.from_arrays(
                    pa.array(rng.integers(0, 3, n, dtype=np.int32)), ["served", "abandoned", "refused"]
                ).cast(pa.string()),
                "channel": pa.DictionaryArray.from_arrays(
                    pa.array(rng.integers(0, 5, n, dtype=np.int32)), ["phone", "chat", "mail", "app", "desk"]
                ).cast(pa.string()),
            }
        )
        writer = writer or pq.ParquetWriter(path, block.schema)
        writer.write_table(block)
    if writer is not None:
        writer.close()


def main() -> None:
    folder, rows = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 50_000_000
    path = folder / f"contacts_{rows}.parquet"
    if not path.is_file():
        make(path, rows)
    begin = time.perf_counter()
    found = roll_up(path)
    print(found, f"{time.perf_counter() - begin:.1f} s")


if __name__ == "__main__":
    main()
