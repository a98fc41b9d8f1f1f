"""Times surveykit beside its peers on the same data in one run, and prints ratios. Nothing is asserted.

`python benchmarks/run.py [ROOM ...] [--out docs/benchmarks.md]`
"""

from __future__ import annotations

import argparse
import platform
import sys
import warnings
from importlib import import_module, metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.pair import Pair, seconds, seconds_in_r

ROOMS = ("basics", "measurement", "importance", "mediation", "weights")
HEAD = """# How fast surveykit is

Medians of five runs after one to warm up, both sides in one run on one machine; `make bench` makes this page anew.
The ratio says how many times longer the peer took. R's times exclude starting R and loading its packages.
"""


def main() -> None:
    """Print one line a pair, and write them as a page where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", nargs="*", default=ROOMS)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    page, versions = [HEAD], set()
    for room in asked.rooms:
        rows = []
        for pair in import_module(f"benchmarks.{room}").pairs():
            line, version = compared(Pair(*pair))
            print(" ".join(f"{cell:>11s}" if at in (1, 2, 3) else f"{cell:44s}" for at, cell in enumerate(line)))
            rows.append("| " + " | ".join(line) + " |")
            versions.add(version)
        page += [
            f"\n## {room.capitalize()}\n",
            "| task | surveykit | peer | ratio | peer is |\n|---|---:|---:|---:|---|",
        ]
        page += rows
    page.append(f"\n{machine()}; {'; '.join(sorted(versions - {''}))}.\n")
    if asked.out:
        asked.out.write_text("\n".join(page), encoding="utf-8")


def compared(pair: Pair) -> tuple[list[str], str]:
    """The cells of one line, and the versions of R that ran."""
    mine = seconds(pair.ours)
    if isinstance(pair.theirs, str):
        found = seconds_in_r(pair.theirs)
        if found is None:
            return [pair.name, f"{mine:.4f} s", "–", "–", f"{pair.peer}, not installed"], ""
        other, version = found
    else:
        other, version = seconds(pair.theirs), ""
    return [pair.name, f"{mine:.4f} s", f"{other:.4f} s", f"{other / mine:.1f} ×", pair.peer], version


def machine() -> str:
    """What ran the benchmark."""
    packages = [
        f"{name} {metadata.version(name)}"
        for name in ("surveykit", "numpy", "scipy", "pandas", "pingouin", "statsmodels")
    ]
    return f"{platform.system()}, {platform.machine()}, Python {platform.python_version()}, " + ", ".join(packages)


if __name__ == "__main__":
    main()
