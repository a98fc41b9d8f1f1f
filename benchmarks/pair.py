"""What every benchmark is made of: our call beside a peer's on the same data, timed in one run."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "oracle" / "data"


class Pair(NamedTuple):
    """A task, our call, the peer's name, and the peer's call; or the name of a task of measurement.R."""

    name: str
    ours: Callable[[], object]
    peer: str
    theirs: Callable[[], object] | str


def seconds(work: Callable[[], object], runs: int = 5) -> float:
    """Median wall seconds of several runs, after one to warm up."""
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def seconds_in_r(task: str, runs: int = 5) -> tuple[float, str] | None:
    """The same in R with the versions that ran; None where R or its packages are absent."""
    script = Path(__file__).with_name("measurement.R")
    try:
        done = subprocess.run(
            ["Rscript", str(script), task, str(FOLDER), str(runs)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=600,
        )
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return None
    if done.returncode:
        return None
    value, *versions = done.stdout.strip().split("\t")
    return float(value), ", ".join(versions)
